"""SimpleTag: slow adversaries chase fast good agents around obstacles."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from envsuite_mpe.chase import leaving, touches
from envsuite_mpe.entities import AgentKind, Entities, LandmarkKind
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import joined, offsets, to_all, without_self

CATCH = 10.0


@dataclass(frozen=True)
class SimpleTag:
    """Slow adversaries chase fast good agents around obstacles.

    Attributes:
        adversaries: How many chase.
        good_agents: How many are chased.
        landmarks: How many obstacles.
    """

    adversaries: int = 3
    good_agents: int = 1
    landmarks: int = 2

    @property
    def entities(self) -> Entities:
        """Everything is solid."""
        return Entities(
            agents=(
                AgentKind(
                    "adversary", self.adversaries, radius=0.075, acceleration=3.0, max_speed=1.0
                ),
                AgentKind("agent", self.good_agents, radius=0.05, acceleration=4.0, max_speed=1.3),
            ),
            landmarks=(LandmarkKind("landmark", self.landmarks, radius=0.2),),
            learners=("adversary", "agent"),
            solid=("adversary", "agent", "landmark"),
            landmark_spread=0.9,
        )

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Own velocity and place, landmarks, the others, the velocities of (other) good agents."""
        seen, chasers, chased = offsets(state), self.adversaries, self.good_agents
        agents = chasers + chased
        common = joined(
            state.velocities,
            state.positions[:agents],
            seen[:, agents:],
            without_self(seen[:, :agents]),
        )
        fleeing = state.velocities[chasers:]
        return {
            "adversary": joined(common[:chasers], to_all(fleeing, chasers)),
            "agent": joined(common[chasers:], without_self(to_all(fleeing, chased))),
        }

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Every adversary earns 10 for each touch, whosever; the touched loses 10 for each.

        Good agents lose for being far from the middle as well.
        """
        rows = self.entities.rows
        caught = touches(state, params, rows["agent"], rows["adversary"])
        lost = CATCH * caught.sum(axis=1)
        return {
            "adversary": jnp.full(self.adversaries, lost.sum()),
            "agent": -lost - leaving(state.positions[rows["agent"]]),
        }

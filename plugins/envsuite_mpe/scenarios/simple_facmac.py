"""SimpleFacmac: predators who see only what is near hunt scripted prey."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from envsuite_mpe.chase import touches
from envsuite_mpe.entities import AgentKind, Entities, LandmarkKind
from envsuite_mpe.prey import CANDIDATES, flee
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import distance, joined, offsets, to_all, without_self

CATCH = 10.0


@dataclass(frozen=True)
class SimpleFacmac:
    """The continuous predator-prey task of FACMAC: SimpleTag with scripted prey.

    Attributes:
        adversaries: How many predators.
        good_agents: How many prey.
        landmarks: How many obstacles.
        evade: Whom the prey keeps off; see `flee`.
    """

    adversaries: int = 3
    good_agents: int = 1
    landmarks: int = 2
    evade: str = "everyone"

    @property
    def entities(self) -> Entities:
        """Everything is solid; only predators are played from outside."""
        return Entities(
            agents=(
                AgentKind(
                    "adversary", self.adversaries, radius=0.075, acceleration=3.0, max_speed=1.0
                ),
                AgentKind("agent", self.good_agents, radius=0.05, acceleration=4.0, max_speed=1.3),
            ),
            landmarks=(LandmarkKind("landmark", self.landmarks, radius=0.2),),
            learners=("adversary",),
            solid=("adversary", "agent", "landmark"),
            landmark_spread=0.9,
        )

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Own velocity and place, landmarks, the others, the velocities of all prey.

        Zeros stand for what is farther away than `view_radius`.
        """
        hunters, agents = self.adversaries, self.adversaries + self.good_agents
        seen = offsets(state)
        visible = (distance(seen) <= params.view_radius)[..., None]
        shown = jnp.where(visible, seen, 0.0)
        fleeing = jnp.where(visible[:, hunters:agents], state.velocities[hunters:], 0.0)
        rows = joined(
            state.velocities,
            state.positions[:agents],
            shown[:, agents:],
            without_self(shown[:, :agents]),
            fleeing,
        )
        return {"adversary": rows[:hunters]}

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Every predator earns 10 for each touch of a predator and a prey, whosever."""
        rows = self.entities.rows
        caught = touches(state, params, rows["agent"], rows["adversary"])
        return {"adversary": to_all(CATCH * caught.sum(), self.adversaries)}

    def script(self, key: jax.Array, state: State, params: Params) -> jax.Array:
        """The forces of the prey, `f32[prey, 2]`."""
        agents = self.adversaries + self.good_agents
        return flee(
            jax.random.uniform(key, (self.good_agents, CANDIDATES, 2)),
            state.positions[:agents],
            params.radius[:agents],
            predators=self.adversaries,
            evade=self.evade,
        )

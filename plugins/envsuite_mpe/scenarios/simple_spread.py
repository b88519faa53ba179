"""SimpleSpread: cover all landmarks, and do not bump into each other."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_mpe.entities import AgentKind, Entities, LandmarkKind
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import distance, joined, offsets, without_self


@dataclass(frozen=True)
class SimpleSpread:
    """Agents cover all landmarks together, and do not bump into each other.

    Attributes:
        good_agents: How many agents.
        landmarks: How many landmarks.
    """

    good_agents: int = 3
    landmarks: int = 3

    @property
    def entities(self) -> Entities:
        """Large solid agents, small landmarks."""
        return Entities(
            agents=(AgentKind("agent", self.good_agents, radius=0.15),),
            landmarks=(LandmarkKind("landmark", self.landmarks, radius=0.05),),
            learners=("agent",),
            solid=("agent",),
        )

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Own velocity and place, all landmarks, the others, and two zeros for each other.

        The zeros are the words of agents that never say any; they are kept so that policies
        trained on the original fit.
        """
        seen, count = offsets(state), self.good_agents
        silence = jnp.zeros((count, 2 * (count - 1)), jnp.float32)
        return {
            "agent": joined(
                state.velocities,
                state.positions[:count],
                seen[:, count:],
                without_self(seen[:, :count]),
                silence,
            )
        }

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Shared: less how far each landmark is from the nearest agent. Own: less one a bump."""
        gaps, count = distance(offsets(state)), self.good_agents
        radius = params.radius[:count]
        bumps = (gaps[:, :count] < radius[:, None] + radius) & ~np.eye(count, dtype=bool)
        own = -bumps.sum(axis=1).astype(jnp.float32)
        shared = -gaps[:, count:].min(axis=0).sum()
        return {"agent": params.local_ratio * own + (1.0 - params.local_ratio) * shared}

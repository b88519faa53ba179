"""Simple: one agent goes to a landmark."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from envsuite_mpe.entities import AgentKind, Entities, LandmarkKind
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import joined, offsets


@dataclass(frozen=True)
class Simple:
    """One agent goes to a landmark: a group of one, for all of the family are in groups."""

    @property
    def entities(self) -> Entities:
        """An agent and a landmark that it can enter."""
        return Entities(
            agents=(AgentKind("agent", 1, radius=0.05),),
            landmarks=(LandmarkKind("landmark", 1, radius=0.05),),
            learners=("agent",),
        )

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Own velocity; where the landmark lies."""
        return {"agent": joined(state.velocities, offsets(state)[:, 1:])}

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Less the square of the distance to the landmark."""
        x, y = jnp.moveaxis(offsets(state)[:, 1], -1, 0)
        return {"agent": -(x * x + y * y)}

"""SimpleReference: each of two agents knows only the other's goal, and tells it."""

from __future__ import annotations

from dataclasses import dataclass

import jax

from envsuite_mpe.entities import AgentKind, Entities, LandmarkKind
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import distance, joined, offsets, one_hot


@dataclass(frozen=True)
class SimpleReference:
    """Each of two agents knows which of three landmarks the other should go to, and tells it.

    `goals[i]` is the landmark where agent `i` should go.
    """

    @property
    def entities(self) -> Entities:
        """Two that move and speak ten words."""
        return Entities(
            agents=(AgentKind("agent", 2, radius=0.05, speaks=True),),
            landmarks=(LandmarkKind("landmark", 3, radius=0.05),),
            learners=("agent",),
            vocabulary=10,
            goals=2,
        )

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Own velocity, landmarks, the colour of the other's goal, what the other said.

        A landmark's colour is 0.75 in the channel of its number and 0.25 in the others.
        """
        color = one_hot(state.goals[::-1], 3, 0.25, 0.75)
        return {"agent": joined(state.velocities, offsets(state)[:, 2:], color, state.words[::-1])}

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Shared: less the mean distance to the goals. Own: less the distance of the other."""
        places = state.positions
        gaps = distance(places[2 + state.goals] - places[:2])
        own, shared = -gaps[::-1], -(gaps[0] + gaps[1]) / 2.0
        return {"agent": params.local_ratio * own + (1.0 - params.local_ratio) * shared}

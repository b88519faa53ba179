"""SimpleSpeakerListener: one knows where to go and can only speak, the other can only go."""

from __future__ import annotations

from dataclasses import dataclass

import jax

from envsuite_mpe.entities import AgentKind, Entities, LandmarkKind
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import joined, offsets, one_hot


@dataclass(frozen=True)
class SimpleSpeakerListener:
    """The speaker knows the goal, one of three landmarks, and can only speak; the listener goes."""

    @property
    def entities(self) -> Entities:
        """A speaker who stays where it is, and a listener who passes through everything."""
        return Entities(
            agents=(
                AgentKind("speaker", 1, radius=0.075, moves=False, speaks=True),
                AgentKind("listener", 1, radius=0.075),
            ),
            landmarks=(LandmarkKind("landmark", 3, radius=0.04),),
            learners=("listener", "speaker"),
            vocabulary=3,
            goals=1,
        )

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Speaker: the goal's colour. Listener: own velocity, landmarks, what was said.

        The goal's colour is 0.65 in the channel of its number and 0.15 in the others.
        """
        return {
            "speaker": one_hot(state.goals, 3, 0.15, 0.65),
            "listener": joined(state.velocities[1:], offsets(state)[1:, 2:], state.words),
        }

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Both: less the square of the listener's distance to the goal."""
        goal = state.positions[2 + state.goals] - state.positions[1]
        x, y = goal[:, 0], goal[:, 1]
        square = x * x + y * y
        return {"speaker": -square, "listener": -square}

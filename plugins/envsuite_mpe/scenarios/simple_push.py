"""SimplePush: stay at the goal while an adversary pushes you away."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_mpe.entities import AgentKind, Entities, LandmarkKind
from envsuite_mpe.state import Params, State
from envsuite_mpe.view import distance, joined, offsets, one_hot

COLORS = np.array([(0.1, 0.9, 0.1), (0.1, 0.1, 0.9)], np.float32)
"""Of the two landmarks, as the good agent sees them."""


@dataclass(frozen=True)
class SimplePush:
    """An agent goes to its goal, one of two landmarks; an adversary pushes it away.

    The adversary does not know which landmark is the goal, but sees where the agent goes.
    """

    @property
    def entities(self) -> Entities:
        """Two small solid agents."""
        return Entities(
            agents=(
                AgentKind("adversary", 1, radius=0.05),
                AgentKind("agent", 1, radius=0.05),
            ),
            landmarks=(LandmarkKind("landmark", 2, radius=0.05),),
            learners=("agent", "adversary"),
            solid=("adversary", "agent"),
            goals=1,
        )

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Own velocity, landmarks, the other agent.

        The good agent sees more: after its velocity where the goal lies and its own colour, which
        names the goal; before the other agent the colours of the landmarks.
        """
        seen, velocities = offsets(state), state.velocities
        landmarks = seen[:, 2:]
        # green for the first goal, blue for the second
        own = one_hot(state.goals + 1, 3, 0.25, 0.75)
        good = joined(
            velocities[1:],
            seen[1:, 2 + state.goals[0]],
            own,
            landmarks[1:],
            jnp.asarray(COLORS)[None],
            seen[1:, 0],
        )
        return {
            "adversary": joined(velocities[:1], landmarks[:1], seen[:1, 1]),
            "agent": good,
        }

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """Good: less the distance to the goal. Adversary: how much nearer it is than the other."""
        gaps = distance(offsets(state)[:, 2 + state.goals[0]])
        return {"adversary": gaps[1:] - gaps[:1], "agent": -gaps[1:]}

"""Worlds as the tests write them down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from envsuite.core.timestep import Timestep
from envsuite_mpe.env import MPE
from envsuite_mpe.state import Params, State

KEY = jax.random.key(0)
STEP = jax.jit(MPE.step, static_argnums=0)  # compiled once for each configuration


def scene(
    env: MPE,
    positions: Any,
    *,
    velocities: Any = None,
    goals: Sequence[int] = (),
) -> State:
    """A world in which nothing has been said; agents at rest where no velocities are given."""
    entities = env.entities
    everyone, agents = entities.agent_count + entities.landmark_count, entities.agent_count
    assert np.shape(positions) == (everyone, 2) and len(goals) == entities.goals
    fields: dict[str, Any] = dict(  # NumPy: nothing is compiled to write a world down
        positions=np.asarray(positions, np.float32),
        velocities=np.zeros((agents, 2), np.float32),
        words=np.zeros((entities.speaker_count, entities.vocabulary), np.float32),
        goals=np.asarray(goals, np.int32).reshape(-1),
    )
    if velocities is not None:
        fields["velocities"] = np.asarray(velocities, np.float32)
    return State(**fields)


def play(
    env: MPE, state: State, action: Any, params: Params | None = None
) -> tuple[State, Timestep[Any]]:
    """One step."""
    action = {group: np.asarray(rows) for group, rows in action.items()}
    return STEP(env, KEY, state, action, params or env.default_params())


def idle(env: MPE) -> Any:
    """Nobody pushes; speakers say the first word."""
    if env.actions == "discrete":
        return {group: np.zeros(size, np.int32) for group, size in env.agents.items()}
    return {
        group: np.zeros((size, *(env.action_space[group].shape or ())), np.float32)
        for group, size in env.agents.items()
    }


def close(actual: Any, expected: Any) -> None:
    """Equal within what 32 bits give."""
    np.testing.assert_allclose(np.asarray(actual), expected, rtol=1e-5, atol=2e-6)

"""The only place that truncates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from envsuite.core.timestep import Timestep
from envsuite.functional.struct import struct
from envsuite.functional.transform import Transform


@struct
class Timed:
    """A state and the number of steps played since the reset."""

    inner: Any
    steps: Any  # i32[]


@dataclass(frozen=True)
class TimeLimit(Transform):
    """Truncates the episode after `max_steps` steps.

    An episode that ends by its own rules on the very last step is both terminated and truncated,
    as under Gymnasium's `TimeLimit`: each voice says its own, and neither hides the other.
    """

    max_steps: int

    def __post_init__(self) -> None:
        """Refuse a limit that no episode could meet."""
        if self.max_steps < 1:
            raise ValueError(f"max_steps must be at least 1, not {self.max_steps}")

    def reset(self, key: Any, params: Any) -> tuple[Timed, Timestep[Any]]:
        """Begin an episode at step 0."""
        state, timestep = self.env.reset(key, params)
        # NumPy, not JAX, so that games of words pass through on the host
        return Timed(state, np.int32(0)), replace(timestep, truncated=np.bool_(False))

    def step(self, key: Any, state: Timed, action: Any, params: Any) -> tuple[Timed, Timestep[Any]]:
        """Play one step and count it."""
        inner, timestep = self.env.step(key, state.inner, action, params)
        steps = state.steps + 1
        return Timed(inner, steps), replace(timestep, truncated=steps >= self.max_steps)

    def inner_state(self, state: Timed) -> Any:
        """The state without its clock."""
        return state.inner

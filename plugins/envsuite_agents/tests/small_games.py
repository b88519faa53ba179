"""Games small enough to work out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct


@struct
class Place:
    """Where the walker is."""

    cell: jax.Array  # i32[]


@dataclass(frozen=True)
class Corridor(Env[Place, Any]):
    """Cells 0 and 1: each step pays 1 and leads to the other cell; `ends` says if 1 is the end.

    The two actions do the same, and their mask allows but the second. Observations are one-hot.
    """

    ends: bool = True
    start: int = 0
    masks: bool = True

    @property
    def observation_space(self) -> spaces.Box:
        """One place for each cell."""
        return spaces.Box(0.0, 1.0, (2,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Two actions, counted from `start`."""
        return spaces.Discrete(2, start=self.start)

    def default_params(self) -> None:
        """There are none."""

    def reset(self, key: jax.Array, params: Any) -> tuple[Place, Timestep[Any]]:
        """Stand in cell 0."""
        return self._at(jnp.int32(0), 0.0, jnp.bool_(False))

    def step(
        self, key: jax.Array, state: Place, action: jax.Array, params: Any
    ) -> tuple[Place, Timestep[Any]]:
        """Change cells; `info` says what was played."""
        cell = 1 - state.cell
        ended = (cell == 1) if self.ends else jnp.bool_(False)
        return self._at(cell, 1.0, ended)

    def _at(self, cell: jax.Array, reward: float, ended: jax.Array) -> Any:
        legal = jnp.array([False, True]) if self.masks else None
        obs = jax.nn.one_hot(cell, 2)
        return Place(cell), Timestep(obs, jnp.float32(reward), ended, legal=legal)


@dataclass(frozen=True)
class Target(Env[Place, Any]):
    """One step: the closer the two numbers of the action to `(2.5, -0.5)`, the better.

    Observations are the constant 1, shaped `f32[1, 1]`.
    """

    @property
    def observation_space(self) -> spaces.Box:
        """A constant."""
        return spaces.Box(0.0, 1.0, (1, 1), np.float32)

    @property
    def action_space(self) -> spaces.Box:
        """Two numbers of different range."""
        return spaces.Box(np.array([2.0, -1.0], np.float32), np.array([4.0, 1.0], np.float32))

    def default_params(self) -> None:
        """There are none."""

    def reset(self, key: jax.Array, params: Any) -> tuple[Place, Timestep[Any]]:
        """See the constant."""
        return self._seen(jnp.float32(0), jnp.bool_(False))

    def step(
        self, key: jax.Array, state: Place, action: jax.Array, params: Any
    ) -> tuple[Place, Timestep[Any]]:
        """Lose the squared distance."""
        missed = ((action - jnp.array([2.5, -0.5])) ** 2).sum()
        return self._seen(-missed, jnp.bool_(True))

    def _seen(self, reward: jax.Array, ended: jax.Array) -> Any:
        return Place(jnp.int32(0)), Timestep(jnp.ones((1, 1)), reward, ended)

"""Games small enough to work out by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
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


@struct
class Heard:
    """What was heard at first, and how long ago."""

    word: jax.Array  # i32[]: 0 or 1
    steps: jax.Array  # i32[]


@dataclass(frozen=True)
class Recall(Env[Heard, Any]):
    """Say at the end what was heard at the beginning: without a memory, half of the time at best.

    A word, 0 or 1, is shown once; after `silence` steps of nothing it is asked for. Answering pays
    1 if it is the same, and ends the game. Observations are `f32[3]`: the word one-hot, and
    whether it is asked for; with `image` the same, as the corner of an image of four rows, three
    columns and one plane.
    """

    silence: int = 3
    image: bool = False

    @property
    def observation_space(self) -> spaces.Box:
        """The word and the question."""
        return spaces.Box(0.0, 1.0, (4, 3, 1) if self.image else (3,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Two words."""
        return spaces.Discrete(2)

    def default_params(self) -> None:
        """There are none."""

    def reset(self, key: jax.Array, params: Any) -> tuple[Heard, Timestep[Any]]:
        """Hear a word."""
        state = Heard(jax.random.bernoulli(key).astype(jnp.int32), jnp.int32(0))
        return self._seen(state, jnp.float32(0), jnp.bool_(False))

    def step(
        self, key: jax.Array, state: Heard, action: jax.Array, params: Any
    ) -> tuple[Heard, Timestep[Any]]:
        """Wait; at last, answer."""
        asked = state.steps == self.silence
        reward = (asked & (action == state.word)).astype(jnp.float32)
        following = replace(state, steps=state.steps + 1)
        return self._seen(following, reward, asked)

    def _seen(self, state: Heard, reward: jax.Array, ended: jax.Array) -> Any:
        heard = jax.nn.one_hot(state.word, 2) * (state.steps == 0)
        obs = jnp.append(heard, state.steps == self.silence).astype(jnp.float32)
        if self.image:
            obs = jnp.zeros((4, 3, 1)).at[0, :, 0].set(obs)
        return state, Timestep(obs, reward, ended, info={"won": reward > 0})

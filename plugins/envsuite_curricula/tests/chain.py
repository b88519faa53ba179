"""A game for tests, most of whose levels teach nothing: too long to succeed in, or broken."""

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
class Links:
    """A level."""

    length: jax.Array  # i32[]
    broken: jax.Array  # bool[]: nothing is won at its end


@dataclass(frozen=True)
class Chain(Env[Any, Links]):
    """Choose 1 at each of `length` links, 1 to 30; a 0 ends the game, and so does the last link.

    The last link pays 1, unless the chain is broken, as six chains of ten are.
    """

    @property
    def observation_space(self) -> spaces.Box:
        """Nothing is to be seen."""
        return spaces.Box(0.0, 1.0, (1,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Only 1 is right."""
        return spaces.Discrete(2)

    def default_params(self) -> Links:
        """One link."""
        return Links(jnp.int32(1), jnp.bool_(False))

    def sample(self, key: jax.Array) -> Links:
        """Draw a length and whether it is broken."""
        length = jax.random.randint(key, (), 1, 31, jnp.int32)
        return Links(length, jax.random.bernoulli(jax.random.fold_in(key, 1), 0.6))

    def mutate(self, key: jax.Array, level: Links) -> Links:
        """A link more or less."""
        change = jnp.where(jax.random.bernoulli(key), 1, -1)
        return replace(level, length=jnp.clip(level.length + change, 1, 30))

    def reset(self, key: jax.Array, params: Links) -> tuple[Any, Timestep[Any]]:
        """Stand at the first link."""
        return jnp.int32(0), self._timestep(jnp.bool_(False), jnp.bool_(False))

    def step(self, key: jax.Array, state: Any, action: Any, params: Links) -> Any:
        """One link on, or the end."""
        state = state + 1
        last = state >= params.length
        right = action == 1
        return state, self._timestep(last | ~right, last & right & ~params.broken)

    def _timestep(self, ended: jax.Array, won: jax.Array) -> Timestep[Any]:
        reward = won.astype(jnp.float32)
        return Timestep(jnp.zeros(1), reward, terminated=ended, info={"won": won})

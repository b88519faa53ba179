"""Random legal actions, for checks and benchmarks."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.timestep import Timestep


def random_actions(
    key: jax.Array, space: spaces.Space[Any], timestep: Timestep[Any], agents: Any
) -> Any:
    """Uniform over the legal actions, for one copy of a game; pure, for `vmap` and `scan`."""
    if not agents:
        return _draw(key, space, timestep.legal, ())
    assert isinstance(space, spaces.Dict)
    keys = jax.random.split(key, len(agents))
    return {
        group: _draw(
            keys[index],
            space[group],
            None if timestep.legal is None else timestep.legal[group],
            (size,),
        )
        for index, (group, size) in enumerate(agents.items())
    }


def _draw(
    key: jax.Array, space: spaces.Space[Any], legal: jax.Array | None, lead: tuple[int, ...]
) -> jax.Array:
    if isinstance(space, spaces.Discrete):
        if legal is None:
            return jax.random.randint(key, lead, 0, int(space.n))
        # inverse of the cumulative count: one uniform number an agent, where a categorical draw
        # would need one for each action
        count = jnp.cumsum(legal, axis=-1)
        total = count[..., -1:]
        rank = jnp.floor(jax.random.uniform(key, (*lead, 1)) * total)
        return jnp.argmax(count > rank, axis=-1).astype(jnp.int32)
    if isinstance(space, spaces.MultiDiscrete):
        uniform = jax.random.uniform(key, lead + space.shape)
        return jnp.floor(uniform * jnp.asarray(space.nvec)).astype(jnp.int32)
    assert isinstance(space, spaces.Box), f"no rule for actions of {space}"
    low = np.maximum(space.low, -1e3)
    high = np.minimum(space.high, 1e3)
    return jax.random.uniform(key, lead + space.shape, minval=low, maxval=high)

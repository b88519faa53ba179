"""Which cells can be reached from which."""

from __future__ import annotations

import jax
import jax.numpy as jnp

BLOCKED = 0


def regions(blocked: jax.Array) -> jax.Array:
    """A number for each cell: equal for cells with a way between them over sides of free cells.

    Args:
        blocked: `bool[rows, columns]`.

    Returns:
        `i32[rows, columns]`; 0 for blocked cells.
    """
    rows, columns = blocked.shape
    first = jnp.arange(1, rows * columns + 1, dtype=jnp.int32).reshape(rows, columns)

    def spread(own: jax.Array) -> jax.Array:
        around = jnp.pad(own, 1)
        across = jnp.maximum(around[1:-1, 2:], around[1:-1, :-2])
        along = jnp.maximum(around[2:, 1:-1], around[:-2, 1:-1])
        return jnp.where(blocked, BLOCKED, jnp.maximum(own, jnp.maximum(across, along)))

    def changed(pair: tuple[jax.Array, jax.Array]) -> jax.Array:
        return (pair[0] != pair[1]).any()

    start = jnp.where(blocked, BLOCKED, first)
    pair = (start, spread(start))
    return jax.lax.while_loop(changed, lambda pair: (pair[1], spread(pair[1])), pair)[1]

"""Where things lie as agents see them."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_mpe.state import State

NEAREST = 1e-12
"""The least square of a distance: two points in one place have no direction, but no NaN either."""


def offsets(state: State) -> jax.Array:
    """From every agent to every entity, `f32[n, m, 2]`."""
    agents = state.velocities.shape[0]
    return state.positions[None] - state.positions[:agents, None]


def distance(offset: jax.Array) -> jax.Array:
    """The length of offsets `f32[..., 2]`, `f32[...]`: at least 1e-6, so that it has a slope."""
    return length(offset[..., 0], offset[..., 1])


def length(x: jax.Array, y: jax.Array) -> jax.Array:
    """The length of offsets, `f32[...]`; see `distance`.

    Of two products added to each other a compiler fuses either into the sum. The maximum, which is
    the first product itself, leaves no choice, and the compiled twin rounds alike.
    """
    return jnp.sqrt(jnp.maximum(jnp.maximum(x * x, 0.0) + y * y, NEAREST))


def without_self(square: jax.Array) -> jax.Array:
    """A square without its diagonal: from `f32[n, n, ...]` to `f32[n, n - 1, ...]`.

    Row by row in one line, each element of the diagonal but the first is followed by `n` others.
    """
    size, rest = square.shape[0], square.shape[2:]
    line = square.reshape(size * size, *rest)[1:]
    return line.reshape(size - 1, size + 1, *rest)[:, :-1].reshape(size, size - 1, *rest)


def joined(*parts: jax.Array) -> jax.Array:
    """One row for each agent, `f32[n, k]`, of parts `f32[n, ...]`, end to end."""
    return jnp.concatenate([part.reshape(part.shape[0], -1) for part in parts], axis=1)


def to_all(part: jax.Array, agents: int) -> jax.Array:
    """The same `part: f32[...]` for all of some agents, `f32[agents, ...]`."""
    return jnp.broadcast_to(part, (agents, *part.shape))


def one_hot(index: jax.Array, size: int, low: float = 0.0, high: float = 1.0) -> jax.Array:
    """`high` at an index and `low` elsewhere: from `i32[...]` to `f32[..., size]`."""
    return jnp.where(index[..., None] == jnp.arange(size), jnp.float32(high), jnp.float32(low))

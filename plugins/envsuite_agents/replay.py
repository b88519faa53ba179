"""What was played, kept to be learned from again."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from envsuite.functional import struct


@struct
class Replay:
    """The last rows that were added; the oldest make room for the newest."""

    rows: Any  # a pytree, leading axis `capacity`
    added: jax.Array  # i32[]: how many there have been


def empty(row: Any, capacity: int) -> Replay:
    """Room for rows like `row`, a pytree of arrays or of their shapes and dtypes."""
    rows = jax.tree.map(lambda leaf: jnp.zeros((capacity, *leaf.shape), leaf.dtype), row)
    return Replay(rows, jnp.int32(0))


def add(replay: Replay, rows: Any) -> Replay:
    """Add rows, as many each time as divide the capacity.

    So they are one slice of the buffer, which a compiled loop writes in place.
    """
    count, capacity = len(jax.tree.leaves(rows)[0]), _capacity(replay)
    assert capacity % count == 0, f"{count} rows at a time do not divide room for {capacity}"
    place = replay.added % capacity

    def put(kept: jax.Array, new: jax.Array) -> jax.Array:
        return jax.lax.dynamic_update_slice_in_dim(kept, new, place, 0)

    return Replay(jax.tree.map(put, replay.rows, rows), replay.added + count)


def sample(key: jax.Array, replay: Replay, count: int) -> Any:
    """Draw `count` rows evenly, with replacement, among those that are there.

    A remainder of 32 random bits, which makes no row likelier by more than its share of 2^32.
    """
    there = jnp.minimum(replay.added, _capacity(replay)).astype(jnp.uint32)
    drawn = (jax.random.bits(key, (count,)) % there).astype(jnp.int32)
    return jax.tree.map(lambda leaf: leaf[drawn], replay.rows)


def _capacity(replay: Replay) -> int:
    return len(jax.tree.leaves(replay.rows)[0])

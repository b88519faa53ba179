"""Which levels are the same: every bit of every leaf is equal."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def bits(levels: Any) -> jax.Array:
    """A batch of levels as words, `u32[n, k]`, equal where the levels are."""
    return jnp.concatenate([_words(leaf) for leaf in jax.tree.leaves(levels)], axis=1)


def hashes(words: jax.Array) -> jax.Array:
    """A hash of each level, `u32[n]`, never 0; `words` are those of `bits`."""
    places = np.arange(words.shape[1], dtype=np.uint32) * np.uint32(0x9E3779B9)
    mixed = _mix(words ^ _mix(jnp.asarray(places) + jnp.uint32(1))).sum(axis=1, dtype=jnp.uint32)
    mixed = _mix(mixed)
    return jnp.where(mixed == 0, jnp.uint32(1), mixed)


def alike(words: jax.Array, codes: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Which rows of a batch are one level.

    Args:
        words: `u32[n, k]`, of `bits`.
        codes: `u32[n]`, their hashes.

    Returns:
        `i32[n]`, a number from 0 to `n - 1` for each level, the same in all rows that are it; and
        `bool[n]`, whether a row is the first of its level.
    """
    order = jnp.argsort(codes)  # stable: rows of one level stay in order
    ordered = words[order]
    new = jnp.ones(codes.shape, bool).at[1:].set((ordered[1:] != ordered[:-1]).any(axis=1))
    numbers = jnp.cumsum(new) - 1
    groups = jnp.zeros(codes.shape, jnp.int32).at[order].set(numbers.astype(jnp.int32))
    return groups, jnp.zeros(codes.shape, bool).at[order].set(new)


def find(words: jax.Array, codes: jax.Array, kept: Any, kept_codes: jax.Array) -> jax.Array:
    """Where each level is kept, `i32[n]`; -1 where it is not.

    Each hash that is kept is looked up among those of the batch, so that what a batch costs grows
    with the number kept and no faster.

    Args:
        words: `u32[n, k]`, of `bits`.
        codes: `u32[n]`, their hashes.
        kept: The levels that are kept, leading axis `[capacity]`.
        kept_codes: `u32[capacity]`, their hashes; 0 where none is kept.
    """
    size, capacity = codes.shape[0], kept_codes.shape[0]
    ordered = jnp.sort(codes)
    row = jnp.minimum(jnp.searchsorted(ordered, kept_codes), size - 1)
    row = jnp.where(ordered[row] == kept_codes, row, size)
    places = jnp.arange(capacity, dtype=jnp.int32)
    own = jnp.searchsorted(ordered, codes)
    found = jnp.full(codes.shape, -1, jnp.int32)
    # the first and the last that have the hash: a third one would be missed, and kept twice
    first = jnp.full(size, capacity - 1, jnp.int32).at[row].min(places, mode="drop")
    last = jnp.zeros(size, jnp.int32).at[row].max(places, mode="drop")
    for candidates in (first, last):
        place = candidates[own]
        there = bits(jax.tree.map(lambda leaf, place=place: leaf[place], kept))
        same = (kept_codes[place] == codes) & (there == words).all(axis=1)
        found = jnp.where(same, place, found)
    return found


def _words(leaf: jax.Array) -> jax.Array:
    """One leaf of a batch as `u32[n, k]`."""
    leaf = jnp.asarray(leaf)
    if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        leaf = jax.random.key_data(leaf)
    if jnp.issubdtype(leaf.dtype, jnp.floating) and leaf.dtype.itemsize < 4:
        leaf = leaf.astype(jnp.float32)
    flat = leaf.reshape(leaf.shape[0], -1)
    if flat.dtype.itemsize < 4:  # booleans and small whole numbers
        return flat.astype(jnp.uint32)
    return jax.lax.bitcast_convert_type(flat, jnp.uint32).reshape(leaf.shape[0], -1)


def _mix(word: jax.Array) -> jax.Array:
    """The last step of MurmurHash3 for 32 bits, by Austin Appleby, in the public domain."""
    word = (word ^ (word >> 16)) * jnp.uint32(0x85EBCA6B)
    word = (word ^ (word >> 13)) * jnp.uint32(0xC2B2AE35)
    return word ^ (word >> 16)

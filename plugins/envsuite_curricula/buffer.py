"""The one store of levels that all curricula share: a pytree of fixed shape, and pure functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import KeptLevels, Outcome
from envsuite.functional import struct
from envsuite.functional.outcomes import known_where, pooled
from envsuite_curricula.identity import alike, bits, find, hashes
from envsuite_curricula.priorities import Priorities, by_rank, probabilities

ScoreOf = Callable[[Any, Outcome, jax.Array], jax.Array]
"""From levels, what came of them and their best returns, to `f32[n]`."""


@struct
class Buffer:
    """Levels and what is known of them. The first `size` places are taken; the others are zeros."""

    levels: Any  # leading axis [capacity], as all but the last three
    code: jax.Array  # u32[capacity]: a hash of the level, 0 where there is none
    score: jax.Array  # f32[capacity]: always finite
    best_return: jax.Array  # f32[capacity]: the highest return ever seen in the level
    solved: jax.Array  # f32[capacity]: the share solved when it was last played; NaN if unknown
    drawn: jax.Array  # i32[capacity]: the cycle in which it was last proposed
    serial: jax.Array  # i32[capacity]: the levels' numbers in the order in which they came
    parent: jax.Array  # i32[capacity]: the serial of the level it was made from; -1 if of none
    size: jax.Array  # i32[]
    clock: jax.Array  # i32[]: cycles so far
    arrivals: jax.Array  # i32[]: how many levels were ever taken in


def empty(level: Any, capacity: int) -> Buffer:
    """A buffer without levels.

    Args:
        level: A level, or its shapes and dtypes.
        capacity: How many levels it holds.

    Raises:
        ValueError: If it would hold none.
    """
    if capacity < 1:
        raise ValueError(f"a buffer of capacity {capacity} holds no level: give it 1 or more")

    def nothing(leaf: Any) -> jax.Array:
        if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            return jax.random.split(jax.random.key(0), (capacity, *leaf.shape))
        return jnp.zeros((capacity, *leaf.shape), leaf.dtype)

    def none() -> jax.Array:
        return jnp.full(capacity, -1, jnp.int32)

    # an array of its own for each leaf, so that a caller may donate the whole
    return Buffer(
        levels=jax.tree.map(nothing, level),
        code=jnp.zeros(capacity, jnp.uint32),
        score=jnp.zeros(capacity),
        best_return=jnp.zeros(capacity),
        solved=jnp.zeros(capacity),
        drawn=jnp.zeros(capacity, jnp.int32),
        serial=none(),
        parent=none(),
        size=jnp.int32(0),
        clock=jnp.int32(0),
        arrivals=jnp.int32(0),
    )


def chances(buffer: Buffer, priorities: Priorities) -> jax.Array:
    """How likely each place is to be drawn now, `f32[capacity]`."""
    return probabilities(priorities, buffer.score, buffer.drawn, buffer.size, buffer.clock)


def levels_at(buffer: Buffer, places: jax.Array) -> Any:
    """The levels at some places, leading axis that of `places`."""
    return jax.tree.map(lambda leaf: leaf[places], buffer.levels)


def mark(buffer: Buffer, places: jax.Array) -> Buffer:
    """Note that levels are drawn now."""
    return replace(buffer, drawn=buffer.drawn.at[places].set(buffer.clock))


def shown(buffer: Buffer) -> KeptLevels[Any]:
    """All that is kept, the best-scored first."""
    order = by_rank(buffer.score, buffer.size)
    return KeptLevels(
        levels=levels_at(buffer, order),
        score=buffer.score[order],
        solved=buffer.solved[order],
        age=buffer.clock - buffer.drawn[order],
        serial=buffer.serial[order],
        parent=buffer.parent[order],
        size=buffer.size,
    )


def rescore(
    buffer: Buffer, places: jax.Array, levels: Any, outcome: Outcome, score_of: ScoreOf
) -> tuple[Buffer, jax.Array]:
    """Replace the scores of levels that were played again.

    Rows of one level count as one outcome of all their episodes. Rows whose level has left the
    buffer since, or in which no episode ended, change nothing.

    Args:
        buffer: The buffer.
        places: `i32[n]`: where each level was; -1 for rows that are not of the buffer.
        levels: What was played, leading axis `[n]`.
        outcome: What came of it, leaves `[n]`.
        score_of: The score.

    Returns:
        The buffer, and how many rows were refused because their score is no finite number.
    """
    capacity = buffer.score.shape[0]
    own = bits(levels_at(buffer, jnp.maximum(places, 0)))
    here = (places >= 0) & (places < buffer.size) & (own == bits(levels)).all(axis=1)
    places = jnp.where(here, places, capacity)
    groups = jnp.searchsorted(jnp.sort(places), places).astype(jnp.int32)
    return _note(buffer, places, levels, pooled(known_where(here, outcome), groups), score_of)


def offer(
    buffer: Buffer,
    priorities: Priorities,
    levels: Any,
    outcome: Outcome,
    score_of: ScoreOf,
    parents: jax.Array,
) -> tuple[Buffer, jax.Array]:
    """Take in new levels that are worth it.

    A level that is there already is given its new score, and rows of one level count as one. While
    there is room, every level is taken in. Then the best of the new ones is set against the level
    that is least likely to be drawn, the second best against the second least likely, and so on;
    each takes the other's place if its score is higher. (One new level at a time, that is the rule
    of arXiv:2010.03934; for several at once it needs no more than one sort.)

    Args:
        buffer: The buffer.
        priorities: How likely each level is to be drawn.
        levels: Leading axis `[n]`.
        outcome: What came of them, leaves `[n]`; rows in which no episode ended change nothing.
        score_of: The score.
        parents: `i32[n]`: serials of the levels they were made from; -1 for none.

    Returns:
        The buffer, and how many rows were refused because their score is no finite number.
    """
    words = bits(levels)
    codes = hashes(words)
    groups, first = alike(words, codes)
    outcome = pooled(outcome, groups)
    known = find(words, codes, buffer.levels, buffer.code)
    capacity = buffer.score.shape[0]
    there = jnp.where(known >= 0, known, capacity)
    buffer, refused = _note(
        buffer, there, levels, known_where(known >= 0, outcome), score_of, seen=True
    )

    outcome = known_where(known < 0, outcome)
    scores = score_of(levels, outcome, outcome.best_return)
    refused += _refusals(outcome, scores)
    worth = jnp.where(first & jnp.isfinite(scores), scores, -jnp.inf)
    count = min(worth.shape[0], capacity)
    order = jnp.argsort(-worth)[:count]
    weakest = _weakest(buffer, priorities, count)
    room = weakest >= buffer.size
    better = room | (worth[order] > buffer.score[weakest])
    taken = better & (worth[order] > -jnp.inf)
    places = jnp.where(taken, weakest, capacity)
    serials = buffer.arrivals + jnp.cumsum(taken, dtype=jnp.int32) - 1

    def put(old: jax.Array, new: jax.Array) -> jax.Array:
        return _put(old, new, places)

    return replace(
        buffer,
        levels=jax.tree.map(lambda old, new: put(old, new[order]), buffer.levels, levels),
        code=put(buffer.code, codes[order]),
        score=put(buffer.score, worth[order]),
        best_return=put(buffer.best_return, outcome.best_return[order]),
        solved=put(buffer.solved, outcome.solved[order]),
        drawn=put(buffer.drawn, jnp.broadcast_to(buffer.clock, (count,))),
        serial=put(buffer.serial, serials),
        parent=put(buffer.parent, parents[order]),
        size=buffer.size + (taken & room).sum(dtype=jnp.int32),
        arrivals=buffer.arrivals + taken.sum(dtype=jnp.int32),
    ), refused


def _note(
    buffer: Buffer,
    places: jax.Array,
    levels: Any,
    outcome: Outcome,
    score_of: ScoreOf,
    *,
    seen: bool = False,
) -> tuple[Buffer, jax.Array]:
    """Write scores; `places` out of range are left out, rows of one place say the same."""
    capacity = buffer.score.shape[0]
    before = buffer.best_return[jnp.minimum(places, capacity - 1)]
    best = jnp.maximum(before, outcome.best_return)
    scores = score_of(levels, outcome, best)
    good = (outcome.episodes > 0) & jnp.isfinite(scores)
    places = jnp.where(good, places, capacity)

    def put(old: jax.Array, new: jax.Array) -> jax.Array:
        return _put(old, new, places)

    drawn = put(buffer.drawn, jnp.broadcast_to(buffer.clock, places.shape))
    return replace(
        buffer,
        score=put(buffer.score, scores),
        best_return=put(buffer.best_return, best),
        solved=put(buffer.solved, outcome.solved),
        drawn=drawn if seen else buffer.drawn,
    ), _refusals(outcome, scores)


def _put(old: jax.Array, new: jax.Array, places: jax.Array) -> jax.Array:
    """Write rows of an array, of numbers or PRNG keys; places out of range are left out."""
    if jnp.issubdtype(old.dtype, jax.dtypes.prng_key):
        data = jax.random.key_data(old).at[places].set(jax.random.key_data(new), mode="drop")
        return jax.random.wrap_key_data(data, impl=jax.random.key_impl(old))
    return old.at[places].set(new.astype(old.dtype), mode="drop")


def _refusals(outcome: Outcome, scores: jax.Array) -> jax.Array:
    return ((outcome.episodes > 0) & ~jnp.isfinite(scores)).sum(dtype=jnp.int32)


def _weakest(buffer: Buffer, priorities: Priorities, count: int) -> jax.Array:
    """Places, the free ones first, then the least likely; of equals, the lower score."""
    size, capacity = buffer.size, buffer.score.shape[0]
    order = by_rank(buffer.score, size)
    likely = probabilities(priorities, buffer.score, buffer.drawn, size, buffer.clock, order)
    likely = jnp.where(jnp.arange(capacity) < size, likely, -1.0)
    # among those that are alike the first counts: free places as they come, then the worst first
    taken = jnp.arange(capacity) < size
    turned = jnp.where(taken, size - 1 - jnp.arange(capacity), jnp.arange(capacity))
    worst_first = order[turned]
    return worst_first[jax.lax.top_k(-likely[worst_first], count)[1]]

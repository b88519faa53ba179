"""Where proposed levels come from: drawn anew, drawn from the buffer, or made from its levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import Outcome, Proposal
from envsuite.core.env import Levels
from envsuite.functional import struct, unwrapped
from envsuite_curricula.buffer import Buffer, ScoreOf, chances, levels_at, mark, offer, rescore
from envsuite_curricula.priorities import Priorities, draw

NEW = -1
"""The ticket of a level that was drawn anew. From 0 up, a ticket is a place in the buffer; from -2
down, `-2 - serial` of the parent."""


@struct
class Counts:
    """What was proposed so far; all `i32[]`."""

    new: jax.Array  # levels that were drawn anew
    replayed: jax.Array  # levels of the buffer
    mutated: jax.Array  # neighbours of levels of the buffer
    trained: jax.Array  # proposals that a learner learned from
    untrained: jax.Array  # proposals that were only looked at
    refused: jax.Array  # outcomes without a finite score


@struct
class Kept:
    """The memory of a curriculum with a buffer."""

    buffer: Buffer
    counts: Counts
    replayed_last: jax.Array  # bool[]: whether the last proposal was from the buffer


def no_counts() -> Counts:
    """Nothing was proposed yet."""
    return Counts(*(jnp.int32(0) for _ in range(6)))  # six, so that each can be donated


def check_levels(levels: Any) -> Any:
    """The game below all transforms, if it has levels.

    Raises:
        TypeError: If it has none.
    """
    game = unwrapped(levels)
    if not isinstance(game, Levels):
        raise TypeError(
            f"{type(game).__name__} has no levels for a curriculum to choose: give a game with "
            "`sample` and `mutate` (envsuite.Levels)"
        )
    return game


def level_shapes(levels: Any) -> Any:
    """The shapes and dtypes of a level, without drawing one."""
    return jax.eval_shape(check_levels(levels).sample, jax.random.key(0))


def sampled(levels: Any, key: jax.Array, num: int) -> Any:
    """New levels, leading axis `[num]`."""
    return jax.vmap(check_levels(levels).sample)(jax.random.split(key, num))


def fresh(levels: Any, key: jax.Array, state: Kept, num: int, trained: bool) -> Any:
    """Propose new levels; returns state and proposal, as all of these do."""
    counts = counted(state.counts, num, "new", trained)
    tickets = jnp.full(num, NEW, jnp.int32)
    proposal = Proposal(sampled(levels, key, num), tickets, jnp.bool_(trained))
    return replace(state, counts=counts, replayed_last=jnp.bool_(False)), proposal


def replayed(
    key: jax.Array, state: Kept, num: int, priorities: Priorities, *, replacement: bool
) -> Any:
    """Propose levels of the buffer, which a learner may always learn from."""
    buffer = state.buffer
    likely = chances(buffer, priorities)
    places = draw(key, likely, buffer.size, num, replacement=replacement)
    proposal = Proposal(levels_at(buffer, places), places, jnp.bool_(True))
    counts = counted(state.counts, num, "replayed", True)
    return Kept(mark(buffer, places), counts, jnp.bool_(True)), proposal


def mutated(levels: Any, key: jax.Array, state: Kept, num: int, edits: int) -> Any:
    """Propose neighbours of the levels that were replayed in the cycle before.

    Each of those levels is the parent of as many children as any other, up to one.
    """
    draw_key, edit_key = jax.random.split(key)
    buffer = state.buffer
    places = jnp.arange(buffer.score.shape[0])
    last = (buffer.drawn == buffer.clock - 1) & (places < buffer.size)
    parents = _spread(draw_key, last, num)
    children = levels_at(buffer, parents)
    mutate = jax.vmap(check_levels(levels).mutate)

    def edit(index: jax.Array, children: Any) -> Any:
        return mutate(jax.random.split(jax.random.fold_in(edit_key, index), num), children)

    children = jax.lax.fori_loop(0, edits, edit, children)
    counts = counted(state.counts, num, "mutated", False)
    proposal = Proposal(children, -2 - buffer.serial[parents], jnp.bool_(False))
    return replace(state, counts=counts, replayed_last=jnp.bool_(False)), proposal


def learned(
    state: Kept, proposal: Proposal[Any], outcome: Outcome, priorities: Priorities, score: ScoreOf
) -> Kept:
    """Note what came of a proposal: levels of the buffer are scored anew, others offered to it."""
    levels, tickets = proposal.levels, proposal.tickets
    buffer, refused = rescore(state.buffer, tickets, levels, outcome, score)
    outside = tickets < 0

    def take_in(buffer: Buffer) -> tuple[Buffer, jax.Array]:
        kept = jnp.where(outside, outcome.episodes, 0)
        new = replace(outcome, episodes=kept)
        parents = jnp.where(tickets < NEW, -2 - tickets, -1)
        return offer(buffer, priorities, levels, new, score, parents)

    def leave(buffer: Buffer) -> tuple[Buffer, jax.Array]:
        return buffer, jnp.int32(0)

    buffer, more = jax.lax.cond(outside.any(), take_in, leave, buffer)
    counts = replace(state.counts, refused=state.counts.refused + refused + more)
    return replace(state, buffer=buffer, counts=counts)


def counted(counts: Counts, num: int, source: str, trained: bool) -> Counts:
    """The counts after one more proposal of `num` levels of one `source`."""
    kind = "trained" if trained else "untrained"
    more = {source: getattr(counts, source) + num, kind: getattr(counts, kind) + 1}
    return replace(counts, **more)


def count_figures(counts: Counts) -> dict[str, jax.Array]:
    """The counts as figures for a log."""
    figures = {
        "levels_new": counts.new,
        "levels_replayed": counts.replayed,
        "levels_mutated": counts.mutated,
        "proposals_trained": counts.trained,
        "proposals_untrained": counts.untrained,
        "scores_refused": counts.refused,
    }
    return {name: figure.astype(jnp.float32) for name, figure in figures.items()}


def buffer_figures(buffer: Buffer, priorities: Priorities) -> Mapping[str, jax.Array]:
    """How full a buffer is, and on how many levels its draws concentrate."""
    capacity = buffer.score.shape[0]
    kept = jnp.arange(capacity) < buffer.size
    size = jnp.maximum(buffer.size, 1).astype(jnp.float32)
    squares = (chances(buffer, priorities) ** 2).sum()
    return {
        "fill": buffer.size / jnp.float32(capacity),
        "mean_score": jnp.where(kept, buffer.score, 0).sum() / size,
        "effective_levels": jnp.where(squares > 0, 1 / jnp.where(squares > 0, squares, 1), 0),
    }


def _spread(key: jax.Array, candidates: jax.Array, num: int) -> jax.Array:
    """Places of candidates in random order, over and over until there are `num`."""
    count = min(num, candidates.shape[0])
    noise = jnp.where(candidates, jax.random.uniform(key, candidates.shape), -1.0)
    _, order = jax.lax.top_k(noise, count)
    there = jnp.clip(candidates.sum(), 1, count)
    return order[jnp.arange(num) % there].astype(jnp.int32)

"""What came of the levels that were played: from the steps of a rollout to an `Outcome`.

Pure functions of arrays, of NumPy's or JAX's, so that a compiled learner and a callback on the host
count alike.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import Outcome
from envsuite.functional.struct import struct, tree_where


@struct
class Running:
    """Episodes under way: what has come of each since it began. Leading axis `[n]`."""

    steps: jax.Array  # i32[n]
    earned: jax.Array  # f32[n]: the return so far, undiscounted
    value: jax.Array  # f32[n]: the sum of the critic's values, and so on
    advantage: jax.Array  # f32[n]
    positive_advantage: jax.Array  # f32[n]
    absolute_advantage: jax.Array  # f32[n]


def begin(slots: int) -> Running:
    """Episodes of which nothing has been played, one in each slot."""
    return Running(jnp.zeros(slots, jnp.int32), *(jnp.zeros(slots) for _ in range(5)))


def outcome(
    reward: Any, ended: Any, won: Any = None, value: Any = None, advantage: Any = None
) -> Outcome:
    """The outcome of a rollout in which each slot plays one level again and again.

    An episode that the rollout cuts off does not count: nobody knows what would have come of it.

    Args:
        reward: `f32[steps, n]`, as the game pays it: no value of a time limit is added to it.
        ended: `bool[steps, n]`: this step was the last of its episode, terminated or truncated.
        won: `bool[steps, n]`: whether the game counts as solved after this step; read where an
            episode ends. `None` where the game does not say.
        value: `f32[steps, n]`: the critic's value of what was seen before the step; `None` if
            the learner has no critic.
        advantage: `f32[steps, n]`: the generalised advantage of the step; `None` likewise.

    Returns:
        Leaves `[n]`, NaN in the levels in which no episode ended.
    """
    running = begin(jnp.shape(reward)[1])
    return together(episodes(running, reward, ended, won, value, advantage)[1])


def episodes(
    running: Running,
    reward: Any,
    ended: Any,
    won: Any = None,
    value: Any = None,
    advantage: Any = None,
) -> tuple[Running, Outcome]:
    """The outcome of each single episode, and what is left of those that go on.

    For learners whose episodes outlast a rollout, and whose slots change their levels within one.

    Args:
        running: The episodes under way before the first step.
        reward: As in `outcome`, and so are the others.
        ended: `bool[steps, n]`.
        won: `bool[steps, n]` or `None`.
        value: `f32[steps, n]` or `None`.
        advantage: `f32[steps, n]` or `None`.

    Returns:
        The episodes under way after the last step, and an `Outcome` with leaves `[steps, n]`: one
        episode in each step that ended one, none in the others.
    """
    reward, ended = jnp.asarray(reward, jnp.float32), jnp.asarray(ended)
    unknown = jnp.full_like(reward, jnp.nan)
    value, advantage, won = (
        unknown if given is None else jnp.asarray(given, jnp.float32)
        for given in (value, advantage, won)
    )

    def step(running: Running, played: Any) -> tuple[Running, Outcome]:
        reward, ended, won, value, advantage = played
        whole = Running(
            steps=running.steps + 1,
            earned=running.earned + reward,
            value=running.value + value,
            advantage=running.advantage + advantage,
            positive_advantage=running.positive_advantage + jnp.maximum(advantage, 0),
            absolute_advantage=running.absolute_advantage + jnp.abs(advantage),
        )
        own = Outcome(
            episodes=ended.astype(jnp.int32),
            mean_return=whole.earned,
            best_return=whole.earned,
            solved=won,
            value=whole.value / whole.steps,
            advantage=whole.advantage / whole.steps,
            positive_advantage=whole.positive_advantage / whole.steps,
            absolute_advantage=whole.absolute_advantage / whole.steps,
        )
        fresh = jax.tree.map(jnp.zeros_like, whole)
        return tree_where(ended, fresh, whole), known_where(ended, own)

    return jax.lax.scan(step, running, (reward, ended, won, value, advantage))


def together(outcome: Outcome, axis: int = 0) -> Outcome:
    """Several outcomes of one level as one: each episode weighs the same.

    Args:
        outcome: The several ones lie along `axis`.
        axis: The axis that goes.
    """
    return _pooled(outcome, lambda leaf: leaf.sum(axis), lambda leaf: leaf.max(axis))


def pooled(outcome: Outcome, groups: jax.Array) -> Outcome:
    """The outcomes of the rows of one group as one, which each of its rows then has.

    Args:
        outcome: Leaves `[n]`.
        groups: `i32[n]`, from 0 to `n - 1`: rows of one number are of one level.
    """
    size = groups.shape[0]

    def total(leaf: jax.Array) -> jax.Array:
        return jax.ops.segment_sum(leaf, groups, size)[groups]

    def highest(leaf: jax.Array) -> jax.Array:
        return jax.ops.segment_max(leaf, groups, size)[groups]

    return _pooled(outcome, total, highest)


def known_where(condition: jax.Array, outcome: Outcome) -> Outcome:
    """The outcome where the condition holds; elsewhere none: no episodes, all else NaN."""
    known = jax.tree.map(lambda leaf: jnp.where(condition, leaf, jnp.nan), outcome)
    return replace(known, episodes=jnp.where(condition, outcome.episodes, 0))


def _pooled(outcome: Outcome, total: Any, highest: Any) -> Outcome:
    """Means weighted by episodes; a NaN in an episode that counts is a NaN in the mean."""
    counts = outcome.episodes
    means = {
        field.name: total(jnp.where(counts > 0, getattr(outcome, field.name) * counts, 0))
        for field in fields(Outcome)
        if field.name not in ("episodes", "best_return")
    }
    episodes = total(counts)
    best = highest(jnp.where(counts > 0, outcome.best_return, -jnp.inf))
    whole = Outcome(
        episodes=episodes,
        best_return=best,
        **{name: leaf / jnp.maximum(episodes, 1) for name, leaf in means.items()},
    )
    return known_where(episodes > 0, whole)

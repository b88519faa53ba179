"""Prioritised level replay (arXiv:2010.03934), plain and robust (arXiv:2110.02439)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import KeptLevels, Outcome, Proposal
from envsuite_curricula.buffer import empty, shown
from envsuite_curricula.priorities import Priorities
from envsuite_curricula.proposals import (
    Kept,
    buffer_figures,
    check_levels,
    count_figures,
    fresh,
    learned,
    level_shapes,
    no_counts,
    replayed,
)
from envsuite_curricula.scores import SCORES, check_score, score_levels


@dataclass(frozen=True)
class PLR:
    """Plays new levels, keeps those with high scores, and plays them again.

    The defaults spread over more levels than the published ones do, which suit runs of hundreds of
    millions of steps; those are in the README, and by name in the registry.

    Attributes:
        levels: The game.
        score: What makes a level worth playing again, a name of `scores.SCORES`.
        capacity: How many levels are kept.
        prioritisation: `"rank"`, `"proportional"` or `"uniform"`; see `priorities.Priorities`.
        temperature: Low ones make the best levels frequent; often called beta.
        staleness: The share of draws that go by age; often called rho.
        replay: How likely a cycle is to replay, once the buffer is full enough.
        fill: The share of the buffer that is full enough; see also `replay_due`.
        replacement: Whether one level may be drawn for several slots of a proposal. If not, it
            is so only where there are more slots than levels.
        robust: Whether new levels are only looked at, and learned from when they are replayed.

    Raises:
        TypeError: On construction, for a game without levels.
        ValueError: On construction, for numbers out of range, an unknown name, and a score that
            the game cannot be given.
    """

    levels: Any
    score: str = "max_monte_carlo"
    capacity: int = 1000
    prioritisation: str = "rank"
    temperature: float = 1.0
    staleness: float = 0.3
    replay: float = 0.5
    fill: float = 0.5
    replacement: bool = False
    robust: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be done."""
        check_levels(self.levels)
        check_score(self.score, self.levels)
        check_capacity(self.capacity)
        for name in ("replay", "fill"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(f"{name} must lie between 0 and 1, not {value!r}")
        Priorities(self.prioritisation, self.temperature, self.staleness)

    @property
    def priorities(self) -> Priorities:
        """How likely each level is to be drawn."""
        return Priorities(self.prioritisation, self.temperature, self.staleness)

    @property
    def needs_values(self) -> bool:
        """Whether its score is made from a critic's values."""
        return SCORES[self.score].needs == "values"

    @property
    def gated(self) -> bool:
        """Whether new levels are only looked at."""
        return self.robust

    @property
    def grounded(self) -> bool:
        """It takes levels as they are."""
        return False

    def init(self, key: jax.Array) -> Kept:
        """An empty buffer."""
        buffer = empty(level_shapes(self.levels), self.capacity)
        return Kept(buffer, no_counts(), jnp.bool_(False))

    def propose(self, key: jax.Array, state: Kept, num: int) -> tuple[Kept, Proposal[Any]]:
        """Replay, or draw new levels: one or the other in all slots."""
        choice_key, draw_key = jax.random.split(key)
        state = next_cycle(state)
        return jax.lax.cond(
            self.replay_due(choice_key, state),
            lambda: self.replayed(draw_key, state, num),
            lambda: fresh(self.levels, draw_key, state, num, trained=not self.robust),
        )

    def learn(self, key: jax.Array, state: Kept, proposal: Proposal[Any], outcome: Outcome) -> Kept:
        """Score the levels that were played, and keep the new ones that are worth it."""
        return learned(state, proposal, outcome, self.priorities, self.score_of)

    def figures(self, state: Kept) -> Mapping[str, jax.Array]:
        """How much was proposed, and what the buffer holds, each `f32[]`."""
        return {**count_figures(state.counts), **buffer_figures(state.buffer, self.priorities)}

    def kept(self, state: Kept) -> KeptLevels[Any]:
        """The levels of the buffer, the best-scored first."""
        return shown(state.buffer)

    def replay_due(self, key: jax.Array, state: Kept) -> jax.Array:
        """Whether this cycle replays, `bool[]`.

        A buffer also counts as full enough when as many new levels were proposed as it could hold:
        a game may have fewer levels than that, and a robust learner would wait for ever.
        """
        size, seen = state.buffer.size, state.counts.new
        enough = max(math.ceil(self.fill * self.capacity), 1)
        ready = (size >= enough) | ((seen >= self.capacity) & (size >= 1))
        return ready & (jax.random.uniform(key) < self.replay)

    def replayed(self, key: jax.Array, state: Kept, num: int) -> tuple[Kept, Proposal[Any]]:
        """Levels of the buffer."""
        return replayed(key, state, num, self.priorities, replacement=self.replacement)

    def score_of(self, levels: Any, outcome: Outcome, best: jax.Array) -> jax.Array:
        """The scores of levels, `f32[n]`."""
        return score_levels(self.score, self.levels, levels, outcome, best)


def next_cycle(state: Kept) -> Kept:
    """The same, one cycle later."""
    return replace(state, buffer=replace(state.buffer, clock=state.buffer.clock + 1))


def check_capacity(capacity: object) -> None:
    """Raise `ValueError` unless so many levels can be kept."""
    if not isinstance(capacity, int) or isinstance(capacity, bool) or capacity < 1:
        raise ValueError(f"capacity must be a whole number from 1 up, not {capacity!r}")

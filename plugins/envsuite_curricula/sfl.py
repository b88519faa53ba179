"""Sampling for learnability (arXiv:2408.15099): train where one succeeds now and then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import KeptLevels, Outcome, Proposal
from envsuite.functional import struct, tree_where
from envsuite_curricula.buffer import Buffer, chances, empty, levels_at, offer, shown
from envsuite_curricula.plr import check_capacity
from envsuite_curricula.priorities import Priorities, draw
from envsuite_curricula.proposals import (
    NEW,
    Counts,
    buffer_figures,
    check_levels,
    count_figures,
    counted,
    level_shapes,
    no_counts,
    sampled,
)
from envsuite_curricula.scores import check_score, score_levels

# all kept levels alike; in its order of eviction the score decides, so that the best are kept
ALIKE = Priorities("uniform", 1.0, 0.0)


@struct
class State:
    """The learnable levels that were found, and how far the search or the training is."""

    buffer: Buffer
    counts: Counts
    looked_at: jax.Array  # i32[]: new levels proposed in this search
    learned_from: jax.Array  # i32[]: trained proposals since


@dataclass(frozen=True)
class SFL:
    """Looks at many new levels now and then, and trains on the most learnable of them.

    A search proposes `candidates` new levels, a proposal at a time, which are only looked at; it
    keeps the `capacity` of them with the highest `p (1 - p)`, where p is the share of episodes that
    the present policy solves. Then, for `period` proposals, a `share` of the slots play levels of
    these, no level twice before each was drawn once, and the others play new ones; the learner
    learns from all. What a search costs is in the figures: its proposals are the untrained ones.

    Attributes:
        levels: The game; it says `won` in its info.
        capacity: How many levels a search keeps.
        candidates: How many it looks at.
        period: Trained proposals between two searches.
        share: The share of slots that play levels of the search.

    Raises:
        TypeError: On construction, for a game without levels.
        ValueError: On construction, for numbers out of range, and for a game that does not say
            whether it was won.
    """

    levels: Any
    capacity: int = 1000
    candidates: int = 5000
    period: int = 50
    share: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what cannot be done."""
        check_levels(self.levels)
        check_score("learnability", self.levels)
        check_capacity(self.capacity)
        for name in ("candidates", "period"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be a whole number from 1 up, not {value!r}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"share must lie between 0 and 1, not {self.share!r}")

    @property
    def needs_values(self) -> bool:
        """Whether episodes were solved is enough."""
        return False

    @property
    def gated(self) -> bool:
        """To learn from what is only looked at does no harm: those are ordinary new levels."""
        return False

    @property
    def grounded(self) -> bool:
        """It takes levels as they are."""
        return False

    def init(self, key: jax.Array) -> State:
        """Nothing was found; the first search is due."""
        buffer = empty(level_shapes(self.levels), self.capacity)
        return State(buffer, no_counts(), jnp.int32(0), jnp.int32(0))

    def propose(self, key: jax.Array, state: State, num: int) -> tuple[State, Proposal[Any]]:
        """New levels to look at, or a mixture to learn from."""
        over = state.learned_from >= self.period
        none = jnp.int32(0)
        state = replace(
            state,
            looked_at=jnp.where(over, none, state.looked_at),
            learned_from=jnp.where(over, none, state.learned_from),
        )
        return jax.lax.cond(
            state.looked_at < self.candidates,
            lambda: self._search(key, state, num),
            lambda: self._train(key, state, num),
        )

    def learn(
        self, key: jax.Array, state: State, proposal: Proposal[Any], outcome: Outcome
    ) -> State:
        """Keep the most learnable of the levels that were looked at."""

        def note() -> State:
            nobody = jnp.full_like(proposal.tickets, -1)
            levels = proposal.levels
            buffer, refused = offer(state.buffer, ALIKE, levels, outcome, self.score_of, nobody)
            counts = replace(state.counts, refused=state.counts.refused + refused)
            return replace(state, buffer=buffer, counts=counts)

        return jax.lax.cond(proposal.trained, lambda: state, note)

    def figures(self, state: State) -> Mapping[str, jax.Array]:
        """How much was proposed, and what the last search found, each `f32[]`."""
        buffer = state.buffer
        kept = jnp.arange(self.capacity) < buffer.size
        learnable = jnp.where(kept, buffer.score > 0, False).sum() / jnp.maximum(buffer.size, 1)
        return {
            **count_figures(state.counts),
            **buffer_figures(buffer, ALIKE),
            "learnable": learnable.astype(jnp.float32),
        }

    def kept(self, state: State) -> KeptLevels[Any]:
        """What the last search found, the best-scored first."""
        return shown(state.buffer)

    def score_of(self, levels: Any, outcome: Outcome, best: jax.Array) -> jax.Array:
        """The learnability of levels, `f32[n]`."""
        return score_levels("learnability", self.levels, levels, outcome, best)

    def _search(self, key: jax.Array, state: State, num: int) -> tuple[State, Proposal[Any]]:
        """New levels that are only looked at; with the first of a search, what was found goes."""
        nothing = empty(level_shapes(self.levels), self.capacity)
        nothing = replace(nothing, clock=state.buffer.clock, arrivals=state.buffer.arrivals)
        buffer = tree_where(state.looked_at == 0, nothing, state.buffer)
        buffer = replace(buffer, clock=buffer.clock + 1)
        tickets = jnp.full(num, NEW, jnp.int32)
        proposal = Proposal(sampled(self.levels, key, num), tickets, jnp.bool_(False))
        counts = counted(state.counts, num, "new", False)
        state = replace(state, buffer=buffer, counts=counts, looked_at=state.looked_at + num)
        return state, proposal

    def _train(self, key: jax.Array, state: State, num: int) -> tuple[State, Proposal[Any]]:
        """Slots with levels that were found, then slots with new ones."""
        new_key, draw_key = jax.random.split(key)
        buffer, new = state.buffer, sampled(self.levels, new_key, num)
        places = draw(draw_key, chances(buffer, ALIKE), buffer.size, num, replacement=False)
        # where a search found nothing, all are new
        found = (jnp.arange(num) < round(self.share * num)) & (buffer.size > 0)
        levels = tree_where(found, levels_at(buffer, places), new)
        tickets = jnp.where(found, places, NEW)
        count = found.sum(dtype=jnp.int32)
        counts = replace(
            state.counts,
            replayed=state.counts.replayed + count,
            new=state.counts.new + num - count,
            trained=state.counts.trained + 1,
        )
        state = replace(state, counts=counts, learned_from=state.learned_from + 1)
        return state, Proposal(levels, tickets, jnp.bool_(True))

"""Domain randomisation: always new levels. The yardstick of every other curriculum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import Outcome, Proposal
from envsuite_curricula.proposals import (
    NEW,
    Counts,
    check_levels,
    count_figures,
    counted,
    no_counts,
    sampled,
)


@dataclass(frozen=True)
class DomainRandomisation:
    """Draws every level anew, and lets a learner learn from all of them.

    Attributes:
        levels: The game.

    Raises:
        TypeError: On construction, for a game without levels.
    """

    levels: Any

    def __post_init__(self) -> None:
        """Refuse a game without levels."""
        check_levels(self.levels)

    @property
    def needs_values(self) -> bool:
        """Nothing that is told to it matters."""
        return False

    @property
    def gated(self) -> bool:
        """One may learn from all of it."""
        return False

    @property
    def grounded(self) -> bool:
        """Levels come as they come in truth, so there is nothing to put right."""
        return False

    def init(self, key: jax.Array) -> Counts:
        """Nothing was proposed yet."""
        return no_counts()

    def propose(self, key: jax.Array, state: Counts, num: int) -> tuple[Counts, Proposal[Any]]:
        """Draw `num` levels."""
        tickets = jnp.full(num, NEW, jnp.int32)
        proposal = Proposal(sampled(self.levels, key, num), tickets, jnp.bool_(True))
        return counted(state, num, "new", True), proposal

    def learn(
        self, key: jax.Array, state: Counts, proposal: Proposal[Any], outcome: Outcome
    ) -> Counts:
        """There is nothing to learn."""
        return state

    def figures(self, state: Counts) -> Mapping[str, jax.Array]:
        """How much was proposed, each `f32[]`."""
        return count_figures(state)

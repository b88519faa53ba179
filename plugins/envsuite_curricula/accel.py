"""ACCEL: robust replay whose levels grow by small changes (arXiv:2203.01302)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import Proposal
from envsuite_curricula.plr import PLR, next_cycle
from envsuite_curricula.proposals import Kept, fresh, mutated


@dataclass(frozen=True)
class ACCEL(PLR):
    """Robust PLR that, after each replay, looks at changed copies of what was replayed.

    The cycle after a replay is always one of children, which are only looked at and then kept if
    they are worth it. Every level of the replayed proposal is a parent, as in JaxUED; the other
    published choice, four easy levels of the batch, was read both ways round by its own authors.

    Attributes:
        edits: How many changes make a child from its parent, one on top of the other: the
            published systems make 5 to 20 of the smallest changes.
        replay: Of the cycles that do not follow a replay, how many replay.
        robust: Whether new levels are only looked at, as in the paper. Children always are.
    """

    replay: float = 0.8
    robust: bool = True
    edits: int = 5

    def __post_init__(self) -> None:
        """Refuse what cannot be done."""
        super().__post_init__()
        if not isinstance(self.edits, int) or self.edits < 1:
            raise ValueError(f"edits must be a whole number from 1 up, not {self.edits!r}")

    @property
    def gated(self) -> bool:
        """Children are only looked at, if not new levels too."""
        return True

    def propose(self, key: jax.Array, state: Kept, num: int) -> tuple[Kept, Proposal[Any]]:
        """Children of what was just replayed; else a replay, or new levels."""
        choice_key, draw_key = jax.random.split(key)
        state = next_cycle(state)
        otherwise = jnp.where(self.replay_due(choice_key, state), 1, 0)
        return jax.lax.switch(
            jnp.where(state.replayed_last, 2, otherwise),
            (
                lambda: fresh(self.levels, draw_key, state, num, trained=not self.robust),
                lambda: self.replayed(draw_key, state, num),
                lambda: mutated(self.levels, draw_key, state, num, self.edits),
            ),
        )

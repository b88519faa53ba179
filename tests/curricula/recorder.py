"""A curriculum that proposes numbered levels of GridWalk and writes down what it is told."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import Outcome, Proposal
from envsuite.functional import struct
from envsuite_primer.gridwalk import GridWalk
from envsuite_primer.gridwalk_level import Level

SIZE, ROOM = 5, 512


@struct
class Memory:
    """All that was told, in order."""

    proposed: jax.Array  # i32[]: how many levels
    cycles: jax.Array  # i32[]
    told: jax.Array  # i32[]: how many rows
    tickets: jax.Array  # i32[ROOM]
    goals: jax.Array  # i32[ROOM, 2]
    trained: jax.Array  # bool[ROOM]
    outcome: Outcome  # leaves [ROOM]


@dataclass(frozen=True)
class Recorder:
    """Level k has its start in a corner and its goal in the k-th cell after it.

    Attributes:
        levels: The game.
        looks: How many of the first proposals are only looked at.
        needs_values: Whether it says so.
        grounded: Whether it says so.
    """

    levels: GridWalk = GridWalk(size=SIZE)
    looks: int = 0
    needs_values: bool = False
    grounded: bool = False

    @property
    def gated(self) -> bool:
        """Whether any proposal is only looked at."""
        return self.looks > 0

    def init(self, key: jax.Array) -> Memory:
        """Nothing told."""
        none = Outcome(
            jnp.zeros(ROOM, jnp.int32), *(jnp.zeros(ROOM) for _ in range(len(fields(Outcome)) - 1))
        )
        zero = jnp.int32(0)
        return Memory(
            zero,
            zero,
            zero,
            jnp.zeros(ROOM, jnp.int32),
            jnp.zeros((ROOM, 2), jnp.int32),
            jnp.zeros(ROOM, bool),
            none,
        )

    def propose(self, key: jax.Array, state: Memory, num: int) -> tuple[Memory, Proposal[Level]]:
        """The next numbers."""
        tickets = state.proposed + jnp.arange(num, dtype=jnp.int32)
        cell = 1 + tickets % (SIZE * SIZE - 1)
        levels = Level(
            walls=jnp.zeros((num, SIZE, SIZE), bool),
            start=jnp.zeros((num, 2), jnp.int32),
            goal=jnp.stack([cell // SIZE, cell % SIZE], 1).astype(jnp.int32),
        )
        proposal = Proposal(levels, tickets, state.cycles >= self.looks)
        return replace(state, proposed=state.proposed + num, cycles=state.cycles + 1), proposal

    def learn(
        self, key: jax.Array, state: Memory, proposal: Proposal[Any], outcome: Outcome
    ) -> Memory:
        """Write the rows down."""
        rows = state.told + jnp.arange(proposal.tickets.shape[0])
        return replace(
            state,
            told=state.told + proposal.tickets.shape[0],
            tickets=state.tickets.at[rows].set(proposal.tickets),
            goals=state.goals.at[rows].set(proposal.levels.goal),
            trained=state.trained.at[rows].set(proposal.trained),
            outcome=jax.tree.map(lambda own, new: own.at[rows].set(new), state.outcome, outcome),
        )

    def figures(self, state: Memory) -> dict[str, jax.Array]:
        """How much was told."""
        return {"told": state.told.astype(jnp.float32)}

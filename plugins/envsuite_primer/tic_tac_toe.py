"""Tic-tac-toe, a turn-based game: three in a row wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct

CELLS = 9
PASS = CELLS  # the one action of whoever is not to move
LINES = np.array(
    [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
)


@struct
class Params:
    """Nothing: the rules have no numbers."""


@struct
class State:
    """Who has marked what; whose turn it is follows from how much is marked."""

    marks: jax.Array  # bool[2, 9]: of cross, of nought


@dataclass(frozen=True)
class TicTacToe(Env[State, Params]):
    """Cross and nought mark cells in turn; the first with three in a row wins.

    Cross begins. The winner earns 1, the loser -1, a draw nothing. A marked cell, or a pass when
    it is one's turn, is illegal; played all the same, it changes nothing and the turn stays.

    Observations are `f32[18]` in 0 to 1: one's own marks, then the other's, row by row. Actions
    are the nine cells, row by row, and PASS. `info` holds `cross_won`, `nought_won` and `draw`,
    each `bool[]`.
    """

    @property
    def agents(self) -> Mapping[str, int]:
        """Two groups of one."""
        return {"cross": 1, "nought": 1}

    @property
    def noop_action(self) -> int:
        """To pass, which is legal while the other is to move."""
        return PASS

    @property
    def observation_space(self) -> spaces.Dict:
        """The board, seen from one's own side."""
        board = spaces.Box(0.0, 1.0, (2 * CELLS,), np.float32)
        return spaces.Dict(dict.fromkeys(self.agents, board))

    @property
    def action_space(self) -> spaces.Dict:
        """Nine cells and the pass."""
        return spaces.Dict(dict.fromkeys(self.agents, spaces.Discrete(CELLS + 1)))

    def default_params(self) -> Params:
        """There is nothing to choose."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Begin with an empty board; nothing is left to chance."""
        state = State(jnp.zeros((2, CELLS), bool))
        return state, self._timestep(state, jnp.zeros(2, jnp.float32))

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Mark the cell chosen by whoever is to move; the other's action is ignored."""
        chosen = jnp.concatenate([action["cross"], action["nought"]])
        placed = (jnp.arange(CELLS) == chosen[:, None]) & _free(state)
        following = State(state.marks | (placed & _turn(state)[:, None]))
        # a difference, so that a finished game pays nothing more
        return following, self._timestep(following, _score(following) - _score(state))

    def _timestep(self, state: State, reward: jax.Array) -> Timestep[Any]:
        """What both players see; `reward` is `f32[2]`."""
        own = jnp.concatenate([state.marks, state.marks[::-1]], axis=1)
        turn = _turn(state)
        won = _won(state)
        ended = ~turn.any()
        legal = jnp.concatenate([turn[:, None] & _free(state), ~turn[:, None]], axis=1)
        return Timestep(
            obs=_by_group(own.astype(jnp.float32)),
            reward=_by_group(reward),
            terminated=_by_group(jnp.full(2, ended)),
            legal=_by_group(legal),
            to_act=_by_group(turn),
            info={"cross_won": won[0], "nought_won": won[1], "draw": ended & ~won.any()},
        )


def _free(state: State) -> jax.Array:
    """The cells without a mark, `bool[9]`."""
    return ~state.marks.any(axis=0)


def _won(state: State) -> jax.Array:
    """Who has three in a row, `bool[2]`."""
    return state.marks[:, LINES].all(axis=-1).any(axis=-1)


def _turn(state: State) -> jax.Array:
    """Who is to move, `bool[2]`; nobody once the game has ended."""
    mover = state.marks.sum() % 2
    return (jnp.arange(2) == mover) & _free(state).any() & ~_won(state).any()


def _score(state: State) -> jax.Array:
    """What the game is worth to each so far, `f32[2]`."""
    won = _won(state).astype(jnp.float32)
    return won - won[::-1]


def _by_group(rows: jax.Array) -> dict[str, jax.Array]:
    """The first row is cross's, the second nought's."""
    return {"cross": rows[:1], "nought": rows[1:]}

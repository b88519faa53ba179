"""The moves of Hanabi by number: discards, plays, colour hints, rank hints, the pass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_hanabi.cards import COLORS
from envsuite_hanabi.state import State, color_of, finished, rank_of

if TYPE_CHECKING:
    from envsuite_hanabi.env import Hanabi

PLAY, DISCARD, COLOR, RANK, PASS = range(5)  # the kinds; the first four in the order observed


@dataclass(frozen=True, eq=False)
class Moves:
    """What each action means, one row an action; -1 wherever something does not apply.

    Attributes:
        kind: `i32[actions]`: PLAY, DISCARD, COLOR, RANK or PASS.
        slot: `i32[actions]`: the card played or discarded.
        ahead: `i32[actions]`: how many seats ahead the player is who is given a hint; else 0.
        color: `i32[actions]`: the colour hinted at.
        rank: `i32[actions]`: the rank hinted at, from 0 up.
    """

    kind: np.ndarray
    slot: np.ndarray
    ahead: np.ndarray
    color: np.ndarray
    rank: np.ndarray

    def name(self, action: int) -> str:
        """An action in words, such as `discard 1`, `play 5`, `R to +1`, `3 to +2`, `pass`."""
        kind = self.kind[action]
        if kind in (PLAY, DISCARD):
            return f"{'play' if kind == PLAY else 'discard'} {self.slot[action] + 1}"
        if kind == PASS:
            return "pass"
        said = COLORS[self.color[action]] if kind == COLOR else self.rank[action] + 1
        return f"{said} to +{self.ahead[action]}"


@lru_cache(maxsize=64)
def move_table(players: int, hand: int, colors: int, ranks: int) -> Moves:
    """All moves in order: the order of the Hanabi Learning Environment, then the pass."""
    rows = [(DISCARD, slot, 0, -1, -1) for slot in range(hand)]
    rows += [(PLAY, slot, 0, -1, -1) for slot in range(hand)]
    ahead = range(1, players)
    rows += [(COLOR, -1, seat, color, -1) for seat in ahead for color in range(colors)]
    rows += [(RANK, -1, seat, -1, rank) for seat in ahead for rank in range(ranks)]
    rows += [(PASS, -1, 0, -1, -1)]
    return Moves(*np.array(rows, np.int32).T)


def legal_moves(game: Hanabi, state: State) -> jax.Array:
    """What each player may do, `bool[players, actions]`.

    Whoever is to move may play any card, discard one unless all information tokens are there, and
    spend a token on a hint that names at least one card. The others, and everyone after the end,
    can only pass.
    """
    order = (state.turn + jnp.arange(game.players)) % game.players
    cards = state.hands.cards[order]  # the mover's first
    held = cards[0] >= 0
    told = color_of(cards[1:], game.ranks)[..., None] == jnp.arange(game.colors)
    ranked = rank_of(cards[1:], game.ranks)[..., None] == jnp.arange(game.ranks)
    can_tell = state.information > 0
    own = jnp.concatenate(
        [
            held & (state.information < game.information_tokens),
            held,
            told.any(1).ravel() & can_tell,
            ranked.any(1).ravel() & can_tell,
            jnp.zeros(1, bool),
        ]
    )
    only_pass = jnp.arange(own.size) == own.size - 1
    return jnp.where(to_move(game, state)[:, None], own, only_pass)


def to_move(game: Hanabi, state: State) -> jax.Array:
    """Who is to move, `bool[players]`; nobody once the game has ended."""
    return (jnp.arange(game.players) == state.turn) & ~finished(state, game.ranks)

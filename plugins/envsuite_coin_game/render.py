"""Pictures of the Coin Game, for people: nothing imports this module, the registry names it.

How to read one: a disc with eyes is a player, a ring with a dot a coin, each in its colour. Every
piece keeps to its own quarter of a cell (players above, coins below; red left, blue right), so
that none hides another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import FIELD, SIDE, SKY, VERMILION, Board, Color

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_coin_game.env import CoinGame, Params, State

COLORS: tuple[Color, Color] = (VERMILION, SKY)


def frame(env: CoinGame, state: State, params: Params) -> np.ndarray:
    """Draw a state.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: The numbers it is played with; they say how long it is.

    Returns:
        `u8[432, 400, 3]`.
    """
    sheet, cell = Board(), SIDE / env.size
    sheet.grid(env.size)
    for player, color in enumerate(COLORS):
        across = 0.27 + 0.46 * player
        row, column = np.asarray(state.players)[player].tolist()
        _player(sheet, (column + across) * cell, (row + 0.27) * cell, 0.19 * cell, color)
        row, column = np.asarray(state.coins)[player].tolist()
        _coin(sheet, (column + across) * cell, (row + 0.75) * cell, 0.13 * cell, color)
    episodes, steps = int(params.inner_episodes), int(params.inner_steps)
    episode, step = min(int(state.inner_episode) + 1, episodes), int(state.inner_step)
    sheet.caption(f"inner episode {episode} of {episodes}, step {step} of {steps}")
    return sheet.pixels()


def _player(sheet: Board, x: float, y: float, radius: float, color: Color) -> None:
    """A disc with two eyes."""
    sheet.disc((x, y), radius, color)
    for side in (-1, 1):
        sheet.disc((x + side * 0.36 * radius, y - 0.2 * radius), 0.2 * radius, FIELD)


def _coin(sheet: Board, x: float, y: float, radius: float, color: Color) -> None:
    """A ring and a dot."""
    sheet.disc((x, y), radius, color)
    sheet.disc((x, y), 0.72 * radius, FIELD)
    sheet.disc((x, y), 0.4 * radius, color)

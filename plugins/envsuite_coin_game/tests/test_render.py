"""What happens in the Coin Game can be seen in its pictures, and where it happens."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from envsuite.drawing import MARGIN, SIDE
from envsuite_coin_game.env import CoinGame
from envsuite_coin_game.render import COLORS, frame
from envsuite_coin_game.tests.board import board


def where(picture: np.ndarray, size: int, color) -> list[tuple[int, int, int, int]]:
    """The quarters, as row and column of the cell and of the quarter, that show a colour."""
    square = (picture[MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE] == color).all(-1)
    quarter = np.arange(SIDE) * 2 * size // SIDE
    counts = np.zeros((2 * size, 2 * size), int)
    np.add.at(counts, (quarter[:, None], quarter[None]), square)
    return [(r // 2, c // 2, r % 2, c % 2) for r, c in np.argwhere(counts > 20).tolist()]


@pytest.mark.parametrize("size", [3, 5])
def test_every_piece_is_in_its_quarter_of_its_cell(size):
    env = CoinGame(size=size)
    text = "RBrb" + " ." * (size - 1) + ("\n" + " ." * size) * (size - 1)
    picture = frame(env, board(text), env.default_params())
    assert picture.shape == (432, 400, 3) and picture.dtype == np.uint8
    assert where(picture, size, COLORS[0]) == [(0, 0, 0, 0), (0, 0, 1, 0)]
    assert where(picture, size, COLORS[1]) == [(0, 0, 0, 1), (0, 0, 1, 1)]
    spread = board("R b .\n. . .\nr . B" if size == 3 else text)
    picture = frame(env, jax.tree.map(np.asarray, spread), env.default_params())
    if size == 3:
        assert where(picture, 3, COLORS[0]) == [(0, 0, 0, 0), (2, 0, 1, 0)]
        assert where(picture, 3, COLORS[1]) == [(0, 1, 1, 1), (2, 2, 0, 1)]


def test_the_words_tell_the_time():
    env = CoinGame()
    pictures = [
        frame(env, board("RBrb . .\n. . .\n. . .", step, episode), env.default_params())
        for step, episode in ((3, 2), (4, 2), (4, 3))
    ]
    words = [picture[MARGIN + SIDE :] for picture in pictures]
    boards = [picture[: MARGIN + SIDE] for picture in pictures]
    assert (words[0] != words[1]).any() and (words[1] != words[2]).any()
    assert (boards[0] == boards[1]).all() and (boards[1] == boards[2]).all()

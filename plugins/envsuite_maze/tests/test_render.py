"""Pictures: where things are, found by their colours."""

from __future__ import annotations

import numpy as np

from envsuite.drawing import FIELD, GREEN, MARGIN, ORANGE, SIDE, WALL
from envsuite_maze.level import level_from_text
from envsuite_maze.render import SEEN, SEEN_WALL, frame, level_picture
from envsuite_maze.tests.walk import begin, walk

BOARD = """
    . . # . .
    . > . . #
    . . . G .
    # . . . .
    . . # . .
"""


def color(picture: np.ndarray, row: float, column: float) -> tuple[int, ...]:
    """The colour at a place, in cells."""
    y, x = (round(MARGIN + place * SIDE / 5) for place in (row, column))
    return tuple(picture[y, x].tolist())


def test_a_frame_shows_walls_goal_agent_and_what_it_sees():
    game, state, _ = begin(BOARD)
    picture = frame(game, state, game.default_params())
    assert picture.shape == (432, 400, 3) and picture.dtype == np.uint8
    assert color(picture, 2.5, 3.5) == GREEN and color(picture, 1.5, 1.5) == ORANGE
    assert color(picture, 0.5, 2.5) == SEEN_WALL and color(picture, 4.5, 2.5) == WALL
    assert color(picture, 0.5, 1.2) == SEEN and color(picture, 0.5, 0.5) == FIELD
    # the arrow points ahead: more of it in front of the middle of its tail
    turned = frame(game, walk(game, state, ">")[0], game.default_params())
    assert color(turned, 1.8, 1.5) == ORANGE and color(turned, 1.5, 1.8) != ORANGE
    assert (turned != picture).any()


def test_a_picture_of_a_level_shows_the_way_that_was_walked():
    level = level_from_text(BOARD)
    path = [(1, 1), (1, 2), (1, 2), (2, 2), (2, 3)]
    picture = level_picture(level, path, "4 cells")
    bare = level_picture(level, (), "4 cells")
    assert picture.shape == bare.shape == (432, 400, 3)
    assert color(picture, 1.5, 2.5) != FIELD == color(bare, 1.5, 2.5)
    assert color(picture, 3.5, 3.5) == FIELD and color(bare, 0.5, 2.5) == WALL

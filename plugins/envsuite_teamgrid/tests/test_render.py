"""What happens can be seen in the pictures, and where it happens."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from envsuite.drawing import MARGIN
from envsuite_teamgrid.env import TeamGrid
from envsuite_teamgrid.render import DARK, INKS, LONGEST, frame
from envsuite_teamgrid.state import State
from envsuite_teamgrid.tests.scene import RESET, scene

SWITCH, DOOR_BALL = TeamGrid("switch"), TeamGrid("door_ball")
DARK_ROOM = """
    #####################
    #.........#.........#
    #.........#..*......#
    #0........#.........#
    #........1#.........#
    y...................#
"""
LOCKED = """
    #############
    #.....#.....#
    #..0..#*....#
    #.....B....1b
"""


def drawn(env: TeamGrid, state: State) -> np.ndarray:
    return frame(env, state, env.default_params())


def cell(env: TeamGrid, picture: np.ndarray, row: int, column: int) -> np.ndarray:
    """The pixels of a cell, `u8[side, side, 3]`."""
    side = LONGEST // max(env.rules.shape)
    top, left = MARGIN + row * side, MARGIN + column * side
    return picture[top : top + side, left : left + side]


def count(pixels: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((pixels == color).all(-1).sum())


@pytest.mark.parametrize("scenario", ["four_rooms", "dual_doors"])
def test_a_state_is_always_drawn_alike(scenario):
    env = TeamGrid(scenario)
    state, _ = RESET(env, jax.random.key(0), env.default_params())
    picture = drawn(env, state)
    assert picture.dtype == np.uint8 and picture.shape[2] == 3
    assert picture.shape[0] % 16 == picture.shape[1] % 16 == 0
    rows, columns = env.rules.shape
    assert picture.shape[1] >= columns * (LONGEST // max(rows, columns)) + 2 * MARGIN
    assert np.array_equal(picture, drawn(env, jax.tree.map(np.asarray, state)))


def test_things_lie_where_they_are_and_have_their_colours():
    picture = drawn(DOOR_BALL, scene(DOOR_BALL, LOCKED, ">^"))
    red, blue = INKS["red"], INKS["blue"]
    assert count(cell(DOOR_BALL, picture, 2, 7), red) > 200, "the ball"
    assert count(cell(DOOR_BALL, picture, 2, 3), red) > 200, "agent 0"
    assert count(cell(DOOR_BALL, picture, 3, 11), blue) > 200, "agent 1"
    assert count(cell(DOOR_BALL, picture, 3, 6), blue) > 100, "the door"
    opened = drawn(DOOR_BALL, scene(DOOR_BALL, LOCKED.replace("B", "."), ">^"))
    assert count(cell(DOOR_BALL, opened, 3, 6), blue) == 0, "the door is open"
    before, after = (cell(DOOR_BALL, shown, 3, 12) for shown in (picture, opened))
    assert count(after, blue) > count(before, blue) + 200, "the switch is on"


def test_an_arrowhead_points_where_its_agent_heads():
    side = LONGEST // max(DOOR_BALL.rules.shape)
    for facing, (down, right) in {">": (0, 1), "v": (1, 0), "<": (0, -1), "^": (-1, 0)}.items():
        picture = drawn(DOOR_BALL, scene(DOOR_BALL, LOCKED, facing + "^"))
        red = (cell(DOOR_BALL, picture, 2, 3) == INKS["red"]).all(-1)
        middle = np.argwhere(red).mean(0) - (side - 1) / 2  # the broad end is behind
        assert middle @ [down, right] < -0.02 * side and abs(middle @ [right, down]) < 1, facing


def test_the_ground_that_is_seen_is_tinted():
    ahead, behind = (2, 5), (2, 1)
    picture = drawn(DOOR_BALL, scene(DOOR_BALL, LOCKED, ">^"))
    turned = drawn(DOOR_BALL, scene(DOOR_BALL, LOCKED, "<^"))
    for where, seen, unseen in ((ahead, picture, turned), (behind, turned, picture)):
        one, other = (cell(DOOR_BALL, shown, *where)[5, 5].astype(int) for shown in (seen, unseen))
        assert one[0] > other[0] + 10, "a tint of red"
    hidden = cell(DOOR_BALL, picture, 2, 9)
    assert np.array_equal(hidden, cell(DOOR_BALL, turned, 2, 9)), "behind the wall"
    through = drawn(replace(DOOR_BALL, see_through=True), scene(DOOR_BALL, LOCKED, ">^"))
    assert not np.array_equal(hidden, cell(DOOR_BALL, through, 2, 9))


def test_the_dark_is_black_until_it_is_lit():
    dark = drawn(SWITCH, scene(SWITCH, DARK_ROOM, "<>", on="."))
    lit = drawn(SWITCH, scene(SWITCH, DARK_ROOM, "<>", on="1"))
    assert count(cell(SWITCH, dark, 3, 15), DARK) > 300
    assert count(cell(SWITCH, lit, 3, 15), DARK) == 0
    assert count(cell(SWITCH, dark, 3, 5), DARK) == 0
    assert count(cell(SWITCH, dark, 2, 13), INKS["green"]) > 100, "people see the ball"

"""What agents see, by hand, on drawn boards."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.functional import Broadcast
from envsuite_teamgrid.env import TeamGrid
from envsuite_teamgrid.observe import in_sight, view
from envsuite_teamgrid.state import COLORS, State
from envsuite_teamgrid.tests.scene import HEADINGS, eyes, scene

ROOMS = TeamGrid("four_rooms", players=2, goals=1)
SWITCH = TeamGrid("switch")
DOOR_BALL = TeamGrid("door_ball")
VIEW = jax.jit(view, static_argnums=(1, 2, 3))
IN_SIGHT = jax.jit(in_sight)

HALL = """
    ###########
    #........#.
    #..*...1.#.
    #........#.
    #....0...#.
"""
DARK = """
    #####################
    #.........#.........#
    #.........#.........#
    #.........#.........#
    #........1#.........#
    y....0......*.......#
"""
LOCKED = """
    #############
    #.....#.....#
    #..0..#*....#
    #.....B....1b
"""


def obs(env: TeamGrid, state: State) -> dict[str, jax.Array]:
    """What all see."""
    return {"agent": VIEW(state, env.rules, env.sight, env.see_through)}


def assert_seen(env: TeamGrid, state: State, expected: str, agent: int = 0) -> None:
    assert eyes(obs(env, state), agent) == dedent(expected).strip()


def test_ahead_is_up():
    expected = {
        "^": """
            _______
            _______
            #######
            .......
            .*...<.
            .......
            .......
        """,
        ">": """
            _______
            _______
            #######
            .......
            .v.....
            .......
            .......
        """,
        # the wall below has its opening in its last cell, on the agent's left
        "v": """
            .......
            .######
            .......
            .......
            .......
            .......
            .......
        """,
        "<": """
            _______
            #######
            .......
            .......
            .....*.
            .......
            .......
        """,
    }
    for facing, lines in expected.items():
        assert_seen(ROOMS, scene(ROOMS, HALL, facing + "<"), lines)


@pytest.mark.parametrize("own", HEADINGS)
def test_others_head_as_the_viewer_sees_them(own):
    # the other stands beside, on the left of the viewer, whichever way that is
    places = {">": (3, 4), "v": (4, 5), "<": (5, 4), "^": (4, 3)}
    board = ["#" * 11, *["#........#."] * 6]
    for (row, column), number in (((4, 4), "0"), (places[own], "1")):
        board[row] = board[row][:column] + number + board[row][column + 1 :]
    for turn, shown in enumerate("^>v<"):
        way = HEADINGS[(HEADINGS.index(own) + turn) % 4]
        seen = eyes(obs(ROOMS, scene(ROOMS, "\n".join(board), own + way))).split()
        assert seen[6][2] == shown, (own, way)


def test_the_dark_part_shows_nothing_until_it_is_lit():
    state = scene(SWITCH, DARK, "><", on=".")
    dark = """
        _______
        ###.###
        ..v....
        .......
        .......
        .......
        .......
    """
    assert_seen(SWITCH, state, dark)
    lit = dark.replace("_______", ".......")
    assert_seen(SWITCH, scene(SWITCH, DARK, "><", on="1"), lit)
    assert_seen(SWITCH, scene(SWITCH, DARK, "><", on="0"), dark)
    # light is no wall: in the dark one sees the doorway, and the room beyond it
    inside = """
        #####################
        #.........#.........#
        #.........#.........#
        #.........#.........#
        #........1#.........#
        y............0......#
    """
    expected = """
        .......
        .......
        ....<..
        ###.###
        _______
        _______
        _______
    """
    other = scene(SWITCH, inside, "<v", on=".")
    assert_seen(SWITCH, other, expected)


def test_walls_doors_and_switches_hide_what_is_behind():
    state = scene(DOOR_BALL, LOCKED, ">>")
    closed = """
        _______
        _______
        _______
        _###D##
        _#.....
        _#.....
        _#.....
    """
    assert_seen(DOOR_BALL, state, closed)
    at_switch = """
        _______
        _______
        _______
        _______
        _______
        ###s###
        #.....#
    """
    assert_seen(DOOR_BALL, state, at_switch, agent=1)
    opened = """
        _#.....
        _#.....
        _#.*...
        _###.##
        _#.....
        _#.....
        _#.....
    """
    assert_seen(DOOR_BALL, scene(DOOR_BALL, LOCKED.replace("B", "."), ">>"), opened)
    through = """
        ##.....
        ##.....
        ##.*...
        ####D##
        ##.....
        ##.....
        ##.....
    """
    assert_seen(replace(DOOR_BALL, see_through=True), state, through)


def test_beyond_the_board_is_wall():
    env = TeamGrid("four_rooms", players=1, goals=1, sight=5, see_through=True)
    corner = """
        ###########
        #0.*.....#.
    """
    expected = """
        #####
        #####
        #####
        #####
        ##..*
    """
    assert_seen(env, scene(env, corner, "^"), expected)


def test_the_codes_are_teamgrid_s():
    state = scene(DOOR_BALL, LOCKED, ">>")
    column_row = np.asarray(obs(replace(DOOR_BALL, see_through=True), state)["agent"])[0]
    assert column_row.dtype == np.uint8 and column_row.shape == (7, 7, 3)
    assert column_row[3, 6].tolist() == [1, 0, 0]  # itself is not shown
    assert column_row[4, 3].tolist() == [4, 2, 2]  # a blue door, locked
    assert column_row[3, 2].tolist() == [6, 0, 0]  # a red ball
    assert column_row[3, 3].tolist() == [2, 5, 0]  # a grey wall
    both = """
        #############
        #.....#.....#
        #.....#*....#
        #.........01b
    """
    near = scene(DOOR_BALL, both, ">>")
    column_row = np.asarray(obs(DOOR_BALL, near)["agent"])[0]
    assert column_row[3, 5].tolist() == [11, 2, 3]  # a blue agent that heads the same way
    assert column_row[3, 4].tolist() == [10, 2, 0]  # a blue switch
    hall = replace(scene(ROOMS, HALL, "^<"), colors=jnp.array([0, COLORS.index("yellow")]))
    column_row = np.asarray(obs(ROOMS, hall)["agent"])[0]
    assert column_row[1, 4].tolist() == [6, 1, 0]  # a green ball
    assert column_row[5, 4].tolist() == [11, 4, 2]  # a yellow agent that heads left
    assert column_row[0, 0].tolist() == [0, 0, 0]  # unseen


@pytest.mark.parametrize(
    ("square", "seen"),
    [
        ("..... ##### .....", "_____ ##### ....."),  # a wall is seen, nothing behind it
        ("..... .###. .....", "..... .###. ....."),  # round both ends, and back behind it
        ("...#. ####. .....", "___#. ####. ....."),  # round one end, to the next wall
        ("..... ..... ##.##", "..... ..... _#.#_"),  # shut in, through a gap one sees all
        (".#.#. ..#.. ##.##", ".#.#. ..#.. _#.#_"),  # slantwise past what stands in the gap
        (".#### #.### ##.##", ".##__ #.##_ _#.#_"),  # on and on slantwise
    ],
)
def test_sight_spreads_row_by_row(square, seen):
    rows = square.split()
    clear = np.array([[symbol == "." for symbol in row] for row in rows]).T
    found = np.asarray(IN_SIGHT(clear)).T
    shown = [
        "".join(symbol if sees else "_" for symbol, sees in zip(row, line, strict=True))
        for row, line in zip(rows, found, strict=True)
    ]
    assert " ".join(shown) == seen


def test_a_message_can_hold_where_one_stands():
    env = Broadcast(DOOR_BALL, payload="state")
    told = DOOR_BALL.own_state(scene(DOOR_BALL, LOCKED, "><"))["agent"]
    # row and column as shares of the board, then right, down, left, up
    np.testing.assert_allclose(told[0], [2 / 6, 3 / 12, 1, 0, 0, 0])
    np.testing.assert_allclose(told[1], [3 / 6, 11 / 12, 0, 0, 1, 0])
    assert env.observation_space["agent"].shape == (147 + 1 + 6,)


def test_the_world_tells_everything_that_can_differ():
    world: Any = DOOR_BALL.world(scene(DOOR_BALL, LOCKED, "><"))
    expected = [2 / 6, 3 / 12, 1, 0, 0, 0, 3 / 6, 11 / 12, 0, 0, 1, 0]  # the agents
    expected += [2 / 6, 7 / 12, 1, 0]  # the ball lies there and is not taken
    np.testing.assert_allclose(world, [*expected, 0, 0])  # the switch was not used
    world = SWITCH.world(scene(SWITCH, DARK.replace("*", "."), "><", on="0"))
    np.testing.assert_allclose(world[12:], [0, 0, 0, 1, 1, 0])  # taken; used, off again
    world = ROOMS.world(scene(ROOMS, HALL, "><"))
    # the openings that are not drawn lie in the last cells of their half walls
    openings = np.array([[8, 9], [17, 9], [9, 8], [9, 17]]) / 18
    np.testing.assert_allclose(world[16:], openings.ravel(), rtol=1e-6)
    assert world.shape == ROOMS.world_space.shape

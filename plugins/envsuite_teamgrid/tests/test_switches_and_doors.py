"""Switches, doors, light and meetings by hand, on drawn boards."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_teamgrid.env import TeamGrid
from envsuite_teamgrid.tests.scene import over, paid, play, same, scene

SWITCH = TeamGrid("switch")
DUAL_SWITCH = TeamGrid("dual_switch")
DUAL_DOORS = TeamGrid("dual_doors")
DOOR_BALL = TeamGrid("door_ball")

DARK = """
    #####################
    #.........#.........#
    #.........#.........#
    #.........#.........#
    #.........#.........#
    y0.......1.*........#
"""
APART = """
    ###################
    #.....#.....#.....#
    #.....#.....#.....#
    b0....R.....B....1r
    #.....#.....#.....#
    #.....#.....#.....#
    ###################
"""


def test_the_switch_lights_and_darkens_and_only_its_first_use_pays():
    env = TeamGrid("switch", switch_pays="one")
    state, timestep = play(env, scene(env, DARK, "<>"), "TR")
    assert paid(timestep) == [1, 0] and state.on.tolist() == [True]
    state, timestep = play(env, state, "TR")
    assert paid(timestep) == [0, 0] and state.on.tolist() == [False]
    state, timestep = play(env, state, "TR")
    assert paid(timestep) == [0, 0] and state.on.tolist() == [True]
    assert timestep.info["switches"] == 1 and not over(timestep)


def test_only_the_cell_ahead_is_toggled():
    for facing, where in ((">", "y0......"), ("^", "y0......"), ("<", "y.0.....")):
        begin = scene(SWITCH, DARK.replace("y0......", where), facing + "<")
        assert play(SWITCH, begin, "TT")[0].pressed.tolist() == [False]


@pytest.mark.parametrize(
    ("options", "pressed", "taken"),
    [
        ({}, [0, 0], [0, 1]),
        ({"switch_pays": "none", "goal_pays": "all"}, [0, 0], [1, 1]),
        ({"switch_pays": "one", "goal_pays": "one"}, [1, 0], [0, 1]),
        ({"switch_pays": "one", "goal_pays": "all"}, [1, 0], [1, 1]),
        ({"switch_pays": "all", "goal_pays": "all"}, [1, 1], [1, 1]),
    ],
)
def test_teamgrid_s_five_schemes_of_the_switch(options, pressed, taken):
    env = TeamGrid("switch", **options)
    state, timestep = play(env, scene(env, DARK, "<>"), "TF")
    assert paid(timestep) == pressed and not over(timestep)
    state, timestep = play(env, state, "TF")
    assert paid(timestep) == taken and over(timestep)


def test_a_switch_lets_the_other_s_ball_land_where_nobody_stands():
    begin = """
        #################
        #.......#.......#
        #.......#.......#
        #.......#.......#
        y0......#......1y
        #.......#.......#
        #.......#.......#
        #.......#.......#
        #################
    """
    state, timestep = play(DUAL_SWITCH, scene(DUAL_SWITCH, begin, "<>", on=".."), "TL")
    assert paid(timestep) == [1, 0]
    assert state.lying.tolist() == [False, True] and state.taken.tolist() == [False, False]
    row, column = state.balls[1].tolist()
    assert 1 <= row <= 7 and 9 <= column <= 15 and (row, column) != (4, 15)
    again, timestep = play(DUAL_SWITCH, state, "TL")  # no second ball, no second reward
    assert paid(timestep) == [0, 0] and again.balls.tolist() == state.balls.tolist()


def test_dual_switch_ends_when_both_balls_are_taken():
    begin = """
        #################
        #.......#.......#
        #.......#.......#
        #.......#.......#
        y.0*....#....*1.y
        #.......#.......#
        #.......#.......#
        #.......#.......#
        #################
    """
    state, timestep = play(DUAL_SWITCH, scene(DUAL_SWITCH, begin, "><", on="11"), "FL")
    assert paid(timestep) == [1, 0] and not over(timestep)
    assert state.taken.tolist() == [True, False]
    one = scene(DUAL_SWITCH, begin.replace("0*", "0."), "><", on="1.")
    last = replace(one, lying=one.lying[::-1], balls=one.balls[::-1])
    state, timestep = play(DUAL_SWITCH, last, "LF")
    assert paid(timestep) == [0, 1] and not over(timestep), "the first's ball has yet to land"
    state, timestep = play(DUAL_SWITCH, replace(last, taken=last.taken.at[0].set(True)), "LF")
    assert paid(timestep) == [0, 1] and over(timestep) and timestep.info["goals"] == 2


def test_every_free_cell_of_the_room_may_receive_the_ball():
    begin = """
        #################
        #.......#.......#
        #.......#.......#
        #.......#.......#
        y0......#...1...y
    """
    state = scene(DUAL_SWITCH, begin, "<>", on="..")
    action = {"agent": jnp.array([3, 0])}
    many = jax.jit(
        jax.vmap(lambda key: DUAL_SWITCH.step(key, state, action, DUAL_SWITCH.default_params())[0])
    )
    landed = np.asarray(many(jax.random.split(jax.random.key(1), 2000)).balls[:, 1])
    cells, counts = np.unique(landed, axis=0, return_counts=True)
    assert len(cells) == 48 and [4, 12] not in cells.tolist()
    assert counts.min() > 15 and counts.max() < 80  # 42 on average, by a hair's chance otherwise


def test_a_switch_opens_the_door_of_its_colour_at_once():
    state, timestep = play(DUAL_DOORS, scene(DUAL_DOORS, APART, "<>"), "TL")
    assert paid(timestep) == [1, 0]
    assert same(DUAL_DOORS, state, APART.replace("B", "."), "<^")
    # whoever stands before the door walks through in the step in which it opens
    ready = APART.replace("B....1", "B1....")
    state, _ = play(DUAL_DOORS, scene(DUAL_DOORS, ready, "<<"), "TF")
    assert same(DUAL_DOORS, state, ready.replace("B1", "1."), "<<")
    # a locked door stays locked, whoever toggles it
    state, timestep = play(DUAL_DOORS, scene(DUAL_DOORS, ready, "><"), "TT", "FF")
    assert paid(timestep) == [0, 0]
    assert same(DUAL_DOORS, state, ready.replace("b0.", "b.0"), "><")


def test_dual_doors_ends_when_the_two_meet_face_to_face():
    near = """
        ###################
        #.....#.....#.....#
        #.....#.....#.....#
        b......0.1..B.....r
    """
    side = scene(DUAL_DOORS, near, ">>")
    state, timestep = play(DUAL_DOORS, side, "FL")
    assert paid(timestep) == [0, 0] and not over(timestep)  # one looks elsewhere
    state, timestep = play(DUAL_DOORS, state, "RL")
    assert not over(timestep)  # now both do
    state, timestep = play(DUAL_DOORS, state, "LT")
    assert over(timestep) and paid(timestep) == [1, 1]  # the step that turns them to each other
    state, timestep = play(DUAL_DOORS, state, "LL")
    assert over(timestep) and paid(timestep) == [0, 0]


def test_a_meeting_is_one_goal_that_both_reach():
    env = TeamGrid("dual_doors", goal_pays="all")
    near = """
        ###################
        #.0.1.#.....#.....#
    """
    _, timestep = play(env, scene(env, near, "><"), "FT", goal_reward=3.0)
    assert over(timestep) and paid(timestep) == [3, 3]


def test_only_red_can_take_the_ball_behind_the_door():
    begin = """
        #############
        #.....#.....#
        #.....#*....#
        #....0B1....b
    """
    state, timestep = play(DOOR_BALL, scene(DOOR_BALL, begin, ">^"), "FF")
    assert paid(timestep) == [0, 0] and same(DOOR_BALL, state, begin, ">^")
    opened = """
        #############
        #.....#.....#
        #.....#.....#
        #.....0*....b
        #.....#1....#
    """
    state, timestep = play(DOOR_BALL, scene(DOOR_BALL, opened, ">^"), "FF")
    assert paid(timestep) == [1, 0] and over(timestep)
    assert same(DOOR_BALL, state, opened.replace("0*", ".0"), ">^")


def test_door_ball_pays_who_opens():
    begin = """
        #############
        #.....#.....#
        #.....#*....#
        #....0B....1b
    """
    state, timestep = play(DOOR_BALL, scene(DOOR_BALL, begin, ">>"), "FT", switch_reward=0.5)
    assert paid(timestep) == [0, 0.5]
    assert same(DOOR_BALL, state, begin.replace("0B", ".0"), ">>")

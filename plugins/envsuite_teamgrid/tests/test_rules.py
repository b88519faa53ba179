"""The rules by hand, on drawn boards."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_teamgrid.env import TeamGrid
from envsuite_teamgrid.tests.scene import STEP, over, paid, play, same, scene

ROOMS = TeamGrid("four_rooms", players=3, goals=2)

CORNER = """
    ###########
    #0.*.....*.
    #1.2.....#.
"""


def test_turning_and_walking_against_what_cannot_be_walked_through():
    begin = scene(ROOMS, CORNER, "^v<")
    # a wall is above the first; the others' ways are free
    state, timestep = play(ROOMS, begin, "FFF")
    after = """
        ###########
        #0.*.....*.
        #.2......#.
        #1.......#.
    """
    assert same(ROOMS, state, after, "^v<") and paid(timestep) == [0, 0, 0]
    state, _ = play(ROOMS, state, "RLR")
    assert same(ROOMS, state, after, ">>^")
    state, _ = play(ROOMS, state, "LLL")
    assert same(ROOMS, state, after, "^^<")


def test_agents_move_in_the_order_of_their_rows():
    line = """
        ###########
        #.012....*.
    """
    # the first two are blocked by who has not moved yet; the third goes
    state, _ = play(ROOMS, scene(ROOMS, line, ">>>"), "FFF")
    assert same(ROOMS, state, line.replace("012.", "01.2"), ">>>")
    # in the other order they follow each other
    back = line.replace("012", "210")
    state, _ = play(ROOMS, scene(ROOMS, back, ">>>"), "FFF")
    assert same(ROOMS, state, back.replace("210.", ".210"), ">>>")
    # two who want one cell: the first has it; two who face each other never pass
    meet = line.replace(".012", "0.12")
    state, _ = play(ROOMS, scene(ROOMS, meet, "><<"), "FFF")
    assert same(ROOMS, state, meet.replace("0.12", ".012"), "><<")


def test_a_ball_is_taken_by_walking_onto_it():
    state, timestep = play(ROOMS, scene(ROOMS, CORNER, ">^^"), "FRF")
    taken = """
        ###########
        #.02.....*.
        #1.......#.
    """
    assert same(ROOMS, state, taken, ">>^")
    assert paid(timestep) == [0, 0, 1] and not over(timestep)
    assert timestep.info["goals"] == 1


def test_of_two_at_one_ball_the_first_takes_it_and_its_place():
    both = """
        ###########
        #.1*0....*.
        #.2......#.
    """
    state, timestep = play(ROOMS, scene(ROOMS, both, "<>^"), "FFR")
    assert paid(timestep) == [1, 0, 0]
    assert same(ROOMS, state, both.replace("1*0.", "10.."), "<>>")


def test_four_rooms_ends_with_the_last_ball_and_pays_nothing_more():
    state, timestep = play(ROOMS, scene(ROOMS, CORNER.replace(".*.", "...", 1), ">>>"), "RRR")
    assert not over(timestep)
    last = """
        ###########
        #.......0*.
        #1.2.....#.
    """
    state, timestep = play(ROOMS, scene(ROOMS, last, ">>>"), "FRR")
    assert over(timestep) and paid(timestep) == [1, 0, 0] and timestep.info["goals"] == 2
    stays, timestep = play(ROOMS, state, "FFF")
    assert over(timestep) and paid(timestep) == [0, 0, 0]
    assert stays.places.tolist() == state.places.tolist()


def test_a_ball_in_an_opening_and_through_it():
    door = """
        ###########
        #1.......#.
        #2......0*.
        #........#.
        #........#*
    """
    state, timestep = play(ROOMS, scene(ROOMS, door, ">>>"), "FRR")
    assert same(ROOMS, state, door.replace("0*.", ".0."), ">vv") and paid(timestep) == [1, 0, 0]
    state, _ = play(ROOMS, state, "FRR")
    assert same(ROOMS, state, door.replace("0*.", "..0"), "><<")


def test_a_ball_pays_what_the_params_say():
    begin = scene(ROOMS, CORNER.replace("0.*", "01*").replace("#1.", "#.."), ">>>")
    assert paid(play(ROOMS, begin, "RFR", goal_reward=2.0)[1]) == [0, 2, 0]


def test_two_balls_at_once_pay_all_for_both():
    env = TeamGrid("four_rooms", players=3, goals=2, goal_pays="all")
    begin = """
        ###########
        #0*......#.
        #1*.2....#.
        #..........
    """
    assert paid(play(env, scene(env, begin, ">>>"), "FFR")[1]) == [2, 2, 2]


def test_an_action_that_is_none_does_nothing():
    begin = scene(ROOMS, CORNER, "<>v")
    action = {"agent": jnp.array([7, -1, 3])}
    state, timestep = STEP(ROOMS, jax.random.key(0), begin, action, ROOMS.default_params())
    assert same(ROOMS, state, CORNER, "<>v") and paid(timestep) == [0, 0, 0]

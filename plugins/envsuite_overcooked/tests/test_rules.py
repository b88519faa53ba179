"""The rules by hand, in drawn kitchens."""

from __future__ import annotations

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_overcooked.state import DISH, ONION, PLATE
from envsuite_overcooked.tests.scene import KITCHEN, hands, paid, play, pots, scene, shaped

BARE = """
    XXPXXX
    O1.X.X
    X..P2S
    XXDXDX
"""
APART = """
    XXPXXX
    O..X2X
    X1.P.S
    XXDXDX
"""


def test_piles_give_without_end_to_an_empty_hand():
    state, _ = play(scene(BARE, facing="WS"), "!!")
    assert hands(state) == "od"
    assert hands(play(state, "!!")[0]) == "od"  # nothing goes back


def test_a_counter_carries_one_item():
    state, _ = play(scene(BARE, facing="NE", hands="o "), "!.")
    assert hands(state) == "  " and state.counters[0, 1] == ONION
    state, _ = play(state, "!.")
    assert hands(state) == "o " and not state.counters.any()
    occupied = scene(BARE.replace("XXP", "XdP"), facing="NE", hands="o ")
    state, _ = play(occupied, "!.")
    assert hands(state) == "o " and state.counters[0, 1] == PLATE


def test_the_second_sees_what_the_first_did_in_the_same_step():
    across = """
        XXPXXX
        O.1X2X
        X..P.S
        XXDXDX
    """
    state, _ = play(scene(across, facing="EW", hands="s "), "!!")
    assert hands(state) == " s" and not state.counters.any()
    # the other way round, the first finds an empty counter and the second fills it
    state, _ = play(scene(across, facing="EW", hands=" s"), "!!")
    assert hands(state) == "  " and state.counters[1, 3] == DISH


def test_two_cannot_both_put_in_the_last_onion():
    both = """
        XXPXXX
        O..X.X
        X.1P2S
        XXDXDX
    """
    state, timestep = play(scene(both, facing="EW", hands="oo", pots=(0, 2)), "!!")
    assert hands(state) == " o" and pots(state) == [(0, 0), (3, 19)]
    assert shaped(timestep) == [3, 0]


def test_soup_is_ready_twenty_steps_after_the_third_onion_and_never_burns():
    cook = """
        XXPXXX
        O.1X2X
        X..P.S
        XXDXDX
    """
    state, timestep = play(scene(cook, facing="NE", hands="o ", pots=(2, 0)), "!.")
    assert pots(state)[0] == (3, 19) and shaped(timestep) == [3, 0]
    state = replace(state, hands=state.hands.at[0].set(PLATE))
    for step in range(1, 20):  # the 19 steps after that one are too early, and change nothing
        state, timestep = play(state, "!.")
        assert hands(state) == "d " and pots(state)[0] == (3, 19 - step)
        assert shaped(timestep) == [0, 0]
    waits, _ = play(state, "..")
    assert pots(waits)[0] == (3, 0)
    for ready in (state, waits):
        taken, timestep = play(ready, "!.")
        assert hands(taken) == "s " and pots(taken)[0] == (0, 0)
        assert shaped(timestep) == [5, 0] and paid(timestep) == [0, 0]


@pytest.mark.parametrize(
    ("held", "pot"),
    [(" ", 2), (" ", (3, 0)), ("d", 2), ("o", (3, 7)), ("o", (3, 0)), ("s", 1), ("s", (3, 0))],
)
def test_a_pot_takes_onions_and_gives_ready_soup_and_nothing_else(held, pot):
    cook = """
        XXPXXX
        O.1X2X
        X..P.S
        XXDXDX
    """
    state, timestep = play(scene(cook, facing="NE", hands=held + " ", pots=(pot, 0)), "!.")
    onions, remaining = (pot, 0) if isinstance(pot, int) else pot
    assert hands(state) == held + " "
    assert pots(state)[0] == (onions, max(remaining - 1, 0))
    assert shaped(timestep) == [0, 0]


def test_a_delivery_pays_both_and_the_window_takes_nothing_else():
    state, timestep = play(scene(BARE, facing="NE", hands=" s"), ".!")
    assert hands(state) == "  " and paid(timestep) == [20, 20] and shaped(timestep) == [0, 0]
    for held in "od":
        state, timestep = play(scene(BARE, facing="NE", hands=" " + held), ".!")
        assert hands(state) == " " + held and paid(timestep) == [0, 0]


def test_floor_and_the_other_cook_are_nothing_to_interact_with():
    beside = """
        XXPXXX
        O12X.X
        X..P.S
        XXDXDX
    """
    before = scene(beside, facing="ES", hands="o ")
    state, _ = play(before, "!!")
    assert hands(state) == "o " and not state.counters.any() and not state.onions.any()


@pytest.mark.parametrize(
    ("picture", "actions", "first", "second"),
    [
        ("O1.X2X X..P.S", "NE", (1, 1), (1, 4)),  # into counters
        ("O1.X.X X..P2S", "ES", (1, 2), (2, 4)),  # onto floor; into a pile
        ("O12X.X X..P.S", "E.", (1, 1), (1, 2)),  # into one who stands
        ("O12X.X X..P.S", "EW", (1, 1), (1, 2)),  # change places
        ("O12X.X X..P.S", "ES", (1, 2), (2, 2)),  # follow
        ("O12X.X X..P.S", "SW", (2, 1), (1, 1)),  # be followed
        ("O1.X.X X.2P.S", "EN", (1, 1), (2, 2)),  # meet in one cell
        ("O12X.X X..P.S", "EE", (1, 1), (1, 2)),  # into one who is blocked
    ],
)
def test_who_walks_turns_and_goes_on_where_there_is_room(picture, actions, first, second):
    state, _ = play(scene(f"XXPXXX {picture} XXDXDX", facing="WW"), actions)
    assert state.places.tolist() == [list(first), list(second)]
    turned = ["NSEW".index(action) if action in "NSEW" else 3 for action in actions]
    assert state.facings.tolist() == turned


@pytest.mark.parametrize(
    ("picture", "held", "filled", "reward"),
    [
        (APART, "  ", (0, 0), 0),  # no pot holds anything
        (APART, "  ", (1, 0), 3),
        (APART, "  ", ((3, 9), 0), 3),
        (APART, "  ", ((3, 0), 0), 3),
        (APART, "d ", (1, 0), 0),  # the other's plate is enough for one pot
        (APART, "d ", (1, 2), 3),  # but not for two
        (APART, "s ", (1, 0), 3),  # a dish is no plate
        (APART.replace("XXP", "XdP"), "  ", (1, 2), 0),  # one lies about
        (APART.replace("XXP", "XsP"), "  ", (1, 2), 3),
    ],
)
def test_a_plate_is_rewarded_where_it_is_of_use(picture, held, filled, reward):
    pile = picture.replace("X2X", "X.X").replace("P.S", "P2S")
    state, timestep = play(scene(pile, facing="NS", hands=held, pots=filled), ".!")
    assert hands(state)[1] == "d" and shaped(timestep) == [0, reward]


def test_a_plate_from_a_counter_is_not_rewarded():
    state, timestep = play(scene(BARE.replace("XXP", "XdP"), facing="NE", pots=(1, 1)), "!.")
    assert hands(state) == "d " and shaped(timestep) == [0, 0]


def test_which_pots_hold_something_is_asked_before_anyone_acts():
    cook = """
        XXPXXX
        O.1X.X
        X..P2S
        XXDXDX
    """
    # the first fills the only pot, or empties it, in the step in which the second takes a plate
    _, timestep = play(scene(cook, facing="NS", hands="o "), "!!")
    assert shaped(timestep) == [3, 0]
    _, timestep = play(scene(cook, facing="NS", hands="d ", pots=((3, 0), 0)), "!!")
    assert shaped(timestep) == [5, 3]


def test_numbers_are_params():
    _, timestep = play(
        scene(BARE, facing="WE", hands=" s"), ".!", delivery_reward=np.float32(7), shaping=0.5
    )
    assert paid(timestep) == [7, 7]
    cook = """
        XXPXXX
        O.1X2X
        X..P.S
        XXDXDX
    """
    two = scene(cook, facing="NE", hands="o ", pots=(2, 0))
    state, timestep = play(two, "!.", cook_time=5, placement_reward=1.0, shaping=0.5)
    assert pots(state)[0] == (3, 4)
    assert paid(timestep) == [0.5, 0] and shaped(timestep) == [1, 0]


def test_the_last_forty_steps_are_announced():
    state = scene(BARE, facing="NN")
    for step, horizon, hurry in ((359, 400, False), (360, 400, True), (359, 399, True)):
        now = replace(state, step=jnp.int32(step))
        _, timestep = play(now, "..", horizon=horizon)
        plane = timestep.obs["agent"][..., 25]
        assert plane.all() == hurry and plane.any() == hurry


def test_each_sees_itself_first():
    _, timestep = play(scene(BARE, facing="NE", hands="os"), "..")
    first, second = np.asarray(timestep.obs["agent"])
    assert first.shape == (*KITCHEN.kitchen.shape, 26)
    assert np.argwhere(first[..., 0]).tolist() == np.argwhere(second[..., 1]).tolist() == [[1, 1]]
    assert np.argwhere(second[..., 0]).tolist() == np.argwhere(first[..., 1]).tolist() == [[2, 4]]
    # facing planes are north, south, east, west
    assert first[1, 1, 2:10].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert first[2, 4, 2:10].tolist() == [0, 0, 0, 0, 0, 0, 1, 0]
    np.testing.assert_array_equal(first[..., 10:], second[..., 10:])
    assert first[1, 1, 23] == 1 and first[2, 4, [18, 21]].tolist() == [3, 1]
    assert not first[..., 22].any()

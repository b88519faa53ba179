"""The rules by hand, in drawn kitchens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.tests.scene import (
    DRAWING,
    KITCHEN,
    RECIPES,
    SHARED,
    hands,
    item,
    lying,
    paid,
    play,
    pots,
    scene,
    shaped,
)

BY_HAND = OvercookedV2(drawing=DRAWING, recipes=RECIPES, start_cooking_interaction=True)
ANEW = OvercookedV2(
    drawing=DRAWING,
    recipes=RECIPES,
    sample_recipe_on_delivery=True,
    indicate_successful_delivery=True,
)
AT_POT = """
    XBPXXXX
    a.1X2.S
    b..P..X
    XXDXRDX
"""
AT_SHARED_POT = """
    XBPXXXX
    a..X..S
    b.1P2.X
    XXDXRDX
"""
ACROSS = """
    XBPXXXX
    a.1X2.S
    b..P..X
    XXDXRDX
"""
AT_WINDOW = """
    XBPXXXX
    a1.X.2S
    b..P..X
    XXDXRDX
"""
AT_PLATES = """
    XBPXXXX
    a..X..S
    b.1P.2X
    XXDXRDX
"""


def test_piles_give_without_end_to_an_empty_hand():
    below = DRAWING.replace("a1.", "a..").replace("b..", "b1.").replace("P..X", "P.2X")
    below = below.replace("X2.S", "X..S")
    for picture, held in ((DRAWING, "a"), (below, "b")):
        state, _ = play(scene(picture, facing="WN"), "!.")
        assert hands(state) == [held, ""]
        again, _ = play(state, "!.")
        assert hands(again) == [held, ""]  # nothing goes back
    state, _ = play(scene(AT_PLATES, facing="SS"), "!!")
    assert hands(state) == ["D", "D"]


def test_a_counter_carries_one_item_and_the_next_cook_sees_it_at_once():
    state, _ = play(scene(ACROSS, facing="EW", hands=("Daab", "")), "!!")
    assert hands(state) == ["", "Daab"] and lying(state) == ""
    # the other way round, the first finds an empty counter and the second fills it
    state, _ = play(scene(ACROSS, facing="EW", hands=("", "b")), "!!")
    assert hands(state) == ["", ""] and lying(state) == "b"
    state, _ = play(scene(ACROSS, facing="EW", hands=("a", "D"), lying={SHARED: "b"}), "!!")
    assert hands(state) == ["a", "D"] and lying(state) == "b"


def test_a_pot_takes_any_mix_and_starts_when_it_is_full():
    state, timestep = play(scene(AT_POT, facing="NN", hands=("b", ""), pots=("aa", "")), "!.")
    assert hands(state) == ["", ""] and pots(state) == ["aab 19", ""] and shaped(timestep) == [3, 0]
    state = replace(state, hands=state.hands.at[0].set(item("D")))
    for step in range(1, 19):  # too early
        state, _ = play(state, "!.")
        assert pots(state)[0] == f"aab {19 - step}" and hands(state) == ["D", ""]
    state, _ = play(state, "!.")
    assert pots(state)[0] == "aab!" and hands(state) == ["D", ""]
    state, _ = play(state, "..")
    assert pots(state)[0] == "aab!", "soup does not burn"
    state, timestep = play(state, "!.")  # the 20th step after the one that started it, or later
    assert pots(state) == ["", ""] and hands(state) == ["Daab", ""] and shaped(timestep) == [5, 0]


@pytest.mark.parametrize(
    ("held", "pot"),
    [("", "ab"), ("", "aab 7"), ("", "aab!"), ("D", "ab"), ("a", "aab 7"), ("a", "aab!")]
    + [("Daab", "a"), ("Daab", "aab!"), ("D", "aab 7")],
)
def test_a_pot_takes_ingredients_and_gives_ready_soup_and_nothing_else(held, pot):
    state, timestep = play(scene(AT_POT, facing="NN", hands=(held, ""), pots=(pot, "")), "!.")
    assert hands(state) == [held, ""] and pots(state)[0] == pot.replace("7", "6")
    assert shaped(timestep) == [0, 0] and paid(timestep) == [0, 0]


def test_two_cannot_both_put_in_the_last_ingredient():
    full = scene(AT_SHARED_POT, facing="EW", hands=("b", "a"), pots=("", "aa"))
    state, timestep = play(full, "!!")
    assert hands(state) == ["", "a"] and pots(state) == ["", "aab 19"]
    assert shaped(timestep) == [3, 0]
    room = scene(AT_SHARED_POT, facing="EW", hands=("b", "b"), pots=("", "a"))
    state, timestep = play(room, "!!")
    assert pots(state) == ["", "abb 19"] and shaped(timestep) == [3, 0]  # one b was enough


@pytest.mark.parametrize(
    ("held", "pot", "recipe", "reward"),
    [("a", "", "aab", 3), ("a", "a", "aab", 3), ("a", "aa", "aab", 0), ("b", "aa", "aab", 3)]
    + [("b", "b", "aab", 0), ("a", "", "bbb", 0), ("b", "aa", "bbb", 3)],
)
def test_an_ingredient_is_rewarded_that_the_recipe_lacks(held, pot, recipe, reward):
    before = scene(AT_POT, facing="NN", hands=(held, ""), pots=(pot, ""), recipe=recipe)
    state, timestep = play(before, "!.")
    assert hands(state) == ["", ""] and shaped(timestep) == [reward, 0]


def test_soup_is_rewarded_that_is_ordered():
    for soup, reward in (("aab!", 5), ("abb!", 0)):
        before = scene(AT_POT, facing="NN", hands=("D", ""), pots=(soup, ""))
        state, timestep = play(before, "!.")
        assert hands(state) == ["D" + soup.strip("!"), ""] and shaped(timestep) == [reward, 0]


def test_by_hand_a_pot_is_started_with_whatever_is_in_it():
    for food, reward in (("a", 0), ("ab", 0), ("abb", 0), ("aab", 5)):
        before = scene(AT_POT, facing="NN", pots=(food, ""))
        state, timestep = play(before, "!.", BY_HAND)
        assert pots(state)[0] == f"{food} 19" and shaped(timestep) == [reward, 0]
    # it does not start by itself, an empty one does not start, and a started one starts but once
    third = scene(AT_POT, facing="NN", hands=("b", ""), pots=("aa", ""))
    assert pots(play(third, "!.", BY_HAND)[0])[0] == "aab"
    assert pots(play(scene(AT_POT, facing="NN"), "!.", BY_HAND)[0])[0] == ""
    cooking = scene(AT_POT, facing="NN", hands=("", ""), pots=("ab 5", ""))
    assert pots(play(cooking, "!.", BY_HAND)[0])[0] == "ab 4"
    # nothing is added to what cooks, and a soup of one is a soup
    adding = scene(AT_POT, facing="NN", hands=("a", ""), pots=("a 1", ""))
    state, _ = play(adding, "!.", BY_HAND)
    assert pots(state)[0] == "a!" and hands(state) == ["a", ""]
    ready = scene(AT_POT, facing="NN", hands=("D", ""), pots=("a!", ""))
    assert hands(play(ready, "!.", BY_HAND)[0]) == ["Da", ""]


def test_a_delivery_pays_all_if_it_is_what_is_ordered():
    for dish, reward in (("Daab", 20), ("Dabb", 0), ("Da", 0)):
        state, timestep = play(scene(AT_WINDOW, facing="WE", hands=("", dish)), ".!")
        assert hands(state) == ["", ""] and paid(timestep) == [reward, reward]
        assert bool(state.delivered) == (reward > 0) and shaped(timestep) == [0, 0]
        strict = play(
            scene(AT_WINDOW, facing="WE", hands=("", dish)), ".!", wrong_delivery_reward=-20.0
        )
        assert paid(strict[1]) == [reward or -20] * 2
    for held in ("", "D", "a"):
        state, timestep = play(scene(AT_WINDOW, facing="WE", hands=("", held)), ".!")
        assert hands(state) == ["", held] and paid(timestep) == [0, 0]


def test_the_button_shows_the_recipe_for_a_time_at_a_price():
    sign, button = KITCHEN.plan.terrain == 5, KITCHEN.plan.terrain == 6
    recipe = slice(-5, -1)  # its planes: plate, cooked, a and b; the pots' clocks are last

    def seen(timestep):
        planes = np.asarray(timestep.obs["agent"])[..., recipe]
        assert (planes[0] == planes[1]).all()
        assert (planes[0][sign] == [0, 0, 2, 1]).all(), "the sign always shows it"
        assert not planes[0][~sign & ~button].any()
        return bool((planes[0][button] == [0, 0, 2, 1]).all())

    state, timestep = play(scene(facing="NN"), "..")
    assert (
        not seen(timestep) and not np.asarray(timestep.obs["agent"])[:, button][..., recipe].any()
    )
    state, timestep = play(state, "!.")
    assert paid(timestep) == [-5, -5] and shaped(timestep) == [0, 0]
    shown = [seen(timestep)]
    for _ in range(11):
        state, timestep = play(state, "..")
        shown.append(seen(timestep))
        assert paid(timestep) == [0, 0]
    assert shown == [True] * 9 + [False] * 3
    # pressed again it costs again and begins anew; a full hand does not press
    state, timestep = play(scene(facing="NN", button=4), "!.")
    assert paid(timestep) == [-5, -5] and int(state.clocks[0, 1]) == 9
    state, timestep = play(scene(facing="NN", hands=("a", ""), button=4), "!.")
    assert paid(timestep) == [0, 0] and int(state.clocks[0, 1]) == 3


def test_floor_signs_and_other_cooks_are_nothing_to_interact_with():
    beside = """
        XBPXXXX
        a12X..S
        b..P..X
        XXDXRDX
    """
    state, timestep = play(scene(beside, facing="ES", hands=("a", "D")), "!!")
    assert hands(state) == ["a", "D"] and not np.asarray(state.items).any()
    at_sign = AT_SHARED_POT.replace("P2.X", "P2.X")
    state, timestep = play(scene(at_sign, facing="NS", hands=("", "a")), ".!")
    assert hands(state) == ["", "a"] and paid(timestep) == [0, 0]


@pytest.mark.parametrize(
    ("first", "facing", "held", "filled", "on_counter", "reward"),
    [
        ((2, 2), "S", ("", ""), ("", ""), "", 0),  # no pot holds anything
        ((2, 2), "S", ("", ""), ("a", ""), "", 3),
        ((2, 2), "S", ("", ""), ("aab 9", ""), "", 3),
        ((2, 2), "S", ("", ""), ("aab!", ""), "", 3),
        ((2, 2), "S", ("", "D"), ("a", ""), "", 0),  # the other's plate is enough for one pot
        ((2, 2), "S", ("", "D"), ("a", "b"), "", 3),  # but not for two
        ((2, 2), "S", ("", "Daab"), ("a", ""), "", 3),  # a dish is no plate
        ((2, 2), "S", ("", ""), ("a", "b"), "D", 0),  # one lies about
        ((2, 2), "S", ("", ""), ("a", "b"), "Daab", 3),
        ((1, 2), "E", ("", ""), ("a", "b"), "D", 0),  # from a counter
    ],
)
def test_a_plate_is_rewarded_where_it_is_of_use(first, facing, held, filled, on_counter, reward):
    before = scene(facing=facing + "N", hands=held, pots=filled, lying={SHARED: on_counter})
    before = replace(before, places=before.places.at[0].set(np.array(first)))
    state, timestep = play(before, "!.")
    assert hands(state)[0] == "D" and shaped(timestep) == [reward, 0]


def test_pots_are_looked_at_when_a_plate_is_taken_and_hands_before_anyone_acts():
    # the first fills the only pot in the step in which the second takes a plate
    filling = AT_POT.replace("X2.S", "X..S").replace("P..X", "P.2X")
    _, timestep = play(scene(filling, facing="NS", hands=("a", "")), "!!")
    assert shaped(timestep) == [3, 3]
    # the first empties it
    _, timestep = play(scene(filling, facing="NS", hands=("D", ""), pots=("aab!", "b")), "!!")
    assert shaped(timestep) == [5, 0]
    # both take a plate for the only pot in use
    both = scene(AT_PLATES, facing="SS", pots=("a", ""))
    assert shaped(play(both, "!!")[1]) == [3, 3]
    # the first puts a plate down, or picks one up
    put = AT_PLATES.replace("b.1P", "b..P").replace("a..X", "a.1X")
    _, timestep = play(scene(put, facing="ES", hands=("D", ""), pots=("a", "b")), "!!")
    assert shaped(timestep) == [0, 0]
    _, timestep = play(scene(put, facing="ES", pots=("a", ""), lying={SHARED: "D"}), "!!")
    assert shaped(timestep) == [0, 3]


def test_a_new_recipe_is_drawn_when_an_order_is_served():
    serving = scene(AT_WINDOW, facing="WE", hands=("", "Daab"), env=ANEW)
    drawn = [int(play(serving, ".!", ANEW, key=key)[0].recipe) for key in range(40)]
    assert 8 <= drawn.count(item("aab")) <= 32 and set(drawn) == {item("aab"), item("bbb")}
    # not for another soup, nor without the option
    for before, env in (
        (scene(AT_WINDOW, facing="WE", hands=("", "Dbbb")), ANEW),
        (serving, KITCHEN),
    ):
        assert {int(play(before, ".!", env, key=key)[0].recipe) for key in range(8)} == {
            item("aab")
        }


def test_a_delivery_is_shown_at_the_windows_in_the_next_observation():
    window = ANEW.plan.terrain == 4
    state, timestep = play(scene(AT_WINDOW, facing="WE", hands=("", "Daab")), ".!", ANEW)
    np.testing.assert_array_equal(timestep.obs["agent"][..., -1], np.stack([window, window]))
    _, timestep = play(state, "..", ANEW)
    assert not timestep.obs["agent"][..., -1].any()
    _, timestep = play(scene(AT_WINDOW, facing="WE", hands=("", "Dbbb")), ".!", ANEW)
    assert not timestep.obs["agent"][..., -1].any()

"""Kitchens that ship, kitchens one draws, recipes, and what is refused."""

from __future__ import annotations

import re

import numpy as np
import pytest

import envsuite
from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.plan import POT, shipped_plans

CRAMPED = """
    XXPXX
    a1.2b
    X...R
    XDXSX
"""
LAYOUT = "cramped_room_v2"


def test_a_kitchen_can_be_drawn_as_text_as_rows_and_with_spaces_for_floor():
    shipped = OvercookedV2(LAYOUT).plan
    for drawing in (
        CRAMPED,
        CRAMPED.split(),
        "XXPXX\na1 2b\nX   R\nXDXSX",
        ["XXPXX", "a1 2b", "X   R", "XDXSX"],
    ):
        env = OvercookedV2(drawing=drawing)
        assert env.plan == shipped
        assert env == OvercookedV2(drawing=CRAMPED)
        assert hash(env) == hash(OvercookedV2(drawing=CRAMPED))
    assert shipped.starts.tolist() == [[1, 1], [1, 3]]
    assert np.argwhere(shipped.terrain == POT).tolist() == [[0, 2]]


def test_recipes_are_all_or_those_given_in_any_order():
    assert OvercookedV2(LAYOUT).plan.recipes == ("aaa", "aab", "abb", "bbb")
    one = OvercookedV2(LAYOUT, recipes=["bba", "aaa", "abb"])
    assert one.plan.recipes == ("aaa", "abb")
    assert one == OvercookedV2(LAYOUT, recipes=("aaa", "bab"))
    assert one.default_params().kitchen.recipes.tolist() == [3 * 4, 4 + 2 * 16]
    # only what the kitchen has is ordered
    gap = OvercookedV2(drawing=CRAMPED.replace("b", "c"))
    assert gap.plan.recipes == ("aaa", "aac", "acc", "ccc") and gap.plan.ingredients == 3
    assert OvercookedV2("cramped_room", recipes="all").plan.recipes == ("aaa",)


def test_regions_are_what_one_can_walk():
    plan = OvercookedV2("forced_coordination").plan
    assert plan.regions.tolist() == [
        [0, 0, 0, 0, 0],
        [0, 2, 0, 1, 0],
        [0, 2, 0, 1, 0],
        [0, 2, 0, 1, 0],
        [0, 0, 0, 0, 0],
    ]
    closed = "XXXXXXX Xa1PX.X XXXDXSX XXXXXXX".replace("XXXDXSX", "XD.SXXX")
    regions = OvercookedV2(drawing=closed.split(), recipes=["aaa"]).plan.regions
    assert np.argwhere(regions == 1).tolist() == [[1, 2], [2, 2]] and not regions[1, 5]


@pytest.mark.parametrize("layout", shipped_plans())
def test_declared_spaces_hold_a_sample_of_what_each_kitchen_shows(layout):
    env = OvercookedV2(layout)
    rows, columns = env.plan.shape
    planes = 25 + 5 * env.plan.ingredients
    assert env.observation_space["agent"].shape == (rows, columns, planes)
    assert env.agents == {"agent": 1 if layout == "long_room" else 2}
    near = OvercookedV2(layout, agent_view_size=2, indicate_successful_delivery=True)
    assert near.observation_space["agent"].shape == (5, 5, planes + 1)


def test_a_drawing_reaches_pettingzoo():
    game = envsuite.make_as(
        "envsuite/OvercookedV2-CrampedRoom",
        "pettingzoo",
        drawing=CRAMPED.replace("XXPXX", "XPXPX"),
        agent_view_size=1,
    )
    observed, _ = game.reset(seed=0)
    assert game.possible_agents == ["agent_0", "agent_1"]
    assert observed["agent_0"].shape == (3, 3, 35)
    assert observed["agent_0"] in game.observation_space("agent_0")
    *_, infos = game.step({"agent_0": 4, "agent_1": 4})
    assert infos["agent_1"]["shaped_reward"] == np.float32(0)
    game.close()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("a1.2b", "a1.2bX", "row 2 of the kitchen, 'a1.2bX', has 6 cells where row 1 has 5"),
        ("X...R", "x...R", "'x' in row 3, column 1 of the kitchen means nothing: did you mean 'X'"),
        ("X...R", "X.#.R", "'#' in row 3, column 3 of the kitchen means nothing: draw X a counter"),
        ("XDXSX", "XD.SX", "the kitchen is open at row 4, column 3: close its edge"),
        ("a1.2b", "a...b", "the cooks of the kitchen are none: number them from 1 on"),
        ("a1.2b", "a1.3b", "the cooks of the kitchen are 1, 3: number them"),
        ("a1.2b", "a1.1b", "the cooks of the kitchen are 1, 1: number them"),
        ("XXPXX", "XXXXX", "the kitchen has no pot, so no soup is served: draw a P"),
        ("XDXSX", "XDXXX", "the kitchen has no serving window"),
        ("XDXSX", "XXXSX", "the kitchen has no plates"),
        ("a1.2b", "X1.2X", "the kitchen has no ingredients"),
        ("X...R", "X...X", "the kitchen has no sign (R) that shows the recipe"),
        ("X...R", "X...B", "the kitchen has no sign (R) that shows the recipe"),
    ],
)
def test_a_drawing_that_is_no_kitchen_is_refused(old, new, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        OvercookedV2(drawing=CRAMPED.replace(old, new))


@pytest.mark.parametrize("drawing", ["", "\n \n", []])
def test_an_empty_drawing_is_refused(drawing):
    with pytest.raises(ValueError, match="the drawing of the kitchen is empty: draw X a counter"):
        OvercookedV2(drawing=drawing)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"drawing": 7}, "drawing must be text, one line a row of the kitchen, not 7"),
        ({"drawing": [1, 2]}, "drawing must be text"),
        ({"recipes": "aab"}, 'recipes must be "all" or a list of words'),
        ({"recipes": [[0, 0, 1]]}, 'recipes must be "all" or a list of words'),
        ({"agent_view_size": 2.5}, "agent_view_size is a number of cells or None, not 2.5"),
        ({"agent_view_size": True}, "agent_view_size is a number of cells or None, not True"),
    ],
)
def test_what_is_of_the_wrong_type_is_refused(config, words):
    with pytest.raises(TypeError, match=re.escape(words)):
        OvercookedV2(**config)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"layout": "cramped_rom"}, "layout 'cramped_rom' is unknown: did you mean 'cramped_room'"),
        ({"layout": "coord_ring"}, "did you mean 'coordination_ring'"),
        ({"layout": ["a"]}, "layout ['a'] is unknown: choose from cramped_room"),
        ({"start": "radnom"}, "start 'radnom' is unknown: did you mean 'random'"),
        ({"facing": "south"}, "facing 'south' is unknown"),
        ({"contents": None}, "contents None is unknown: choose from empty, random"),
        ({"recipes": []}, "recipes is empty: name at least one"),
        ({"recipes": ["aa"]}, "recipe 'aa' is none: write 3 letters from a to j"),
        ({"recipes": ["aaz"]}, "recipe 'aaz' is none"),
        ({"recipes": ["aab"]}, "recipe 'aab' needs b, of which the kitchen has no pile"),
        ({"agent_view_size": 0}, "agent_view_size 0 shows a cook nothing"),
        ({"op_ingredient_permutations": "ab"}, "'ab' are not letters of different ingredients"),
        ({"op_ingredient_permutations": "aa"}, "this kitchen has 'a'"),
        ({"op_ingredient_permutations": [0]}, "[0] are not letters"),
    ],
)
def test_unknown_choices_are_refused(config, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        OvercookedV2(**config)

"""Kitchens that ship, kitchens one draws, and drawings that are none."""

from __future__ import annotations

import re

import numpy as np
import pytest

import envsuite
from envsuite_overcooked.env import Overcooked
from envsuite_overcooked.kitchen import POT, WINDOW

CRAMPED = """
    XXPXX
    O..2O
    X1..X
    XDXSX
"""


def test_a_kitchen_can_be_drawn_as_text_as_rows_and_with_spaces_for_floor():
    shipped = Overcooked("cramped_room").kitchen
    for drawing in (
        CRAMPED,
        CRAMPED.split(),
        "XXPXX\nO  2O\nX1  X\nXDXSX",
        ["XXPXX", "O  2O", "X1  X", "XDXSX"],
    ):
        env = Overcooked(drawing=drawing)
        assert env.kitchen == shipped
        assert env == Overcooked(drawing=CRAMPED) and hash(env) == hash(Overcooked(drawing=CRAMPED))
    assert shipped.starts.tolist() == [[2, 1], [1, 3]]
    assert shipped.cells(POT).tolist() == [[0, 2]] and shipped.cells(WINDOW).tolist() == [[3, 3]]


def test_a_drawing_and_each_shaped_reward_reach_pettingzoo():
    game = envsuite.make_as(
        "envsuite/Overcooked-CrampedRoom", "pettingzoo", drawing=CRAMPED.replace("XXPXX", "XPXPX")
    )
    observed, _ = game.reset(seed=0)
    assert game.possible_agents == ["agent_0", "agent_1"]
    assert observed["agent_0"].shape == (4, 5, 26) and observed["agent_0"][..., 10].sum() == 2
    *_, infos = game.step({"agent_0": 4, "agent_1": 4})
    assert infos["agent_1"]["shaped_reward"] == np.float32(0)
    game.close()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("O..2O", "O..2OX", "row 2 of the kitchen, 'O..2OX', has 6 cells where row 1 has 5"),
        ("X1..X", "X1..x", "'x' in row 3, column 5 of the kitchen means nothing: did you mean 'X'"),
        ("X1..X", "X1.#X", "'#' in row 3, column 4 of the kitchen means nothing: draw X a counter"),
        ("XDXSX", "XD.SX", "the kitchen is open at row 4, column 3: close its edge"),
        ("O..2O", "O...O", "the kitchen has 0 cells 2: draw one"),
        ("X1..X", "X11.X", "the kitchen has 2 cells 1: draw one"),
        ("XXPXX", "XXXXX", "the kitchen has no pot, so no soup is served: draw an P"),
        ("XDXSX", "XDXXX", "the kitchen has no serving window"),
        ("XDXSX", "XXXSX", "the kitchen has no plates"),
    ],
)
def test_a_drawing_that_is_no_kitchen_is_refused(old, new, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Overcooked(drawing=CRAMPED.replace(old, new))


@pytest.mark.parametrize("drawing", ["", "\n \n", []])
def test_an_empty_drawing_is_refused(drawing):
    with pytest.raises(ValueError, match="the drawing of the kitchen is empty: draw X a counter"):
        Overcooked(drawing=drawing)


@pytest.mark.parametrize("drawing", [7, [1, 2], b"XX"])
def test_a_drawing_that_is_no_text_is_refused(drawing):
    with pytest.raises(TypeError, match="drawing must be text, one line a row of the kitchen"):
        Overcooked(drawing=drawing)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"layout": "cramped_rom"}, "layout 'cramped_rom' is unknown: did you mean 'cramped_room'"),
        ({"layout": ["a"]}, "layout ['a'] is unknown: choose from cramped_room"),
        ({"start": "radnom"}, "start 'radnom' is unknown: did you mean 'random'"),
        ({"facing": "south"}, "facing 'south' is unknown"),
        ({"contents": None}, "contents None is unknown: choose from empty, random"),
        ({"start": "jaxmarl", "drawing": CRAMPED}, "leave start at 'drawn'"),
    ],
)
def test_unknown_choices_are_refused(config, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Overcooked(**config)

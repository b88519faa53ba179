"""What happens in a kitchen can be seen in its picture, and where it happens."""

from __future__ import annotations

import jax
import numpy as np

from envsuite.drawing import CAPTION, VERMILION
from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.render import APRONS, FOOD, PORCELAIN, READY, TILE, frame
from envsuite_overcooked_v2.state import State
from envsuite_overcooked_v2.tests.scene import DRAWING, KITCHEN, RECIPES, SHARED, scene


def picture(state: State, env: OvercookedV2 = KITCHEN) -> np.ndarray:
    return frame(env, jax.device_get(state), env.default_params())


def shown(pixels, color, row, column):
    """How many pixels of a cell have that colour."""
    cell = pixels[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
    return int((cell == color).all(-1).sum())


def changed(one, other):
    """The cells in which two pictures differ, as (row, column); "caption" below them."""
    rows, columns = KITCHEN.plan.shape
    differ = (picture(one) != picture(other)).any(-1)
    cells = differ[: rows * TILE].reshape(rows, TILE, columns, TILE).any((1, 3))
    below = {"caption"} if differ[rows * TILE :].any() else set()
    return {tuple(cell) for cell in np.argwhere(cells).tolist()} | below


def test_the_picture_is_the_kitchen_and_a_line_below_it():
    rows, columns = KITCHEN.plan.shape
    pixels = picture(scene(facing="NN"))
    assert pixels.shape == (rows * TILE + CAPTION, columns * TILE, 3) and pixels.dtype == np.uint8


def test_each_cook_is_where_it_stands():
    pixels = picture(scene(facing="NN"))
    for apron, cell in zip(APRONS, ((1, 1), (1, 4)), strict=False):
        counts = {at: shown(pixels, apron, *at) for at in np.ndindex(KITCHEN.plan.shape)}
        assert max(counts, key=lambda at: counts[at]) == cell
        assert sum(counts.values()) == counts[cell] > 500


def test_facings_hands_counters_pots_and_the_order_show_in_their_cells_alone():
    before = scene(facing="NN")
    assert changed(before, scene(facing="NE")) == {(1, 4)}
    assert {(1, 1)} <= changed(before, scene(facing="NN", hands=("b", ""))) <= {(1, 1), (0, 1)}
    assert changed(before, scene(facing="NN", lying={SHARED: "Daab"})) == {SHARED}
    views = ["", "a", "b", "ab", "aa", "aab 12", "aab 11", "abb 11", "aab!", "abb!"]
    for index, one in enumerate(views):
        for other in views[:index]:
            pair = [scene(facing="NN", pots=("", pot)) for pot in (one, other)]
            assert changed(*pair) == {(2, 3)}, (one, other)
    assert changed(before, scene(facing="NN", recipe="bbb")) == {(3, 4), "caption"}


def test_a_lit_button_shows_the_recipe_and_how_long_it_does():
    dark = scene(facing="NN")
    counts = []
    for button in (9, 6, 2):
        lit = scene(facing="NN", button=button)
        assert changed(dark, lit) == {(0, 1)}
        pixels = picture(lit)
        assert shown(pixels, FOOD[0], 0, 1) > 50 < shown(pixels, FOOD[1], 0, 1)
        counts.append(shown(pixels, VERMILION, 0, 1))
    assert counts == sorted(counts, reverse=True) and counts[2] * 2 < counts[0]


def test_ready_soup_is_in_a_whole_green_ring_and_cooking_soup_in_a_part_of_one():
    counts = []
    for pot in ("aab 20", "aab 15", "aab 5", "aab!"):
        pixels = picture(scene(facing="NN", pots=("", pot)))
        counts.append(shown(pixels, READY, 2, 3))
        assert shown(pixels, FOOD[0], 2, 3) > 100 < shown(pixels, FOOD[1], 2, 3)
    assert counts == sorted(counts) and counts[0] == 0 and counts[1] * 2 < counts[2] < counts[3]


def test_every_kind_of_food_has_its_colour():
    pixels = picture(scene(facing="NN", lying={SHARED: "b"}))
    assert shown(pixels, FOOD[0], 1, 0) > 100 < shown(pixels, FOOD[1], 2, 0)
    assert shown(pixels, FOOD[1], *SHARED) > 100 and shown(pixels, FOOD[0], *SHARED) == 0
    assert shown(pixels, PORCELAIN, 3, 2) > 300 and len(set(FOOD)) == 10


def test_what_each_sees_is_framed_in_its_colour():
    near = OvercookedV2(drawing=DRAWING, recipes=RECIPES, agent_view_size=1)
    framed, plain = picture(scene(facing="NN"), near), picture(scene(facing="NN"))
    for cook, (cells, apron) in enumerate(
        zip(
            (((0, 0), (0, 2), (2, 0), (2, 2)), ((0, 3), (0, 5), (2, 3), (2, 5))),
            APRONS,
            strict=False,
        )
    ):
        assert all(shown(framed, apron, *at) > 20 for at in cells), cook
        assert not any(shown(plain, apron, *at) for at in cells)

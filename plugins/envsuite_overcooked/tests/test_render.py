"""What happens in a kitchen can be seen in its picture, and where it happens."""

from __future__ import annotations

import jax
import numpy as np

from envsuite.drawing import CAPTION
from envsuite_overcooked.render import APRONS, ONION_SKIN, READY, SOUP, TILE, frame
from envsuite_overcooked.state import State
from envsuite_overcooked.tests.scene import KITCHEN, scene

QUIET = """
    XXPXXX
    O1.X2X
    X..P.S
    XXDXDX
"""


def picture(state: State) -> np.ndarray:
    return frame(KITCHEN, jax.device_get(state), KITCHEN.default_params())


def shown(pixels, color, row, column):
    """How many pixels of a cell have that colour."""
    cell = pixels[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
    return int((cell == color).all(-1).sum())


def changed(one, other):
    """The cells in which two pictures differ, as (row, column)."""
    rows, columns = KITCHEN.kitchen.shape
    differ = (picture(one) != picture(other)).any(-1)[: rows * TILE]
    return {
        tuple(cell) for cell in np.argwhere(differ.reshape(rows, TILE, columns, TILE).any((1, 3)))
    }


def test_the_picture_is_the_kitchen_and_a_line_of_words():
    rows, columns = KITCHEN.kitchen.shape
    pixels = picture(scene(QUIET, facing="NN"))
    assert pixels.shape == (rows * TILE + CAPTION, columns * TILE, 3) and pixels.dtype == np.uint8


def test_each_cook_is_where_it_stands():
    pixels = picture(scene(QUIET, facing="NN"))
    for apron, cell in zip(APRONS, ((1, 1), (1, 4)), strict=True):
        counts = {at: shown(pixels, apron, *at) for at in np.ndindex(KITCHEN.kitchen.shape)}
        assert max(counts, key=lambda at: counts[at]) == cell
        assert sum(counts.values()) == counts[cell] > 500


def test_facings_hands_counters_and_pots_show_in_their_cells_alone():
    before = scene(QUIET, facing="SN")
    assert changed(before, scene(QUIET, facing="SE")) == {(1, 4)}
    assert {(1, 1)} <= changed(before, scene(QUIET, facing="SN", hands="o ")) <= {(1, 1), (2, 1)}
    lying = QUIET.replace("XXP", "XoP")
    assert changed(before, scene(lying, facing="SN")) == {(0, 1)}
    views = [(0, 0), (0, 1), (0, 2), (0, (3, 12)), (0, (3, 11)), (0, (3, 0))]
    for index, one in enumerate(views):
        for other in views[:index]:
            pots = [scene(QUIET, facing="SN", pots=pot) for pot in (one, other)]
            assert changed(*pots) == {(2, 3)}


def test_ready_soup_is_in_a_whole_green_ring_and_cooking_soup_in_a_part_of_one():
    counts = []
    for remaining in (20, 15, 5, 0):
        pixels = picture(scene(QUIET, facing="SN", pots=((3, remaining), 0)))
        counts.append(shown(pixels, READY, 0, 2))
        assert shown(pixels, SOUP, 0, 2) > 300
    assert counts == sorted(counts) and counts[0] == 0 and counts[1] * 2 < counts[2] < counts[3]


def test_onions_lie_in_crates_and_on_counters():
    pixels = picture(scene(QUIET.replace("XXP", "XoP"), facing="SN"))
    for cell in ((1, 0), (0, 1)):
        assert shown(pixels, ONION_SKIN, *cell) > 100
    assert shown(pixels, ONION_SKIN, 0, 3) == 0

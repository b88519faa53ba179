"""The kitchen from above: who stands where and holds what, and how far each soup is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    BLUE,
    CAPTION,
    GREEN,
    ORANGE,
    PINK,
    SKY,
    SURROUNDINGS,
    VERMILION,
    WORDS,
    YELLOW,
    Color,
    Point,
    Sheet,
    mix,
)
from envsuite_overcooked_v2.items import COOKED, COUNT, FIRST_INGREDIENT, NOTHING, PLATE
from envsuite_overcooked_v2.plan import (
    BUTTON,
    FLOOR,
    INGREDIENTS,
    PILE,
    PLATES,
    POT,
    RECIPE,
    WINDOW,
)
from envsuite_overcooked_v2.state import MOVES

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_overcooked_v2.env import OvercookedV2
    from envsuite_overcooked_v2.state import Params, State

TILE = 64  # pixels of a cell

TILES: tuple[Color, Color] = ((46, 55, 67), (41, 49, 60))  # of the floor, like a chessboard
WOOD: Color = (133, 104, 77)
WOOD_EDGE: Color = (104, 80, 58)
CRATE: Color = (92, 64, 41)
IRON: Color = (27, 29, 33)
RIM: Color = (120, 126, 134)
PORCELAIN: Color = (238, 240, 242)
GLAZE: Color = (186, 194, 203)
BROTH: Color = (178, 128, 62)
STEEL: Color = (171, 183, 195)
SLATE: Color = (38, 50, 46)
READY: Color = GREEN
FOOD: tuple[Color, ...] = (
    (245, 212, 84),
    (74, 166, 76),
    (222, 72, 46),
    (150, 104, 222),
    (247, 247, 240),
    (245, 146, 40),
    (72, 64, 130),
    (40, 128, 214),
    (255, 140, 190),
    (110, 66, 32),
)
"""The colours of the ingredients; their letters stand beside them where they are named."""
APRONS: tuple[Color, ...] = (
    SKY,
    PINK,
    ORANGE,
    GREEN,
    YELLOW,
    VERMILION,
    BLUE,
    GLAZE,
    WOOD,
)


def frame(env: OvercookedV2, state: State, params: Params) -> np.ndarray:
    """Draw one state.

    Counters are of wood. Crates hold ingredients, each kind of its own colour and letter, white
    stacks are plates, the steel cell with an arrow is the serving window. A slate shows the recipe;
    a red button does so too, for as long as the arc round it lasts. A pot shows what is in it;
    while it cooks an arc closes round it and a number counts down; when it is ready it is in a
    green ring. The cooks carry what they hold on the side they face. Where they see but a part of
    the kitchen, frames in their colours show which. Below stands what is ordered.

    Returns:
        `u8[64 * rows + 48, 64 * columns, 3]`.
    """
    terrain = np.asarray(params.kitchen.terrain)
    items, clocks = np.asarray(state.items), np.asarray(state.clocks)
    height, width = terrain.shape
    recipe = int(state.recipe)
    sheet = Sheet(width * TILE, height * TILE + CAPTION)
    for row, column in np.ndindex(height, width):
        center, kind = _center(row, column), int(terrain[row, column])
        item, clock = int(items[row, column]), int(clocks[row, column])
        _cell(sheet, center, kind, (row + column) % 2, (height, width))
        if kind == POT:
            _pot(sheet, center, item, clock, int(params.cook_time))
        elif kind == RECIPE or (kind == BUTTON and clock > 0):
            _slate(sheet, center, recipe)
            if kind == BUTTON:
                share = clock / max(int(params.button_time), clock)
                sheet.arc(center, 0.47 * TILE, 5, VERMILION, sweep=360 * share)
        else:
            _item(sheet, center, item, 0.30 * TILE)
    places = np.asarray(state.places).tolist()
    for cook, (row, column) in enumerate(places):
        facing, hand = int(state.facings[cook]), int(state.hands[cook])
        _cook(sheet, _center(row, column), cook, facing, hand)
        if env.agent_view_size is not None:
            reach, inset = env.agent_view_size, 3 + 3 * cook
            low = (
                max(column - reach, 0) * TILE + inset,
                max(row - reach, 0) * TILE + inset,
            )
            high = (
                min(column + reach + 1, width) * TILE - inset,
                min(row + reach + 1, height) * TILE - inset,
            )
            sheet.box(low, high, outline=APRONS[cook], width=2, corner=6)
    _caption(sheet, recipe)
    return sheet.pixels()


def _center(row: int, column: int) -> Point:
    return (column + 0.5) * TILE, (row + 0.5) * TILE


def _square(sheet: Sheet, center: Point, half: float, color: Color, corner: float = 0) -> None:
    x, y = center
    sheet.box((x - half, y - half), (x + half - 0.5, y + half - 0.5), color, corner=corner)


def _cell(sheet: Sheet, center: Point, kind: int, parity: int, shape: tuple[int, int]) -> None:
    """The ground of a cell, and what is always on it."""
    if kind == FLOOR:
        _square(sheet, center, TILE / 2, TILES[parity])
        return
    _square(sheet, center, TILE / 2, WOOD_EDGE)
    _square(sheet, center, TILE / 2 - 2, WOOD, corner=5)
    x, y = center
    if kind >= PILE:
        _square(sheet, center, 0.40 * TILE, CRATE, corner=5)
        for right, down in ((-0.17, 0.15), (0.17, 0.15), (0, -0.13)):
            place = (x + right * TILE, y + down * TILE)
            _food(sheet, place, kind - PILE, 0.17 * TILE, letter=(right == 0))
    elif kind == PLATES:
        for step in range(3):  # a stack, seen a little from the side
            middle = (x, y + (0.10 - 0.09 * step) * TILE)
            sheet.disc(middle, 0.36 * TILE, GLAZE)
            sheet.disc((x, middle[1] - 2), 0.36 * TILE, PORCELAIN)
        sheet.ring((x, y - 0.08 * TILE - 2), 0.22 * TILE, 2, GLAZE)
    elif kind == WINDOW:
        _square(sheet, center, TILE / 2 - 2, STEEL, corner=5)
        _arrow(sheet, center, _outwards(center, shape), 0.32 * TILE)
    elif kind == BUTTON:
        _square(sheet, center, 0.34 * TILE, IRON, corner=8)
        sheet.disc(center, 0.25 * TILE, mix(VERMILION, IRON, 0.5))
        sheet.disc((x, y - 2), 0.23 * TILE, VERMILION)


def _outwards(center: Point, shape: tuple[int, int]) -> Point:
    """From a cell towards the nearest edge of the kitchen, as (x, y) of length 1."""
    row, column = center[1] / TILE, center[0] / TILE
    gaps = {(0, -1): row, (0, 1): shape[0] - row, (1, 0): shape[1] - column, (-1, 0): column}
    return min(gaps, key=lambda way: gaps[way])


def _arrow(sheet: Sheet, center: Point, way: Point, reach: float) -> None:
    (x, y), (along, down) = center, way

    def at(ahead: float, aside: float) -> Point:
        return (
            x + reach * (ahead * along - aside * down),
            y + reach * (ahead * down + aside * along),
        )

    sheet.polygon([at(1, 0), at(0, 0.8), at(0, -0.8)], IRON)
    sheet.polygon([at(0.1, 0.3), at(-1, 0.3), at(-1, -0.3), at(0.1, -0.3)], IRON)


def _slate(sheet: Sheet, center: Point, recipe: int) -> None:
    """A slate that shows what is ordered."""
    _square(sheet, center, 0.44 * TILE, SURROUNDINGS, corner=5)
    _square(sheet, center, 0.40 * TILE, SLATE, corner=4)
    _mixture(sheet, center, recipe, 0.30 * TILE, letters=True)


def _pot(sheet: Sheet, center: Point, item: int, clock: int, cook_time: int) -> None:
    """A pot, what is in it, and how long that still cooks."""
    x, y = center
    for side in (-1, 1):
        _square(sheet, (x + side * 0.41 * TILE, y), 0.07 * TILE, IRON, corner=3)
    sheet.disc(center, 0.41 * TILE, IRON)
    sheet.ring(center, 0.41 * TILE, 2, RIM)
    cooked = bool(item & COOKED)
    if cooked or clock > 0:
        sheet.disc(center, 0.31 * TILE, BROTH)
    _mixture(sheet, center, item, 0.28 * TILE)
    if cooked:
        sheet.ring(center, 0.43 * TILE, 5, READY)
    elif clock > 0:
        done = 1 - clock / max(cook_time, clock)
        sheet.arc(center, 0.43 * TILE, 5, READY, sweep=360 * done)
        sheet.disc((x + 0.31 * TILE, y + 0.31 * TILE), 0.16 * TILE, IRON)
        sheet.text((x + 0.31 * TILE, y + 0.31 * TILE), str(clock), 14, PORCELAIN)


def _item(sheet: Sheet, center: Point, item: int, radius: float) -> None:
    """An ingredient, a plate or a dish."""
    if item == NOTHING:
        return
    if not item & PLATE:
        _food(sheet, center, _kinds(item)[0], 0.85 * radius)
        return
    sheet.disc(center, radius, GLAZE)
    sheet.disc(center, radius - 1, PORCELAIN)
    if item & COOKED:
        sheet.disc(center, 0.78 * radius, BROTH)
        _mixture(sheet, center, item, 0.70 * radius)
    else:
        sheet.ring(center, 0.62 * radius, 1.5, GLAZE)


def _kinds(item: int) -> list[int]:
    """Which ingredients are in an item, each as often as it is."""
    counts = [item // FIRST_INGREDIENT >> 2 * kind & COUNT for kind in range(len(INGREDIENTS))]
    return [kind for kind, count in enumerate(counts) for _ in range(count)]


def _mixture(
    sheet: Sheet, center: Point, item: int, radius: float, *, letters: bool = False
) -> None:
    """The ingredients in an item, in a triangle within `radius`."""
    x, y = center
    kinds = _kinds(item)
    apart = 0.0 if len(kinds) == 1 else 0.58 * radius
    for place, kind in enumerate(kinds):
        angle = 2 * math.pi * place / max(len(kinds), 2) - math.pi / 2
        spot = (x + apart * math.cos(angle), y + apart * math.sin(angle))
        _food(sheet, spot, kind, 0.50 * radius, letter=letters)


def _food(sheet: Sheet, center: Point, kind: int, radius: float, *, letter: bool = False) -> None:
    """One of an ingredient, with its letter if that fits."""
    color = FOOD[kind]
    sheet.disc(center, radius, mix(color, SURROUNDINGS, 0.55))
    sheet.disc(center, radius - 1, color)
    if letter:
        ink = SURROUNDINGS if sum(color) > 330 else PORCELAIN
        sheet.text(center, INGREDIENTS[kind], 1.5 * radius, ink)


def _cook(sheet: Sheet, center: Point, cook: int, facing: int, hand: int) -> None:
    """A cook with a number, a nose that points where it faces, and what it holds before it."""
    down, right = MOVES[facing].tolist()
    x, y = center
    apron = APRONS[cook]
    sheet.disc(center, 0.37 * TILE, SURROUNDINGS)
    sheet.disc(center, 0.34 * TILE, apron)
    tip = (x + 0.48 * TILE * right, y + 0.48 * TILE * down)
    base = (x + 0.22 * TILE * right, y + 0.22 * TILE * down)
    across = (0.20 * TILE * down, 0.20 * TILE * right)
    left, other = ((base[0] + side * across[0], base[1] + side * across[1]) for side in (1, -1))
    sheet.polygon([tip, left, other], apron)
    sheet.disc(center, 0.20 * TILE, PORCELAIN)  # the hat
    sheet.text(center, str(cook + 1), 18, SURROUNDINGS)
    if hand != NOTHING:
        held = (x + 0.36 * TILE * right, y + 0.36 * TILE * down)
        sheet.disc(held, 0.25 * TILE, SURROUNDINGS)
        _item(sheet, held, hand, 0.23 * TILE)


def _caption(sheet: Sheet, recipe: int) -> None:
    """What is ordered, under the kitchen."""
    y = sheet.height - CAPTION / 2
    middle = sheet.width / 2
    sheet.text((middle - 12, y), "ordered", 18, WORDS, anchor="rm")
    for place, kind in enumerate(_kinds(recipe)):
        _food(sheet, (middle + 12 + 26 * place, y), kind, 12, letter=True)

"""The kitchen from above: who stands where and holds what, and how far each soup is."""

from __future__ import annotations

import numpy as np

from envsuite.drawing import (
    CAPTION,
    FINENESS,
    GREEN,
    PINK,
    SKY,
    SURROUNDINGS,
    Color,
    Point,
    Sheet,
)
from envsuite_overcooked.env import Overcooked
from envsuite_overcooked.kitchen import FLOOR, ONIONS, PLATES, POT, WINDOW
from envsuite_overcooked.state import (
    COOKS,
    DISH,
    MOVES,
    NOTHING,
    ONION,
    POT_SIZE,
    Params,
    State,
)

TILE = 64  # pixels of a cell
TILES: tuple[Color, Color] = ((46, 55, 67), (41, 49, 60))  # of the floor, like a chessboard
WOOD: Color = (133, 104, 77)
WOOD_EDGE: Color = (104, 80, 58)
CRATE: Color = (92, 64, 41)
IRON: Color = (27, 29, 33)
RIM: Color = (120, 126, 134)
PORCELAIN: Color = (238, 240, 242)
GLAZE: Color = (186, 194, 203)
ONION_SKIN: Color = (240, 205, 80)
ONION_TIP: Color = (126, 150, 60)
SOUP: Color = (222, 120, 20)
READY = GREEN
STEEL: Color = (171, 183, 195)
APRONS: tuple[Color, Color] = (SKY, PINK)


def frame(env: Overcooked, state: State, params: Params) -> np.ndarray:
    """Draw one state.

    Counters are of wood. Crates hold onions, white stacks are plates, the steel cell with an arrow
    is the serving window. A pot shows its onions; while it cooks an arc closes round it and a
    number counts down; when it is ready the soup is in a green ring. The cooks, blue the first and
    purple the second, carry what they hold on the side they face.

    Returns:
        `u8[64 * rows + 48, 64 * columns, 3]`.
    """
    height, width = env.kitchen.shape
    sheet = Sheet(width * TILE, height * TILE + CAPTION)
    for row, column in np.ndindex(height, width):
        center = ((column + 0.5) * TILE, (row + 0.5) * TILE)
        kind = int(env.kitchen.terrain[row, column])
        _cell(sheet, center, kind, (row + column) % 2, env.kitchen.shape)
        if kind == POT:
            onions, remaining = int(state.onions[row, column]), int(state.remaining[row, column])
            _pot(sheet, center, onions, remaining, int(params.cook_time))
        _item(sheet, center, int(state.counters[row, column]), 0.30 * TILE)
    for cook in range(COOKS):
        row, column = np.asarray(state.places[cook]).tolist()
        center = ((column + 0.5) * TILE, (row + 0.5) * TILE)
        _cook(sheet, center, cook, int(state.facings[cook]), int(state.hands[cook]))
    words = f"step {int(state.step)} of {int(params.horizon)}"
    sheet.text((width * TILE / 2, height * TILE + CAPTION / 2), words, 18)
    return sheet.pixels()


def _cell(sheet: Sheet, center: Point, kind: int, parity: int, shape: tuple[int, int]) -> None:
    """The ground of a cell, and what is always on it."""
    if kind == FLOOR:
        _square(sheet, center, TILE / 2, TILES[parity])
        return
    _square(sheet, center, TILE / 2, WOOD_EDGE)
    _square(sheet, center, TILE / 2 - 2, WOOD, corner=5)
    x, y = center
    if kind == ONIONS:
        _square(sheet, center, 0.40 * TILE, CRATE, corner=5)
        for right, down in ((-0.17, 0.13), (0.17, 0.13), (0, -0.12)):
            _item(sheet, (x + right * TILE, y + down * TILE), ONION, 0.17 * TILE)
    elif kind == PLATES:
        for step in range(3):  # a stack, seen a little from the side
            middle = (x, y + (0.10 - 0.09 * step) * TILE)
            sheet.disc(middle, 0.36 * TILE, GLAZE)
            sheet.disc((x, middle[1] - 2), 0.36 * TILE, PORCELAIN)
        sheet.ring((x, y - 0.08 * TILE - 2), 0.22 * TILE, 2, GLAZE)
    elif kind == WINDOW:
        _square(sheet, center, TILE / 2 - 2, STEEL, corner=5)
        _arrow(sheet, center, _outwards(center, shape), 0.32 * TILE, IRON)


def _outwards(center: Point, shape: tuple[int, int]) -> Point:
    """From a cell towards the nearest edge of the kitchen, as (x, y) of length 1."""
    row, column = center[1] / TILE, center[0] / TILE
    gaps = {(0, -1): row, (0, 1): shape[0] - row, (1, 0): shape[1] - column, (-1, 0): column}
    return min(gaps, key=lambda way: gaps[way])


def _pot(sheet: Sheet, center: Point, onions: int, remaining: int, cook_time: int) -> None:
    """A pot with its onions, its soup, and how long that still cooks."""
    x, y = center
    for side in (-1, 1):
        _square(sheet, (x + side * 0.41 * TILE, y), 0.07 * TILE, IRON, corner=3)
    sheet.disc(center, 0.41 * TILE, IRON)
    sheet.ring(center, 0.41 * TILE, 2, RIM)
    if onions < POT_SIZE:
        for place in range(onions):
            _item(sheet, (x + (place - 0.5) * 0.32 * TILE, y), ONION, 0.15 * TILE)
        return
    sheet.disc(center, 0.29 * TILE, SOUP)
    if remaining == 0:
        sheet.ring(center, 0.41 * TILE, 5, READY)
        return
    done = 1 - remaining / max(cook_time, remaining)
    sheet.arc(center, 0.41 * TILE, 5, READY, sweep=360 * done)
    sheet.text(center, str(remaining), 22, PORCELAIN)


def _item(sheet: Sheet, center: Point, item: int, radius: float) -> None:
    """An onion, a plate or a dish."""
    if item == NOTHING:
        return
    x, y = center
    if item == ONION:
        sheet.disc((x, y - 0.8 * radius), 0.3 * radius, ONION_TIP)
        sheet.disc(center, 0.82 * radius, ONION_SKIN)
        return
    sheet.disc(center, radius, GLAZE)
    sheet.disc(center, radius - 1, PORCELAIN)
    if item == DISH:
        sheet.disc(center, 0.68 * radius, SOUP)
    else:
        sheet.ring(center, 0.62 * radius, 1.5, GLAZE)


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
    sheet.polygon(
        [
            tip,
            (base[0] + across[0], base[1] + across[1]),
            (base[0] - across[0], base[1] - across[1]),
        ],
        apron,
    )
    sheet.disc(center, 0.20 * TILE, PORCELAIN)  # the hat
    sheet.text(center, str(cook + 1), 18, SURROUNDINGS)
    held = (x + 0.36 * TILE * right, y + 0.36 * TILE * down)
    if hand != NOTHING:
        sheet.disc(held, 0.23 * TILE, SURROUNDINGS)
    _item(sheet, held, hand, 0.21 * TILE)


def _square(sheet: Sheet, center: Point, half: float, color: Color, corner: float = 0) -> None:
    (x, y), dot = center, 1 / FINENESS  # a box counts its last dot in, here it belongs to the next
    sheet.box((x - half, y - half), (x + half - dot, y + half - dot), color, corner=corner)


def _arrow(sheet: Sheet, center: Point, way: Point, reach: float, color: Color) -> None:
    """An arrow that points along `way`, of length 1."""
    (x, y), (along, down) = center, way

    def at(ahead: float, aside: float) -> Point:
        return (
            x + reach * (ahead * along - aside * down),
            y + reach * (ahead * down + aside * along),
        )

    sheet.polygon([at(1, 0), at(0, 0.8), at(0, -0.8)], color)
    sheet.polygon([at(0.1, 0.3), at(-1, 0.3), at(-1, -0.3), at(0.1, -0.3)], color)

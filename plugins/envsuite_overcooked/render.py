"""The kitchen from above: who stands where and holds what, and how far each soup is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

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

Color = tuple[int, int, int]
Point = tuple[float, float]

TILE = 64  # pixels of a cell
CAPTION = 48  # pixels below, for a line of words
FINENESS = 3  # dots a pixel in each direction, averaged, so that edges are smooth

SURROUNDINGS: Color = (15, 18, 23)
WORDS: Color = (205, 212, 221)
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
READY: Color = (0, 158, 115)
STEEL: Color = (171, 183, 195)
# Okabe and Ito's sky blue and reddish purple: told apart by all common kinds of colour vision
APRONS: tuple[Color, Color] = ((86, 180, 233), (204, 121, 167))


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own typeface, so that every machine draws the same picture."""
    return ImageFont.load_default(size)


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
    picture = _Picture(width * TILE, height * TILE + CAPTION)
    for row, column in np.ndindex(height, width):
        center = ((column + 0.5) * TILE, (row + 0.5) * TILE)
        kind = int(env.kitchen.terrain[row, column])
        _cell(picture, center, kind, (row + column) % 2, env.kitchen.shape)
        if kind == POT:
            onions, remaining = int(state.onions[row, column]), int(state.remaining[row, column])
            _pot(picture, center, onions, remaining, int(params.cook_time))
        _item(picture, center, int(state.counters[row, column]), 0.30 * TILE)
    for cook in range(COOKS):
        row, column = np.asarray(state.places[cook]).tolist()
        center = ((column + 0.5) * TILE, (row + 0.5) * TILE)
        _cook(picture, center, cook, int(state.facings[cook]), int(state.hands[cook]))
    words = f"step {int(state.step)} of {int(params.horizon)}"
    picture.text((width * TILE / 2, height * TILE + CAPTION / 2), words, 18, WORDS)
    return picture.pixels()


def _cell(picture: _Picture, center: Point, kind: int, parity: int, shape: tuple[int, int]) -> None:
    """The ground of a cell, and what is always on it."""
    if kind == FLOOR:
        picture.box(center, TILE / 2, TILES[parity])
        return
    picture.box(center, TILE / 2, WOOD_EDGE)
    picture.box(center, TILE / 2 - 2, WOOD, corner=5)
    x, y = center
    if kind == ONIONS:
        picture.box(center, 0.40 * TILE, CRATE, corner=5)
        for right, down in ((-0.17, 0.13), (0.17, 0.13), (0, -0.12)):
            _item(picture, (x + right * TILE, y + down * TILE), ONION, 0.17 * TILE)
    elif kind == PLATES:
        for step in range(3):  # a stack, seen a little from the side
            middle = (x, y + (0.10 - 0.09 * step) * TILE)
            picture.disc(middle, 0.36 * TILE, GLAZE)
            picture.disc((x, middle[1] - 2), 0.36 * TILE, PORCELAIN)
        picture.ring((x, y - 0.08 * TILE - 2), 0.22 * TILE, 2, GLAZE)
    elif kind == WINDOW:
        picture.box(center, TILE / 2 - 2, STEEL, corner=5)
        picture.arrow(center, _outwards(center, shape), 0.32 * TILE, IRON)


def _outwards(center: Point, shape: tuple[int, int]) -> Point:
    """From a cell towards the nearest edge of the kitchen, as (x, y) of length 1."""
    row, column = center[1] / TILE, center[0] / TILE
    gaps = {(0, -1): row, (0, 1): shape[0] - row, (1, 0): shape[1] - column, (-1, 0): column}
    return min(gaps, key=lambda way: gaps[way])


def _pot(picture: _Picture, center: Point, onions: int, remaining: int, cook_time: int) -> None:
    """A pot with its onions, its soup, and how long that still cooks."""
    x, y = center
    for side in (-1, 1):
        picture.box((x + side * 0.41 * TILE, y), 0.07 * TILE, IRON, corner=3)
    picture.disc(center, 0.41 * TILE, IRON)
    picture.ring(center, 0.41 * TILE, 2, RIM)
    if onions < POT_SIZE:
        for place in range(onions):
            _item(picture, (x + (place - 0.5) * 0.32 * TILE, y), ONION, 0.15 * TILE)
        return
    picture.disc(center, 0.29 * TILE, SOUP)
    if remaining == 0:
        picture.ring(center, 0.41 * TILE, 5, READY)
        return
    picture.arc(center, 0.41 * TILE, 5, 1 - remaining / max(cook_time, remaining), READY)
    picture.text(center, str(remaining), 22, PORCELAIN)


def _item(picture: _Picture, center: Point, item: int, radius: float) -> None:
    """An onion, a plate or a dish."""
    if item == NOTHING:
        return
    x, y = center
    if item == ONION:
        picture.disc((x, y - 0.8 * radius), 0.3 * radius, ONION_TIP)
        picture.disc(center, 0.82 * radius, ONION_SKIN)
        return
    picture.disc(center, radius, GLAZE)
    picture.disc(center, radius - 1, PORCELAIN)
    if item == DISH:
        picture.disc(center, 0.68 * radius, SOUP)
    else:
        picture.ring(center, 0.62 * radius, 1.5, GLAZE)


def _cook(picture: _Picture, center: Point, cook: int, facing: int, hand: int) -> None:
    """A cook with a number, a nose that points where it faces, and what it holds before it."""
    down, right = MOVES[facing].tolist()
    x, y = center
    apron = APRONS[cook]
    picture.disc(center, 0.37 * TILE, SURROUNDINGS)
    picture.disc(center, 0.34 * TILE, apron)
    tip = (x + 0.48 * TILE * right, y + 0.48 * TILE * down)
    base = (x + 0.22 * TILE * right, y + 0.22 * TILE * down)
    across = (0.20 * TILE * down, 0.20 * TILE * right)
    picture.polygon(
        [
            tip,
            (base[0] + across[0], base[1] + across[1]),
            (base[0] - across[0], base[1] - across[1]),
        ],
        apron,
    )
    picture.disc(center, 0.20 * TILE, PORCELAIN)  # the hat
    picture.text(center, str(cook + 1), 18, SURROUNDINGS)
    held = (x + 0.36 * TILE * right, y + 0.36 * TILE * down)
    if hand != NOTHING:
        picture.disc(held, 0.23 * TILE, SURROUNDINGS)
    _item(picture, held, hand, 0.21 * TILE)


class _Picture:
    """Shapes in pixels, drawn several times as fine and then averaged."""

    def __init__(self, width: int, height: int) -> None:
        self._image = Image.new("RGB", (width * FINENESS, height * FINENESS), SURROUNDINGS)
        self._draw = ImageDraw.Draw(self._image)
        self._texts: list[tuple[Point, str, int, Color]] = []

    def box(self, center: Point, half: float, color: Color, corner: float = 0) -> None:
        """Fill a square."""
        box = self._around(center, half)
        self._draw.rounded_rectangle(box, radius=corner * FINENESS, fill=color)

    def disc(self, center: Point, radius: float, color: Color) -> None:
        """Fill a circle."""
        self._draw.ellipse(self._around(center, radius), fill=color)

    def ring(self, center: Point, radius: float, width: float, color: Color) -> None:
        """Draw a circle; `radius` is the outer one."""
        box, width = self._around(center, radius), round(width * FINENESS)
        self._draw.ellipse(box, outline=color, width=round(width))

    def arc(self, center: Point, radius: float, width: float, share: float, color: Color) -> None:
        """Draw a `share` of a ring, clockwise from the top."""
        box = self._around(center, radius)
        self._draw.arc(box, -90, -90 + 360 * share, fill=color, width=round(width * FINENESS))

    def polygon(self, points: list[Point], color: Color) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * FINENESS, y * FINENESS) for x, y in points], fill=color)

    def arrow(self, center: Point, way: Point, reach: float, color: Color) -> None:
        """Draw an arrow that points along `way`, of length 1."""
        (x, y), (along, down) = center, way

        def at(ahead: float, aside: float) -> Point:
            return (
                x + reach * (ahead * along - aside * down),
                y + reach * (ahead * down + aside * along),
            )

        self.polygon([at(1, 0), at(0, 0.8), at(0, -0.8)], color)
        self.polygon([at(0.1, 0.3), at(-1, 0.3), at(-1, -0.3), at(0.1, -0.3)], color)

    def text(self, center: Point, text: str, size: int, color: Color) -> None:
        """Write `text` centred, over all shapes."""
        self._texts.append((center, text, size, color))

    def pixels(self) -> np.ndarray:
        """The picture, `u8[height, width, 3]`."""
        picture = self._image.reduce(FINENESS)
        draw = ImageDraw.Draw(picture)  # letters are drawn last, at full size, to be crisp
        for place, text, size, color in self._texts:
            draw.text(place, text, fill=color, font=font(size), anchor="mm")
        return np.array(picture)

    @staticmethod
    def _around(center: Point, half: float) -> tuple[float, float, float, float]:
        x, y = center
        return (
            (x - half) * FINENESS,
            (y - half) * FINENESS,
            (x + half) * FINENESS - 1,
            (y + half) * FINENESS - 1,
        )

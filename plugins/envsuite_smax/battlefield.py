"""The map without its units, and where things lie in a picture of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from PIL import Image

from envsuite_smax.canvas import Canvas, Color, Pen, Point

FIELD: Color = (24, 29, 37)
SURROUNDINGS: Color = (15, 18, 23)
GRID: Color = (33, 40, 50)
EDGE: Color = (84, 94, 108)
HAZARD: Color = (128, 62, 68)

MAP_PIXELS = 600  # the longer side of the map
MARGIN = 20  # pixels from the map to the edge of the picture
HEADER = 56
FOOTER = 32
BLOCK = 16  # video codecs want sides that are multiples of it


@dataclass(frozen=True)
class Layout:
    """Where things are in the picture; the same for every frame of a battle.

    Attributes:
        map_width: In units of length.
        map_height: In units of length.
        walls_kill: Whether the edge of the map is drawn as a danger.
    """

    map_width: float
    map_height: float
    walls_kill: bool

    @cached_property
    def scale(self) -> float:
        """Pixels per unit of length."""
        return MAP_PIXELS / max(self.map_width, self.map_height)

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        # half the usual width is what the score line needs beside a narrow map
        width = max(self.map_width * self.scale, MAP_PIXELS / 2) + 2 * MARGIN
        height = HEADER + self.map_height * self.scale + FOOTER
        return BLOCK * math.ceil(width / BLOCK), BLOCK * math.ceil(height / BLOCK)

    @cached_property
    def corners(self) -> tuple[Point, Point]:
        """Top left and bottom right of the map in pixels."""
        width, height = self.map_width * self.scale, self.map_height * self.scale
        left = round((self.size[0] - width) / 2)
        top = HEADER + round((self.size[1] - HEADER - FOOTER - height) / 2)
        return (left, top), (left + width, top + height)

    def places(self, positions: np.ndarray) -> np.ndarray:
        """Positions on the map, `f64[n, 2]`, in pixels; y points up there and down here."""
        (left, _), (_, bottom) = self.corners
        return np.array([left, bottom]) + positions * np.array([self.scale, -self.scale])


@lru_cache(maxsize=8)
def ground(layout: Layout) -> Image.Image:
    """The empty map; copy it before drawing on it."""
    canvas = Canvas(Image.new("RGB", layout.size, SURROUNDINGS))
    (left, top), (right, bottom) = layout.corners
    frame = [(left, top), (right, top), (right, bottom), (left, bottom)]
    with canvas.window(frame, MARGIN) as pen:
        if layout.walls_kill:
            _stripes(pen, layout)
        pen.polygon(frame, FIELD)
        step = 2.0 ** round(math.log2(max(layout.map_width, layout.map_height) / 8))
        for x in left + np.arange(step, layout.map_width, step) * layout.scale:
            pen.line((x, top), (x, bottom), 1, GRID)
        for y in bottom - np.arange(step, layout.map_height, step) * layout.scale:
            pen.line((left, y), (right, y), 1, GRID)
        for start, end in zip(frame, frame[1:] + frame[:1], strict=True):
            pen.line(start, end, 2, HAZARD if layout.walls_kill else EDGE)
    return canvas.image


def _stripes(pen: Pen, layout: Layout) -> None:
    """A striped band around the map, as around a drop."""
    band, pitch = 8, 10
    (left, top), (right, bottom) = layout.corners
    low, high = (left - band, top - band), (right + band, bottom + band)
    # one family of diagonals over the whole box; the field then covers all but the band
    for offset in np.arange(low[0] - (high[1] - low[1]), high[0], pitch):
        begin = max(0.0, low[0] - offset)
        end = min(high[1] - low[1], high[0] - offset)
        if begin < end:
            start = (offset + begin, high[1] - begin)
            pen.line(start, (offset + end, high[1] - end), 3, HAZARD, 0.55)

"""A sheet of paper for the pictures of games, and the colours and letters that all of them share.

Renderers import it, rules never do: it needs Pillow, which comes with the extra `render`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Color = tuple[int, int, int]
Point = tuple[float, float]

SURROUNDINGS: Color = (15, 18, 23)
FIELD: Color = (24, 29, 37)
GRID: Color = (44, 53, 66)
WALL: Color = (92, 103, 119)
QUIET: Color = (132, 143, 157)
WORDS: Color = (205, 212, 221)
# Okabe and Ito's colours, told apart by all common kinds of colour vision
SKY: Color = (86, 180, 233)
ORANGE: Color = (230, 159, 0)
VERMILION: Color = (213, 94, 0)
GREEN: Color = (0, 158, 115)
YELLOW: Color = (240, 228, 66)
PINK: Color = (204, 121, 167)
BLUE: Color = (0, 114, 178)

SIDE, MARGIN, CAPTION = 368, 16, 48  # pixels of a board's field, around it, and below for words
FINENESS = 3  # dots a pixel in each direction, averaged, so that edges are smooth


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own typeface, so that every machine draws the same picture."""
    return ImageFont.load_default(max(size, 6))


def mix(color: Color, other: Color, share: float) -> Color:
    """`color` with a `share` of `other` in it, from 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, other, strict=True))
    return red, green, blue


class Sheet:
    """A picture in the making; lengths are pixels, y grows downwards.

    Video codecs like sides that are multiples of 16.
    """

    def __init__(
        self, width: int, height: int, ground: Color = SURROUNDINGS, *, origin: Point = (0, 0)
    ) -> None:
        """Begin with an empty sheet; `origin` is where the point (0, 0) lies on it."""
        self.width, self.height = width, height
        self._origin = origin
        self._image = Image.new("RGB", (width * FINENESS, height * FINENESS), ground)
        self._draw = ImageDraw.Draw(self._image)
        self._texts: list[tuple[Point, str, int, Color, str]] = []

    def box(
        self,
        low: Point,
        high: Point,
        color: Color | None = None,
        *,
        corner: float = 0,
        outline: Color | None = None,
        width: float = 1,
    ) -> None:
        """Draw a box between two corners, filled or outlined or both; `corner` rounds it."""
        self._draw.rounded_rectangle(
            (*self._fine(low), *self._fine(high)),
            radius=corner * FINENESS,
            fill=color,
            outline=outline,
            width=_dots(width) if outline else 0,
        )

    def polygon(self, points: Sequence[Point], color: Color) -> None:
        """Fill a polygon."""
        self._draw.polygon([self._fine(point) for point in points], fill=color)

    def disc(self, center: Point, radius: float, color: Color) -> None:
        """Fill a circle."""
        self._draw.ellipse(self._around(center, radius), fill=color)

    def ring(self, center: Point, radius: float, width: float, color: Color) -> None:
        """Draw a circle; `radius` is the outer one."""
        self._draw.ellipse(self._around(center, radius), outline=color, width=_dots(width))

    def arc(
        self,
        center: Point,
        radius: float,
        width: float,
        color: Color,
        *,
        start: float = -90,
        sweep: float = 360,
    ) -> None:
        """Draw `sweep` degrees of a circle, clockwise from `start`; -90 degrees are the top."""
        if sweep > 0:
            box = self._around(center, radius)
            self._draw.arc(box, start, start + min(sweep, 360), fill=color, width=_dots(width))

    def line(self, start: Point, end: Point, width: float, color: Color) -> None:
        """Draw a straight line with round ends."""
        length = max(math.dist(start, end), 1e-9)
        across = (
            (start[1] - end[1]) / length * width / 2,
            (end[0] - start[0]) / length * width / 2,
        )
        corners = [
            (point[0] + side * across[0], point[1] + side * across[1])
            for point, side in ((start, 1), (end, 1), (end, -1), (start, -1))
        ]
        self.polygon(corners, color)
        self.disc(start, width / 2, color)
        self.disc(end, width / 2, color)

    def dashes(
        self, start: Point, end: Point, width: float, color: Color, *, length: float = 5
    ) -> None:
        """Draw a straight line broken into dashes of `length`, as far apart."""
        whole = max(math.dist(start, end), 1e-9)
        along = ((end[0] - start[0]) / whole, (end[1] - start[1]) / whole)
        for begin in np.arange(0.0, whole, 2 * length).tolist():
            stop = min(begin + length, whole)
            first = (start[0] + along[0] * begin, start[1] + along[1] * begin)
            self.line(first, (start[0] + along[0] * stop, start[1] + along[1] * stop), width, color)

    def cross(self, center: Point, arm: float, width: float, color: Color) -> None:
        """Draw a cross whose arms reach `arm` in each direction."""
        x, y = center
        self.line((x - arm, y - arm), (x + arm, y + arm), width, color)
        self.line((x - arm, y + arm), (x + arm, y - arm), width, color)

    def text(
        self, at: Point, text: str, size: float, color: Color = WORDS, anchor: str = "mm"
    ) -> None:
        """Write over all shapes; `anchor` says in Pillow's two letters what lies at the point."""
        self._texts.append((at, text, round(size), color, anchor))

    def pixels(self) -> np.ndarray:
        """The picture, `u8[height, width, 3]`."""
        picture = self._image.reduce(FINENESS)
        draw = ImageDraw.Draw(picture)  # letters are drawn last, at full size, to be crisp
        left, top = self._origin
        for (x, y), text, size, color, anchor in self._texts:
            draw.text((x + left, y + top), text, fill=color, font=font(size), anchor=anchor)
        return np.array(picture)

    def _fine(self, point: Point) -> Point:
        left, top = self._origin
        return (point[0] + left) * FINENESS, (point[1] + top) * FINENESS

    def _around(self, center: Point, radius: float) -> tuple[float, float, float, float]:
        x, y = self._fine(center)
        reach = radius * FINENESS
        return x - reach, y - reach, x + reach, y + reach


class Board(Sheet):
    """A square field of `side` pixels in a margin, with a line of words below it.

    The origin is the field's top left corner. The whole is 400 by 432 pixels as a rule.
    """

    def __init__(self, side: int = SIDE) -> None:
        """Begin with an empty field."""
        super().__init__(side + 2 * MARGIN, side + MARGIN + CAPTION, origin=(MARGIN, MARGIN))
        self.side = side
        self.box((0, 0), (side, side), FIELD, corner=4)

    def grid(self, cells: int, color: Color = GRID, width: float = 1) -> None:
        """Draw the lines between `cells` by `cells` cells."""
        for step in range(1, cells):
            place = step * self.side / cells
            self.line((place, 0), (place, self.side), width, color)
            self.line((0, place), (self.side, place), width, color)

    def caption(self, text: str, color: Color = WORDS) -> None:
        """Write a line under the field."""
        self.text((self.side / 2, self.side + CAPTION / 2), text, 18, color)


def _dots(width: float) -> int:
    return max(round(width * FINENESS), 1)

"""A sheet of paper for pictures of particles."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Color = tuple[int, int, int]
Point = tuple[float, float]

FIELD: Color = (24, 29, 37)
SURROUNDINGS: Color = (15, 18, 23)
GRID: Color = (38, 46, 58)
EDGE: Color = (70, 80, 95)
WALL: Color = (98, 109, 125)
QUIET: Color = (142, 153, 167)
WORDS: Color = (215, 222, 231)
# Okabe and Ito's colours, told apart by all common kinds of colour vision
SKY: Color = (86, 180, 233)
ORANGE: Color = (230, 159, 0)
VERMILION: Color = (213, 94, 0)
GREEN: Color = (0, 158, 115)
YELLOW: Color = (240, 228, 66)
PINK: Color = (204, 121, 167)

SIDE = 480  # pixels of the square
MARGIN = 16
FOOTER = 80  # pixels below the square; the whole is 512 by 576, which video codecs like
FINENESS = 3  # dots a pixel in each direction, averaged, so that edges are smooth


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own typeface, so that every machine draws the same picture."""
    return ImageFont.load_default(size)


def mix(color: Color, other: Color, share: float) -> Color:
    """`color` with a `share` of `other` in it, from 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, other, strict=True))
    return red, green, blue


class Sheet:
    """A square of `SIDE` pixels, its origin at the top left, in a margin, and a footer below it."""

    def __init__(self) -> None:
        """Begin with an empty square."""
        size = ((SIDE + 2 * MARGIN) * FINENESS, (SIDE + MARGIN + FOOTER) * FINENESS)
        self._image = Image.new("RGB", size, SURROUNDINGS)
        self._draw = ImageDraw.Draw(self._image)
        self._texts: list[tuple[Point, str, int, Color, str]] = []
        self.box((0, 0), (SIDE, SIDE), FIELD)

    def box(
        self, low: Point, high: Point, color: Color | None = None, outline: Color | None = None
    ) -> None:
        """Draw a box with its edges along the axes."""
        corners = (*self._fine(low), *self._fine(high))
        self._draw.rectangle(corners, fill=color, outline=outline, width=round(1.5 * FINENESS))

    def disc(self, center: Point, radius: float, color: Color) -> None:
        """Fill a circle."""
        self._draw.ellipse(self._around(center, radius), fill=color)

    def ring(self, center: Point, radius: float, width: float, color: Color) -> None:
        """Draw a circle; `radius` is the outer one."""
        box, thick = self._around(center, radius), max(round(width * FINENESS), 1)
        self._draw.ellipse(box, outline=color, width=thick)

    def line(self, start: Point, end: Point, width: float, color: Color) -> None:
        """Draw a straight line."""
        ends = (self._fine(start), self._fine(end))
        self._draw.line(ends, fill=color, width=max(round(width * FINENESS), 1))

    def dashes(self, start: Point, end: Point, width: float, color: Color) -> None:
        """Draw a broken line."""
        length = math.dist(start, end)
        steps = np.arange(0.0, length, 10.0)
        along = ((end[0] - start[0]) / max(length, 1e-9), (end[1] - start[1]) / max(length, 1e-9))
        for step in steps.tolist():
            stop = min(step + 5.0, length)
            begin = (start[0] + along[0] * step, start[1] + along[1] * step)
            self.line(begin, (start[0] + along[0] * stop, start[1] + along[1] * stop), width, color)

    def text(
        self, at: Point, text: str, size: int, color: Color = WORDS, anchor: str = "mm"
    ) -> None:
        """Write `text`, over all shapes, at the point that `anchor` names in Pillow's letters."""
        self._texts.append((at, text, size, color, anchor))

    def cover_margins(self) -> None:
        """Hide what was drawn beside the square."""
        width, height = SIDE + 2 * MARGIN, SIDE + MARGIN + FOOTER
        for low, high in (
            ((-MARGIN, -MARGIN), (width, 0)),
            ((-MARGIN, 0), (0, height)),
            ((SIDE, 0), (width, height)),
            ((0, SIDE), (width, height)),
        ):
            self.box(low, high, SURROUNDINGS)

    def pixels(self) -> np.ndarray:
        """The picture, `u8[576, 512, 3]`."""
        picture = self._image.reduce(FINENESS)
        draw = ImageDraw.Draw(picture)  # letters are drawn last, at full size, to be crisp
        for (x, y), text, size, color, anchor in self._texts:
            at = (x + MARGIN, y + MARGIN)
            draw.text(at, text, fill=color, font=font(size), anchor=anchor)
        return np.array(picture)

    def _fine(self, point: Point) -> Point:
        return (point[0] + MARGIN) * FINENESS, (point[1] + MARGIN) * FINENESS

    def _around(self, center: Point, radius: float) -> tuple[float, float, float, float]:
        x, y = self._fine(center)
        reach = radius * FINENESS
        return x - reach, y - reach, x + reach, y + reach

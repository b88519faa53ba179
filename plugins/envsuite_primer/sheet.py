"""A sheet of paper for the pictures of small games."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Color = tuple[int, int, int]
Point = tuple[float, float]

FIELD: Color = (24, 29, 37)
SURROUNDINGS: Color = (15, 18, 23)
GRID: Color = (44, 53, 66)
WALL: Color = (92, 103, 119)
QUIET: Color = (132, 143, 157)
WORDS: Color = (205, 212, 221)
# Okabe and Ito's sky blue and orange: told apart by all common kinds of colour vision
SKY: Color = (86, 180, 233)
ORANGE: Color = (230, 159, 0)

SIDE = 368  # pixels of the square in the middle
MARGIN = 16
CAPTION = 48  # pixels below it, for a line of words
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
    """A square of `SIDE` pixels, its origin at the top left, with a margin and a caption.

    The picture is 400 by 432 pixels: sides that video codecs like, multiples of 16.
    """

    def __init__(self) -> None:
        """Begin with an empty square."""
        self.width, self.height = SIDE + 2 * MARGIN, SIDE + MARGIN + CAPTION
        self._image = Image.new(
            "RGB", (self.width * FINENESS, self.height * FINENESS), SURROUNDINGS
        )
        self._draw = ImageDraw.Draw(self._image)
        self._texts: list[tuple[Point, str, int, Color]] = []
        self.box((0, 0), (SIDE, SIDE), FIELD, corner=4)

    def polygon(self, points: Sequence[Point], color: Color) -> None:
        """Fill a polygon."""
        self._draw.polygon([self._fine(point) for point in points], fill=color)

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
        """Draw a box with round corners, filled or outlined or both."""
        self._draw.rounded_rectangle(
            (*self._fine(low), *self._fine(high)),
            radius=corner * FINENESS,
            fill=color,
            outline=outline,
            width=round(width * FINENESS),
        )

    def disc(self, center: Point, radius: float, color: Color) -> None:
        """Fill a circle."""
        x, y = self._fine(center)
        reach = radius * FINENESS
        self._draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=color)

    def ring(self, center: Point, radius: float, width: float, color: Color) -> None:
        """Draw a circle; `radius` is the outer one."""
        x, y = self._fine(center)
        reach = radius * FINENESS
        self._draw.ellipse(
            (x - reach, y - reach, x + reach, y + reach),
            outline=color,
            width=round(width * FINENESS),
        )

    def line(self, start: Point, end: Point, width: float, color: Color) -> None:
        """Draw a straight line with round ends."""
        length = max(math.dist(start, end), 1e-9)
        across = (
            (start[1] - end[1]) / length * width / 2,
            (end[0] - start[0]) / length * width / 2,
        )
        self.polygon(
            [
                (point[0] + side * across[0], point[1] + side * across[1])
                for point, side in ((start, 1), (end, 1), (end, -1), (start, -1))
            ],
            color,
        )
        self.disc(start, width / 2, color)
        self.disc(end, width / 2, color)

    def cross(self, center: Point, arm: float, width: float, color: Color) -> None:
        """Draw a cross whose arms reach `arm` pixels in each direction."""
        x, y = center
        self.line((x - arm, y - arm), (x + arm, y + arm), width, color)
        self.line((x - arm, y + arm), (x + arm, y - arm), width, color)

    def text(self, center: Point, text: str, size: float, color: Color) -> None:
        """Write `text` centred, over all shapes."""
        self._texts.append((center, text, max(round(size), 6), color))

    def caption(self, text: str, color: Color = WORDS) -> None:
        """Write a line under the square."""
        self.text((SIDE / 2, SIDE + CAPTION / 2), text, 18, color)

    def pixels(self) -> np.ndarray:
        """The picture, `u8[432, 400, 3]`."""
        picture = self._image.reduce(FINENESS)
        draw = ImageDraw.Draw(picture)  # letters are drawn last, at full size, to be crisp
        for (x, y), text, size, color in self._texts:
            draw.text((x + MARGIN, y + MARGIN), text, fill=color, font=font(size), anchor="mm")
        return np.array(picture)

    def _fine(self, point: Point) -> Point:
        return (point[0] + MARGIN) * FINENESS, (point[1] + MARGIN) * FINENESS

"""A picture to draw smooth shapes on: only the part being drawn is drawn finely."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Color = tuple[int, int, int]
Point = tuple[float, float]

# Each pixel is drawn as FINENESS x FINENESS dots and averaged. Doing so within windows, rather
# than over the whole picture, costs a tenth of the time for six units.
FINENESS = 4


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own typeface, so that every machine draws the same picture."""
    return ImageFont.load_default(max(size, 6))


def mix(color: Color, other: Color, share: float) -> Color:
    """`color` with a `share` of `other` in it, from 0 to 1."""
    return tuple(round(a + (b - a) * share) for a, b in zip(color, other, strict=True))  # type: ignore[return-value]


@dataclass(frozen=True)
class Pen:
    """Draws within a window; all coordinates and widths are pixels of the whole picture."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    left: int
    top: int

    def polygon(self, points: Sequence[Point], color: Color, opacity: float = 1.0) -> None:
        """Fill a polygon."""
        self.draw.polygon([self._fine(point) for point in points], fill=_ink(color, opacity))

    def disc(self, center: Point, radius: float, color: Color, opacity: float = 1.0) -> None:
        """Fill a circle."""
        self.draw.ellipse(self._box(center, radius), fill=_ink(color, opacity))

    def arc(self, center: Point, radius: float, width: float, share: float, color: Color) -> None:
        """Draw the first `share` of a circle, clockwise from the top; `radius` is the outer one."""
        if share > 0:
            self.draw.arc(
                self._box(center, radius),
                start=-90,
                end=-90 + 360 * min(share, 1.0),
                fill=color,
                width=round(width * FINENESS),
            )

    def line(
        self, start: Point, end: Point, width: float, color: Color, opacity: float = 1.0
    ) -> None:
        """Draw a straight line with square ends."""
        self.taper(start, end, width, width, color, opacity)

    def taper(
        self,
        start: Point,
        end: Point,
        start_width: float,
        end_width: float,
        color: Color,
        opacity: float = 1.0,
    ) -> None:
        """Draw a line whose width changes along the way."""
        length = math.dist(start, end)
        if length == 0:
            return
        across = ((start[1] - end[1]) / length / 2, (end[0] - start[0]) / length / 2)
        corners = [
            (point[0] + side * across[0] * width, point[1] + side * across[1] * width)
            for point, width, side in (
                (start, start_width, 1),
                (end, end_width, 1),
                (end, end_width, -1),
                (start, start_width, -1),
            )
        ]
        self.polygon(corners, color, opacity)

    def _fine(self, point: Point) -> Point:
        return (point[0] - self.left) * FINENESS, (point[1] - self.top) * FINENESS

    def _box(self, center: Point, radius: float) -> tuple[float, float, float, float]:
        x, y = self._fine(center)
        reach = radius * FINENESS
        return x - reach, y - reach, x + reach, y + reach


@dataclass(frozen=True)
class Canvas:
    """A picture in the making.

    Attributes:
        image: An RGB image, drawn on in place.
    """

    image: Image.Image

    @contextmanager
    def window(self, points: Sequence[Point], margin: float) -> Iterator[Pen]:
        """Open the box around `points`, `margin` pixels wider on each side, for drawing."""
        xs, ys = [point[0] for point in points], [point[1] for point in points]
        left = max(math.floor(min(xs) - margin), 0)
        top = max(math.floor(min(ys) - margin), 0)
        right = min(math.ceil(max(xs) + margin), self.image.width)
        bottom = min(math.ceil(max(ys) + margin), self.image.height)
        # a box beside the picture still gets one pixel, so that callers need not care
        left, top = min(left, self.image.width - 1), min(top, self.image.height - 1)
        right, bottom = max(right, left + 1), max(bottom, top + 1)
        size = ((right - left) * FINENESS, (bottom - top) * FINENESS)
        coarse = self.image.crop((left, top, right, bottom))
        fine = coarse.resize(size, Image.Resampling.NEAREST)
        yield Pen(fine, ImageDraw.Draw(fine, "RGBA"), left, top)
        self.image.paste(fine.reduce(FINENESS), (left, top))

    def text(self, at: Point, text: str, size: int, color: Color, anchor: str = "mm") -> None:
        """Write `text` at the point that `anchor` names in Pillow's two letters."""
        ImageDraw.Draw(self.image).text(at, text, fill=color, font=font(size), anchor=anchor)

    def letter(self, center: Point, letter: str, size: int, color: Color) -> None:
        """Write `letter` so that its ink, not its line of text, is centred."""
        left, top, right, bottom = font(size).getbbox(letter, anchor="ls")
        at = (center[0] - (left + right) / 2, center[1] - (top + bottom) / 2)
        self.text(at, letter, size, color, "ls")

    def pixels(self) -> np.ndarray:
        """The picture, `u8[height, width, 3]`."""
        return np.array(self.image)


def text_width(text: str, size: int) -> float:
    """How many pixels wide `text` is."""
    return font(size).getlength(text)


def _ink(color: Color, opacity: float) -> tuple[int, int, int, int]:
    return (*color, round(255 * opacity))

"""A sheet of paper to lay cards on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Color = tuple[int, int, int]
Point = tuple[float, float]

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
    """A picture in the making; its origin is at the top left, all lengths are pixels."""

    def __init__(self, width: int, height: int, ground: Color) -> None:
        """Begin with an empty sheet."""
        self._image = Image.new("RGB", (width * FINENESS, height * FINENESS), ground)
        self._draw = ImageDraw.Draw(self._image)
        self._texts: list[tuple[Point, str, int, Color, str]] = []

    def box(
        self,
        at: Point,
        size: Point,
        color: Color | None,
        *,
        corner: float = 0,
        outline: Color | None = None,
        width: float = 1,
    ) -> None:
        """Draw a box with round corners, filled or outlined or both."""
        (x, y), (wide, high) = at, size
        self._draw.rounded_rectangle(
            [round(edge * FINENESS) for edge in (x, y, x + wide, y + high)],
            radius=corner * FINENESS,
            fill=color,
            outline=outline,
            width=round(width * FINENESS) if outline else 0,
        )

    def disc(self, center: Point, radius: float, color: Color) -> None:
        """Fill a circle."""
        x, y = center
        edges = (x - radius, y - radius, x + radius, y + radius)
        self._draw.ellipse([edge * FINENESS for edge in edges], fill=color)

    def text(self, at: Point, text: str, size: float, color: Color, anchor: str = "mm") -> None:
        """Write over all shapes; `anchor` says in Pillow's two letters what lies at the point."""
        self._texts.append((at, text, max(round(size), 6), color, anchor))

    def pixels(self) -> np.ndarray:
        """The picture, `u8[height, width, 3]`."""
        picture = self._image.reduce(FINENESS)
        draw = ImageDraw.Draw(picture)  # letters are drawn last, at full size, to be crisp
        for at, text, size, color, anchor in self._texts:
            draw.text(at, text, fill=color, font=font(size), anchor=anchor)
        return np.array(picture)

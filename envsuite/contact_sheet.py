"""Many pictures side by side on one sheet, each under its title; it needs Pillow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from envsuite.drawing import SURROUNDINGS, WORDS, font

WIDTH = 240  # pixels of each picture, unless something else is said
TITLE = 28  # pixels above it


def contact_sheet(
    pictures: Sequence[tuple[str, np.ndarray]],
    path: str | Path,
    *,
    columns: int = 5,
    width: int = WIDTH,
) -> None:
    """Write pictures to one file, row by row.

    Args:
        pictures: Titles and pictures, `u8[height, width, 3]`; all are shown in one width.
        path: A PNG or JPEG file; its folder is made if missing.
        columns: How many stand side by side.
        width: Of each picture, in pixels.

    Raises:
        ValueError: Without pictures or columns; for a suffix that stands for no kind of picture.
    """
    if not pictures or columns < 1:
        raise ValueError("a sheet needs at least one picture and one column")
    tiles = [(title, _scaled(picture, width)) for title, picture in pictures]
    height = max(tile.height for _, tile in tiles) + TITLE
    across = min(columns, len(tiles))
    size = across * width, math.ceil(len(tiles) / columns) * height
    sheet = Image.new("RGB", size, SURROUNDINGS)
    draw = ImageDraw.Draw(sheet)
    for number, (title, tile) in enumerate(tiles):
        left, top = number % columns * width, number // columns * height
        middle = left + width / 2, top + TITLE / 2 + 2
        draw.text(middle, title, fill=WORDS, font=font(13), anchor="mm")
        sheet.paste(tile, (left, top + TITLE))
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def _scaled(picture: np.ndarray, width: int) -> Image.Image:
    image = Image.fromarray(picture)
    height = round(image.height * width / image.width)
    return image.resize((width, height), Image.Resampling.LANCZOS)

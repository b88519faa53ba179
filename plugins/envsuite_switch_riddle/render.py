"""Pictures of the switch riddle, for people: nothing imports this module, the registry names it.

How to read one: the large box is the room, with the light and today's prisoner in it. Below are
the cells. A prisoner is blue once it has been in the room, today included, and grey before.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_switch_riddle.env import Params, State, SwitchRiddle

Color = tuple[int, int, int]

FIELD: Color = (24, 29, 37)
SURROUNDINGS: Color = (15, 18, 23)
CELL: Color = (44, 53, 66)
UNSEEN: Color = (132, 143, 157)
WORDS: Color = (205, 212, 221)
# Okabe and Ito's colours, told apart by all common kinds of colour vision
VISITED: Color = (86, 180, 233)
LIGHT: Color = (240, 228, 66)
DEAD: Color = (213, 94, 0)
GLOW: Color = (58, 58, 42)

SIDE, MARGIN, CAPTION = 368, 16, 48  # pixels of the prison, around it, and below it for words
ROOM = 200  # pixels of the room's height
FINENESS = 3  # dots a pixel in each direction, averaged, so that edges are smooth


def frame(env: SwitchRiddle, state: State, params: Params) -> np.ndarray:
    """Draw a day.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: Unused: the numbers cannot be seen.

    Returns:
        `u8[432, 400, 3]`.
    """
    size = (SIDE + 2 * MARGIN, SIDE + MARGIN + CAPTION)
    image = Image.new("RGB", (size[0] * FINENESS, size[1] * FINENESS), SURROUNDINGS)
    draw = ImageDraw.Draw(image)
    occupant, day, told = int(state.occupant), int(state.day), bool(state.told)
    ended = told or day >= env.days
    visited = np.asarray(state.visited).copy()
    if not ended:
        visited[occupant] = True
    _box(draw, (0, 0, SIDE, ROOM), FIELD)
    _bulb(draw, SIDE / 2, bool(state.bulb))

    numbers: list[tuple[float, float, float, str]] = []
    columns = max(5, math.ceil(math.sqrt(1.8 * env.prisoners)))
    rows = math.ceil(env.prisoners / columns)
    pitch = min(SIDE / columns, (SIDE - ROOM - 8) / rows)
    left = (SIDE - pitch * min(columns, env.prisoners)) / 2
    top = (SIDE + ROOM + 8 - pitch * rows) / 2
    for prisoner in range(env.prisoners):
        row, column = divmod(prisoner, columns)
        x, y = left + (column + 0.5) * pitch, top + (row + 0.5) * pitch
        half = 0.46 * pitch
        _box(draw, (x - half, y - half, x + half, y + half), CELL, corner=0.1 * pitch)
        radius = 0.32 * pitch
        if prisoner == occupant and not ended:
            x, y, radius = SIDE / 2, ROOM - 46, 30
        color = VISITED if visited[prisoner] else UNSEEN
        if told and not visited.all():
            color = DEAD
        _disc(draw, x, y, radius, color)
        numbers.append((x, y, radius, str(prisoner)))

    picture = image.reduce(FINENESS)
    words = ImageDraw.Draw(picture)  # letters are drawn at full size, to be crisp
    for x, y, radius, number in numbers:
        at = (x + MARGIN, y + MARGIN)
        words.text(at, number, fill=SURROUNDINGS, font=_font(round(radius)), anchor="mm")
    text, color = f"day {day + 1} of {env.days}", WORDS
    if told:
        won = bool(visited.all())
        text = f"told on day {day}: " + ("all live" if won else "all die")
        color = VISITED if won else DEAD
    elif ended:
        text = f"nobody told in {env.days} days"
    at = (SIDE / 2 + MARGIN, SIDE + MARGIN + CAPTION / 2)
    words.text(at, text, fill=color, font=_font(18), anchor="mm")
    return np.array(picture)


def _bulb(draw: ImageDraw.ImageDraw, x: float, on: bool) -> None:
    """A bulb that hangs from the ceiling of the room."""
    _box(draw, (x - 1.5, 0, x + 1.5, 30), UNSEEN)
    if on:
        _disc(draw, x, 66, 54, GLOW)
    _box(draw, (x - 9, 30, x + 9, 48), UNSEEN, corner=3)
    _disc(draw, x, 66, 24, LIGHT if on else CELL)


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, color: Color) -> None:
    box = np.array([x - radius, y - radius, x + radius, y + radius])
    draw.ellipse(tuple((box + MARGIN) * FINENESS), fill=color)


def _box(
    draw: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    color: Color,
    corner: float = 0,
) -> None:
    edges = (np.array(box) + MARGIN) * FINENESS - [0, 0, 1, 1]  # Pillow counts the last dot in
    draw.rounded_rectangle(tuple(edges), radius=corner * FINENESS, fill=color)


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own typeface, so that every machine draws the same picture."""
    return ImageFont.load_default(max(size, 6))

"""Pictures of the fruit choice, for people: nothing imports this module, the registry names it.

How to read one: grey is wall, the blue disc the player, the red disc with a leaf the apple, the
yellow crescent the banana. The caption tells which fruit is right, which the player does not see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    FIELD,
    GREEN,
    GRID,
    SKY,
    VERMILION,
    WALL,
    WORDS,
    YELLOW,
    Point,
    Sheet,
)

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_fruit_choice.env import FruitChoice, State
    from envsuite_fruit_choice.level import Level

ROWS, STRIDE = 3, 4  # of a room, and from one to the next
CAPTION = 40
NAMES = ("apple", "banana")


def frame(env: FruitChoice, state: State, params: Level) -> np.ndarray:
    """Draw a state.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: The level.

    Returns:
        `u8[height, width, 3]`, as wide as there are rooms; both sides are multiples of 16.
    """
    corridor = len(np.asarray(params.doors))
    columns = corridor * STRIDE + ROWS
    cell = 64 if corridor <= 2 else 32
    width = max(-(-(columns + 2) * cell // 16) * 16, 320)
    height = -(-((ROWS + 2) * cell + CAPTION) // 16) * 16
    left, top = (width - columns * cell) / 2, float(cell)
    sheet = Sheet(width, height, WALL, origin=(left, top))
    first = corridor - int(params.rooms)
    for room in range(corridor + 1):
        # rooms before the one in which the player begins are shut off in no way, but unlit
        ground = FIELD if room >= first else GRID
        low = room * STRIDE * cell
        sheet.box((low, 0), (low + ROWS * cell, ROWS * cell), ground)
        if room < corridor:
            row = int(np.asarray(params.doors)[room])
            wall = low + ROWS * cell
            sheet.box((wall, row * cell), (wall + cell, (row + 1) * cell), ground)
    column = corridor * STRIDE + ROWS // 2
    apple = 0 if bool(params.apple_above) else ROWS - 1
    eaten = int(state.eaten)
    if eaten != 0:
        _apple(sheet, ((column + 0.5) * cell, (apple + 0.5) * cell), 0.3 * cell)
    if eaten != 1:
        _banana(sheet, ((column + 0.5) * cell, (ROWS - 1 - apple + 0.5) * cell), 0.32 * cell)
    row, column = np.asarray(state.place).tolist()
    x, y = (column + 0.5) * cell, (row + 0.5) * cell
    sheet.disc((x, y), 0.26 * cell, SKY)
    for side in (-1, 1):
        sheet.disc((x + side * 0.09 * cell, y - 0.05 * cell), 0.045 * cell, FIELD)
    right = NAMES[int(bool(params.banana_right))]
    pays = float(params.banana_reward if bool(params.banana_right) else params.apple_reward)
    words = f"hidden: the {right} is right, for {pays:g}"
    if eaten >= 0:
        words = (
            f"ate the {NAMES[eaten]}: {f'right, {pays:g}' if NAMES[eaten] == right else 'wrong, 0'}"
        )
    sheet.box((-left, height - CAPTION - top), (width - left, height - top), FIELD)
    sheet.text((columns * cell / 2, height - top - CAPTION / 2), words, 18, WORDS)
    return sheet.pixels()


def _apple(sheet: Sheet, center: Point, radius: float) -> None:
    """Two lobes and a leaf."""
    x, y = center
    for side in (-1, 1):
        sheet.disc((x + side * 0.32 * radius, y + 0.1 * radius), 0.75 * radius, VERMILION)
    sheet.line((x, y - 0.5 * radius), (x + 0.2 * radius, y - radius), 0.14 * radius, GREEN)
    sheet.disc((x + 0.45 * radius, y - 0.85 * radius), 0.24 * radius, GREEN)


def _banana(sheet: Sheet, center: Point, radius: float) -> None:
    """A thick arc."""
    x, y = center
    sheet.arc((x, y - 0.5 * radius), 1.15 * radius, 0.42 * radius, YELLOW, start=25, sweep=130)

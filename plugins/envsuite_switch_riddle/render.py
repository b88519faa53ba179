"""Pictures of the switch riddle, for people: nothing imports this module, the registry names it.

How to read one: the large box is the room, with the light and today's prisoner in it. Below are
the cells. A prisoner is blue once it has been in the room, today included, and grey before.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    CAPTION,
    FIELD,
    GRID,
    MARGIN,
    QUIET,
    SIDE,
    SKY,
    SURROUNDINGS,
    VERMILION,
    WORDS,
    YELLOW,
    Color,
    Sheet,
)

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_switch_riddle.env import Params, State, SwitchRiddle

VISITED, LIGHT, DEAD = SKY, YELLOW, VERMILION
GLOW: Color = (58, 58, 42)
ROOM = 200  # pixels of the room's height


def frame(env: SwitchRiddle, state: State, params: Params) -> np.ndarray:
    """Draw a day.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: Unused: the numbers cannot be seen.

    Returns:
        `u8[432, 400, 3]`.
    """
    sheet = Sheet(SIDE + 2 * MARGIN, SIDE + MARGIN + CAPTION, origin=(MARGIN, MARGIN))
    occupant, day, told = int(state.occupant), int(state.day), bool(state.told)
    ended = told or day >= env.days
    visited = np.asarray(state.visited).copy()
    if not ended:
        visited[occupant] = True
    sheet.box((0, 0), (SIDE, ROOM), FIELD)
    _bulb(sheet, SIDE / 2, bool(state.bulb))

    columns = max(5, math.ceil(math.sqrt(1.8 * env.prisoners)))
    rows = math.ceil(env.prisoners / columns)
    pitch = min(SIDE / columns, (SIDE - ROOM - 8) / rows)
    left = (SIDE - pitch * min(columns, env.prisoners)) / 2
    top = (SIDE + ROOM + 8 - pitch * rows) / 2
    for prisoner in range(env.prisoners):
        row, column = divmod(prisoner, columns)
        x, y = left + (column + 0.5) * pitch, top + (row + 0.5) * pitch
        half = 0.46 * pitch
        sheet.box((x - half, y - half), (x + half, y + half), GRID, corner=0.1 * pitch)
        radius = 0.32 * pitch
        if prisoner == occupant and not ended:
            x, y, radius = SIDE / 2, ROOM - 46, 30
        color = VISITED if visited[prisoner] else QUIET
        if told and not visited.all():
            color = DEAD
        sheet.disc((x, y), radius, color)
        sheet.text((x, y), str(prisoner), radius, SURROUNDINGS)
    text, color = f"day {day + 1} of {env.days}", WORDS
    if told:
        won = bool(visited.all())
        text = f"told on day {day}: " + ("all live" if won else "all die")
        color = VISITED if won else DEAD
    elif ended:
        text = f"nobody told in {env.days} days"
    sheet.text((SIDE / 2, SIDE + CAPTION / 2), text, 18, color)
    return sheet.pixels()


def _bulb(sheet: Sheet, x: float, on: bool) -> None:
    """A bulb that hangs from the ceiling of the room."""
    sheet.box((x - 1.5, 0), (x + 1.5, 30), QUIET)
    if on:
        sheet.disc((x, 66), 54, GLOW)
    sheet.box((x - 9, 30), (x + 9, 48), QUIET, corner=3)
    sheet.disc((x, 66), 24, LIGHT if on else GRID)

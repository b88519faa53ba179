"""Pictures of the grid worlds, for people: nothing imports this module, the registry names it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.drawing import (
    CAPTION,
    FIELD,
    GREEN,
    GRID,
    MARGIN,
    PINK,
    QUIET,
    SKY,
    SURROUNDINGS,
    VERMILION,
    WALL,
    WORDS,
    YELLOW,
    Color,
    Point,
    Sheet,
    mix,
)
from envsuite_teamgrid.board import is_opaque, look
from envsuite_teamgrid.observe import in_sight, is_lit, window
from envsuite_teamgrid.state import BALL, COLORS, DOOR, STEPS, SWITCH, Params, State
from envsuite_teamgrid.state import WALL as WALL_KIND

if TYPE_CHECKING:
    from envsuite_teamgrid.env import TeamGrid

LONGEST = 544  # pixels of a board's longer side, at most
INKS: dict[str, Color] = dict(
    zip(COLORS, (VERMILION, GREEN, SKY, PINK, YELLOW, QUIET), strict=True)
)
DARK: Color = (6, 7, 9)


def frame(env: TeamGrid, state: State, params: Params) -> np.ndarray:
    """Draw one state.

    Agents are arrowheads with their number, in their colours; the ground an agent sees is tinted
    with its colour, and what is dark is black. Balls are discs. A switch is a box with a lever,
    framed white once it was used and bright while it is on; a locked door is a barred box.

    Returns:
        `u8[height, width, 3]`, sides multiples of 16 pixels; four_rooms is 576 by 608.
    """
    rows, columns = env.rules.shape
    cell = LONGEST // max(rows, columns)
    width, height = columns * cell, rows * cell
    sheet = Sheet(
        _sixteens(width + 2 * MARGIN), _sixteens(height + MARGIN + CAPTION), origin=(MARGIN, MARGIN)
    )
    codes, lit, cells, sees = (np.asarray(part) for part in _look(env, state))
    seen = [set(map(tuple, own[shown].tolist())) for own, shown in zip(cells, sees, strict=True)]
    colors = [INKS[COLORS[color]] for color in np.asarray(state.colors).tolist()]
    for row, column in np.ndindex(rows, columns):
        kind, color = int(codes[row, column]) & 255, int(codes[row, column]) >> 8 & 255
        ground = WALL if kind in (WALL_KIND, SWITCH) else FIELD
        if not lit[row, column]:
            ground = mix(DARK, ground, 0.35 if kind == WALL_KIND else 0)
        elif kind != WALL_KIND:
            for ink, cells in zip(colors, seen, strict=True):
                ground = mix(ground, ink, 0.16 * ((row, column) in cells))
        low = (column * cell, row * cell)
        sheet.box(low, (low[0] + cell - 1, low[1] + cell - 1), ground)
        center = ((column + 0.5) * cell, (row + 0.5) * cell)
        if kind == DOOR:
            _door(sheet, center, cell, INKS[COLORS[color]])
        elif kind == BALL:
            sheet.disc(center, 0.3 * cell, INKS[COLORS[color]])
    for index, (row, column, color) in enumerate(env.rules.switches):
        center = ((column + 0.5) * cell, (row + 0.5) * cell)
        on, used = bool(state.on[index]), bool(state.pressed[index])
        _switch(sheet, center, cell, INKS[COLORS[color]], on=on, used=used)
    for agent, place in enumerate(np.asarray(state.places).tolist()):
        center = ((place[1] + 0.5) * cell, (place[0] + 0.5) * cell)
        _agent(sheet, center, cell, int(state.headings[agent]), colors[agent], agent)
    sheet.text((width / 2, height + CAPTION / 2), _caption(env, state), 18)
    return sheet.pixels()


def _sixteens(length: float) -> int:
    return -int(-length // 16) * 16


@partial(jax.jit, static_argnums=0)
def _look(env: TeamGrid, state: State) -> tuple[jax.Array, ...]:
    """What is on each cell and whether it is lit; each agent's square, and what it sees of it."""
    board = jnp.stack(jnp.indices(env.rules.shape), axis=-1)
    cells = window(state, env.sight)
    clear = ~is_opaque(look(cells, state, env.rules))
    return (
        look(board, state, env.rules),
        is_lit(board, state, env.rules),
        cells,
        clear | True if env.see_through else in_sight(clear),
    )


def _door(sheet: Sheet, center: Point, cell: float, ink: Color) -> None:
    x, y = center
    low, high = (x - 0.42 * cell, y - 0.48 * cell), (x + 0.42 * cell, y + 0.44 * cell)
    sheet.box(low, high, mix(FIELD, ink, 0.45), outline=ink, width=2, corner=2)
    for step in (-0.18, 0.0, 0.18):
        bar = x + step * cell
        sheet.line((bar, y - 0.34 * cell), (bar, y + 0.3 * cell), 0.06 * cell, ink)


def _switch(sheet: Sheet, center: Point, cell: float, ink: Color, *, on: bool, used: bool) -> None:
    x, y = center
    reach = 0.36 * cell
    ground = ink if on else mix(ink, SURROUNDINGS, 0.65)
    edge = WORDS if used else GRID
    low, high = (x - reach, y - reach), (x + reach, y + reach)
    sheet.box(low, high, ground, outline=edge, width=2, corner=3)
    tip = (x + (0.18 if on else -0.18) * cell, y - 0.2 * cell)
    lever = SURROUNDINGS if on else ink
    sheet.line((x, y + 0.2 * cell), tip, 0.1 * cell, lever)


def _agent(sheet: Sheet, center: Point, cell: float, heading: int, ink: Color, number: int) -> None:
    x, y = center
    down, right = STEPS[heading].tolist()

    def at(ahead: float, aside: float) -> Point:
        return (
            x + cell * (ahead * right - aside * down),
            y + cell * (ahead * down + aside * right),
        )

    for share, color in ((1.0, SURROUNDINGS), (0.84, ink)):
        tips = ((0.46, 0.0), (-0.4, 0.42), (-0.26, 0.0), (-0.4, -0.42))
        sheet.polygon([at(share * ahead, share * aside) for ahead, aside in tips], color)
    sheet.text(at(-0.06, 0), str(number), 0.38 * cell, SURROUNDINGS)


def _caption(env: TeamGrid, state: State) -> str:
    """How far the team is."""
    parts = []
    used, switches = int(np.sum(state.pressed)), len(env.rules.switches)
    if env.rules.switch_does == "light":
        parts.append("light on" if bool(state.on[0]) else "light off")
    elif switches:
        parts.append(f"{used} of {switches} switches used")
    if env.rules.goal == "meeting":
        parts.append("met" if bool(state.met) else "not yet met")
    else:
        parts.append(f"{int(np.sum(state.taken))} of {len(state.taken)} balls taken")
    return ", ".join(parts)

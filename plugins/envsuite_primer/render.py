"""Pictures of the primer's games, for people: nothing imports this, the registry names it.

One function a game, each `(env, state, params) -> u8[432, 400, 3]`. `env` is the game without
transforms around it; `state` is one state, not a batch, of JAX or NumPy arrays.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    FIELD,
    GRID,
    ORANGE,
    QUIET,
    SIDE,
    SKY,
    SURROUNDINGS,
    WALL,
    WORDS,
    Board,
    Point,
    mix,
)

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_primer import bandit as bandits
    from envsuite_primer import gridwalk as grids
    from envsuite_primer import guess as words
    from envsuite_primer import pursuit as chases
    from envsuite_primer import tic_tac_toe as boards


def pursuit(env: chases.Pursuit, state: chases.State, params: chases.Params) -> np.ndarray:
    """Hunters are blue discs, prey orange diamonds; a faded cross is a prey that was caught.

    A soft blue ground is what the hunters see.
    """
    sheet, cell = Board(), SIDE / env.size
    hunters, prey = np.asarray(state.hunters).tolist(), np.asarray(state.prey).tolist()
    alive = np.asarray(state.alive)
    reach = range(-env.sight, env.sight + 1)
    seen = {
        ((row + down) % env.size, (column + right) % env.size)
        for row, column in hunters
        for down in reach
        for right in reach
    }
    for row, column in seen:
        low = (column * cell, row * cell)
        sheet.box(low, (low[0] + cell, low[1] + cell), mix(FIELD, SKY, 0.09))
    sheet.grid(env.size)
    for (row, column), runs in zip(prey, alive, strict=True):
        if not runs:
            center = ((column + 0.5) * cell, (row + 0.5) * cell)
            sheet.cross(center, 0.22 * cell, 0.06 * cell, mix(ORANGE, FIELD, 0.6))
    runners = [place for place, runs in zip(prey, alive, strict=True) if runs]
    for kind, center, radius in _spread(hunters, runners, cell):
        if kind == 0:
            sheet.disc(center, radius, SKY)
        else:
            x, y = center
            long = 1.2 * radius
            sheet.polygon([(x, y - long), (x + long, y), (x, y + long), (x - long, y)], ORANGE)
    left = int(alive.sum())
    sheet.caption("all prey caught" if left == 0 else f"{left} of {len(alive)} prey left")
    return sheet.pixels()


def tic_tac_toe(env: boards.TicTacToe, state: boards.State, params: boards.Params) -> np.ndarray:
    """Blue crosses, orange noughts, and a line through three in a row."""
    sheet, cell = Board(), SIDE / 3
    for step in (1, 2):
        sheet.line((step * cell, 16), (step * cell, SIDE - 16), 3, GRID)
        sheet.line((16, step * cell), (SIDE - 16, step * cell), 3, GRID)
    marks = np.asarray(state.marks).reshape(2, 3, 3)
    for row, column in np.argwhere(marks[0]):
        sheet.cross(((column + 0.5) * cell, (row + 0.5) * cell), 0.24 * cell, 11, SKY)
    for row, column in np.argwhere(marks[1]):
        sheet.ring(((column + 0.5) * cell, (row + 0.5) * cell), 0.29 * cell, 11, ORANGE)
    names, colors = ("cross", "nought"), (SKY, ORANGE)
    for player in (0, 1):
        lines = _full_lines(marks[player])
        for start, end in lines:
            sheet.line(
                *(((x + 0.5) * cell, (y + 0.5) * cell) for y, x in (start, end)),
                width=4,
                color=WORDS,
            )
        if lines:
            sheet.caption(f"{names[player]} wins", colors[player])
            return sheet.pixels()
    if marks.sum() == 9:
        sheet.caption("draw")
    else:
        mover = int(marks.sum()) % 2
        sheet.caption(f"{names[mover]} to move", colors[mover])
    return sheet.pixels()


def bandit(env: bandits.Bandit, state: bandits.State, params: bandits.Params) -> np.ndarray:
    """A row for each context, a bar for each arm: how often it pays; the context shown is bright.

    The arm that pays most often in a context has a dot above it.
    """
    chances = np.asarray(params.chances, np.float64)
    sheet, context = Board(), int(state.context)
    height, width = SIDE / env.contexts, SIDE / env.arms
    for row in range(env.contexts):
        top, bright = row * height, row == context
        if bright:
            sheet.box((0, top), (SIDE, top + height), mix(FIELD, SKY, 0.1), corner=4)
        for arm in range(env.arms):
            left, floor, full = (arm + 0.28) * width, top + 0.9 * height, 0.66 * height
            right = left + 0.44 * width
            sheet.box((left, floor - full), (right, floor), GRID, corner=2)
            color = SKY if bright else mix(SKY, FIELD, 0.65)
            rise = full * float(np.clip(chances[row, arm], 0, 1))
            if rise >= 1:
                sheet.box((left, floor - rise), (right, floor), color, corner=2)
            if chances[row, arm] >= chances[row].max():
                dot = min(5.0, 0.05 * height)
                center = ((left + right) / 2, floor - full - 0.11 * height)
                sheet.disc(center, dot, ORANGE if bright else mix(ORANGE, FIELD, 0.65))
    done = "the arm is pulled" if state.pulled else "choose an arm"
    sheet.caption(f"context {context + 1} of {env.contexts}: {done}")
    return sheet.pixels()


def gridwalk(env: grids.GridWalk, state: grids.State, params: grids.Level) -> np.ndarray:
    """Grey walls, a ring at the start, an orange goal and a blue walker in the square it sees."""
    sheet, cell = Board(), SIDE / env.size
    sheet.grid(env.size)
    for row, column in np.argwhere(np.asarray(params.walls)):
        low = (column * cell, row * cell)
        sheet.box(low, (low[0] + cell, low[1] + cell), WALL)

    def center(place: object) -> Point:
        row, column = np.asarray(place).tolist()
        return (column + 0.5) * cell, (row + 0.5) * cell

    sheet.ring(center(params.start), 0.28 * cell, max(1.5, 0.06 * cell), QUIET)
    x, y = center(params.goal)
    sheet.box((x - 0.3 * cell, y - 0.3 * cell), (x + 0.3 * cell, y + 0.3 * cell), ORANGE, corner=3)
    row, column = np.asarray(state.place).tolist()
    low, high = (
        (
            min(max((column + sign * env.sight + (sign > 0)) * cell, 0), SIDE),
            min(max((row + sign * env.sight + (sign > 0)) * cell, 0), SIDE),
        )
        for sign in (-1, 1)
    )
    sheet.box(low, high, outline=SKY, width=2, corner=4)
    sheet.disc(center(state.place), 0.24 * cell, SURROUNDINGS)
    sheet.disc(center(state.place), 0.2 * cell, SKY)
    steps = abs(np.asarray(params.goal) - np.asarray(state.place)).sum()
    sheet.caption("arrived" if state.arrived else f"the goal is {steps} cells away")
    return sheet.pixels()


def guess(env: words.Guess, state: words.State, params: words.Params) -> np.ndarray:
    """A row for each try: blue letters are in their place, orange ones belong elsewhere."""
    sheet = Board()
    cell = min(SIDE / env.letters, SIDE / env.tries)
    left = (SIDE - cell * env.letters) / 2
    top = (SIDE - cell * env.tries) / 2
    colors = {"=": SKY, "+": ORANGE, ".": GRID}
    for row in range(env.tries):
        answer = state.answers[row] if row < len(state.answers) else None
        word, _, marks = (answer or "").partition(" ")
        well_formed = len(word) == len(marks) == env.letters
        if answer is not None and not well_formed:
            low = (left + 0.06 * cell, top + (row + 0.06) * cell)
            high = (SIDE - left - 0.06 * cell, low[1] + 0.88 * cell)
            sheet.box(low, high, outline=GRID, width=1.5, corner=4)
            middle = (SIDE / 2, (low[1] + high[1]) / 2)
            sheet.text(middle, "malformed", min(15, 0.4 * cell), QUIET)
            continue
        for column in range(env.letters):
            low = (left + column * cell + 0.06 * cell, top + row * cell + 0.06 * cell)
            high = (low[0] + 0.88 * cell, low[1] + 0.88 * cell)
            if well_formed:
                color = colors[marks[column]]
                sheet.box(low, high, color, corner=4)
                middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
                ink = WORDS if color == GRID else SURROUNDINGS
                sheet.text(middle, word[column].upper(), 0.52 * cell, ink)
            else:
                sheet.box(low, high, outline=GRID, width=1.5, corner=4)
    if state.won:
        sheet.caption("found", SKY)
    elif len(state.answers) == env.tries:
        sheet.caption(f"the word was {state.secret}", ORANGE)
    else:
        sheet.caption(f"tries left: {env.tries - len(state.answers)}")
    return sheet.pixels()


def _spread(
    hunters: list[list[int]], prey: list[list[int]], cell: float
) -> list[tuple[int, Point, float]]:
    """Kind (0 hunter, 1 prey), centre and radius of each piece; those in one cell share it."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for kind, places in enumerate((hunters, prey)):
        for row, column in places:
            cells[row, column].append(kind)
    pieces = []
    for (row, column), kinds in cells.items():
        x, y = (column + 0.5) * cell, (row + 0.5) * cell
        apart = 0.0 if len(kinds) == 1 else 0.24 * cell
        radius = 0.32 * cell if len(kinds) == 1 else 0.62 * cell / (1 + len(kinds))
        for index, kind in enumerate(kinds):
            angle = 2 * math.pi * (index / len(kinds) + 0.125)
            center = (x + apart * math.cos(angle), y - apart * math.sin(angle))
            pieces.append((kind, center, radius))
    return pieces


def _full_lines(marks: np.ndarray) -> list[tuple[Point, Point]]:
    """First and last cell, as row and column, of each three in a row in `bool[3, 3]`."""
    lines: list[tuple[Point, Point]] = []
    for index in range(3):
        if marks[index].all():
            lines.append(((index, 0), (index, 2)))
        if marks[:, index].all():
            lines.append(((0, index), (2, index)))
    if marks.diagonal().all():
        lines.append(((0, 0), (2, 2)))
    if marks[:, ::-1].diagonal().all():
        lines.append(((0, 2), (2, 0)))
    return lines

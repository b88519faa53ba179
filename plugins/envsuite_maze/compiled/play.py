"""The loops over copies: begin in a level, play a step."""

import numpy as np

from envsuite.compiled.book import BEGINS, KEY0, KEY1, PLAYS
from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import uniform
from envsuite_maze.compiled.choose import nth
from envsuite_maze.compiled.draw import (
    ARRIVED,
    COLUMN,
    GIVEN,
    GOAL_COLUMN,
    GOAL_ROW,
    LOOKS,
    ONE_GOAL,
    ROW,
    START_COLUMN,
    START_LOOKS,
    START_ROW,
    STEPS,
    draw,
    take,
)

FLAT, IMAGE, CODES = range(3)
DRAWN = 5  # the column of `places` that says that each reset draws a level
F = np.float32


@kernel()
def show(i, lines, marks, width, border, sight, kind, hides, offsets, obs):
    """Write what is seen: the square before the agent, and where it looks.

    Args:
        i: The copy.
        lines: The cells of each copy as one line, `u8[copies, numbers]`.
        marks: See `envsuite_maze.compiled.draw`.
        width: Columns of the cells, the border included.
        border: How wide it is.
        sight: Rows and columns that are seen.
        kind: FLAT, IMAGE or CODES.
        hides: Whether walls hide what is behind them.
        offsets: By heading, how far from the agent's own cell those are that it sees, in the line,
            `i64[4, sight**2]`.
        obs: `f32[copies, 1, numbers]`, written.
    """
    looks, area = marks[i, LOOKS], sight * sight
    row, column = marks[i, ROW], marks[i, COLUMN]
    own = (border + row) * width + border + column
    # where the goal is, as the agent sees it; one cell ahead and one to the right, in rows
    down = np.int64(looks == 1) - np.int64(looks == 3)
    right = np.int64(looks == 0) - np.int64(looks == 2)
    south, east = marks[i, GOAL_ROW] - row, marks[i, GOAL_COLUMN] - column
    ahead, aside = south * down + east * right, south * right - east * down + sight // 2
    goal = -1
    if 0 <= ahead < sight and 0 <= aside < sight:
        goal = (sight - 1 - ahead) * sight + aside
    # indices that are known to be positive need no look at whether they count from the end
    if kind == FLAT:
        for at in range(obs.shape[2]):
            obs[i, 0, at] = F(0)
        for at in range(area):
            obs[i, 0, at] = F(lines[i, np.uint64(own + offsets[looks, at])])
        obs[i, 0, obs.shape[2] - 4 + looks] = F(1)
        if goal >= 0:
            obs[i, 0, area + goal] = F(1)
        if hides:
            hide(i, sight, 1, 2 * area, F(1), obs)
            for at in range(area):
                seen = obs[i, 0, 2 * area + at]
                obs[i, 0, 2 * area + at] = F(1) - seen
                obs[i, 0, at] *= seen
                obs[i, 0, area + at] *= seen
    elif kind == IMAGE:
        planes = 7 if hides else 6
        for at in range(area):
            obs[i, 0, planes * at] = F(lines[i, np.uint64(own + offsets[looks, at])])
            obs[i, 0, planes * at + 1] = F(0)
            obs[i, 0, planes * at + 2] = F(0)
            for k in range(4):
                obs[i, 0, planes * at + planes - 4 + k] = F(looks == k)
        if goal >= 0:
            obs[i, 0, planes * goal + 1] = F(1)
        if hides:
            hide(i, sight, 7, 2, F(1), obs)
            for at in range(area):
                seen = obs[i, 0, 7 * at + 2]
                obs[i, 0, 7 * at + 2] = F(1) - seen
                obs[i, 0, 7 * at] *= seen
                obs[i, 0, 7 * at + 1] *= seen
    else:
        for at in range(area):
            wall = F(lines[i, np.uint64(own + offsets[looks, at])])
            obs[i, 0, 3 * at] = F(1) + wall
            obs[i, 0, 3 * at + 1] = F(5) * wall
            obs[i, 0, 3 * at + 2] = F(0)
        obs[i, 0, 3 * area] = F(looks)
        # a wall that stands on the goal hides it
        if goal >= 0 and obs[i, 0, 3 * goal] != 2:
            obs[i, 0, 3 * goal] = F(8)
            obs[i, 0, 3 * goal + 1] = F(1)
        if hides:
            hide(i, sight, 3, 2, F(2), obs)
            for at in range(area):
                seen = obs[i, 0, 3 * at + 2]
                obs[i, 0, 3 * at + 2] = F(0)
                obs[i, 0, 3 * at] *= seen
                obs[i, 0, 3 * at + 1] *= seen


@kernel()
def hide(i, sight, step, first, wall, obs):
    """Mark with 1 what is seen, by the rule of `envsuite_maze.observe.lit`.

    Args:
        i: The copy.
        sight: Rows and columns.
        step: From one cell's numbers to the next cell's.
        first: Where the mark of the first cell is, in a place that is 0 everywhere.
        wall: What number says that a cell is a wall, the first of a cell's.
        obs: What is seen if nothing is hidden, `f32[copies, 1, numbers]`.
    """
    obs[i, 0, first + step * (sight * (sight - 1) + sight // 2)] = F(1)
    for row in range(sight - 1, -1, -1):
        for sweep in range(2):  # to the right, and back
            aside = 1 - 2 * sweep
            column = (sight - 1) * sweep
            for _ in range(sight):
                at = row * sight + column
                if obs[i, 0, first + step * at] and obs[i, 0, step * at] != wall:
                    beyond = 0 <= column + aside < sight
                    if beyond:
                        obs[i, 0, first + step * (at + aside)] = F(1)
                    if row:
                        obs[i, 0, first + step * (at - sight)] = F(1)
                        if beyond:
                            obs[i, 0, first + step * (at - sight + aside)] = F(1)
                column += aside


@kernel()
def begin(
    book, cells, lines, marks, walls, places, goals, border, sight, kind, hides, offsets,
    method, amount, any_number, obs, won, low, high,
):  # fmt: skip
    """Begin games in those of the copies `low` to `high` whose book says so, and show them."""
    rows, columns = walls.shape[1], walls.shape[2]
    for i in range(low, high):
        if not book[i, BEGINS]:
            continue
        own = i if walls.shape[0] > 1 else 0
        key0, key1 = book[i, KEY0], book[i, KEY1]
        if not places[own, DRAWN] or method == GIVEN:
            take(i, own, cells, marks, border, rows, columns, walls, places)
        elif method == ONE_GOAL:
            take(i, own, cells, marks, border, rows, columns, walls, places)
            goal = nth(uniform(key0, key1, 0), goals.shape[0])
            marks[i, GOAL_ROW], marks[i, GOAL_COLUMN] = goals[goal, 0], goals[goal, 1]
        else:
            rule = method, amount, any_number
            draw(i, cells, marks, border, rows, columns, key0, key1, *rule)
        marks[i, ROW], marks[i, COLUMN] = marks[i, START_ROW], marks[i, START_COLUMN]
        marks[i, LOOKS] = marks[i, START_LOOKS]
        marks[i, STEPS], marks[i, ARRIVED] = 0, 0
        won[i] = False
        show(i, lines, marks, cells.shape[2], border, sight, kind, hides, offsets, obs)


@kernel()
def advance(
    book, lines, marks, width, border, sight, kind, hides, offsets, horizon,
    actions, obs, reward, gone, won, low, high,
):  # fmt: skip
    """Play a step in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if not book[i, PLAYS]:
            continue
        arrived = marks[i, ARRIVED] > 0
        reward[i, 0] = F(0)
        if not arrived:
            action, looks = np.int64(actions[i, 0]), np.int64(marks[i, LOOKS])
            row, column = np.int64(marks[i, ROW]), np.int64(marks[i, COLUMN])
            marks[i, STEPS] += 1
            # no branches on what an agent chooses or meets, which no processor can foresee
            turn = np.int64(action == 1) - np.int64(action == 0)
            marks[i, LOOKS] = (looks + turn) & 3
            down = np.int64(looks == 1) - np.int64(looks == 3)
            right = np.int64(looks == 0) - np.int64(looks == 2)
            ahead = (border + row + down) * width + border + column + right
            goes = np.int64(action == 2) & (1 - np.int64(lines[i, np.uint64(ahead)]))
            row, column = row + goes * down, column + goes * right
            marks[i, ROW], marks[i, COLUMN] = row, column
            if row == marks[i, GOAL_ROW] and column == marks[i, GOAL_COLUMN]:
                arrived = True
                marks[i, ARRIVED] = 1
                reward[i, 0] = F(1) - F(0.9) * F(marks[i, STEPS]) / F(horizon)
        won[i] = gone[i, 0] = arrived
        show(i, lines, marks, width, border, sight, kind, hides, offsets, obs)

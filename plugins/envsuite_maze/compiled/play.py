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
def show(i, cells, marks, border, sight, kind, obs):
    """Write what is seen: the square before the agent, and where it looks."""
    looks = marks[i, LOOKS]
    # one cell ahead, and one to the right, in rows and columns
    down = np.int64(looks == 1) - np.int64(looks == 3)
    right = np.int64(looks == 0) - np.int64(looks == 2)
    area = sight * sight
    # from the agent to the farthest cell on the left
    row = border + marks[i, ROW] + (sight - 1) * down - (sight // 2) * right
    column = border + marks[i, COLUMN] + (sight - 1) * right + (sight // 2) * down
    # where the goal is, as the agent sees it
    south, east = marks[i, GOAL_ROW] - marks[i, ROW], marks[i, GOAL_COLUMN] - marks[i, COLUMN]
    ahead, aside = south * down + east * right, south * right - east * down + sight // 2
    goal = -1
    if 0 <= ahead < sight and 0 <= aside < sight:
        goal = (sight - 1 - ahead) * sight + aside
    at = 0
    for far in range(sight):
        for near in range(sight):
            wall = cells[i, row - far * down + near * right, column - far * right - near * down]
            if kind == FLAT:
                obs[i, 0, at] = F(wall)
                obs[i, 0, area + at] = F(0)
            elif kind == IMAGE:
                obs[i, 0, 6 * at] = F(wall)
                obs[i, 0, 6 * at + 1] = F(0)
                for k in range(4):
                    obs[i, 0, 6 * at + 2 + k] = F(looks == k)
            else:
                obs[i, 0, 3 * at] = F(2) if wall else F(1)
                obs[i, 0, 3 * at + 1] = F(5) if wall else F(0)
                obs[i, 0, 3 * at + 2] = F(0)
            at += 1
    if kind == FLAT:
        for k in range(4):
            obs[i, 0, 2 * area + k] = F(looks == k)
        if goal >= 0:
            obs[i, 0, area + goal] = F(1)
    elif kind == IMAGE:
        if goal >= 0:
            obs[i, 0, 6 * goal + 1] = F(1)
    else:
        obs[i, 0, 3 * area] = F(looks)
        # a wall that stands on the goal hides it
        if goal >= 0 and obs[i, 0, 3 * goal] != 2:
            obs[i, 0, 3 * goal] = F(8)
            obs[i, 0, 3 * goal + 1] = F(1)


@kernel()
def begin(
    book, cells, marks, walls, places, goals, border, sight, kind, method, amount, any_number,
    obs, won, low, high,
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
            drawn = method, amount, any_number
            draw(i, cells, marks, border, rows, columns, key0, key1, *drawn)
        marks[i, ROW], marks[i, COLUMN] = marks[i, START_ROW], marks[i, START_COLUMN]
        marks[i, LOOKS] = marks[i, START_LOOKS]
        marks[i, STEPS], marks[i, ARRIVED] = 0, 0
        won[i] = False
        show(i, cells, marks, border, sight, kind, obs)


@kernel()
def advance(
    book, cells, marks, border, sight, kind, horizon, actions, obs, reward, gone, won, low, high
):
    """Play a step in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if not book[i, PLAYS]:
            continue
        reward[i, 0] = F(0)
        if not marks[i, ARRIVED]:
            action, looks = actions[i, 0], marks[i, LOOKS]
            marks[i, STEPS] += 1
            if action < 2:
                marks[i, LOOKS] = (looks + 2 * action - 1) & 3
            elif action == 2:
                row = marks[i, ROW] + (looks == 1) - (looks == 3)
                column = marks[i, COLUMN] + (looks == 0) - (looks == 2)
                if not cells[i, border + row, border + column]:
                    marks[i, ROW], marks[i, COLUMN] = row, column
            if marks[i, ROW] == marks[i, GOAL_ROW] and marks[i, COLUMN] == marks[i, GOAL_COLUMN]:
                marks[i, ARRIVED] = 1
                reward[i, 0] = F(1) - F(0.9) * F(marks[i, STEPS]) / F(horizon)
        won[i] = gone[i, 0] = marks[i, ARRIVED] > 0
        show(i, cells, marks, border, sight, kind, obs)

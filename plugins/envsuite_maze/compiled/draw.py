"""Levels drawn as `envsuite_maze.generate` draws them, from the same key.

A copy's row of `cells`, `u8[copies, rows + 2 * border, columns + 2 * border]`, says where walls
are; beyond the edge of the level all is wall. Its row of `marks`, `i32[copies, 10]`, says the rest.
"""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import uniform
from envsuite_maze.generate import COUNT, GOAL, HEADING, SCATTERED, START

(
    ROW, COLUMN, LOOKS, STEPS, ARRIVED,  # the agent
    GOAL_ROW, GOAL_COLUMN, START_ROW, START_COLUMN, START_LOOKS,  # the level
) = range(10)  # fmt: skip
MARKS = 10
GIVEN, SCATTER, SCATTER_APART, ONE_GOAL = range(4)  # how a level is drawn

F = np.float32


@kernel()
def nth(share, count):
    """One of `count` things by an even number."""
    return min(np.int32(share * F(count)), np.int32(count) - 1)


@kernel()
def free_cell(i, cells, border, rows, columns, share, taken, free):
    """One of the `free` cells but `taken`, the index; each is as likely."""
    left = nth(share, free)
    for row in range(rows):
        for column in range(columns):
            index = row * columns + column
            if not cells[i, border + row, border + column] and index != taken:
                if left == 0:
                    return index
                left -= 1
    return rows * columns - 1


@kernel()
def scatter(i, cells, border, rows, columns, key0, key1, amount, apart):
    """Build walls in an empty maze; returns how many cells are free."""
    size, built = rows * columns, 0
    if apart:
        shares = np.empty(size, np.float32)
        for index in range(size):
            shares[index] = uniform(key0, key1, SCATTERED + index)
        order = np.argsort(shares, kind="mergesort")
        for index in order[:amount]:
            cells[i, border + index // columns, border + index % columns] = 1
        return size - amount
    for wall in range(amount):
        index = nth(uniform(key0, key1, SCATTERED + wall), size)
        row, column = border + index // columns, border + index % columns
        built += 1 - cells[i, row, column]
        cells[i, row, column] = 1
    return size - built


@kernel()
def draw(i, cells, marks, border, rows, columns, key0, key1, amount, any_number, apart):
    """Draw walls, goal, start and heading."""
    cells[i, border : border + rows, border : border + columns] = 0
    if any_number and amount:
        amount = nth(uniform(key0, key1, COUNT), amount)
    free = scatter(i, cells, border, rows, columns, key0, key1, amount, apart)
    share = uniform(key0, key1, GOAL)
    goal = free_cell(i, cells, border, rows, columns, share, -1, free)
    share = uniform(key0, key1, START)
    start = free_cell(i, cells, border, rows, columns, share, goal, free - 1)
    marks[i, GOAL_ROW], marks[i, GOAL_COLUMN] = goal // columns, goal % columns
    marks[i, START_ROW], marks[i, START_COLUMN] = start // columns, start % columns
    marks[i, START_LOOKS] = nth(uniform(key0, key1, HEADING), 4)


@kernel()
def take(i, own, cells, marks, border, rows, columns, walls, places):
    """The level that the params hold."""
    for row in range(rows):
        for column in range(columns):
            cells[i, border + row, border + column] = walls[own, row, column]
    for k in range(5):
        marks[i, GOAL_ROW + k] = places[own, k]

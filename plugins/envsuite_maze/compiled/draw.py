"""Levels drawn as `envsuite_maze.generate` draws them, from the same key.

A copy's row of `cells`, `u8[copies, rows + 2 * border, columns + 2 * border]`, says where walls
are; beyond the edge of the level all is wall. Its row of `marks`, `i32[copies, 10]`, says the rest.
"""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import split, uniform
from envsuite_maze.compiled.choose import free_cell, nth
from envsuite_maze.compiled.plan import crossings, rooms, tree
from envsuite_maze.generate import COUNT, GOAL, SCATTERED
from envsuite_maze.level import RIGHT

(
    ROW, COLUMN, LOOKS, STEPS, ARRIVED,  # the agent
    GOAL_ROW, GOAL_COLUMN, START_ROW, START_COLUMN, START_LOOKS,  # the level
) = range(10)  # fmt: skip
MARKS = 10
GIVEN, SCATTER, SCATTER_APART, ONE_GOAL, ROOMS, CROSSINGS, TREE = range(7)  # how a level is drawn


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
def draw(i, cells, marks, border, rows, columns, key0, key1, method, amount, any_number):
    """Draw walls, goal, start and heading."""
    cells[i, border : border + rows, border : border + columns] = 0
    if method == CROSSINGS:
        crossings(i, cells, border, rows, key0, key1, amount)
        settle(i, marks, columns, rows * columns - 1, 0, RIGHT)
    elif method == TREE:
        tree0, tree1 = split(key0, key1, 0)
        tree(i, cells, border, rows, columns, tree0, tree1)
        key0, key1 = split(key0, key1, 1)
        goal = nth(uniform(key0, key1, 0), 4)
        start = (goal + 1 + nth(uniform(key0, key1, 1), 3)) % 4
        goal, start = corner(goal, rows, columns), corner(start, rows, columns)
        settle(i, marks, columns, goal, start, nth(uniform(key0, key1, 2), 4))
    else:
        first = 0  # the number of the draw that places the goal; start and heading follow
        if method == ROOMS:
            free = rooms(i, cells, border, rows, columns, key0, key1)
        else:
            first = GOAL
            if any_number and amount:
                amount = nth(uniform(key0, key1, COUNT), amount)
            apart = method == SCATTER_APART
            free = scatter(i, cells, border, rows, columns, key0, key1, amount, apart)
        share = uniform(key0, key1, first)
        goal = free_cell(i, cells, border, rows, columns, share, -1, free)
        share = uniform(key0, key1, first + 1)
        start = free_cell(i, cells, border, rows, columns, share, goal, free - 1)
        settle(i, marks, columns, goal, start, nth(uniform(key0, key1, first + 2), 4))


@kernel()
def corner(number, rows, columns):
    """The index of one of the corners: upper left, upper right, lower left, lower right."""
    return number // 2 * (rows - 1) * columns + number % 2 * (columns - 1)


@kernel()
def settle(i, marks, columns, goal, start, looks):
    """Write down where goal and start are, by their indices, and where the agent looks first."""
    marks[i, GOAL_ROW], marks[i, GOAL_COLUMN] = goal // columns, goal % columns
    marks[i, START_ROW], marks[i, START_COLUMN] = start // columns, start % columns
    marks[i, START_LOOKS] = looks


@kernel()
def take(i, own, cells, marks, border, rows, columns, walls, places):
    """The level that the params hold."""
    for row in range(rows):
        for column in range(columns):
            cells[i, border + row, border + column] = walls[own, row, column]
    for k in range(5):
        marks[i, GOAL_ROW + k] = places[own, k]

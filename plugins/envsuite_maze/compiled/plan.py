"""Mazes of a plan, drawn as `envsuite_maze.generate` and `envsuite_maze.tree` draw them.

See `envsuite_maze.compiled.draw` for `cells` and `marks`. Each function finds its level empty, and
builds walls in it or, for a tree, all but a few.
"""

import math

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import bits, split, uniform
from envsuite_maze.compiled.choose import nth
from envsuite_maze.generate import DOORS

ROUNDS = 3 / math.log(2**32 - 1)  # of a shuffle, for each e-fold of what is shuffled


@kernel()
def rooms(i, cells, border, rows, columns, key0, key1):
    """Two walls across each other, with four doors; returns how many cells are free."""
    across, down = rows // 2, columns // 2
    cells[i, border + across, border : border + columns] = 1
    cells[i, border : border + rows, border + down] = 1
    north = nth(uniform(key0, key1, DOORS), across)
    south = across + 1 + nth(uniform(key0, key1, DOORS + 1), rows - across - 1)
    west = nth(uniform(key0, key1, DOORS + 2), down)
    east = down + 1 + nth(uniform(key0, key1, DOORS + 3), columns - down - 1)
    cells[i, border + north, border + down] = 0
    cells[i, border + south, border + down] = 0
    cells[i, border + across, border + west] = 0
    cells[i, border + across, border + east] = 0
    return rows * columns - (rows + columns - 1) + 4


@kernel()
def crossings(i, cells, border, size, key0, key1, amount):
    """Walls from edge to edge on odd lines, with an opening each."""
    lines = size // 2
    shares = np.empty(2 * lines, np.float32)
    for line in range(2 * lines):
        shares[line] = uniform(key0, key1, line)
    sequence = np.argsort(shares, kind="mergesort")
    is_wall = np.zeros((2, lines), np.uint8)
    for line in sequence[:amount]:
        kind, at = line // lines, border + 1 + 2 * (line % lines)
        is_wall[kind, line % lines] = 1
        if kind == 0:
            cells[i, at, border : border + size] = 1
        else:
            cells[i, border : border + size, at] = 1
    behind, ahead = np.full(2, -1), np.empty(2, np.int64)  # row and column of walls, from the start
    for number in range(amount):
        kind = sequence[number] // lines
        for each in range(2):
            ahead[each] = size
            for line in range(lines - 1, -1, -1):
                if is_wall[each, line] and 1 + 2 * line > behind[each]:
                    ahead[each] = 1 + 2 * line
        along = 1 - kind
        share = uniform(key0, key1, 2 * lines + number)
        opening = behind[along] + 1 + nth(share, ahead[along] - behind[along] - 1)
        if kind == 0:
            cells[i, border + ahead[0], border + opening] = 0
        else:
            cells[i, border + opening, border + ahead[1]] = 0
        behind[kind] = ahead[kind]


@kernel()
def shuffled(key0, key1, size):
    """`jax.random.permutation(key, size)`: sorted by random words, once or more often."""
    order = np.arange(size)
    ranked = np.empty(size, np.uint64)
    for _ in range(math.ceil(ROUNDS * math.log(max(size, 1)))):
        words0, words1 = split(key0, key1, 1)
        key0, key1 = split(key0, key1, 0)
        for place in range(size):  # what has the same word stays in order
            word = np.uint64(bits(words0, words1, place))
            ranked[place] = (word << np.uint64(32)) | np.uint64(place)
        ranked.sort()
        before = order.copy()
        for place in range(size):
            order[place] = before[np.int64(ranked[place] & np.uint64(0xFFFFFFFF))]
    return order


@kernel()
def tree(i, cells, border, rows, columns, key0, key1):
    """Walls around a random spanning tree of the cells of even row and column, by Kruskal's rule.

    Edges are taken from the lightest on, as long as they join two parts; Borůvka's rule, by which
    JAX finds it, comes to the same tree, for no two edges weigh the same.
    """
    down, along = rows // 2 + 1, columns // 2 + 1
    cells[i, border : border + rows, border : border + columns] = 1
    part = np.arange(down * along)  # of each node, one nearer to the node that names its part
    for node in range(down * along):
        cells[i, border + 2 * (node // along), border + 2 * (node % along)] = 0
    level = down * (along - 1)  # how many edges lead from left to right; the others lead down
    for edge in shuffled(key0, key1, level + (down - 1) * along):
        if edge < level:
            node = edge // (along - 1) * along + edge % (along - 1)
            beyond, row, column = node + 1, 2 * (node // along), 2 * (node % along) + 1
        else:
            node = edge - level
            beyond, row, column = node + along, 2 * (node // along) + 1, 2 * (node % along)
        one, other = _named(part, node), _named(part, beyond)
        if one != other:
            part[max(one, other)] = min(one, other)
            cells[i, border + row, border + column] = 0


@kernel()
def _named(part, node):
    """The node that names a part; the way to it becomes shorter."""
    while part[node] != node:
        part[node] = part[part[node]]
        node = part[node]
    return node

"""Choices by even numbers, as `envsuite_maze.generate` makes them."""

import numpy as np

from envsuite.compiled.cache import kernel

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

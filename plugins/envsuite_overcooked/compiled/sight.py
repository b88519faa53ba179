"""What the cooks see: the whole kitchen, as planes; see `envsuite_overcooked.observe`."""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite_overcooked.compiled.layout import (
    COLUMN,
    COUNTERS,
    FACING,
    HAND,
    HORIZON,
    HURRYING,
    IN_POT,
    IN_SOUP,
    ONION_HERE,
    ONIONS,
    OTHER,
    OTHER_FACING,
    OWN,
    OWN_FACING,
    PLATE_HERE,
    READY,
    REMAINING,
    ROW,
    TO_COOK,
)
from envsuite_overcooked.observe import HURRY
from envsuite_overcooked.state import COOKS, DISH, ONION, PLATE, POT_SIZE

U = np.uint8


@kernel()
def show(i, cooks, cells, steps, times, own, drawn, obs):
    """Write what both see into `obs`, `u8[copies, 2, h, w, 26]`; `drawn` is what never changes."""
    height, width = cells.shape[2], cells.shape[3]
    hurry = times[own, HORIZON] - steps[i] < HURRY
    first = obs[i, 0]
    first[:] = drawn
    for row in range(height):
        for column in range(width):
            seen = first[row, column]
            onions, remaining = cells[i, ONIONS, row, column], cells[i, REMAINING, row, column]
            if onions == POT_SIZE:
                seen[IN_SOUP] = U(POT_SIZE)
                seen[TO_COOK] = U(min(remaining, 255))
                seen[READY] = U(remaining == 0)
            else:
                seen[IN_POT] = U(onions)
            lay(cells[i, COUNTERS, row, column], seen)
            if hurry:
                seen[HURRYING] = U(1)
    for cook in range(COOKS):
        lay(cooks[i, cook, HAND], first[cooks[i, cook, ROW], cooks[i, cook, COLUMN]])
    obs[i, 1] = first
    for viewer in range(COOKS):
        for cook in range(COOKS):
            seen = obs[i, viewer, cooks[i, cook, ROW], cooks[i, cook, COLUMN]]
            seen[OWN if cook == viewer else OTHER] = U(1)
            facing = OWN_FACING if cook == viewer else OTHER_FACING
            seen[facing + cooks[i, cook, FACING]] = U(1)


@kernel()
def lay(thing, seen):
    """Show a thing that is held or lies about in its cell."""
    if thing == DISH:
        seen[IN_SOUP], seen[READY] = U(POT_SIZE), U(1)
    elif thing == PLATE:
        seen[PLATE_HERE] = U(1)
    elif thing == ONION:
        seen[ONION_HERE] = U(1)

"""What the cooks see: the whole kitchen, as planes; see `envsuite_overcooked.observe`."""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite_overcooked.compiled.layout import (
    COLUMN,
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
def show(i, cooks, counters, pots, steps, times, own, terrain, stoves, drawn, obs):
    """Write what both see, `obs: u8[copies, 2, h * w * 26]`; `drawn` is what never changes."""
    width, cells, planes = terrain.shape[1], counters.shape[1], drawn.size // counters.shape[1]
    hurry = times[own, HORIZON] - steps[i] < HURRY
    for viewer in range(COOKS):
        seen = obs[i, viewer]
        for k in range(drawn.size):
            seen[k] = drawn[k]
        for pot in range(pots.shape[1]):
            cell = planes * (stoves[pot, 0] * width + stoves[pot, 1])
            onions, remaining = pots[i, pot, ONIONS], pots[i, pot, REMAINING]
            if onions == POT_SIZE:
                seen[cell + IN_SOUP] = U(POT_SIZE)
                seen[cell + TO_COOK] = U(min(remaining, 255))
                seen[cell + READY] = U(remaining == 0)
            else:
                seen[cell + IN_POT] = U(onions)
        for cell in range(cells):
            if counters[i, cell]:
                lay(counters[i, cell], planes * cell, seen)
        if hurry:
            for cell in range(cells):
                seen[planes * cell + HURRYING] = U(1)
        for cook in range(COOKS):
            cell = planes * (cooks[i, cook, ROW] * width + cooks[i, cook, COLUMN])
            lay(cooks[i, cook, HAND], cell, seen)
            seen[cell + (OWN if cook == viewer else OTHER)] = U(1)
            facing = OWN_FACING if cook == viewer else OTHER_FACING
            seen[cell + facing + cooks[i, cook, FACING]] = U(1)


@kernel()
def lay(thing, cell, seen):
    """Show a thing that is held or lies about, in the planes that begin at `cell`."""
    if thing == DISH:
        seen[cell + IN_SOUP], seen[cell + READY] = U(POT_SIZE), U(1)
    elif thing == PLATE:
        seen[cell + PLATE_HERE] = U(1)
    elif thing == ONION:
        seen[cell + ONION_HERE] = U(1)

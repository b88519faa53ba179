"""How an episode begins; see `envsuite_overcooked.start`."""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import uniform
from envsuite_overcooked.compiled.layout import (
    ANY_CONTENTS,
    ANY_FACING,
    ANY_PLACE,
    COLUMN,
    COOK_TIME,
    FACING,
    HAND,
    ONIONS,
    REMAINING,
    ROW,
)
from envsuite_overcooked.state import COOKS, DISH, NORTH, NOTHING, POT_SIZE, WEST


@kernel()
def below(key0, key1, draw, count):
    """The whole number below `count` that a draw stands for."""
    return np.int32(np.floor(np.float32(uniform(key0, key1, draw) * np.float32(count))))


@kernel()
def enter(i, key0, key1, cooks, counters, pots, steps, starts, floor, chances, times, own):
    """Begin an episode in copy `i`."""
    counters[i] = NOTHING
    pots[i] = 0
    steps[i] = 0
    for cook in range(COOKS):
        cooks[i, cook, ROW], cooks[i, cook, COLUMN] = starts[cook, 0], starts[cook, 1]
        cooks[i, cook, FACING], cooks[i, cook, HAND] = NORTH, NOTHING
        if chances[ANY_FACING]:
            cooks[i, cook, FACING] = below(key0, key1, COOKS + cook, WEST + 1)
        if chances[ANY_CONTENTS]:
            cooks[i, cook, HAND] = below(key0, key1, 2 * COOKS + cook, DISH + 1)
    if chances[ANY_PLACE]:
        first = below(key0, key1, 0, floor.shape[0])
        second = below(key0, key1, 1, floor.shape[0] - 1)
        if second >= first:  # the others in order, the first cell left out
            second += 1
        cooks[i, 0, ROW], cooks[i, 0, COLUMN] = floor[first, 0], floor[first, 1]
        cooks[i, 1, ROW], cooks[i, 1, COLUMN] = floor[second, 0], floor[second, 1]
    if chances[ANY_CONTENTS]:
        longest = times[own, COOK_TIME] + POT_SIZE
        for pot in range(pots.shape[1]):
            clock = below(key0, key1, 3 * COOKS + pot, longest + 1)
            onions = min(longest - clock, POT_SIZE)
            pots[i, pot, ONIONS] = onions
            pots[i, pot, REMAINING] = clock if onions == POT_SIZE else 0

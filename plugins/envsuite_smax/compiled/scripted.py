"""The scripted enemies' turn (section 11): shoot whom you can, else walk to whom you see."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import uniform
from envsuite_smax.compiled.layout import (
    ATTACK,
    HEALTH,
    LAST,
    MOVE_X,
    MOVE_Y,
    POINT_X,
    POINT_Y,
    T_RANGE,
    T_SIGHT,
    TYPE,
    X,
    Y,
)
from envsuite_smax.compiled.near import nearer

ZERO, ONE, FAR = np.float32(0), np.float32(1), np.float32(np.inf)


@kernel()
def enemy_turn(i, numbers, marks, tables, own, allies, at_random, shoots, key0, key1):
    """Write the orders of every enemy of copy `i` into its rows of moves and attacks.

    Enemies list their opponents, the allies, and themselves from the last to the first; a slot is
    a place in that list.
    """
    units = numbers.shape[2]
    draws = 2 if at_random else 1
    for place in range(units - allies):
        u = units - 1 - place
        kind = marks[i, TYPE, u]
        sight = tables[own, T_SIGHT, kind]
        reach = min(tables[own, T_RANGE, kind], sight)  # nobody shoots at whom it does not see
        seen, near, closest, last = 0, 0, -1, marks[i, LAST, u - allies]
        least, keep = FAR, False
        if numbers[i, HEALTH, u] > ZERO:
            for slot in range(allies):
                ally = allies - 1 - slot
                seen += _reaches(i, numbers, u, ally, sight)
                if _reaches(i, numbers, u, ally, reach):
                    near += 1
                    keep = keep or slot == last
                    x = numbers[i, X, ally] - numbers[i, X, u]
                    y = numbers[i, Y, ally] - numbers[i, Y, u]
                    squared = fma(x, x, y * y)
                    if squared < least:
                        least, closest = squared, slot
        slot = -1
        if near > 0:
            slot = last if keep else closest
            if at_random and not keep:
                wanted = _choose(uniform(key0, key1, place * draws + 1), near)
                slot = _nth(i, numbers, u, allies, reach, wanted)
        marks[i, LAST, u - allies] = slot
        marks[i, ATTACK, u] = 0
        numbers[i, MOVE_X, u], numbers[i, MOVE_Y, u] = ZERO, ZERO
        if near > 0 and shoots:
            marks[i, ATTACK, u] = slot + 5
            continue
        x = numbers[i, POINT_X, u - allies] - numbers[i, X, u]
        y = numbers[i, POINT_Y, u - allies] - numbers[i, Y, u]
        if seen > 0:
            # of one there is nothing to choose, and no draw to make
            wanted = _choose(uniform(key0, key1, place * draws), seen) if seen > 1 else 0
            goal = allies - 1 - _nth(i, numbers, u, allies, sight, wanted)
            x = numbers[i, X, goal] - numbers[i, X, u]
            y = numbers[i, Y, goal] - numbers[i, Y, u]
        # up, right, down, left: the first of equals wins
        if y >= x and y >= -y and y >= -x:
            numbers[i, MOVE_Y, u] = ONE
        elif x >= -y and x >= -x:
            numbers[i, MOVE_X, u] = ONE
        elif -y >= -x:
            numbers[i, MOVE_Y, u] = -ONE
        else:
            numbers[i, MOVE_X, u] = -ONE


@kernel()
def _reaches(i, numbers, u, v, limit):
    """Whether unit `v` lives and is nearer to unit `u` than `limit`."""
    x = numbers[i, X, v] - numbers[i, X, u]
    y = numbers[i, Y, v] - numbers[i, Y, u]
    return (numbers[i, HEALTH, v] > ZERO) & nearer(x, y, limit)


@kernel()
def _choose(draw, count):
    """One of `count`, all as likely; a draw close to 1 may round up to the count itself."""
    return min(int(draw * np.float32(count)), count - 1)


@kernel()
def _nth(i, numbers, u, allies, limit, wanted):
    """The slot of the `wanted`-th ally nearer to `u` than `limit`."""
    for slot in range(allies):
        if _reaches(i, numbers, u, allies - 1 - slot, limit):
            if wanted == 0:
                return slot
            wanted -= 1
    return 0

"""Where a battle begins, and with which units (section 6)."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import randint, split, uniform
from envsuite_smax.compiled.combat import RADIUS, push
from envsuite_smax.compiled.layout import (
    ALLY_X,
    ALLY_Y,
    ATTACK,
    COOLDOWN,
    ENEMY_X,
    ENEMY_Y,
    HEALTH,
    LAST,
    MOVE_X,
    MOVE_Y,
    POINT_X,
    POINT_Y,
    SHOT,
    SPREAD,
    T_HEALTH,
    T_RADIUS,
    TYPE,
    X,
    Y,
)

ZERO, HALF, ONE, FAR = np.float32(0), np.float32(0.5), np.float32(1), np.float32(np.inf)


@kernel()
def line_up(
    i, numbers, marks, table, rules, fixed, allies, marines, generated, inside, width, height,
    key0, key1, work, index,
):  # fmt: skip
    """Begin a battle in copy `i`, with the draws of `envsuite_smax.spawn`."""
    units = numbers.shape[2]
    type0, type1 = split(key0, key1, 0)
    draw_types(i, marks, fixed, allies, table.shape[1], marines, type0, type1)
    for u in range(units):
        kind = marks[i, TYPE, u]
        numbers[i, HEALTH, u] = table[T_HEALTH, kind]
        work[RADIUS, u] = table[T_RADIUS, kind]
        for row in (COOLDOWN, MOVE_X, MOVE_Y, POINT_X, POINT_Y):
            numbers[i, row, u] = ZERO
        marks[i, ATTACK, u] = 0
        marks[i, SHOT, u] = -1
        marks[i, LAST, u] = -1
    place0, place1 = split(key0, key1, 1)
    coin0, coin1 = split(place0, place1, 0)
    if generated and uniform(coin0, coin1, 0) >= HALF:
        reflect(i, numbers, allies, inside, width, height, place0, place1, work)
    else:
        around(i, numbers, rules, allies, generated, inside, width, height, place0, place1, work)
    push(i, numbers, work, index)
    for u in range(units):
        if inside:
            edge = work[RADIUS, u]
            numbers[i, X, u] = min(max(numbers[i, X, u], edge), width - edge)
            numbers[i, Y, u] = min(max(numbers[i, Y, u], edge), height - edge)
        if u >= allies:
            numbers[i, POINT_X, u - allies] = width - numbers[i, X, u]
            numbers[i, POINT_Y, u - allies] = height - numbers[i, Y, u]


@kernel()
def draw_types(i, marks, fixed, allies, kinds, marines, key0, key1):
    """The types of all units; -1 in `fixed: i32[units]` stands for one that is drawn."""
    units = fixed.size
    for u in range(units):
        kind = fixed[u]
        if kind < 0:
            partner = u - allies
            if 0 <= partner < min(allies, units - allies):
                kind = marks[i, TYPE, partner]  # an enemy is of its counterpart's type
            elif marines and u >= 2 * allies:
                kind = 0
            else:
                kind = randint(key0, key1, u, kinds)
        marks[i, TYPE, u] = kind


@kernel()
def around(i, numbers, rules, allies, generated, inside, width, height, key0, key1, work):
    """Everyone in a square about a centre: its team's start, or, generated, its group's."""
    coin0, coin1 = split(key0, key1, 0)
    offset0, offset1 = split(key0, key1, 1)
    group0, group1 = split(key0, key1, 3)
    share0, share1 = split(group0, group1, 0)
    member0, member1 = split(group0, group1, 1)
    allies_outside = generated and uniform(coin0, coin1, 1) < HALF
    for u in range(numbers.shape[2]):
        x, y = rules[ALLY_X], rules[ALLY_Y]
        if u >= allies:
            x, y = rules[ENEMY_X], rules[ENEMY_Y]
        if generated:
            x, y = width / np.float32(2), height / np.float32(2)
            if (u < allies) == allies_outside:
                group = randint(member0, member1, u, 4)
                share = uniform(share0, share1, group)
                x = share * width / np.float32(2) + (ONE - share) * np.float32(group // 2) * width
                y = share * height / np.float32(2) + (ONE - share) * np.float32(group % 2) * height
        margin = work[RADIUS, u] if inside else -FAR
        spread = rules[SPREAD]
        numbers[i, X, u] = _between(x, spread, margin, width, uniform(offset0, offset1, 2 * u))
        numbers[i, Y, u] = _between(y, spread, margin, height, uniform(offset0, offset1, 2 * u + 1))


@kernel()
def _between(centre, spread, margin, extent, share):
    """A point about a centre, in an interval that is cut at the margin."""
    low = max(centre - spread, margin)
    high = max(min(centre + spread, extent - margin), low)
    return fma(share, high - low, low)


@kernel()
def reflect(i, numbers, allies, inside, width, height, key0, key1, work):
    """Allies anywhere on the left half, enemies their mirror images."""
    field0, field1 = split(key0, key1, 2)
    units = numbers.shape[2]
    for u in range(units):
        partner = u - allies
        source = partner if 0 <= partner < min(allies, units - allies) else u
        margin = work[RADIUS, source] if inside else ZERO
        across = max(width * HALF - margin, ZERO)
        along = max(height - margin - margin, ZERO)
        x = fma(uniform(field0, field1, 2 * source), across, margin)
        numbers[i, X, u] = x if u < allies else width - x
        numbers[i, Y, u] = fma(uniform(field0, field1, 2 * source + 1), along, margin)

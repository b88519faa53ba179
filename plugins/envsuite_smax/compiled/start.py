"""Where a battle begins, and with which units (section 6)."""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.lanes import spread, store
from envsuite.compiled.threefry import randint, split, uniform
from envsuite_smax.compiled.combat import (
    F_ROOM,
    F_X,
    F_X_PUSH,
    F_Y,
    F_Y_PUSH,
    SPAN,
    push,
)
from envsuite_smax.compiled.layout import (
    ALLIES,
    ALLY_X,
    ALLY_Y,
    ATTACK,
    COOLDOWN,
    ENEMY_X,
    ENEMY_Y,
    GENERATED,
    HEALTH,
    HEIGHT,
    INSIDE,
    LAST,
    MARINES,
    MOVE_X,
    MOVE_Y,
    POINT_X,
    POINT_Y,
    SHOT,
    SPREAD,
    T_HEALTH,
    T_RADIUS,
    TYPE,
    WIDTH,
    X,
    Y,
)

ZERO, HALF = np.float32(0), np.float32(0.5)
FAR, NAN = np.float32(np.inf), np.float32(np.nan)


@kernel()
def line_up(i, numbers, marks, tables, rules, own, plan, fixed, key0, key1, field):
    """Begin a battle in copy `i`, with the draws of `envsuite_smax.spawn`."""
    units, allies = numbers.shape[2], plan[ALLIES]
    width, height, inside = rules[own, WIDTH], rules[own, HEIGHT], plan[INSIDE] > 0
    draw_types(i, marks, fixed, allies, tables.shape[2], plan[MARINES] > 0, key0, key1)
    for u in range(units):
        numbers[i, HEALTH, u] = tables[own, T_HEALTH, marks[i, TYPE, u]]
        for row in (COOLDOWN, MOVE_X, MOVE_Y, POINT_X, POINT_Y):
            numbers[i, row, u] = ZERO
        marks[i, ATTACK, u] = 0
        marks[i, SHOT, u] = -1
        marks[i, LAST, u] = -1
    place0, place1 = split(key0, key1, 1)
    reflected = False
    if plan[GENERATED]:
        coin0, coin1 = split(place0, place1, 0)
        reflected = uniform(coin0, coin1, 0) >= HALF
    if reflected:
        reflect(i, numbers, marks, tables, own, allies, inside, width, height, place0, place1)
    else:
        around(
            i, numbers, marks, tables, rules, own, allies, plan[GENERATED] > 0, inside, place0,
            place1,
        )  # fmt: skip
    make_room(i, numbers, marks, tables, own, field)
    for u in range(units):
        if inside:
            edge = tables[own, T_RADIUS, marks[i, TYPE, u]]
            numbers[i, X, u] = min(max(numbers[i, X, u], edge), width - edge)
            numbers[i, Y, u] = min(max(numbers[i, Y, u], edge), height - edge)
        if u >= allies:
            numbers[i, POINT_X, u - allies] = width - numbers[i, X, u]
            numbers[i, POINT_Y, u - allies] = height - numbers[i, Y, u]


@kernel()
def make_room(i, numbers, marks, tables, own, field):
    """Let the units push each other apart once; the battle takes the first lane of the field."""
    units = numbers.shape[2]
    nobody, zero = spread(NAN), spread(ZERO)
    for u in range(units):
        at = u * SPAN
        store(field, at + F_ROOM, nobody)
        store(field, at + F_X_PUSH, zero)
        store(field, at + F_Y_PUSH, zero)
        field[at + F_ROOM] = tables[own, T_RADIUS, marks[i, TYPE, u]]
        field[at + F_X], field[at + F_Y] = numbers[i, X, u], numbers[i, Y, u]
    push(units, field)
    for u in range(units):
        numbers[i, X, u], numbers[i, Y, u] = field[u * SPAN + F_X], field[u * SPAN + F_Y]


@kernel()
def draw_types(i, marks, fixed, allies, kinds, marines, key0, key1):
    """The types of all units; -1 in `fixed: i32[units]` stands for one that is drawn."""
    units = fixed.size
    type0, type1 = split(key0, key1, 0)
    for u in range(units):
        kind = fixed[u]
        if kind < 0:
            partner = u - allies
            if 0 <= partner < min(allies, units - allies):
                kind = marks[i, TYPE, partner]  # an enemy is of its counterpart's type
            elif marines and u >= 2 * allies:
                kind = 0
            else:
                kind = randint(type0, type1, u, kinds)
        marks[i, TYPE, u] = kind


@kernel()
def around(i, numbers, marks, tables, rules, own, allies, generated, inside, key0, key1):
    """Everyone in a square about a centre: its team's start, or, generated, its group's."""
    width, height = rules[own, WIDTH], rules[own, HEIGHT]
    offset0, offset1 = split(key0, key1, 1)
    share0, share1, member0, member1 = key0, key1, key0, key1
    allies_outside = False
    if generated:
        coin0, coin1 = split(key0, key1, 0)
        allies_outside = uniform(coin0, coin1, 1) < HALF
        group0, group1 = split(key0, key1, 3)
        share0, share1 = split(group0, group1, 0)
        member0, member1 = split(group0, group1, 1)
    for u in range(numbers.shape[2]):
        x, y = rules[own, ALLY_X], rules[own, ALLY_Y]
        if u >= allies:
            x, y = rules[own, ENEMY_X], rules[own, ENEMY_Y]
        if generated:
            x, y = width / np.float32(2), height / np.float32(2)
            if (u < allies) == allies_outside:
                group = randint(member0, member1, u, 4)
                share = uniform(share0, share1, group)
                right, up = width * np.float32(group // 2), height * np.float32(group % 2)
                x, y = abs(right - share * x), abs(up - share * y)
        margin = tables[own, T_RADIUS, marks[i, TYPE, u]] if inside else -FAR
        reach = rules[own, SPREAD]
        numbers[i, X, u] = _between(x, reach, margin, width, uniform(offset0, offset1, 2 * u))
        numbers[i, Y, u] = _between(y, reach, margin, height, uniform(offset0, offset1, 2 * u + 1))


@kernel()
def _between(centre, reach, margin, extent, share):
    """A point about a centre, in an interval that is cut at the margin."""
    low = max(centre - reach, margin)
    high = max(min(centre + reach, extent - margin), low)
    return low + share * (high - low)


@kernel()
def reflect(i, numbers, marks, tables, own, allies, inside, width, height, key0, key1):
    """Allies anywhere on the left half, enemies their mirror images."""
    field0, field1 = split(key0, key1, 2)
    units = numbers.shape[2]
    for u in range(units):
        partner = u - allies
        source = partner if 0 <= partner < min(allies, units - allies) else u
        margin = tables[own, T_RADIUS, marks[i, TYPE, source]] if inside else ZERO
        across = max(width * HALF - margin, ZERO)
        along = max(height - margin - margin, ZERO)
        x = margin + uniform(field0, field1, 2 * source) * across
        numbers[i, X, u] = x if u < allies else width - x
        numbers[i, Y, u] = margin + uniform(field0, field1, 2 * source + 1) * along

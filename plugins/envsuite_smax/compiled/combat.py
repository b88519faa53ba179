"""The ticks of one step (section 8), for sixteen battles side by side.

Battles of one configuration have the same units, so the processor's vectors run over battles: what
a unit does is done for sixteen of them at once. Shots and touching pairs are rare, and are looked
up lane by lane. A place that no battle fills is one where all are dead.
"""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite.compiled.lanes import (
    LANES,
    fused,
    greater,
    lesser,
    load,
    lowest,
    spread,
    store,
    where,
    without_lowest,
)
from envsuite.compiled.threefry import uniform
from envsuite_smax.compiled.layout import (
    ATTACK,
    COOLDOWN,
    HEALTH,
    MOVE_X,
    MOVE_Y,
    SECONDS,
    SHOT,
    T_COOLDOWN,
    T_DAMAGE,
    T_HEALTH,
    T_RADIUS,
    T_RANGE,
    T_SIGHT,
    T_SPEED,
    TYPE,
    X,
    Y,
)
from envsuite_smax.compiled.near import nearer

ZERO, HALF, ONE, HAIR = np.float32(0), np.float32(0.5), np.float32(1), np.float32(1e-6)
NAN = np.float32(np.nan)

# The field, `f32[units * SPAN]`: for each unit, rows of lanes that begin here.
(
    F_X, F_Y, F_HEALTH, F_COOLDOWN, F_X_STEP, F_Y_STEP, F_SECONDS, F_RADIUS, F_ROOM, F_LOSS,
    F_X_PUSH, F_Y_PUSH, F_DAMAGE, F_REACH, F_RELOAD, F_SIGHT, F_STEP,
    F_FULL, F_BEFORE,
) = range(0, 19 * LANES, LANES)  # fmt: skip
SPAN = 19 * LANES

# The orders, `i32[units * O_SPAN]`: whom to shoot at and whom one has shot at, -1 for no one.
O_TARGET, O_SHOT = 0, LANES
O_SPAN = 2 * LANES


# Each of these works on all battles at once, for a call hands over arrays, seven words each.
# `battles: i64[lanes]` are the battles in the lanes, `playing` the bits of the lanes that count.


@kernel()
def enter(battles, playing, numbers, marks, tables, rules, field):
    """Put battles into their lanes."""
    while playing:
        lane = lowest(playing)
        playing = without_lowest(playing)
        i = battles[lane]
        own = i if tables.shape[0] > 1 else 0
        seconds = rules[own, SECONDS]
        for u in range(numbers.shape[2]):
            kind, at = marks[i, TYPE, u], u * SPAN + lane
            field[at + F_X], field[at + F_Y] = numbers[i, X, u], numbers[i, Y, u]
            field[at + F_HEALTH] = field[at + F_BEFORE] = numbers[i, HEALTH, u]
            field[at + F_COOLDOWN] = numbers[i, COOLDOWN, u]
            field[at + F_SECONDS] = seconds
            field[at + F_RADIUS] = tables[own, T_RADIUS, kind]
            field[at + F_LOSS] = ZERO
            field[at + F_DAMAGE] = tables[own, T_DAMAGE, kind]
            field[at + F_REACH] = tables[own, T_RANGE, kind]
            field[at + F_RELOAD] = tables[own, T_COOLDOWN, kind]
            field[at + F_SIGHT] = tables[own, T_SIGHT, kind]
            field[at + F_STEP] = tables[own, T_SPEED, kind] * seconds
            field[at + F_FULL] = tables[own, T_HEALTH, kind]


@kernel()
def obey(battles, playing, numbers, marks, allies, first, last, field, orders, armed):
    """Give the units `first` to `last` the orders that their battles keep.

    In `armed: u32[units]` are the lanes in which a unit aims.
    """
    units = numbers.shape[2]
    for u in range(first, last):
        rest, aiming = playing, np.uint32(0)
        while rest:
            lane = lowest(rest)
            rest = without_lowest(rest)
            i, at, order = battles[lane], u * SPAN + lane, u * O_SPAN + lane
            step = field[at + F_STEP]
            field[at + F_X_STEP] = numbers[i, MOVE_X, u] * step
            field[at + F_Y_STEP] = numbers[i, MOVE_Y, u] * step
            slot = marks[i, ATTACK, u] - 5
            target = allies + slot if u < allies else allies - 1 - slot
            aimed = (slot >= 0) & (0 <= target) & (target < units)
            orders[order + O_TARGET] = target if aimed else -1
            orders[order + O_SHOT] = -1
            aiming = np.uint32(aiming | (np.uint32(aimed) << np.uint32(lane)))
        armed[u] = aiming


@kernel()
def stay_empty(lane, units, field):
    """Leave a lane without a battle."""
    for u in range(units):
        for row in range(0, SPAN, LANES):
            field[u * SPAN + row + lane] = ZERO


@kernel()
def leave(battles, playing, numbers, marks, field, orders):
    """Take battles out of their lanes."""
    while playing:
        lane = lowest(playing)
        playing = without_lowest(playing)
        i = battles[lane]
        for u in range(numbers.shape[2]):
            at = u * SPAN + lane
            numbers[i, X, u], numbers[i, Y, u] = field[at + F_X], field[at + F_Y]
            numbers[i, HEALTH, u] = field[at + F_HEALTH]
            numbers[i, COOLDOWN, u] = field[at + F_COOLDOWN]
            marks[i, SHOT, u] = orders[u * O_SPAN + O_SHOT + lane]


@kernel()
def fight(units, ticks, width, height, walls, rows, noise, keys, field, orders, armed):
    """Let the ticks of a step pass.

    `noise: f32[2, lanes]` bounds what chance adds to a weapon's cooldown, `keys: u32[2, lanes]` are
    its keys; there is a row of draws for each tick, or one for all.

    Sums over units are taken in the order of the units, as the JAX rules take them, so that both
    round alike.
    """
    for tick in range(ticks):
        shoot(units, tick if rows > 1 else 0, noise, keys, field, orders, armed)
        move(units, width, height, walls, field)
        push(units, field)


@kernel()
def shoot(units, row, noise, keys, field, orders, armed):
    """Everyone shoots who can; what each loses is added to its row of losses."""
    zero = spread(ZERO)
    for u in range(units):
        at = u * SPAN
        wait, health = load(field, at + F_COOLDOWN), load(field, at + F_HEALTH)
        store(field, at + F_COOLDOWN, wait - load(field, at + F_SECONDS))
        ready = np.uint32((wait <= zero) & (health > zero) & armed[u])
        while ready:
            lane = lowest(ready)
            ready = without_lowest(ready)
            target = orders[u * O_SPAN + O_TARGET + lane]
            own, other = at + lane, target * SPAN + lane
            x = field[own + F_X] - field[other + F_X]
            y = field[own + F_Y] - field[other + F_Y]
            if field[other + F_HEALTH] > ZERO and nearer(x, y, field[own + F_REACH]):
                field[other + F_LOSS] += field[own + F_DAMAGE]
                draw = uniform(keys[0, lane], keys[1, lane], row * units + u)
                extra = fma(noise[1, lane] - noise[0, lane], draw, noise[0, lane])
                field[own + F_COOLDOWN] = field[own + F_RELOAD] + extra
                orders[u * O_SPAN + O_SHOT + lane] = target


@kernel()
def move(units, width, height, walls, field):
    """The living walk; then the losses count, and the edge of the map kills."""
    zero, nobody = spread(ZERO), spread(NAN)
    right, top = spread(width), spread(height)
    for u in range(units):
        at = u * SPAN
        x, y, health = load(field, at + F_X), load(field, at + F_Y), load(field, at + F_HEALTH)
        alive = health > zero
        x = where(alive, lesser(greater(x + load(field, at + F_X_STEP), zero), right), x)
        y = where(alive, lesser(greater(y + load(field, at + F_Y_STEP), zero), top), y)
        health = greater(health - load(field, at + F_LOSS), zero)
        if walls:
            inside = (x > zero) & (x < right) & (y > zero) & (y < top)
            health = where(inside, health, zero)
        store(field, at + F_X, x)
        store(field, at + F_Y, y)
        store(field, at + F_HEALTH, health)
        # the dead take up no room: nothing is nearer than NaN
        store(field, at + F_ROOM, where(health > zero, load(field, at + F_RADIUS), nobody))
        store(field, at + F_LOSS, zero)
        store(field, at + F_X_PUSH, zero)
        store(field, at + F_Y_PUSH, zero)


@kernel()
def push(units, field):
    """The living push each other apart where they overlap; each pair is visited once."""
    half = spread(HALF)
    for u in range(units):
        a = u * SPAN
        x, y, radius = load(field, a + F_X), load(field, a + F_Y), load(field, a + F_ROOM)
        for v in range(u + 1, units):
            b = v * SPAN
            x_apart, y_apart = x - load(field, b + F_X), y - load(field, b + F_Y)
            room = radius + load(field, b + F_ROOM)
            touching = fused(x_apart, x_apart, y_apart * y_apart) < room * room
            while touching:
                lane = lowest(touching)
                touching = without_lowest(touching)
                part(a + lane, b + lane, field)
    for u in range(units):
        at = u * SPAN
        for place, pushed in ((at + F_X, at + F_X_PUSH), (at + F_Y, at + F_Y_PUSH)):
            store(field, place, load(field, place) + half * load(field, pushed))


@kernel()
def part(a, b, field):
    """Add what two units give each other to their pushes; their rows begin at `a` and `b`."""
    x, y = field[a + F_X] - field[b + F_X], field[a + F_Y] - field[b + F_Y]
    room = field[a + F_ROOM] + field[b + F_ROOM]
    overlap = max(room / (np.sqrt(fma(x, x, y * y)) + HAIR) - ONE, ZERO)
    field[a + F_X_PUSH] = fma(x, overlap, field[a + F_X_PUSH])
    field[a + F_Y_PUSH] = fma(y, overlap, field[a + F_Y_PUSH])
    field[b + F_X_PUSH] = fma(-x, overlap, field[b + F_X_PUSH])
    field[b + F_Y_PUSH] = fma(-y, overlap, field[b + F_Y_PUSH])

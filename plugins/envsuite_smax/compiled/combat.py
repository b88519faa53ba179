"""The ticks of one step (section 8)."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import uniform
from envsuite_smax.compiled.layout import (
    ATTACK,
    COOLDOWN,
    HEALTH,
    MOVE_X,
    MOVE_Y,
    SHOT,
    T_COOLDOWN,
    T_DAMAGE,
    T_RADIUS,
    T_RANGE,
    T_SPEED,
    TYPE,
    X,
    Y,
)

ZERO, HALF, ONE, HAIR = np.float32(0), np.float32(0.5), np.float32(1), np.float32(1e-6)
ROWS = 12  # of the work space `f32[12, units]`
X_STEP, Y_STEP, REACH, DAMAGE, RADIUS, RELOAD, LOSS, X_PUSH, Y_PUSH, NEAR_X, NEAR_Y, NEAR_RADIUS = (
    range(ROWS)
)


@kernel()
def fight(
    i, numbers, marks, table, allies, ticks, width, height, walls, seconds, low, high, rows,
    key0, key1, work, index,
):  # fmt: skip
    """Play the ticks of a step in copy `i`; the orders are in its rows of moves and attacks.

    Sums over units are taken in the order of the units, as the JAX rules take them, so that both
    round alike.
    """
    units = numbers.shape[2]
    for u in range(units):
        kind = marks[i, TYPE, u]
        step = table[T_SPEED, kind] * seconds
        work[X_STEP, u] = numbers[i, MOVE_X, u] * step
        work[Y_STEP, u] = numbers[i, MOVE_Y, u] * step
        work[REACH, u] = table[T_RANGE, kind] * table[T_RANGE, kind]
        work[DAMAGE, u] = table[T_DAMAGE, kind]
        work[RADIUS, u] = table[T_RADIUS, kind]
        work[RELOAD, u] = table[T_COOLDOWN, kind]
        slot = marks[i, ATTACK, u] - 5
        target = allies + slot if u < allies else allies - 1 - slot
        index[0, u] = target if slot >= 0 and 0 <= target < units else -1
        marks[i, SHOT, u] = -1
    for tick in range(ticks):
        shoot(
            i, numbers, marks, seconds, low, high, tick if rows > 1 else 0, key0, key1, work, index
        )
        move(i, numbers, width, height, walls, work)
        push(i, numbers, work, index)


@kernel()
def shoot(i, numbers, marks, seconds, low, high, row, key0, key1, work, index):
    """Everyone shoots who can; what each loses is in `work[LOSS]`."""
    units = numbers.shape[2]
    for u in range(units):
        work[LOSS, u] = ZERO
    for u in range(units):
        target, wait = index[0, u], numbers[i, COOLDOWN, u]
        numbers[i, COOLDOWN, u] = wait - seconds
        if target < 0 or wait > ZERO or numbers[i, HEALTH, u] <= ZERO:
            continue
        x = numbers[i, X, u] - numbers[i, X, target]
        y = numbers[i, Y, u] - numbers[i, Y, target]
        if numbers[i, HEALTH, target] > ZERO and x * x + y * y < work[REACH, u]:
            work[LOSS, target] += work[DAMAGE, u]
            noise = fma(high - low, uniform(key0, key1, row * units + u), low)
            numbers[i, COOLDOWN, u] = work[RELOAD, u] + noise
            marks[i, SHOT, u] = target


@kernel()
def move(i, numbers, width, height, walls, work):
    """The living walk; then the losses count, and the edge of the map kills."""
    for u in range(numbers.shape[2]):
        x, y, health = numbers[i, X, u], numbers[i, Y, u], numbers[i, HEALTH, u]
        if health > ZERO:
            x = min(max(x + work[X_STEP, u], ZERO), width)
            y = min(max(y + work[Y_STEP, u], ZERO), height)
        health = max(health - work[LOSS, u], ZERO)
        if walls and not (ZERO < x < width and ZERO < y < height):
            health = ZERO
        numbers[i, X, u], numbers[i, Y, u], numbers[i, HEALTH, u] = x, y, health


@kernel()
def push(i, numbers, work, index):
    """The living push each other apart where they overlap; each pair is visited once."""
    units, living = numbers.shape[2], 0
    for u in range(units):
        work[X_PUSH, u] = ZERO
        work[Y_PUSH, u] = ZERO
        if numbers[i, HEALTH, u] > ZERO:
            index[1, living] = u
            work[NEAR_X, living] = numbers[i, X, u]
            work[NEAR_Y, living] = numbers[i, Y, u]
            work[NEAR_RADIUS, living] = work[RADIUS, u]
            living += 1
    for a in range(living):
        for b in range(a + 1, living):
            x = work[NEAR_X, a] - work[NEAR_X, b]
            y = work[NEAR_Y, a] - work[NEAR_Y, b]
            room = work[NEAR_RADIUS, a] + work[NEAR_RADIUS, b]
            squared = fma(x, x, y * y)
            if squared < room * room:  # few pairs touch: the others need no root
                overlap = max(room / (np.sqrt(squared) + HAIR) - ONE, ZERO)
                u, v = index[1, a], index[1, b]
                work[X_PUSH, u] = fma(x, overlap, work[X_PUSH, u])
                work[Y_PUSH, u] = fma(y, overlap, work[Y_PUSH, u])
                work[X_PUSH, v] = fma(-x, overlap, work[X_PUSH, v])
                work[Y_PUSH, v] = fma(-y, overlap, work[Y_PUSH, v])
    for u in range(units):
        numbers[i, X, u] += HALF * work[X_PUSH, u]
        numbers[i, Y, u] += HALF * work[Y_PUSH, u]

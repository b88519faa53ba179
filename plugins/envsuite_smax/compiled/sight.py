"""What a team sees and may do (sections 7.3 and 9.1)."""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite_smax.compiled.layout import (
    ATTACK,
    COOLDOWN,
    HEALTH,
    MOVE_X,
    MOVE_Y,
    T_COOLDOWN,
    T_HEALTH,
    T_RANGE,
    T_SIGHT,
    TYPE,
    X,
    Y,
)

ZERO, ONE = np.float32(0), np.float32(1)


@kernel()
def describe(i, numbers, marks, table, allies, words):
    """What there is to see of each unit, but for its place: `words: f32[units, 5 + types]`."""
    units, kinds = numbers.shape[2], table.shape[1]
    for u in range(units):
        kind = marks[i, TYPE, u]
        highest = 4 + units - allies if u < allies else 4 + allies
        words[u, 0] = numbers[i, HEALTH, u] / table[T_HEALTH, kind]
        words[u, 1] = numbers[i, MOVE_X, u]
        words[u, 2] = numbers[i, MOVE_Y, u]
        words[u, 3] = np.float32(marks[i, ATTACK, u]) / np.float32(highest)
        words[u, 4] = min(max(numbers[i, COOLDOWN, u] / table[T_COOLDOWN, kind], ZERO), ONE)
        for k in range(kinds):
            words[u, 5 + k] = ONE if k == kind else ZERO


@kernel()
def unit_list(
    i, numbers, marks, table, allies, enemy, width, height, see_enemy_actions, words, obs, legal
):
    """Write what each of a team sees, `obs[i]`, and which actions it has, `legal[i]`.

    A team lists everyone in its own order, first its own: the enemies from the last unit to the
    first. Its slots for shots follow the same order.
    """
    units, kinds = numbers.shape[2], table.shape[1]
    first, size = (allies, units - allies) if enemy else (0, allies)
    block = 7 + kinds
    masked = legal.shape[2] > 0
    for member in range(size):
        u = first + member
        alive = numbers[i, HEALTH, u] > ZERO
        kind = marks[i, TYPE, u]
        sight, reach = table[T_SIGHT, kind], table[T_RANGE, kind] ** 2
        if masked:
            for choice in range(4):
                legal[i, member, choice] = alive
            legal[i, member, 4] = True
        at, slot = 0, 5
        for place in range(units):
            v = units - 1 - place if enemy else place
            if v == u:
                continue
            x = numbers[i, X, v] - numbers[i, X, u]
            y = numbers[i, Y, v] - numbers[i, Y, u]
            squared = x * x + y * y
            there = alive and numbers[i, HEALTH, v] > ZERO
            foe = (v >= allies) != enemy
            if foe and masked:
                legal[i, member, slot] = there and squared < reach
                slot += 1
            if there and squared < sight * sight:
                obs[i, member, at] = words[v, 0]
                obs[i, member, at + 1] = x / sight
                obs[i, member, at + 2] = y / sight
                for k in range(1, 4):
                    shown = see_enemy_actions or not foe
                    obs[i, member, at + 2 + k] = words[v, k] if shown else ZERO
                for k in range(4, 5 + kinds):
                    obs[i, member, at + 2 + k] = words[v, k]
            else:
                for k in range(block):
                    obs[i, member, at + k] = ZERO
            at += block
        obs[i, member, at] = words[u, 0] if alive else ZERO
        obs[i, member, at + 1] = numbers[i, X, u] / width if alive else ZERO
        obs[i, member, at + 2] = numbers[i, Y, u] / height if alive else ZERO
        for k in range(4, 5 + kinds):
            obs[i, member, at + k - 1] = words[u, k] if alive else ZERO

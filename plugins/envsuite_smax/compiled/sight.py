"""What a team sees and may do (sections 7.3 and 9.1)."""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.lanes import LANES, load, spread, store, where
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
from envsuite_smax.compiled.near import nearer

ZERO, ONE = np.float32(0), np.float32(1)
ALL_LANES, NO_LANES = np.uint32((1 << LANES) - 1), np.uint32(0)
W_HEALTH, W_X, W_Y, W_MOVE_X, W_MOVE_Y, W_ATTACK, W_COOLDOWN, W_TYPES = range(8)  # of a block


@kernel()
def room_for_words(units, kinds):
    """Room for what `describe` writes: a whole number of vectors for each unit."""
    return np.zeros((units, (W_TYPES + kinds + LANES - 1) // LANES * LANES), np.float32)


@kernel()
def describe(i, numbers, marks, tables, own, allies, enemy, see_enemy_actions, words):
    """What a team may know of each unit, but for its place: `words: f32[units, row]`.

    A row is laid out as a block of an observation, with room for whole vectors.
    """
    units, row = numbers.shape[2], words.shape[1]
    for u in range(units):
        kind = marks[i, TYPE, u]
        for k in range(0, row, LANES):
            store(words, u * row + k, spread(ZERO))
        words[u, W_HEALTH] = numbers[i, HEALTH, u] / tables[own, T_HEALTH, kind]
        if see_enemy_actions or (u >= allies) == enemy:
            highest = 4 + units - allies if u < allies else 4 + allies
            words[u, W_MOVE_X] = numbers[i, MOVE_X, u]
            words[u, W_MOVE_Y] = numbers[i, MOVE_Y, u]
            words[u, W_ATTACK] = np.float32(marks[i, ATTACK, u]) / np.float32(highest)
        wait = numbers[i, COOLDOWN, u] / tables[own, T_COOLDOWN, kind]
        words[u, W_COOLDOWN] = min(max(wait, ZERO), ONE)
        words[u, W_TYPES + kind] = ONE


@kernel()
def unit_list(i, numbers, marks, tables, own, allies, enemy, width, height, words, obs):
    """Write what each of a team sees: `obs[i]`.

    A team lists everyone in its own order, first its own: the enemies from the last unit to the
    first.
    """
    units, kinds, row = numbers.shape[2], tables.shape[2], words.shape[1]
    first, size = (allies, units - allies) if enemy else (0, allies)
    block, nothing = W_TYPES + kinds, spread(ZERO)
    # Whole vectors: what one block writes too much, the next overwrites. What the last writes too
    # much must not leave the observation, whose rest is three numbers shorter than a block.
    whole = units - 1 if row - block <= block - 3 else units - 2
    for member in range(size):
        u = first + member
        alive = numbers[i, HEALTH, u] > ZERO
        sight = tables[own, T_SIGHT, marks[i, TYPE, u]]
        reach = sight if alive else ZERO  # the dead see no one
        start = (i * obs.shape[1] + member) * obs.shape[2]
        at, count = 0, 0
        for place in range(units):
            v = units - 1 - place if enemy else place
            if v == u:
                continue
            x = numbers[i, X, v] - numbers[i, X, u]
            y = numbers[i, Y, v] - numbers[i, Y, u]
            seen = nearer(x, y, reach) & (numbers[i, HEALTH, v] > ZERO)
            x, y = x / sight, y / sight
            if count < whole:
                lanes = ALL_LANES if seen else NO_LANES
                for k in range(0, row, LANES):
                    store(obs, start + at + k, where(lanes, load(words, v * row + k), nothing))
            else:
                for k in range(block):
                    obs[i, member, at + k] = words[v, k] if seen else ZERO
            obs[i, member, at + W_X] = x if seen else ZERO
            obs[i, member, at + W_Y] = y if seen else ZERO
            at += block
            count += 1
        obs[i, member, at] = words[u, W_HEALTH] if alive else ZERO
        obs[i, member, at + 1] = numbers[i, X, u] / width if alive else ZERO
        obs[i, member, at + 2] = numbers[i, Y, u] / height if alive else ZERO
        for k in range(W_COOLDOWN, W_TYPES + kinds):
            obs[i, member, at + k - 3] = words[u, k] if alive else ZERO


@kernel()
def choices(i, numbers, marks, tables, own, allies, enemy, legal):
    """Write which actions each of a team has: `legal[i]`; the dead may only stop.

    A team's slots for shots follow the order in which it lists its opponents.
    """
    first, size = (allies, numbers.shape[2] - allies) if enemy else (0, allies)
    for member in range(size):
        u = first + member
        alive = numbers[i, HEALTH, u] > ZERO
        reach = tables[own, T_RANGE, marks[i, TYPE, u]]
        for choice in range(4):
            legal[i, member, choice] = alive
        legal[i, member, 4] = True
        for slot in range(legal.shape[2] - 5):
            v = allies - 1 - slot if enemy else allies + slot
            x = numbers[i, X, v] - numbers[i, X, u]
            y = numbers[i, Y, v] - numbers[i, Y, u]
            # `&` for `and`: a branch taken by chance costs more than both comparisons
            there = alive & (numbers[i, HEALTH, v] > ZERO)
            legal[i, member, 5 + slot] = there & nearer(x, y, reach)

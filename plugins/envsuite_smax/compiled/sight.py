"""What a team sees and may do (sections 7.3 and 9.1), in sixteen battles side by side."""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.lanes import (
    LANES,
    load,
    lowest,
    spread,
    store,
    where,
    without_lowest,
)
from envsuite_smax.compiled.combat import F_HEALTH, F_REACH, F_SIGHT, F_X, F_Y, SPAN
from envsuite_smax.compiled.layout import (
    ATTACK,
    COOLDOWN,
    HEALTH,
    MOVE_X,
    MOVE_Y,
    T_COOLDOWN,
    T_HEALTH,
    TYPE,
    X,
    Y,
)
from envsuite_smax.compiled.near import nearer

ZERO, ONE = np.float32(0), np.float32(1)
ALL_LANES, NO_LANES = np.uint32((1 << LANES) - 1), np.uint32(0)
W_HEALTH, W_X, W_Y, W_MOVE_X, W_MOVE_Y, W_ATTACK, W_COOLDOWN, W_TYPES = range(8)  # of a block
AT_ONCE = 1024  # observers times units, of which all is found out before it is written
L_X, L_Y = 0, LANES  # rows of lanes, for each unit: how far it is, in shares of a sight range
L_SPAN = 2 * LANES


@kernel()
def room_for_words(units, kinds):
    """Room for what `describe` writes: a whole number of vectors for each unit in a lane."""
    row = (W_TYPES + kinds + LANES - 1) // LANES * LANES
    return np.empty((LANES, units, row), np.float32)


@kernel()
def describe(battles, playing, numbers, marks, tables, allies, enemy, see_enemy_actions, words):
    """What a team may know of each unit, but for its place: `words[lane]`, `f32[units, row]`.

    A row is laid out as a block of an observation, with room for whole vectors.
    """
    units, row = words.shape[1], words.shape[2]
    while playing:
        lane = lowest(playing)
        playing = without_lowest(playing)
        i = battles[lane]
        own = i if tables.shape[0] > 1 else 0
        for u in range(units):
            kind = marks[i, TYPE, u]
            for k in range(0, row, LANES):
                store(words, (lane * units + u) * row + k, spread(ZERO))
            words[lane, u, W_HEALTH] = numbers[i, HEALTH, u] / tables[own, T_HEALTH, kind]
            if see_enemy_actions or (u >= allies) == enemy:
                highest = 4 + units - allies if u < allies else 4 + allies
                words[lane, u, W_MOVE_X] = numbers[i, MOVE_X, u]
                words[lane, u, W_MOVE_Y] = numbers[i, MOVE_Y, u]
                words[lane, u, W_ATTACK] = np.float32(marks[i, ATTACK, u]) / np.float32(highest)
            wait = numbers[i, COOLDOWN, u] / tables[own, T_COOLDOWN, kind]
            words[lane, u, W_COOLDOWN] = min(max(wait, ZERO), ONE)
            words[lane, u, W_TYPES + kind] = ONE


@kernel()
def room_for_looks(units):
    """Room for what `unit_list` finds out of a few observers: a row of lanes for each figure."""
    return np.empty(min(max(AT_ONCE // units, 1), units) * units * L_SPAN, np.float32)


@kernel()
def unit_list(
    battles, playing, numbers, kinds, allies, enemy, width, height, field, words, looks, bits, obs
):
    """Write what each of a team sees, `obs[i]`, in the battles of the lanes that are `playing`.

    A team lists everyone in its own order, first its own: the enemies from the last unit to the
    first. `bits: u32[units, units]` is room to work in.
    """
    units, row, block, zero = numbers.shape[2], words.shape[2], W_TYPES + kinds, spread(ZERO)
    base, size = (allies, units - allies) if enemy else (0, allies)
    # Whole vectors: what one block writes too much, the next overwrites. What the last writes too
    # much must not leave the observation, whose rest is three numbers shorter than a block.
    whole = units - 1 if row - block <= block - 3 else units - 2
    # A few observers at a time: as many rows are written one after the other as the memory likes,
    # and what they see stays in the first cache.
    few = max(AT_ONCE // units, 1)
    for first in range(0, size, few):
        last = min(first + few, size)
        for member in range(first, last):
            at = (base + member) * SPAN
            x, y, sight = load(field, at + F_X), load(field, at + F_Y), load(field, at + F_SIGHT)
            alive = load(field, at + F_HEALTH) > zero  # the dead see no one
            for v in range(units):
                if v == base + member:
                    continue
                other, look = v * SPAN, ((member - first) * units + v) * L_SPAN
                east, north = load(field, other + F_X) - x, load(field, other + F_Y) - y
                there = alive & (load(field, other + F_HEALTH) > zero)
                seen = np.uint32(there & nearer(east, north, sight))
                bits[member, v] = seen
                store(looks, look + L_X, where(seen, east / sight, zero))
                store(looks, look + L_Y, where(seen, north / sight, zero))
        # all of it here: a call hands over all arrays, seven words each
        rest = playing
        while rest:
            lane = lowest(rest)
            rest = without_lowest(rest)
            i, shift = battles[lane], np.uint32(lane)
            for member in range(first, last):
                u = base + member
                start = (i * obs.shape[1] + member) * obs.shape[2]
                at, count = 0, 0
                for place in range(units):
                    v = units - 1 - place if enemy else place
                    if v == u:
                        continue
                    seen = (bits[member, v] >> shift) & np.uint32(1) > 0
                    if count < whole:
                        lanes = ALL_LANES if seen else NO_LANES
                        for k in range(0, row, LANES):
                            known = load(words, (lane * units + v) * row + k)
                            store(obs, start + at + k, where(lanes, known, zero))
                    else:
                        for k in range(block):
                            obs[i, member, at + k] = words[lane, v, k] if seen else ZERO
                    look = ((member - first) * units + v) * L_SPAN + lane
                    obs[i, member, at + W_X] = looks[look + L_X]
                    obs[i, member, at + W_Y] = looks[look + L_Y]
                    at += block
                    count += 1
                lives = numbers[i, HEALTH, u] > ZERO
                obs[i, member, at] = words[lane, u, W_HEALTH] if lives else ZERO
                obs[i, member, at + 1] = numbers[i, X, u] / width if lives else ZERO
                obs[i, member, at + 2] = numbers[i, Y, u] / height if lives else ZERO
                for k in range(W_COOLDOWN, block):
                    obs[i, member, at + k - 3] = words[lane, u, k] if lives else ZERO


@kernel()
def choices(battles, playing, units, allies, enemy, field, bits, legal):
    """Write which actions each of a team has, `legal[i]`; the dead may only stop.

    A team's slots for shots follow the order in which it lists its opponents.
    """
    zero, slots = spread(ZERO), legal.shape[2] - 5
    first, size = (allies, units - allies) if enemy else (0, allies)
    for member in range(size):
        at = (first + member) * SPAN
        x, y, reach = load(field, at + F_X), load(field, at + F_Y), load(field, at + F_REACH)
        alive = np.uint32(load(field, at + F_HEALTH) > zero)
        for slot in range(slots):
            other = (allies - 1 - slot if enemy else allies + slot) * SPAN
            east, north = load(field, other + F_X) - x, load(field, other + F_Y) - y
            there = alive & (load(field, other + F_HEALTH) > zero)
            bits[0, slot] = np.uint32(there & nearer(east, north, reach))
        rest = playing
        while rest:
            lane = lowest(rest)
            rest = without_lowest(rest)
            i, shift = battles[lane], np.uint32(lane)
            lives = (alive >> shift) & np.uint32(1) > 0
            for choice in range(4):
                legal[i, member, choice] = lives
            legal[i, member, 4] = True
            for slot in range(slots):
                legal[i, member, 5 + slot] = (bits[0, slot] >> shift) & np.uint32(1) > 0

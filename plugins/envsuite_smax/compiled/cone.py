"""What a team sees in each of 32 directions."""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.lanes import lowest, without_lowest
from envsuite_smax.compiled.circle import EDGES
from envsuite_smax.compiled.layout import HEALTH, T_SIGHT, TYPE, X, Y
from envsuite_smax.compiled.near import nearer
from envsuite_smax.compiled.sight import W_COOLDOWN, W_HEALTH, W_TYPES, W_X, W_Y

ZERO = np.float32(0)
SECTIONS = 32


@kernel()
def section(x, y):
    """Section and whether on its edge; see `envsuite_smax.directions.section`."""
    lower = (y < ZERO) | ((y == ZERO) & (x < ZERO))
    x, y = (-x if lower else x), (-y if lower else y)
    past_up = (y > ZERO) & (x <= ZERO)
    along, across = (y if past_up else x), (-x if past_up else y)
    within, edge = 0, across == ZERO
    for k in range(7):  # all of them: a search among them would take branches by chance
        limit = EDGES[k] * along
        within += across >= limit
        edge |= across == limit
    within = within if along > ZERO else 0
    return within + (8 if past_up else 0) + (0 if lower else 16), edge


@kernel()
def conic(battles, playing, numbers, marks, tables, allies, enemy, width, height, peer, words, obs):
    """Write what each of a team sees, `obs[i]`; see `envsuite_smax.observe.conic`.

    Two blocks for each section, which go to the units of the lowest index. With `peer` as
    JaxMARL has it: the dead are seen, unit 0 is not, nor is anyone exactly on an edge.
    """
    units, block = numbers.shape[2], W_TYPES + tables.shape[2]
    first, size = (allies, units - allies) if enemy else (0, allies)
    while playing:
        lane = lowest(playing)
        playing = without_lowest(playing)
        i = battles[lane]
        own = i if tables.shape[0] > 1 else 0
        for member in range(size):
            u = first + member
            for k in range(obs.shape[2]):
                obs[i, member, k] = ZERO
            if numbers[i, HEALTH, u] <= ZERO:
                continue
            sight = tables[own, T_SIGHT, marks[i, TYPE, u]]
            once, twice = 0, 0  # the sections, a bit each, whose first and second block is taken
            for v in range(units):
                there = v > 0 if peer else numbers[i, HEALTH, v] > ZERO
                x = numbers[i, X, v] - numbers[i, X, u]
                y = numbers[i, Y, v] - numbers[i, Y, u]
                if v == u or not there or not nearer(x, y, sight):
                    continue
                where, edge = section(x, y)
                bit = 1 << where
                if (peer and edge) or twice & bit:
                    continue
                at = 2 * where * block
                if once & bit:
                    twice |= bit
                    at += block
                once |= bit
                for k in range(block):
                    obs[i, member, at + k] = words[lane, v, k]
                obs[i, member, at + W_X] = x / sight
                obs[i, member, at + W_Y] = y / sight
            at = 2 * SECTIONS * block
            obs[i, member, at] = words[lane, u, W_HEALTH]
            obs[i, member, at + 1] = numbers[i, X, u] / width
            obs[i, member, at + 2] = numbers[i, Y, u] / height
            for k in range(W_COOLDOWN, block):
                obs[i, member, at + k - 3] = words[lane, u, k]

"""The scripted enemies' turn (section 11): shoot whom you can, else walk to whom you see.

It is taken in sixteen battles side by side, and what chance decides lane by lane: who is near whom
nobody can foresee, and a jump that a processor foresees wrongly costs more than a pair of units.
"""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.lanes import (
    LANES,
    fused,
    lesser,
    load,
    lowest,
    spread,
    store,
    where,
    without_lowest,
)
from envsuite.compiled.threefry import uniform
from envsuite_smax.compiled.combat import (
    F_HEALTH,
    F_REACH,
    F_SIGHT,
    F_STEP,
    F_X,
    F_X_STEP,
    F_Y,
    F_Y_STEP,
    O_SHOT,
    O_SPAN,
    O_TARGET,
    SPAN,
)
from envsuite_smax.compiled.layout import ATTACK, LAST, MOVE_X, MOVE_Y, POINT_X, POINT_Y
from envsuite_smax.compiled.near import nearer

ZERO, ONE, FAR = np.float32(0), np.float32(1), np.float32(np.inf)
NO_LANES = np.uint32(0)

# What an enemy thinks, `f32[IDEAS]`: whom it shot at, whom it will (slots, -1 for no one), how
# many it sees and how many it can shoot at, where it goes.
I_LAST, I_SLOT, I_SEEN, I_NEAR, I_X, I_Y = range(0, 6 * LANES, LANES)
IDEAS = 6 * LANES


@kernel()
def enemy_turn(
    battles, playing, numbers, marks, allies, at_random, shoots, keys, field, ideas, sees, hits,
    orders, armed,
):  # fmt: skip
    """Give every enemy its orders, in the lanes and in the rows of moves and attacks.

    Enemies list their opponents, the allies, and themselves from the last to the first; a slot is
    a place in that list. `keys: u32[2, lanes]` are the keys of this turn; `sees` and `hits` are
    room for `u32[allies]`.
    """
    units, draws = numbers.shape[2], 2 if at_random else 1
    zero, one = spread(ZERO), spread(ONE)
    for place in range(units - allies):
        u = units - 1 - place
        own = u * SPAN
        for lane in range(battles.size):
            i = battles[lane]
            ideas[I_LAST + lane] = np.float32(marks[i, LAST, u - allies])
            ideas[I_X + lane] = numbers[i, POINT_X, u - allies]
            ideas[I_Y + lane] = numbers[i, POINT_Y, u - allies]
        keep = look(own, allies, field, ideas, sees, hits)
        some = load(ideas, I_NEAR) > zero
        if at_random:
            choosing = np.uint32(some & ~keep & playing)
            while choosing:
                lane = lowest(choosing)
                choosing = without_lowest(choosing)
                draw = uniform(keys[0, lane], keys[1, lane], place * draws + 1)
                slot = _nth(hits, lane, _choose(draw, ideas[I_NEAR + lane]))
                ideas[I_SLOT + lane] = np.float32(slot)
        fires = np.uint32(some & playing) if shoots else NO_LANES
        armed[u] = fires
        walks = np.uint32(playing & ~fires)
        hunting = np.uint32(walks & (load(ideas, I_SEEN) > zero))
        while hunting:
            lane = lowest(hunting)
            hunting = without_lowest(hunting)
            wanted = 0
            if ideas[I_SEEN + lane] > ONE:  # of one there is nothing to choose
                draw = uniform(keys[0, lane], keys[1, lane], place * draws)
                wanted = _choose(draw, ideas[I_SEEN + lane])
            goal = (allies - 1 - _nth(sees, lane, wanted)) * SPAN + lane
            ideas[I_X + lane], ideas[I_Y + lane] = field[goal + F_X], field[goal + F_Y]
        x = load(ideas, I_X) - load(field, own + F_X)
        y = load(ideas, I_Y) - load(field, own + F_Y)
        # up, right, down, left: the first of equals wins
        up = (y >= x) & (y >= zero - y) & (y >= zero - x)
        right = (x >= zero - y) & (x >= zero - x) & ~up
        down = (zero - y >= zero - x) & ~up & ~right
        left = ~(up | right | down)
        x = where(walks & right, one, where(walks & left, zero - one, zero))
        y = where(walks & up, one, where(walks & down, zero - one, zero))
        store(field, own + F_X_STEP, x * load(field, own + F_STEP))
        store(field, own + F_Y_STEP, y * load(field, own + F_STEP))
        store(ideas, I_X, x)
        store(ideas, I_Y, y)
        write_down(u, battles, playing, numbers, marks, allies, fires, ideas, orders)


@kernel()
def look(own, allies, field, ideas, sees, hits):
    """Whom an enemy sees and can shoot at, and who is nearest; its rows begin at `own`.

    Returns the lanes in which it can shoot at whom it has shot at before.
    """
    zero, one = spread(ZERO), spread(ONE)
    x, y, last = load(field, own + F_X), load(field, own + F_Y), load(ideas, I_LAST)
    alive = load(field, own + F_HEALTH) > zero
    sight = load(field, own + F_SIGHT)
    reach = lesser(load(field, own + F_REACH), sight)  # nobody shoots at whom it does not see
    seen, near, shortest, closest = zero, zero, spread(FAR), zero - one
    keep = NO_LANES
    for slot in range(allies):
        other = (allies - 1 - slot) * SPAN
        east, north = load(field, other + F_X) - x, load(field, other + F_Y) - y
        there = alive & (load(field, other + F_HEALTH) > zero)
        sees[slot] = np.uint32(there & nearer(east, north, sight))
        hit = np.uint32(there & nearer(east, north, reach))
        hits[slot] = hit
        seen, near = where(sees[slot], seen + one, seen), where(hit, near + one, near)
        name, squared = spread(np.float32(slot)), fused(east, east, north * north)
        keep = np.uint32(keep | (hit & (last == name)))
        better = np.uint32(hit & (squared < shortest))
        shortest, closest = where(better, squared, shortest), where(better, name, closest)
    store(ideas, I_SLOT, where(keep, last, closest))
    store(ideas, I_SEEN, seen)
    store(ideas, I_NEAR, near)
    return keep


@kernel()
def write_down(u, battles, playing, numbers, marks, allies, fires, ideas, orders):
    """Keep the orders of enemy `u` in every battle that is played."""
    while playing:
        lane = lowest(playing)
        playing = without_lowest(playing)
        i, slot = battles[lane], np.int32(ideas[I_SLOT + lane])
        aims = (fires >> np.uint32(lane)) & np.uint32(1) > 0
        marks[i, LAST, u - allies] = slot
        marks[i, ATTACK, u] = slot + 5 if aims else 0
        numbers[i, MOVE_X, u], numbers[i, MOVE_Y, u] = ideas[I_X + lane], ideas[I_Y + lane]
        orders[u * O_SPAN + O_TARGET + lane] = allies - 1 - slot if aims else -1
        orders[u * O_SPAN + O_SHOT + lane] = -1


@kernel()
def _choose(draw, count):
    """One of `count`, all as likely; a draw close to 1 may round up to the count itself."""
    return min(int(draw * count), int(count) - 1)


@kernel()
def _nth(bits, lane, wanted):
    """The slot of the `wanted`-th ally whose bit is set in a lane."""
    slot, passed = 0, 0
    for other in range(bits.size):
        passed += (bits[other] >> np.uint32(lane)) & np.uint32(1)
        slot += passed <= wanted
    return slot

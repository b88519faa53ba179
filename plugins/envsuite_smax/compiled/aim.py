"""What a team's actions mean, written into its rows of moves and attacks."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite.compiled.curves import heading
from envsuite.compiled.threefry import uniform
from envsuite_smax.compiled.layout import (
    ATTACK,
    HEALTH,
    MOVE_X,
    MOVE_Y,
    T_RANGE,
    TYPE,
    X,
    Y,
)
from envsuite_smax.compiled.near import nearer

ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)
FAR = np.float32(np.inf)


@kernel()
def aim(i, numbers, marks, tables, own, allies, enemy, peer, key0, key1, actions):
    """Continuous actions of one team, `actions: f32[copies, members, 4]`, in copy `i`.

    With `peer` as JaxMARL decodes them, by the draws of the key `key0, key1`. Slots of opponents
    and draws follow the team's own order, which is the enemies' from the last unit to the first.
    """
    size = actions.shape[1]
    foes = numbers.shape[2] - size
    for member in range(size):
        u = allies + member if enemy else member
        last = marks[i, ATTACK, u]
        keep, act = actions[i, member, 0], actions[i, member, 1]
        far = min(max(actions[i, member, 2], ZERO), ONE)
        x, y = heading(min(max(actions[i, member, 3], ZERO), ONE))
        x, y = far * x, far * y
        if peer:
            place = size - 1 - member if enemy else member
            shoots = uniform(key0, key1, 2 * place) >= act
            again = shoots and uniform(key0, key1, 2 * place + 1) >= keep
            reach = ONE
        else:
            reach = tables[own, T_RANGE, marks[i, TYPE, u]]
            shoots = act >= HALF
            again = shoots and keep >= HALF and last >= 5
            again = again and hits(i, numbers, u, _foe(last - 5, allies, enemy), reach)
        if again:
            attack = last
        elif shoots:
            attack = nearest(i, numbers, allies, enemy, foes, u, peer, reach, reach * x, reach * y)
        else:
            attack = 0
        marks[i, ATTACK, u] = attack
        numbers[i, MOVE_X, u] = ZERO if shoots else x
        numbers[i, MOVE_Y, u] = ZERO if shoots else y


@kernel()
def nearest(i, numbers, allies, enemy, foes, u, anyone, reach, aim_x, aim_y):
    """The attack code for the opponent nearest to a point off unit `u`, 0 for none.

    Of `anyone`, dead or out of range; otherwise of those that `u` may shoot at.
    """
    code, least = 0, FAR
    for slot in range(foes):
        v = _foe(slot, allies, enemy)
        if anyone or hits(i, numbers, u, v, reach):
            x = numbers[i, X, v] - numbers[i, X, u] - aim_x
            y = numbers[i, Y, v] - numbers[i, Y, u] - aim_y
            squared = fma(x, x, y * y)
            if squared < least:
                code, least = slot + 5, squared
    return code


@kernel()
def hits(i, numbers, u, v, reach):
    """Whether unit `u` may shoot at unit `v`: both live, nearer to each other than `reach`."""
    x = numbers[i, X, v] - numbers[i, X, u]
    y = numbers[i, Y, v] - numbers[i, Y, u]
    alive = (numbers[i, HEALTH, u] > ZERO) & (numbers[i, HEALTH, v] > ZERO)
    return alive & nearer(x, y, reach)


@kernel()
def _foe(slot, allies, enemy):
    """The unit in a team's slot for shots."""
    return allies - 1 - slot if enemy else allies + slot

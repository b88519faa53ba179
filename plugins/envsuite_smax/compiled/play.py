"""The loops over copies: begin battles, play a step of them."""

import numpy as np

from envsuite.compiled.book import BEGINS, KEY0, KEY1, PLAYS
from envsuite.compiled.cache import kernel
from envsuite.compiled.lanes import LANES
from envsuite.compiled.threefry import split
from envsuite_smax.compiled.aim import aim
from envsuite_smax.compiled.combat import O_SPAN, SPAN, enter, fight, leave, stay_empty
from envsuite_smax.compiled.cone import conic
from envsuite_smax.compiled.layout import (
    ALLIES,
    ATTACK,
    BONUS,
    BOTH_LEARN,
    BY_CHANCE,
    DRAWS,
    ENEMY_SHOOTS,
    HEALTH,
    HEIGHT,
    MOVE_X,
    MOVE_Y,
    NOISE_HIGH,
    NOISE_LOW,
    PEER,
    RANDOM_TARGETS,
    SEE_ENEMY_ACTIONS,
    T_HEALTH,
    TICKS,
    TYPE,
    VIEW,
    WALLS,
    WIDTH,
    ZERO_SUM,
)
from envsuite_smax.compiled.scripted import enemy_turn
from envsuite_smax.compiled.sight import choices, describe, room_for_words, unit_list
from envsuite_smax.compiled.start import line_up

ZERO = np.float32(0)


@kernel()
def begin(
    book, numbers, marks, tables, rules, plan, cones, fixed, obs, legal, enemy_obs, enemy_legal,
    won, lost, draw, low, high,
):  # fmt: skip
    """Begin battles in those of the copies `low` to `high` whose book says so, and show them."""
    units = numbers.shape[2]
    field = np.empty(units * SPAN, np.float32)
    words = room_for_words(units, tables.shape[2])
    for i in range(low, high):
        if not book[i, BEGINS]:
            continue
        own = i if tables.shape[0] > 1 else 0
        line_up(
            i, numbers, marks, tables, rules, own, plan, fixed, book[i, KEY0], book[i, KEY1],
            field,
        )  # fmt: skip
        show(
            i, numbers, marks, tables, rules, plan, cones, words, obs, legal, enemy_obs,
            enemy_legal,
        )  # fmt: skip
        won[i], lost[i], draw[i] = False, False, False


@kernel()
def show(i, numbers, marks, tables, rules, plan, cones, words, obs, legal, enemy_obs, enemy_legal):
    """Write what the teams of learners see in copy `i`; no `cones` are known to be none.

    What stands behind a test for `None` is not compiled where it is not needed.
    """
    own = i if tables.shape[0] > 1 else 0
    allies, see = plan[ALLIES], plan[SEE_ENEMY_ACTIONS] > 0
    width, height = rules[own, WIDTH], rules[own, HEIGHT]
    peer = plan[VIEW] == PEER
    describe(i, numbers, marks, tables, own, allies, False, see, words)
    if cones is None:
        unit_list(i, numbers, marks, tables, own, allies, False, width, height, words, obs)
    else:
        conic(i, numbers, marks, tables, own, allies, False, width, height, peer, words, obs)
    if legal.shape[2]:
        choices(i, numbers, marks, tables, own, allies, False, legal)
    if plan[BOTH_LEARN]:
        describe(i, numbers, marks, tables, own, allies, True, see, words)
        if cones is None:
            unit_list(i, numbers, marks, tables, own, allies, True, width, height, words, enemy_obs)
        else:
            conic(
                i, numbers, marks, tables, own, allies, True, width, height, peer, words,
                enemy_obs,
            )  # fmt: skip
        if legal.shape[2]:
            choices(i, numbers, marks, tables, own, allies, True, enemy_legal)


@kernel()
def order(i, book, numbers, marks, tables, own, allies, enemy, by_chance, actions):
    """Actions of one team, written into its rows of moves and attacks."""
    if actions.ndim == 3:  # numbers: known when this is compiled, which leaves out what is not so
        key0, key1 = split(book[i, KEY0], book[i, KEY1], 2 if enemy else 1)
        aim(i, numbers, marks, tables, own, allies, enemy, by_chance, key0, key1, actions)
    else:
        for member in range(actions.shape[1]):
            action, u = actions[i, member], member + allies if enemy else member
            numbers[i, MOVE_X, u] = np.float32(action == 1) - np.float32(action == 3)
            numbers[i, MOVE_Y, u] = np.float32(action == 0) - np.float32(action == 2)
            marks[i, ATTACK, u] = action if action >= 5 else 0


@kernel()
def command(i, book, numbers, marks, tables, own, plan, actions, enemy_actions):
    """Write everyone's orders for a step of copy `i` into its rows of moves and attacks."""
    allies, by_chance = plan[ALLIES], plan[BY_CHANCE] > 0
    if plan[BOTH_LEARN]:
        order(i, book, numbers, marks, tables, own, allies, True, by_chance, enemy_actions)
    else:
        key0, key1 = split(book[i, KEY0], book[i, KEY1], 2)
        enemy_turn(
            i, numbers, marks, tables, own, allies, plan[RANDOM_TARGETS] > 0,
            plan[ENEMY_SHOOTS] > 0, key0, key1,
        )  # fmt: skip
    order(i, book, numbers, marks, tables, own, allies, False, by_chance, actions)


@kernel()
def advance(
    book, numbers, marks, tables, rules, plan, cones, actions, enemy_actions, obs, legal, enemy_obs,
    enemy_legal, reward, enemy_reward, gone, enemy_gone, won, lost, draw, low, high,
):  # fmt: skip
    """Play a step in those of the copies `low` to `high` whose book says so, and show them."""
    units, allies = numbers.shape[2], plan[ALLIES]
    field, orders = np.zeros(units * SPAN, np.float32), np.zeros(units * O_SPAN, np.int32)
    armed = np.zeros(units, np.uint32)
    noise, keys = np.zeros((2, LANES), np.float32), np.zeros((2, LANES), np.uint32)
    before = np.zeros((LANES, units), np.float32)
    words = room_for_words(units, tables.shape[2])
    filled = 0  # lanes that hold, or held, a battle; the others are zero, and so empty
    for first in range(low, high, LANES):
        played = min(LANES, high - first)
        for lane in range(max(played, filled)):
            i = first + lane
            if lane >= played or not book[i, PLAYS]:
                stay_empty(lane, units, field, armed)
                continue
            own = i if tables.shape[0] > 1 else 0
            for u in range(units):
                before[lane, u] = numbers[i, HEALTH, u]
            command(i, book, numbers, marks, tables, own, plan, actions, enemy_actions)
            noise[0, lane], noise[1, lane] = rules[own, NOISE_LOW], rules[own, NOISE_HIGH]
            keys[0, lane], keys[1, lane] = split(book[i, KEY0], book[i, KEY1], 0)
            enter(i, lane, numbers, marks, tables, rules, own, allies, field, orders, armed)
        filled = max(played, filled)
        fight(
            units, plan[TICKS], rules[0, WIDTH], rules[0, HEIGHT], plan[WALLS] > 0, plan[DRAWS],
            noise, keys, field, orders, armed,
        )  # fmt: skip
        for lane in range(played):
            i = first + lane
            if book[i, PLAYS]:
                own = i if tables.shape[0] > 1 else 0
                leave(i, lane, numbers, marks, field, orders)
                show(
                    i, numbers, marks, tables, rules, plan, cones, words, obs, legal, enemy_obs,
                    enemy_legal,
                )  # fmt: skip
                judge(
                    i, numbers, marks, tables, own, rules[own, BONUS], allies, plan[ZERO_SUM] > 0,
                    before, lane, reward, enemy_reward, gone, enemy_gone, won, lost, draw,
                )  # fmt: skip


@kernel()
def judge(
    i, numbers, marks, tables, own, bonus, allies, zero_sum, before, lane, reward, enemy_reward,
    gone, enemy_gone, won, lost, draw,
):  # fmt: skip
    """What the step was worth, who is dead and who has won (section 10)."""
    units = numbers.shape[2]
    ours, theirs, ours_before, theirs_before = False, False, False, False
    ours_lost, theirs_lost = ZERO, ZERO
    for u in range(units):
        health = numbers[i, HEALTH, u]
        taken = (before[lane, u] - health) / tables[own, T_HEALTH, marks[i, TYPE, u]]
        if u < allies:
            ours = ours or health > ZERO
            ours_before = ours_before or before[lane, u] > ZERO
            ours_lost += taken
        else:
            theirs = theirs or health > ZERO
            theirs_before = theirs_before or before[lane, u] > ZERO
            theirs_lost += taken
    won[i], lost[i], draw[i] = ours and not theirs, theirs and not ours, not (ours or theirs)
    worth = bonus if won[i] else ZERO
    enemy_worth = bonus if lost[i] else ZERO
    if zero_sum:
        worth, enemy_worth = worth - enemy_worth, enemy_worth - worth
    else:
        worth += abs(theirs_lost / np.float32(units - allies))
        enemy_worth += abs(ours_lost / np.float32(allies))
    if not (ours_before and theirs_before):  # a battle that was over has nothing more to give
        worth, enemy_worth = ZERO, ZERO
    over = not (ours and theirs)
    for member in range(reward.shape[1]):
        reward[i, member] = worth
        gone[i, member] = over or numbers[i, HEALTH, member] <= ZERO
    for member in range(enemy_reward.shape[1]):
        enemy_reward[i, member] = enemy_worth
        enemy_gone[i, member] = over or numbers[i, HEALTH, allies + member] <= ZERO

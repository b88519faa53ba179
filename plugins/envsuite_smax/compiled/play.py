"""The loops over copies: begin battles, play a step of them."""

import numpy as np

from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import split
from envsuite_smax.compiled.combat import ROWS, fight
from envsuite_smax.compiled.layout import (
    ATTACK,
    BONUS,
    HEALTH,
    MOVE_X,
    MOVE_Y,
    NOISE_HIGH,
    NOISE_LOW,
    SECONDS,
    T_HEALTH,
    TYPE,
)
from envsuite_smax.compiled.scripted import enemy_turn
from envsuite_smax.compiled.sight import describe, unit_list
from envsuite_smax.compiled.start import line_up

ZERO = np.float32(0)


@kernel()
def begin(
    low, high, where, keys, numbers, marks, tables, rules, fixed, allies, marines, generated,
    inside, width, height, see, both, obs, legal, enemy_obs, enemy_legal, won, lost, draw,
):  # fmt: skip
    """Begin battles in the copies `low` to `high` that are in `where`, and show them."""
    units = numbers.shape[2]
    work, index = np.empty((ROWS, units), np.float32), np.empty((2, units), np.int32)
    words = np.empty((units, 5 + tables.shape[2]), np.float32)
    for i in range(low, high):
        if not where[i]:
            continue
        own = i if tables.shape[0] > 1 else 0
        table, rule = tables[own], rules[own]
        line_up(
            i, numbers, marks, table, rule, fixed, allies, marines, generated, inside, width,
            height, keys[i, 0], keys[i, 1], work, index,
        )  # fmt: skip
        describe(i, numbers, marks, table, allies, words)
        unit_list(i, numbers, marks, table, allies, False, width, height, see, words, obs, legal)
        if both:
            unit_list(
                i, numbers, marks, table, allies, True, width, height, see, words, enemy_obs,
                enemy_legal,
            )  # fmt: skip
        won[i], lost[i], draw[i] = False, False, False


@kernel()
def order(i, numbers, marks, first, actions):
    """Discrete actions of one team, written into its rows of moves and attacks."""
    for member in range(actions.shape[1]):
        action, u = actions[i, member], first + member
        numbers[i, MOVE_X, u] = np.float32(action == 1) - np.float32(action == 3)
        numbers[i, MOVE_Y, u] = np.float32(action == 0) - np.float32(action == 2)
        marks[i, ATTACK, u] = action if action >= 5 else 0


@kernel()
def advance(
    low, high, where, keys, numbers, marks, tables, rules, allies, ticks, rows, walls, at_random,
    shoots, zero_sum, width, height, see, both, actions, enemy_actions, obs, legal, enemy_obs,
    enemy_legal, reward, enemy_reward, gone, enemy_gone, won, lost, draw,
):  # fmt: skip
    """Play a step of the battles `low` to `high` that are in `where`, and show them."""
    units = numbers.shape[2]
    work, index = np.empty((ROWS, units), np.float32), np.empty((2, units), np.int32)
    words = np.empty((units, 5 + tables.shape[2]), np.float32)
    before = np.empty(units, np.float32)
    for i in range(low, high):
        if not where[i]:
            continue
        own = i if tables.shape[0] > 1 else 0
        table, rule = tables[own], rules[own]
        for u in range(units):
            before[u] = numbers[i, HEALTH, u]
        noise0, noise1 = split(keys[i, 0], keys[i, 1], 0)
        if both:
            order(i, numbers, marks, allies, enemy_actions)
        else:
            enemy0, enemy1 = split(keys[i, 0], keys[i, 1], 2)
            enemy_turn(i, numbers, marks, table, allies, at_random, shoots, enemy0, enemy1)
        order(i, numbers, marks, 0, actions)
        fight(
            i, numbers, marks, table, allies, ticks, width, height, walls, rule[SECONDS],
            rule[NOISE_LOW], rule[NOISE_HIGH], rows, noise0, noise1, work, index,
        )  # fmt: skip
        describe(i, numbers, marks, table, allies, words)
        unit_list(i, numbers, marks, table, allies, False, width, height, see, words, obs, legal)
        if both:
            unit_list(
                i, numbers, marks, table, allies, True, width, height, see, words, enemy_obs,
                enemy_legal,
            )  # fmt: skip
        judge(
            i, numbers, marks, table, rule[BONUS], allies, zero_sum, before, reward, enemy_reward,
            gone, enemy_gone, won, lost, draw,
        )  # fmt: skip


@kernel()
def judge(
    i, numbers, marks, table, bonus, allies, zero_sum, before, reward, enemy_reward, gone,
    enemy_gone, won, lost, draw,
):  # fmt: skip
    """What the step was worth, who is dead and who has won (section 10)."""
    units = numbers.shape[2]
    ours, theirs, ours_before, theirs_before = False, False, False, False
    ours_lost, theirs_lost = ZERO, ZERO
    for u in range(units):
        health = numbers[i, HEALTH, u]
        taken = (before[u] - health) / table[T_HEALTH, marks[i, TYPE, u]]
        if u < allies:
            ours = ours or health > ZERO
            ours_before = ours_before or before[u] > ZERO
            ours_lost += taken
        else:
            theirs = theirs or health > ZERO
            theirs_before = theirs_before or before[u] > ZERO
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

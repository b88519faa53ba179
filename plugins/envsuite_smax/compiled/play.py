"""The loops over copies: begin battles, play a step of them."""

import numpy as np

from envsuite.compiled.book import BEGINS, KEY0, KEY1, PLAYS
from envsuite.compiled.cache import kernel
from envsuite.compiled.lanes import (
    LANES,
    greater,
    load,
    lowest,
    spread,
    store,
    where,
    without_lowest,
)
from envsuite.compiled.threefry import split
from envsuite_smax.compiled.aim import aim
from envsuite_smax.compiled.combat import (
    F_BEFORE,
    F_FULL,
    F_HEALTH,
    O_SPAN,
    SPAN,
    enter,
    fight,
    leave,
    obey,
    stay_empty,
)
from envsuite_smax.compiled.cone import conic
from envsuite_smax.compiled.layout import (
    ALLIES,
    ATTACK,
    BONUS,
    BOTH_LEARN,
    BY_CHANCE,
    DRAWS,
    ENEMY_SHOOTS,
    HEIGHT,
    MOVE_X,
    MOVE_Y,
    NOISE_HIGH,
    NOISE_LOW,
    PEER,
    RANDOM_TARGETS,
    SEE_ENEMY_ACTIONS,
    TICKS,
    VIEW,
    WALLS,
    WIDTH,
    ZERO_SUM,
)
from envsuite_smax.compiled.scripted import IDEAS, enemy_turn
from envsuite_smax.compiled.sight import (
    choices,
    describe,
    room_for_looks,
    room_for_words,
    unit_list,
)
from envsuite_smax.compiled.start import line_up

ZERO = np.float32(0)


@kernel()
def begin(
    book, numbers, marks, tables, rules, plan, cones, fixed, obs, legal, enemy_obs, enemy_legal,
    won, lost, draw, low, high,
):  # fmt: skip
    """Begin battles in those of the copies `low` to `high` whose book says so, and show them."""
    units = numbers.shape[2]
    field, crowd = np.zeros(units * SPAN, np.float32), np.empty(units * SPAN, np.float32)
    words, looks = room_for_words(units, tables.shape[2]), room_for_looks(units)
    bits, battles = np.zeros((units, units), np.uint32), np.full(LANES, low)
    lane = 0
    for i in range(low, high):
        if book[i, BEGINS]:
            own = i if tables.shape[0] > 1 else 0
            line_up(
                i, numbers, marks, tables, rules, own, plan, fixed, book[i, KEY0], book[i, KEY1],
                crowd,
            )  # fmt: skip
            won[i], lost[i], draw[i] = False, False, False
            battles[lane] = i
            lane += 1
        if lane == LANES or (lane and i == high - 1):
            begun, lane = np.uint32((1 << lane) - 1), 0
            enter(battles, begun, numbers, marks, tables, rules, field)
            show_team(
                battles, begun, numbers, marks, tables, rules, plan, cones, False, field, words,
                looks, bits, obs, legal,
            )  # fmt: skip
            if plan[BOTH_LEARN]:
                show_team(
                    battles, begun, numbers, marks, tables, rules, plan, cones, True, field, words,
                    looks, bits, enemy_obs, enemy_legal,
                )  # fmt: skip


@kernel()
def show_team(
    battles, playing, numbers, marks, tables, rules, plan, cones, enemy, field, words, looks, bits,
    obs, legal,
):  # fmt: skip
    """Write what one team sees; no `cones` are known to be none.

    What stands behind a test for `None` is not compiled where it is not needed.
    """
    allies, width, height = plan[ALLIES], rules[0, WIDTH], rules[0, HEIGHT]
    see = plan[SEE_ENEMY_ACTIONS] > 0
    describe(battles, playing, numbers, marks, tables, allies, enemy, see, words)
    if cones is None:
        unit_list(
            battles, playing, numbers, tables.shape[2], allies, enemy, width, height, field, words,
            looks, bits, obs,
        )  # fmt: skip
    else:
        conic(
            battles, playing, numbers, marks, tables, allies, enemy, width, height,
            plan[VIEW] == PEER, words, obs,
        )  # fmt: skip
    if legal.shape[2]:
        choices(battles, playing, numbers.shape[2], allies, enemy, field, bits, legal)


@kernel()
def command(battles, playing, book, numbers, marks, tables, allies, enemy, by_chance, actions):
    """Write the actions of one team of learners into its rows of moves and attacks."""
    while playing:
        lane = lowest(playing)
        playing = without_lowest(playing)
        i = battles[lane]
        if actions.ndim == 3:  # numbers: known when this is compiled, which leaves out the rest
            own = i if tables.shape[0] > 1 else 0
            key0, key1 = split(book[i, KEY0], book[i, KEY1], 2 if enemy else 1)
            aim(i, numbers, marks, tables, own, allies, enemy, by_chance, key0, key1, actions)
        else:
            for member in range(actions.shape[1]):
                action, u = actions[i, member], member + allies if enemy else member
                numbers[i, MOVE_X, u] = np.float32(action == 1) - np.float32(action == 3)
                numbers[i, MOVE_Y, u] = np.float32(action == 0) - np.float32(action == 2)
                marks[i, ATTACK, u] = action if action >= 5 else 0


@kernel()
def advance(
    book, numbers, marks, tables, rules, plan, cones, actions, enemy_actions, obs, legal, enemy_obs,
    enemy_legal, reward, enemy_reward, gone, enemy_gone, won, lost, draw, low, high,
):  # fmt: skip
    """Play a step in those of the copies `low` to `high` whose book says so, and show them."""
    units, allies, by_chance = numbers.shape[2], plan[ALLIES], plan[BY_CHANCE] > 0
    field, orders = np.zeros(units * SPAN, np.float32), np.zeros(units * O_SPAN, np.int32)
    # few pieces of memory cut up, for each takes as long to get as a dozen units to play
    masks, hashes = np.zeros((units + 3, units), np.uint32), np.zeros((4, LANES), np.uint32)
    bits, armed, sees, hits = masks[3:], masks[0], masks[1, :allies], masks[2, :allies]
    keys, enemy_keys = hashes[:2], hashes[2:]
    figures = np.zeros(2 * LANES + IDEAS, np.float32)
    noise, ideas = figures[: 2 * LANES].reshape(2, LANES), figures[2 * LANES :]
    words, looks = room_for_words(units, tables.shape[2]), room_for_looks(units)
    in_lanes, filled = np.empty(LANES, np.int64), 0
    for first in range(low, high, LANES):
        played, playing = min(LANES, high - first), np.uint32(0)
        for lane in range(max(played, filled)):
            i = first + lane
            if lane < played and book[i, PLAYS]:
                own = i if rules.shape[0] > 1 else 0
                in_lanes[lane] = i
                playing = np.uint32(playing | (np.uint32(1) << np.uint32(lane)))
                noise[0, lane], noise[1, lane] = rules[own, NOISE_LOW], rules[own, NOISE_HIGH]
                keys[0, lane], keys[1, lane] = book[i, KEY0], book[i, KEY1]
            else:
                in_lanes[lane] = first  # which it is does not matter, for nobody writes to it
                stay_empty(lane, units, field)
        filled = max(played, filled)  # lanes that hold, or held, a battle; the others stay zero
        battles = in_lanes[:filled]
        for lane in range(LANES):  # all of them, so that the compiler hashes them side by side
            key0, key1 = keys[0, lane], keys[1, lane]
            enemy_keys[0, lane], enemy_keys[1, lane] = split(key0, key1, 2)
            keys[0, lane], keys[1, lane] = split(key0, key1, 0)
        enter(battles, playing, numbers, marks, tables, rules, field)
        command(battles, playing, book, numbers, marks, tables, allies, False, by_chance, actions)
        obey(battles, playing, numbers, marks, allies, 0, allies, field, orders, armed)
        if plan[BOTH_LEARN]:
            command(
                battles, playing, book, numbers, marks, tables, allies, True, by_chance,
                enemy_actions,
            )  # fmt: skip
            obey(battles, playing, numbers, marks, allies, allies, units, field, orders, armed)
        else:
            enemy_turn(
                battles, playing, numbers, marks, allies, plan[RANDOM_TARGETS] > 0,
                plan[ENEMY_SHOOTS] > 0, enemy_keys, field, ideas, sees, hits, orders, armed,
            )  # fmt: skip
        fight(
            units, plan[TICKS], rules[0, WIDTH], rules[0, HEIGHT], plan[WALLS] > 0, plan[DRAWS],
            noise, keys, field, orders, armed,
        )  # fmt: skip
        leave(battles, playing, numbers, marks, field, orders)
        show_team(
            battles, playing, numbers, marks, tables, rules, plan, cones, False, field, words,
            looks, bits, obs, legal,
        )  # fmt: skip
        if plan[BOTH_LEARN]:
            show_team(
                battles, playing, numbers, marks, tables, rules, plan, cones, True, field, words,
                looks, bits, enemy_obs, enemy_legal,
            )  # fmt: skip
        judge(
            battles, playing, units, rules, allies, plan[ZERO_SUM] > 0, field, ideas, reward,
            enemy_reward, gone, enemy_gone, won, lost, draw,
        )  # fmt: skip


@kernel()
def judge(
    battles, playing, units, rules, allies, zero_sum, field, ideas, reward, enemy_reward, gone,
    enemy_gone, won, lost, draw,
):  # fmt: skip
    """What the step was worth, who is dead and who has won (section 10)."""
    zero, none = spread(ZERO), np.uint32(0)
    ours, theirs, ours_before, theirs_before = none, none, none, none
    ours_lost, theirs_lost = zero, zero
    for lane in range(battles.size):
        own = battles[lane] if rules.shape[0] > 1 else 0
        ideas[lane] = rules[own, BONUS]
    for u in range(units):
        at = u * SPAN
        health, before = load(field, at + F_HEALTH), load(field, at + F_BEFORE)
        taken = (before - health) / load(field, at + F_FULL)
        if u < allies:
            ours = np.uint32(ours | (health > zero))
            ours_before = np.uint32(ours_before | (before > zero))
            ours_lost = ours_lost + taken
        else:
            theirs = np.uint32(theirs | (health > zero))
            theirs_before = np.uint32(theirs_before | (before > zero))
            theirs_lost = theirs_lost + taken
    wins, loses = np.uint32(ours & ~theirs), np.uint32(theirs & ~ours)
    bonus = load(ideas, 0)
    worth, enemy_worth = where(wins, bonus, zero), where(loses, bonus, zero)
    if zero_sum:
        worth, enemy_worth = worth - enemy_worth, enemy_worth - worth
    else:
        hurt = theirs_lost / spread(np.float32(units - allies))
        worth = worth + greater(hurt, zero - hurt)
        hurt = ours_lost / spread(np.float32(allies))
        enemy_worth = enemy_worth + greater(hurt, zero - hurt)
    # a battle that was over has nothing more to give
    going = np.uint32(ours_before & theirs_before)
    store(ideas, 0, where(going, worth, zero))
    store(ideas, LANES, where(going, enemy_worth, zero))
    while playing:
        lane = lowest(playing)
        playing = without_lowest(playing)
        i, bit = battles[lane], np.uint32(1) << np.uint32(lane)
        won[i], lost[i] = (wins & bit) > 0, (loses & bit) > 0
        draw[i] = ((ours | theirs) & bit) == 0
        over = (ours & theirs & bit) == 0
        for member in range(reward.shape[1]):
            reward[i, member] = ideas[lane]
            gone[i, member] = over | (field[member * SPAN + F_HEALTH + lane] <= ZERO)
        for member in range(enemy_reward.shape[1]):
            enemy_reward[i, member] = ideas[LANES + lane]
            health = field[(allies + member) * SPAN + F_HEALTH + lane]
            enemy_gone[i, member] = over | (health <= ZERO)

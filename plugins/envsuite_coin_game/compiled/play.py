"""The loops over copies: place everything, play a step.

A copy's row of `marks`, `i32[copies, 10]`, is row and column of red, of blue, of the red coin and
of the blue one, then the steps of this inner episode and the inner episodes that were played.
"""

import numpy as np

from envsuite.compiled.book import BEGINS, KEY0, KEY1, PLAYS
from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import randint

COIN, STEP, EPISODE = 4, 8, 9  # in a row of marks: the first coin, the counters
MARKS = 10


@kernel()
def place(i, marks, key0, key1, first, last, size):
    """Draw the marks `first` to `last`, of the eight that places take."""
    for mark in range(first, last):
        marks[i, mark] = randint(key0, key1, mark, size)


@kernel()
def show(i, marks, size, centered, red, blue):
    """Write what both see: four planes, cell by cell."""
    for player in range(2):
        seen = red if player == 0 else blue
        row_shift = size // 2 - marks[i, 2 * player] if centered else 0
        column_shift = size // 2 - marks[i, 2 * player + 1] if centered else 0
        seen[i, 0, :] = np.float32(0)
        for plane in range(4):
            # oneself, the other, the coin of one's own colour, the other's
            piece = (player + plane) % 2 if plane < 2 else 2 + (player + plane) % 2
            row = (marks[i, 2 * piece] + row_shift) % size
            column = (marks[i, 2 * piece + 1] + column_shift) % size
            seen[i, 0, 4 * (row * size + column) + plane] = np.float32(1)


@kernel()
def begin(book, marks, size, centered, red, blue, taken, done, low, high):
    """Begin games in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if book[i, BEGINS]:
            place(i, marks, book[i, KEY0], book[i, KEY1], 0, 2 * COIN, size)
            marks[i, STEP], marks[i, EPISODE] = 0, 0
            show(i, marks, size, centered, red, blue)
            taken[i] = False
            done[i] = False


@kernel()
def collect(i, marks, running, taken):
    """Write who takes which coin; returns whether either coin was taken, of red and of blue."""
    for player in range(2):
        for coin in range(2):
            at = COIN + 2 * coin
            taken[i, player, coin] = (
                running
                and marks[i, 2 * player] == marks[i, at]
                and marks[i, 2 * player + 1] == marks[i, at + 1]
            )
    return taken[i, 0, 0] or taken[i, 1, 0], taken[i, 0, 1] or taken[i, 1, 1]


@kernel()
def earned(i, payoff, own, player, taken):
    """What a player earns for the coins that were taken."""
    total = np.float32(0)
    for coin in range(2):
        if taken[i, player, coin]:
            total += payoff[own, player, coin]
    if taken[i, 1 - player, player]:
        total += payoff[own, player, 2]
    return total


@kernel()
def advance(
    book, marks, payoff, lengths, size, centered, shared, red_action, blue_action, red, blue,
    red_reward, blue_reward, red_gone, blue_gone, taken, done, low, high,
):  # fmt: skip
    """Play a step in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if not book[i, PLAYS]:
            continue
        own = i if payoff.shape[0] > 1 else 0
        running = marks[i, EPISODE] < lengths[own, 1]
        if running:
            for player in range(2):
                action = red_action[i, 0] if player == 0 else blue_action[i, 0]
                row, column = 2 * player, 2 * player + 1
                down, right = (action == 2) - (action == 3), (action == 0) - (action == 1)
                marks[i, row] = (marks[i, row] + down) % size
                marks[i, column] = (marks[i, column] + right) % size
            marks[i, STEP] += 1
        red_coin, blue_coin = collect(i, marks, running, taken)
        ours, theirs = earned(i, payoff, own, 0, taken), earned(i, payoff, own, 1, taken)
        done[i] = running and marks[i, STEP] >= lengths[own, 0]
        if done[i]:
            marks[i, EPISODE] += 1
        over = marks[i, EPISODE] >= lengths[own, 1]
        anew = done[i] and not over
        if anew:
            place(i, marks, book[i, KEY0], book[i, KEY1], 0, COIN, size)
            marks[i, STEP] = 0
        if anew or red_coin:
            place(i, marks, book[i, KEY0], book[i, KEY1], COIN, COIN + 2, size)
        if anew or blue_coin:
            place(i, marks, book[i, KEY0], book[i, KEY1], COIN + 2, COIN + 4, size)
        if shared:
            ours, theirs = ours + theirs, ours + theirs
        red_reward[i, 0], blue_reward[i, 0] = ours, theirs
        red_gone[i, 0], blue_gone[i, 0] = over, over
        show(i, marks, size, centered, red, blue)

"""The loops over copies: enter kitchens, play a step in them."""

import numpy as np

from envsuite.compiled.book import BEGINS, KEY0, KEY1, PLAYS
from envsuite.compiled.cache import kernel
from envsuite_overcooked.compiled.layout import DELIVERY, PLACEMENT, PLATED, SHAPING, SOUP
from envsuite_overcooked.compiled.sight import show
from envsuite_overcooked.compiled.start import enter
from envsuite_overcooked.compiled.work import (
    DELIVERED,
    PICKED_PLATE,
    PLACED,
    TOOK,
    act,
    busy_pots,
    cook_on,
    walk,
)
from envsuite_overcooked.state import COOKS, INTERACT


@kernel()
def begin(
    book, cooks, counters, pots, steps, times, starts, floor, chances, terrain, stoves, drawn, obs,
    shaped, low, high,
):  # fmt: skip
    """Begin episodes in those of the copies whose book says so, and show them."""
    for i in range(low, high):
        if book[i, BEGINS]:
            own = i if times.shape[0] > 1 else 0
            enter(
                i, book[i, KEY0], book[i, KEY1], cooks, counters, pots, steps, starts, floor,
                chances, times, own,
            )  # fmt: skip
            show(i, cooks, counters, pots, steps, times, own, terrain, stoves, drawn, obs)
            shaped[i] = np.float32(0)


@kernel()
def advance(
    book, cooks, counters, pots, steps, worth, times, terrain, pot_at, stoves, drawn, actions, obs,
    reward, shaped, low, high,
):  # fmt: skip
    """Play a step in those of the copies `low` to `high` whose book says so, and show them."""
    for i in range(low, high):
        if not book[i, PLAYS]:
            continue
        own = i if times.shape[0] > 1 else 0
        busy, served = busy_pots(i, pots), np.float32(0)
        for cook in range(COOKS):
            shaped[i, cook] = np.float32(0)
            if actions[i, cook] == INTERACT:
                deed = act(i, cook, cooks, counters, pots, terrain, pot_at, times, own, busy)
                if deed == PLACED:
                    shaped[i, cook] = worth[own, PLACEMENT]
                elif deed == PICKED_PLATE:
                    shaped[i, cook] = worth[own, PLATED]
                elif deed == TOOK:
                    shaped[i, cook] = worth[own, SOUP]
                elif deed == DELIVERED:
                    served += np.float32(1)
        walk(i, actions, cooks, terrain)
        cook_on(i, pots)
        steps[i] += 1
        for cook in range(COOKS):
            reward[i, cook] = worth[own, DELIVERY] * served + worth[own, SHAPING] * shaped[i, cook]
        show(i, cooks, counters, pots, steps, times, own, terrain, stoves, drawn, obs)

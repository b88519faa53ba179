"""Two plain cooks that get soup served in any kitchen: each walks the shortest way to its next job.

They know sets of cells and no arrays, and stray now and then, so that they get out of each other's
way.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from envsuite_overcooked.kitchen import COUNTER, FLOOR, ONIONS, PLATES, POT, WINDOW, Kitchen
from envsuite_overcooked.state import (
    DISH,
    INTERACT,
    MOVES,
    NOTHING,
    ONION,
    PLATE,
    POT_SIZE,
    STAY,
    State,
)

Cell = tuple[int, int]


def scripted(random: np.random.Generator, kitchen: Kitchen, state: State) -> list[int]:
    """What both cooks do next."""
    actions = []
    for cook in range(2):
        if random.random() < 0.15:
            actions.append(int(random.integers(6)))
        else:
            actions.append(_towards(kitchen, state, cook, _targets(kitchen, state, cook)))
    return actions


def _targets(kitchen: Kitchen, state: State, cook: int) -> set[Cell]:
    """The cells one of which the cook would interact with next."""
    near = _neighbours(kitchen, tuple(state.places[cook].tolist()))
    other = _neighbours(kitchen, tuple(state.places[1 - cook].tolist()))
    kinds = {
        kind: {cell for cell in near if kitchen.terrain[cell] == kind}
        for kind in (ONIONS, PLATES, POT, WINDOW)
    }
    shared = {cell for cell in near & other if kitchen.terrain[cell] == COUNTER}
    bare = {cell for cell in shared if state.counters[cell] == NOTHING}
    full = {cell for cell in kinds[POT] if state.onions[cell] == POT_SIZE}
    wanted = {ONION: kinds[POT] - full, PLATE: full, DISH: kinds[WINDOW]}
    held = int(state.hands[cook])
    if held != NOTHING:
        # what is of no use on this side of the counter is handed over
        useless = not kinds[WINDOW if held == DISH else POT]
        return bare if useless else wanted[held]
    lying = {
        item: {cell for cell in near if state.counters[cell] == item}
        for item in (ONION, PLATE, DISH)
    }
    cooking = (state.onions == POT_SIZE).any() and int(state.hands[1 - cook]) != PLATE
    if kinds[POT]:
        fetch = lying[PLATE] | kinds[PLATES] if cooking else lying[ONION] | kinds[ONIONS]
        return lying[DISH] or fetch
    plated = PLATE in state.counters[tuple(np.array(sorted(shared)).T)]
    return kinds[PLATES] if cooking and not plated else kinds[ONIONS]


def _neighbours(kitchen: Kitchen, place: Cell) -> set[Cell]:
    """What can be reached by a cook that starts from `place`, if nobody is in its way."""
    found, ahead = {place}, deque([place])
    while ahead:
        row, column = ahead.popleft()
        for down, right in MOVES[:STAY].tolist():
            cell = row + down, column + right
            if cell not in found:
                found.add(cell)
                if kitchen.terrain[cell] == FLOOR:
                    ahead.append(cell)
    return found


def _towards(kitchen: Kitchen, state: State, cook: int, targets: set[Cell]) -> int:
    """The first action of the shortest way to face one of the targets; to stay if there is none."""
    place, facing = tuple(state.places[cook].tolist()), int(state.facings[cook])
    row, column = MOVES[facing].tolist()
    if (place[0] + row, place[1] + column) in targets:
        return INTERACT
    # round the other cook, who stands in the way as a counter does
    found, ahead = {place, tuple(state.places[1 - cook].tolist())}, deque([(place, STAY)])
    while ahead:
        (row, column), first = ahead.popleft()
        for action, (down, right) in enumerate(MOVES[:STAY].tolist()):
            cell = row + down, column + right
            begin = action if first == STAY else first
            if cell in targets:
                return begin
            if cell not in found and kitchen.terrain[cell] == FLOOR:
                found.add(cell)
                ahead.append((cell, begin))
    return STAY

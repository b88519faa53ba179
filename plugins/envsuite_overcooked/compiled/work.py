"""What cooks do to what they face, and how they walk."""

from envsuite.compiled.cache import kernel
from envsuite_overcooked.compiled.layout import (
    COLUMN,
    COOK_TIME,
    FACING,
    HAND,
    ONIONS,
    REMAINING,
    ROW,
)
from envsuite_overcooked.kitchen import COUNTER, FLOOR, PLATES, POT, WINDOW
from envsuite_overcooked.kitchen import ONIONS as CRATE
from envsuite_overcooked.state import (
    COOKS,
    DISH,
    EAST,
    NORTH,
    NOTHING,
    ONION,
    PLATE,
    POT_SIZE,
    SOUTH,
    STAY,
    WEST,
)

IDLE, PLACED, PICKED_PLATE, TOOK, DELIVERED = range(5)  # what one did that may be worth something


@kernel()
def ahead(row, column, way):
    """The cell beside a cell."""
    return row + (way == SOUTH) - (way == NORTH), column + (way == EAST) - (way == WEST)


@kernel()
def busy_pots(i, pots):
    """How many pots hold something."""
    count = 0
    for pot in range(pots.shape[1]):
        count += pots[i, pot, ONIONS] > 0
    return count


@kernel()
def plates_are_of_use(i, cooks, counters, busy):
    """Whether no plate lies about, and fewer are held than pots hold something."""
    held = 0
    for cook in range(COOKS):
        held += cooks[i, cook, HAND] == PLATE
    if held >= busy:
        return False
    for cell in range(counters.shape[1]):
        if counters[i, cell] == PLATE:
            return False
    return True


@kernel()
def act(i, cook, cooks, counters, pots, terrain, pot_at, times, own, busy):
    """Interact with what a cook faces; returns what it did, `PICKED_PLATE` if that was of use."""
    row, column = ahead(cooks[i, cook, ROW], cooks[i, cook, COLUMN], cooks[i, cook, FACING])
    cell, kind, hand = row * terrain.shape[1] + column, terrain[row, column], cooks[i, cook, HAND]
    if kind == COUNTER:
        lying = counters[i, cell]
        if (hand == NOTHING) != (lying == NOTHING):
            counters[i, cell], cooks[i, cook, HAND] = hand, lying
    elif kind == POT:
        return use_pot(i, cook, cooks, pots, pot_at[row, column], times, own)
    elif kind == CRATE and hand == NOTHING:
        cooks[i, cook, HAND] = ONION
    elif kind == PLATES and hand == NOTHING:
        useful = plates_are_of_use(i, cooks, counters, busy)
        cooks[i, cook, HAND] = PLATE
        return PICKED_PLATE if useful else IDLE
    elif kind == WINDOW and hand == DISH:
        cooks[i, cook, HAND] = NOTHING
        return DELIVERED
    return IDLE


@kernel()
def use_pot(i, cook, cooks, pots, pot, times, own):
    """Put an onion in, or take soup out."""
    hand, onions = cooks[i, cook, HAND], pots[i, pot, ONIONS]
    if hand == ONION and onions < POT_SIZE:
        cooks[i, cook, HAND] = NOTHING
        pots[i, pot, ONIONS] = onions + 1
        if onions + 1 == POT_SIZE:
            pots[i, pot, REMAINING] = times[own, COOK_TIME]
        return PLACED
    if hand == PLATE and onions == POT_SIZE and pots[i, pot, REMAINING] == 0:
        cooks[i, cook, HAND] = DISH
        pots[i, pot, ONIONS] = 0
        return TOOK
    return IDLE


@kernel()
def walk(i, actions, cooks, terrain):
    """Everyone who moves turns, and goes on unless both would meet or change places."""
    row, column = cooks[i, 0, ROW], cooks[i, 0, COLUMN]
    other_row, other_column = cooks[i, 1, ROW], cooks[i, 1, COLUMN]
    to_row, to_column = ahead(row, column, actions[i, 0])
    if terrain[to_row, to_column] != FLOOR:
        to_row, to_column = row, column
    on_row, on_column = ahead(other_row, other_column, actions[i, 1])
    if terrain[on_row, on_column] != FLOOR:
        on_row, on_column = other_row, other_column
    for cook in range(COOKS):
        if actions[i, cook] < STAY:
            cooks[i, cook, FACING] = actions[i, cook]
    meet = to_row == on_row and to_column == on_column
    swap = (
        to_row == other_row and to_column == other_column and on_row == row and on_column == column
    )
    if not (meet or swap):
        cooks[i, 0, ROW], cooks[i, 0, COLUMN] = to_row, to_column
        cooks[i, 1, ROW], cooks[i, 1, COLUMN] = on_row, on_column


@kernel()
def cook_on(i, pots):
    """Let the pots cook for a step."""
    for pot in range(pots.shape[1]):
        if pots[i, pot, REMAINING] > 0:
            pots[i, pot, REMAINING] -= 1

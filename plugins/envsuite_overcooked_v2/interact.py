"""What a cook does to what it faces, and what that is worth."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp

from envsuite.functional import struct
from envsuite_overcooked_v2.items import (
    COOKED,
    COUNT,
    DISH,
    NOTHING,
    PLATE,
    amount,
    ingredient,
)
from envsuite_overcooked_v2.plan import BUTTON, COUNTER, PILE, PLATES, POT, POT_SIZE, WINDOW
from envsuite_overcooked_v2.state import INTERACT, MOVES, Params, State


@struct
class Earned:
    """What the cooks earned in a step."""

    paid: jax.Array  # f32[n]: for all cooks, by what each served and pressed
    shaped: jax.Array  # f32[n]: by what each did towards a soup
    delivered: jax.Array  # bool[n]: whether each served the soup that is ordered


@struct
class Before:
    """What the cooks have before them, while one after the other acts."""

    hands: jax.Array  # i32[n]: what each holds
    items: jax.Array  # i32[n]: what is in the cell that each faces
    clocks: jax.Array  # i32[n]: the clock of that cell
    plates_about: jax.Array  # i32[]: how many plates lie on counters
    pots_in_use: jax.Array  # i32[]: how many pots have something in them


@struct
class Turn:
    """Whose turn it is to act; for all of them, with a leading axis `[n]`."""

    cook: jax.Array  # i32[]: its number
    acts: jax.Array  # bool[]: whether it interacts
    cell: jax.Array  # i32[]: what the cell is that it faces
    same: jax.Array  # bool[n]: who faces the same cell, itself included


def interact(
    state: State, action: jax.Array, params: Params, *, by_hand: bool
) -> tuple[State, Earned]:
    """All cooks interact with what they face, one after the other.

    Args:
        state: The kitchen, in which they have walked.
        action: `i32[n]`; who does not INTERACT does nothing here.
        params: The numbers of the game.
        by_hand: Whether pots are started by interacting with them, rather than by being full.
    """
    terrain = params.kitchen.terrain
    faced = state.places + jnp.asarray(MOVES)[state.facings]
    row, column = faced[:, 0], faced[:, 1]
    before = Before(
        hands=state.hands,
        items=state.items[row, column],
        clocks=state.clocks[row, column],
        plates_about=((terrain == COUNTER) & (state.items == PLATE)).sum(),
        pots_in_use=((terrain == POT) & (state.items != NOTHING)).sum(),
    )
    turns = Turn(
        cook=jnp.arange(len(action)),
        acts=action == INTERACT,
        cell=terrain[row, column],
        same=(faced[:, None] == faced[None]).all(-1),
    )
    plates_held = (state.hands == PLATE).sum()  # before anyone acts

    def act(before: Before, turn: Turn) -> tuple[Before, Earned]:
        return _act(before, turn, plates_held, state.recipe, params, by_hand)

    # Only the few cells that are faced are looked at in turn, and put back into the kitchen at the
    # end: this runs faster, and compiles faster, than to change the kitchen once for each cook.
    before, earned = jax.lax.scan(act, before, turns)
    items, clocks = state.items, state.clocks
    for cook in range(len(action)):
        at = (jnp.arange(terrain.shape[0]) == row[cook])[:, None]
        at = at & (jnp.arange(terrain.shape[1]) == column[cook])
        items = jnp.where(at, before.items[cook], items)
        clocks = jnp.where(at, before.clocks[cook], clocks)
    return replace(state, hands=before.hands, items=items, clocks=clocks), earned


def _act(
    before: Before,
    turn: Turn,
    plates_held: jax.Array,
    recipe: jax.Array,
    params: Params,
    by_hand: bool,
) -> tuple[Before, Earned]:
    """What one cook does."""
    cook, acts, cell = turn.cook, turn.acts, turn.cell
    hand, item, clock = before.hands[cook], before.items[cook], before.clocks[cook]
    empty = hand == NOTHING
    raw = (hand > DISH) & ((hand & DISH) == 0)
    count = amount(item)
    soup = (item & COOKED) > 0
    idle = acts & (cell == POT) & ~soup & (clock == 0)

    supplied = acts & empty & ((cell >= PILE) | (cell == PLATES))
    exchanges = acts & (cell == COUNTER) & (empty ^ (item == NOTHING))
    adds = idle & raw & (count < POT_SIZE)
    takes = acts & (cell == POT) & soup & (hand == PLATE)
    serves = acts & (cell == WINDOW) & ((hand & COOKED) > 0)
    presses = acts & (cell == BUTTON) & empty
    starts = idle & empty & (count > 0) if by_hand else adds & (count == POT_SIZE - 1)

    supply = jnp.where(cell == PLATES, PLATE, ingredient(jnp.maximum(cell - PILE, 0)))
    held = jnp.where(supplied, supply, hand)
    held = jnp.where(exchanges, item, held)
    held = jnp.where(takes, item | PLATE, held)
    held = jnp.where(adds | serves, NOTHING, held)
    left = jnp.where(exchanges, hand, item)
    left = jnp.where(adds, item + hand, left)
    left = jnp.where(takes, NOTHING, left)
    clock = jnp.where(starts, jnp.asarray(params.cook_time, jnp.int32), clock)
    clock = jnp.where(presses, jnp.asarray(params.button_time, jnp.int32), clock)

    useful = (before.plates_about == 0) & (plates_held < before.pots_in_use)
    kind = hand * COUNT  # the bits in which items count what is in the hand
    lacked = (item & kind) < (recipe & kind)
    ordered = serves & (hand == recipe | DISH)
    paid = params.delivery_reward * ordered + params.wrong_delivery_reward * (serves & ~ordered)
    paid += params.button_reward * presses
    shaped = params.placement_reward * (adds & lacked)
    shaped += params.soup_reward * (takes & (item == recipe | COOKED))
    shaped += params.plate_reward * (supplied & (cell == PLATES) & useful)
    if by_hand:
        shaped += params.cooking_reward * (starts & (item == recipe))
    earned = Earned(paid.astype(jnp.float32), shaped.astype(jnp.float32), ordered)

    put_down, picked_up = exchanges & (hand == PLATE), exchanges & (item == PLATE)
    filled, emptied = adds & (item == NOTHING), takes
    after = Before(
        hands=jnp.where(jnp.arange(len(before.hands)) == cook, held, before.hands),
        items=jnp.where(turn.same, left, before.items),
        clocks=jnp.where(turn.same, clock, before.clocks),
        plates_about=before.plates_about + put_down - picked_up,
        pots_in_use=before.pots_in_use + filled - emptied,
    )
    return after, earned

"""What a cook does to what it faces, and what that is worth."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp

from envsuite.functional import struct
from envsuite_overcooked.kitchen import COUNTER, ONIONS, PLATES, POT, WINDOW, Kitchen
from envsuite_overcooked.state import (
    COOKS,
    DISH,
    INTERACT,
    MOVES,
    NOTHING,
    ONION,
    PLATE,
    POT_SIZE,
    Params,
    State,
)


@struct
class Deeds:
    """What the cooks did in a step, `bool[2]` each."""

    placed: jax.Array  # put an onion into a pot
    plated: jax.Array  # took a plate from a pile while it was of use
    taken: jax.Array  # took soup out of a pot
    delivered: jax.Array  # handed soup through a serving window


def interact(
    state: State, action: jax.Array, params: Params, kitchen: Kitchen
) -> tuple[State, Deeds]:
    """Both cooks interact with what they face, the second after the first.

    Args:
        state: The kitchen.
        action: `i32[2]`; who does not INTERACT does nothing here.
        params: The numbers of the game.
        kitchen: What its cells are.
    """
    # which pots hold something is asked once, before either cook acts, as in overcooked_ai
    busy_pots = (state.onions > 0).sum()
    deeds = []
    for cook in range(COOKS):
        state, deed = _act(state, cook, action[cook] == INTERACT, busy_pots, params, kitchen)
        deeds.append(deed)
    return state, jax.tree.map(lambda *flags: jnp.stack(flags), *deeds)


def _act(
    state: State,
    cook: int,
    acts: jax.Array,
    busy_pots: jax.Array,
    params: Params,
    kitchen: Kitchen,
) -> tuple[State, Deeds]:
    row, column = state.places[cook] + jnp.asarray(MOVES)[state.facings[cook]]
    height, width = kitchen.shape
    # a mask in place of writing at an index, which vectorises better over many copies
    faced = (jnp.arange(height) == row)[:, None] & (jnp.arange(width) == column)
    cell, hand = jnp.asarray(kitchen.terrain)[row, column], state.hands[cook]
    lying, onions = state.counters[row, column], state.onions[row, column]
    ready = (onions == POT_SIZE) & (state.remaining[row, column] == 0)
    empty = hand == NOTHING

    from_onions = acts & (cell == ONIONS) & empty
    from_plates = acts & (cell == PLATES) & empty
    picks_up = acts & (cell == COUNTER) & empty & (lying != NOTHING)
    puts_down = acts & (cell == COUNTER) & ~empty & (lying == NOTHING)
    places = acts & (cell == POT) & (hand == ONION) & (onions < POT_SIZE)
    takes = acts & (cell == POT) & (hand == PLATE) & ready
    delivers = acts & (cell == WINDOW) & (hand == DISH)

    plates_held = (state.hands == PLATE).sum()
    plates_about = (state.counters == PLATE).any()
    held = jnp.where(from_onions, ONION, hand)
    held = jnp.where(from_plates, PLATE, held)
    held = jnp.where(picks_up, lying, held)
    held = jnp.where(takes, DISH, held)
    held = jnp.where(puts_down | places | delivers, NOTHING, held)
    onions = jnp.where(takes, 0, onions + places)
    begins = places & (onions == POT_SIZE)

    following = replace(
        state,
        hands=state.hands.at[cook].set(held),
        counters=jnp.where(
            faced & (picks_up | puts_down), jnp.where(puts_down, hand, NOTHING), state.counters
        ),
        onions=jnp.where(faced & (places | takes), onions, state.onions),
        remaining=jnp.where(
            faced & begins, jnp.asarray(params.cook_time, jnp.int32), state.remaining
        ),
    )
    useful = ~plates_about & (plates_held < busy_pots)
    return following, Deeds(places, from_plates & useful, takes, delivers)

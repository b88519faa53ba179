"""How an episode begins."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_overcooked.kitchen import FLOOR, POT, Kitchen
from envsuite_overcooked.state import COOKS, DISH, NORTH, POT_SIZE, WEST, Params, State


def first_state(kitchen: Kitchen, places: np.ndarray) -> State:
    """An empty kitchen, the cooks at `places: i32[2, 2]`, facing north, with empty hands."""
    return State(
        places=jnp.asarray(places),
        facings=jnp.full(COOKS, NORTH, jnp.int32),
        hands=jnp.zeros(COOKS, jnp.int32),
        counters=jnp.zeros(kitchen.shape, jnp.int32),
        onions=jnp.zeros(kitchen.shape, jnp.int32),
        remaining=jnp.zeros(kitchen.shape, jnp.int32),
        step=jnp.int32(0),
    )


def shuffle(
    key: jax.Array,
    state: State,
    params: Params,
    kitchen: Kitchen,
    *,
    places: bool,
    facings: bool,
    contents: bool,
) -> State:
    """A first state with what is left to chance drawn anew.

    One number in [0, 1) is drawn for each thing that can be left to chance, whether it is or not:
    places, facings and hands of the two cooks, then the pots in reading order.

    Args:
        key: For all that is drawn.
        state: An empty kitchen.
        params: The numbers of the game.
        kitchen: What its cells are.
        places: Whether the cooks begin anywhere, on two different cells.
        facings: Whether they face any way.
        contents: Whether each hand holds nothing, an onion, a plate or a dish, and each pot is
            in any of its states: empty, with one onion, with two, or with any number of steps
            from `cook_time` to 0 remaining; each as likely. Counters are empty.
    """
    pots = kitchen.cells(POT)
    shares = jax.random.uniform(key, (3 * COOKS + len(pots),))
    if places:
        state = replace(state, places=_two_cells(shares[:COOKS], kitchen))
    if facings:
        state = replace(state, facings=_below(shares[COOKS : 2 * COOKS], WEST + 1))
    if contents:
        cook_time = jnp.asarray(params.cook_time, jnp.int32)
        # counted as a clock that each onion and each step of cooking moves on: 0 is ready
        clock = _below(shares[3 * COOKS :], cook_time + POT_SIZE + 1)
        onions = jnp.clip(cook_time + POT_SIZE - clock, 0, POT_SIZE)
        cell = pots[:, 0], pots[:, 1]
        state = replace(
            state,
            hands=_below(shares[2 * COOKS : 3 * COOKS], DISH + 1),
            onions=state.onions.at[cell].set(onions),
            remaining=state.remaining.at[cell].set(jnp.where(onions == POT_SIZE, clock, 0)),
        )
    return state


def _two_cells(shares: jax.Array, kitchen: Kitchen) -> jax.Array:
    """Row and column of two different cells of the floor, each pair as likely, `i32[2, 2]`."""
    floor = kitchen.cells(FLOOR)
    first, second = _below(shares[0], len(floor)), _below(shares[1], len(floor) - 1)
    second = second + (second >= first)  # the others in order, the first cell left out
    return jnp.asarray(floor)[jnp.stack([first, second])]


def _below(shares: jax.Array, count: int | jax.Array) -> jax.Array:
    """Whole numbers below `count` from numbers in [0, 1), `i32[...]`."""
    return jnp.floor(shares * count).astype(jnp.int32)

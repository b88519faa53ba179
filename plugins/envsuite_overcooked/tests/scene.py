"""Moments in a kitchen, drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_overcooked.env import Overcooked
from envsuite_overcooked.kitchen import POT
from envsuite_overcooked.start import first_state
from envsuite_overcooked.state import (
    DISH,
    EAST,
    INTERACT,
    NORTH,
    NOTHING,
    ONION,
    PLATE,
    SOUTH,
    STAY,
    WEST,
    State,
)

# One kitchen for all cases, so that it is compiled once; two cells of its counter and one pot can
# be reached from two sides.
KITCHEN = Overcooked(
    drawing="""
        XXPXXX
        O1.X2X
        X..P.S
        XXDXDX
    """
)
ACTIONS = {"N": NORTH, "S": SOUTH, "E": EAST, "W": WEST, ".": STAY, "!": INTERACT}
ITEMS = {" ": NOTHING, "o": ONION, "d": PLATE, "s": DISH}
STEP = jax.jit(Overcooked.step, static_argnums=0)


def scene(picture: str, *, facing: str, hands: str = "  ", pots: Any = (0, 0)) -> State:
    """A moment in `KITCHEN`.

    Args:
        picture: The kitchen with the cooks 1 and 2 where they stand, and what lies on a counter
            in its place: `o` an onion, `d` a plate (for a dish), `s` a dish of soup.
        facing: Two of N, S, E and W.
        hands: Two of those items, or spaces.
        pots: For each pot in reading order, its onions, or `(3, steps remaining)`.
    """
    cells = np.array([list(row) for row in picture.split()])
    places = np.concatenate([np.argwhere(cells == cook) for cook in "12"]).astype(np.int32)
    counters = np.select([cells == "o", cells == "d", cells == "s"], [ONION, PLATE, DISH], NOTHING)
    onions, remaining = (np.zeros(cells.shape, np.int32) for _ in range(2))
    for cell, pot in zip(KITCHEN.kitchen.cells(POT), pots, strict=True):
        onions[*cell], remaining[*cell] = (pot, 0) if isinstance(pot, int) else pot
    return replace(
        first_state(KITCHEN.kitchen, places),
        facings=jnp.array([ACTIONS[way] for way in facing], jnp.int32),
        hands=jnp.array([ITEMS[item] for item in hands], jnp.int32),
        counters=jnp.array(counters, jnp.int32),
        onions=jnp.array(onions),
        remaining=jnp.array(remaining),
    )


def play(state: State, actions: str, env: Overcooked = KITCHEN, **params: Any) -> tuple[Any, Any]:
    """Play one action each, `"N!"` say: N, S, E, W, `.` to stay, `!` to interact."""
    numbers = replace(env.default_params(), **params)
    does = {"agent": jnp.array([ACTIONS[action] for action in actions], jnp.int32)}
    return STEP(env, jax.random.key(0), state, does, numbers)


def hands(state: State) -> str:
    """What both hold, as `scene` takes it."""
    return "".join(" ods"[item] for item in np.asarray(state.hands))


def pots(state: State) -> list[tuple[int, int]]:
    """Onions and steps remaining of each pot, in reading order."""
    cells = tuple(KITCHEN.kitchen.cells(POT).T)
    both = np.stack([np.asarray(state.onions)[cells], np.asarray(state.remaining)[cells]], axis=-1)
    return [(onions, remaining) for onions, remaining in both.tolist()]


def shaped(timestep: Any) -> list[float]:
    """The shaped reward of each."""
    return np.asarray(timestep.info["shaped_reward"]["agent"]).tolist()


def paid(timestep: Any) -> list[float]:
    """The reward of each."""
    return np.asarray(timestep.reward["agent"]).tolist()

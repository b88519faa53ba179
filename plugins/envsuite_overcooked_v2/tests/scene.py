"""Moments in a kitchen, drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.items import COOKED, DISH, FIRST_INGREDIENT, NOTHING, PLATE
from envsuite_overcooked_v2.plan import BUTTON, INGREDIENTS, POT
from envsuite_overcooked_v2.start import first_state
from envsuite_overcooked_v2.state import (
    EAST,
    INTERACT,
    NORTH,
    SOUTH,
    STAY,
    WEST,
    State,
    kitchen_of,
)

DRAWING = """
    XBPXXXX
    a1.X2.S
    b..P..X
    XXDXRDX
"""
"""Two rooms that share a counter, row 1, and a pot, row 2; another pot, row 0, is the first's."""
RECIPES = ("aab", "bbb")
# One kitchen for all cases, so that it is compiled once.
KITCHEN = OvercookedV2(drawing=DRAWING, recipes=RECIPES)
SHARED = (1, 3)  # the counter
ACTIONS = {"N": NORTH, "S": SOUTH, "E": EAST, "W": WEST, ".": STAY, "!": INTERACT}
STEP = jax.jit(OvercookedV2.step, static_argnums=0)


def item(word: str) -> int:
    """`""` nothing, `"a"` an ingredient, `"D"` a plate, `"Daab"` a dish of soup of a, a and b."""
    code = sum(FIRST_INGREDIENT << 2 * INGREDIENTS.index(letter) for letter in word.strip("D"))
    if not word.startswith("D"):
        return code or NOTHING
    return code | DISH if code else PLATE


def word(code: int) -> str:
    """An item as `item` takes it."""
    food = "".join(letter * (code >> 2 + 2 * k & 3) for k, letter in enumerate(INGREDIENTS))
    return ("D" if code & PLATE else "") + food


def scene(
    picture: str = DRAWING,
    *,
    facing: str,
    hands: Sequence[str] | None = None,
    lying: Mapping[tuple[int, int], str] | None = None,
    pots: Sequence[str] = ("", ""),
    button: int = 0,
    recipe: str = "aab",
    env: OvercookedV2 = KITCHEN,
) -> State:
    """A moment in a kitchen.

    Args:
        picture: The kitchen with its cooks where they stand.
        facing: A letter each: N, S, E or W.
        hands: An item each; empty if not given.
        lying: Items by the row and column of their counters.
        pots: For each pot in reading order, `"ab"` what is in it, `"aab 7"` with so many steps to
            go, `"aab!"` ready.
        button: For how many more steps the button shows the recipe.
        recipe: What is ordered.
        env: Whose kitchen it is.
    """
    cells = np.array([list(row) for row in picture.split()])
    cooks = "123456789"[: env.plan.cooks]
    places = np.concatenate([np.argwhere(cells == cook) for cook in cooks])
    items, clocks = (np.zeros(cells.shape, np.int32) for _ in range(2))
    for cell, what in (lying or {}).items():
        items[cell] = item(what)
    for (row, column), pot in zip(np.argwhere(env.plan.terrain == POT), pots, strict=True):
        food, _, steps = pot.partition(" ")
        items[row, column] = item(food.strip("!")) | (COOKED if "!" in pot else 0)
        clocks[row, column] = int(steps or 0)
    clocks[env.plan.terrain == BUTTON] = button
    first = first_state(
        jax.random.key(0), jax.tree.map(jnp.asarray, kitchen_of(env.plan)), env.plan.ingredients
    )
    return replace(
        first,
        places=jnp.array(places, jnp.int32),
        facings=jnp.array([ACTIONS[way] for way in facing], jnp.int32),
        hands=jnp.array([item(held) for held in hands or [""] * len(cooks)], jnp.int32),
        items=jnp.array(items),
        clocks=jnp.array(clocks),
        recipe=jnp.int32(item(recipe)),
    )


def play(
    state: State, actions: str, env: OvercookedV2 = KITCHEN, key: int = 0, **params: Any
) -> tuple[Any, Any]:
    """Play one action each, `"N!"` say: N, S, E, W, `.` to stay, `!` to interact."""
    numbers = replace(env.default_params(), **params)
    does = {"agent": jnp.array([ACTIONS[action] for action in actions], jnp.int32)}
    return STEP(env, jax.random.key(key), state, does, numbers)


def hands(state: State) -> list[str]:
    """What all hold, as `scene` takes it."""
    return [word(code) for code in np.asarray(state.hands).tolist()]


def lying(state: State, cell: tuple[int, int] = SHARED) -> str:
    """What lies on a counter."""
    return word(int(state.items[cell]))


def pots(state: State, env: OvercookedV2 = KITCHEN) -> list[str]:
    """What is in each pot, as `scene` takes it."""
    seen = []
    for cell in map(tuple, np.argwhere(env.plan.terrain == POT)):
        code, clock = int(state.items[cell]), int(state.clocks[cell])
        seen.append(word(code) + ("!" if code & COOKED else "") + (f" {clock}" if clock else ""))
    return seen


def shaped(timestep: Any) -> list[float]:
    """The shaped reward of each."""
    return np.asarray(timestep.info["shaped_reward"]["agent"]).tolist()


def paid(timestep: Any) -> list[float]:
    """The reward of each."""
    return np.asarray(timestep.reward["agent"]).tolist()

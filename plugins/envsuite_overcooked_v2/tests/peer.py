"""JaxMARL 0.2.0's game beside ours: the same states, written as its own."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxmarl import make
from jaxmarl.environments.overcooked_v2.common import Agent, Position
from jaxmarl.environments.overcooked_v2.layouts import Layout, overcooked_v2_layouts
from jaxmarl.environments.overcooked_v2.overcooked import State as TheirState

from envsuite_overcooked_v2.plan import (
    BUTTON,
    COUNTER,
    FLOOR,
    INGREDIENTS,
    PILE,
    PLATES,
    POT,
    RECIPE,
    WINDOW,
    Plan,
)
from envsuite_overcooked_v2.state import EAST, NORTH, SOUTH, WEST, Kitchen, State

NAMES = {
    "asymmetric_advantages": "asymm_advantages",
    "coordination_ring": "coord_ring",
    "forced_coordination": "forced_coord",
    "asymmetric_advantages_recipes_center": "asymm_advantages_recipes_center",
    "asymmetric_advantages_recipes_left": "asymm_advantages_recipes_left",
    "asymmetric_advantages_recipes_right": "asymm_advantages_recipes_right",
    "fun_symmetries_1": "fun_symmetries1",
    "grounded_coordination_simple": "grounded_coord_simple",
    "grounded_coordination_ring": "grounded_coord_ring",
}
"""What JaxMARL calls the layouts; all others are called the same."""

WAYS = [NORTH, SOUTH, EAST, WEST]
"""Its facings, as ours."""
CELLS = {FLOOR: 0, COUNTER: 1, WINDOW: 4, POT: 5, RECIPE: 6, BUTTON: 7, PLATES: 9}
"""Our cells, as its; the piles follow from 10 on."""
TO_DRAW = {"X": "W", "D": "B", "S": "X", "P": "P", "R": "R", "B": "L", ".": " "}
"""Our symbols, as its; cooks are A, and piles are numbers."""


def their_name(layout: str) -> str:
    """What JaxMARL calls one of our layouts."""
    return NAMES.get(layout, layout)


def their_layout(layout: str) -> Any:
    """JaxMARL's own object of one of our layouts."""
    return overcooked_v2_layouts[their_name(layout)]


def drawn_for_them(plan: Plan, recipes: Any = None) -> Any:
    """A layout of JaxMARL's, drawn as one of ours whose cooks are numbered in reading order."""
    symbols = TO_DRAW | {letter: str(k) for k, letter in enumerate(INGREDIENTS)}
    rows = ["".join(symbols.get(symbol, "A") for symbol in row) for row in plan.rows]
    return Layout.from_string("\n".join(rows), possible_recipes=recipes)


def their_cells(terrain: np.ndarray) -> np.ndarray:
    """Our terrain in its numbers, `i32[h, w]`."""
    plain = np.array([CELLS.get(kind, 0) for kind in range(PILE)])
    return np.where(terrain >= PILE, terrain - PILE + 10, plain[np.minimum(terrain, PILE - 1)])


def write(state: State, kitchen: Kitchen, *, swapped: bool = False) -> Any:
    """One of our states as one of its own, inside `jit`; `swapped` where ingredients are."""
    cells = jnp.asarray(their_cells(np.asarray(kitchen.terrain)), jnp.int32)
    agents: Any = Agent(
        pos=Position(x=state.places[:, 1], y=state.places[:, 0]),
        dir=jnp.argsort(jnp.array(WAYS))[state.facings],
        inventory=state.hands,
    )
    fields: dict[str, Any] = dict(
        done=jnp.bool_(False),
        step=jnp.int32(0),
        agents=agents,
        grid=jnp.stack([cells, state.items, state.clocks], axis=-1),
        recipe=state.recipe,
        new_correct_delivery=state.delivered,
        ingredient_permutations=state.seen_as if swapped else None,
    )
    return TheirState(**fields)


def read(theirs: Any, ours: State) -> State:
    """One of its states as one of ours; what it has not is as in `ours`."""
    fields: dict[str, Any] = dict(
        places=jnp.stack([theirs.agents.pos.y, theirs.agents.pos.x], axis=-1),
        facings=jnp.array(WAYS)[theirs.agents.dir],
        hands=theirs.agents.inventory,
        items=theirs.grid[..., 1],
        clocks=theirs.grid[..., 2],
        recipe=theirs.recipe,
        delivered=theirs.new_correct_delivery,
        seen_as=ours.seen_as,
    )
    return State(**fields)


def peer(layout: str | Any, **options: Any) -> Any:
    """JaxMARL's environment of one of our layouts, or of a layout of its own."""
    return make(
        "overcooked_v2", layout=their_name(layout) if isinstance(layout, str) else layout, **options
    )


def by_agent(values: Any) -> jax.Array:
    """A dictionary of agents as an array with a first axis of them."""
    return jnp.stack([values[f"agent_{index}"] for index in range(len(values))])

"""What a game of Overcooked v2 remembers, and its numbers."""

from __future__ import annotations

import jax
import numpy as np

from envsuite.functional import struct
from envsuite_overcooked_v2.items import recipe_code
from envsuite_overcooked_v2.plan import Plan

EAST, SOUTH, WEST, NORTH, STAY, INTERACT = range(6)
"""The actions, in JaxMARL's order; the first four are also where one can face."""

MOVES = np.array([(0, 1), (1, 0), (0, -1), (-1, 0), (0, 0), (0, 0)], np.int32)  # (row, column)


@struct
class Kitchen:
    """What a kitchen is made of; one of another kitchen of the same shapes can take its place."""

    terrain: jax.Array  # i32[h, w]: what each cell is
    regions: jax.Array  # i32[h, w]: equal and above 0 where one can walk from one to the other
    starts: jax.Array  # i32[n, 2]: row and column where each of n cooks begins
    recipes: jax.Array  # i32[r]: the items that may be ordered, without a plate
    distances: jax.Array | None = None  # i32[h, w, 4, h, w], for those who see features


@struct
class Params:
    """The kitchen, what counts, and how long it takes.

    Attributes:
        kitchen: Where it is played.
        delivery_reward: To all cooks, for each soup served that is the one ordered.
        wrong_delivery_reward: To all cooks, for each other soup served; -20 is JaxMARL's
            `negative_rewards`.
        button_reward: To all cooks, each time one presses a button.
        placement_reward: Shaped, to the cook who puts into a pot what the recipe still lacks.
        cooking_reward: Shaped, to the cook who starts a pot with exactly what is ordered in it.
        soup_reward: Shaped, to the cook who takes the soup that is ordered out of a pot.
        plate_reward: Shaped, to the cook who takes a plate that is of use.
        shaping: The share of the shaped reward that is added to the reward; may be annealed.
        cook_time: Steps from the start of a pot until its soup is ready, at least 1.
        button_time: Steps for which a button shows the recipe, the one in which it is pressed
            included.
        first_states: States with a leading axis, one of which each episode begins with; `None`
            where `start`, `facing` and `contents` say how.
    """

    kitchen: Kitchen
    delivery_reward: float | jax.Array = 20.0
    wrong_delivery_reward: float | jax.Array = 0.0
    button_reward: float | jax.Array = -5.0
    placement_reward: float | jax.Array = 3.0
    cooking_reward: float | jax.Array = 5.0
    soup_reward: float | jax.Array = 5.0
    plate_reward: float | jax.Array = 3.0
    shaping: float | jax.Array = 0.0
    cook_time: int | jax.Array = 20
    button_time: int | jax.Array = 10
    first_states: State | None = None


@struct
class State:
    """A kitchen at work.

    `[h, w]` are its rows and columns, `n` its cooks, `k` its ingredients; `items.py` says how items
    are written.
    """

    places: jax.Array  # i32[n, 2]: row and column of each cook
    facings: jax.Array  # i32[n]: EAST, SOUTH, WEST or NORTH
    hands: jax.Array  # i32[n]: the item each holds
    items: jax.Array  # i32[h, w]: the item on each counter and in each pot
    clocks: jax.Array  # i32[h, w]: steps until a pot is ready, and until a button goes out
    recipe: jax.Array  # i32[]: the item that is ordered, without a plate
    delivered: jax.Array  # bool[]: whether a soup that was ordered was served in the last step
    seen_as: jax.Array  # i32[n, k]: the ingredients in the order in which each cook sees them


def kitchen_of(plan: Plan) -> Kitchen:
    """What a drawing says, as arrays."""
    arrays: dict[str, np.ndarray] = dict(
        terrain=plan.terrain,
        regions=plan.regions,
        starts=plan.starts,
        recipes=np.array([recipe_code(recipe) for recipe in plan.recipes], np.int32),
    )
    return Kitchen(**arrays)  # pyright: ignore[reportArgumentType] - NumPy's arrays are JAX's too

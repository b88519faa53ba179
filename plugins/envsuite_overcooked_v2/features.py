"""What the cooks see as a list of numbers: how to get to the nearest of each thing.

For kitchens of one ingredient; overcooked_ai's list, as JaxMARL has it.
"""

from __future__ import annotations

from collections import deque
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite_overcooked_v2.items import COOKED, DISH, FIRST_INGREDIENT, NOTHING, PLATE, amount
from envsuite_overcooked_v2.plan import COUNTER, FLOOR, PILE, PLATES, POT, POT_SIZE, WINDOW, Plan
from envsuite_overcooked_v2.state import EAST, MOVES, NORTH, SOUTH, STAY, WEST, Kitchen, State

WAYS = np.array([NORTH, SOUTH, EAST, WEST])
"""The order of what is told of the four ways."""
POTS = 2
"""How many pots, the nearest, are told of."""
OF_EACH = 48
"""How many numbers there are for each cook: 46 that tell of it, and a place, as (x, y)."""
FARTHEST = 255
"""No number is larger; clocks that have more steps to go show this."""
UNREACHABLE = 1_000_000


@cache
def distances_in(plan: Plan) -> np.ndarray:
    """How many actions it takes to face each cell, `i32[rows, columns, 4, rows, columns]`.

    The first three axes are where one stands and faces, the last two what is to be faced. Other
    cooks are not in the way.
    """
    steps = np.full((*plan.shape, STAY, *plan.shape), UNREACHABLE, np.int32)
    for row, column in np.argwhere(plan.regions > 0).tolist():
        for way in range(STAY):
            ahead = deque([((row, column, way), 0)])
            seen = {(row, column, way)}
            while ahead:
                (y, x, facing), count = ahead.popleft()
                faced = y + int(MOVES[facing, 0]), x + int(MOVES[facing, 1])
                nearest = steps[row, column, way]
                nearest[faced] = min(nearest[faced], count)
                for turn in range(STAY):
                    cell = y + int(MOVES[turn, 0]), x + int(MOVES[turn, 1])
                    pose = (*(cell if plan.terrain[cell] == FLOOR else (y, x)), turn)
                    if pose not in seen:
                        seen.add(pose)
                        ahead.append((pose, count + 1))
    return steps


def feature_space(plan: Plan) -> spaces.Box:
    """`f32[48 * cooks]`; see the README for what they are."""
    return spaces.Box(-FARTHEST, FARTHEST, (OF_EACH * plan.cooks,), np.float32)


def features(state: State, kitchen: Kitchen) -> jax.Array:
    """What each cook sees, `f32[n, 48 * n]`: itself, the others, where they are, where it is.

    Args:
        state: The kitchen.
        kitchen: Where it is played, with its distances.
    """
    cooks = len(state.places)
    own = jax.vmap(lambda place, facing, hand: _of_cook(state, kitchen, place, facing, hand))(
        state.places, state.facings, state.hands
    )
    told = []
    for cook in range(cooks):
        others = [other for other in range(cooks) if other != cook]
        told.append(
            jnp.concatenate(
                [
                    own[cook],
                    *(own[other] for other in others),
                    *((state.places[other] - state.places[cook])[::-1] for other in others),
                    state.places[cook][::-1],
                ]
            )
        )
    return jnp.stack(told).astype(jnp.float32)


def _of_cook(
    state: State, kitchen: Kitchen, place: jax.Array, facing: jax.Array, hand: jax.Array
) -> jax.Array:
    """What is told of one cook, `i32[46]`."""
    assert kitchen.distances is not None, "the kitchen is one for planes: it has no distances"
    terrain, items = kitchen.terrain.ravel(), state.items.ravel()
    from_here = kitchen.distances[place[0], place[1], facing].ravel()
    onion, dish = FIRST_INGREDIENT, (hand & DISH) == DISH

    def away(cell: jax.Array) -> jax.Array:
        """From the cook to cells of these numbers, as (x, y) on a last axis."""
        row, column = jnp.divmod(cell, kitchen.terrain.shape[1])
        return jnp.stack([column - place[1], row - place[0]], axis=-1)

    lying = terrain == COUNTER
    dishes = lying & ((items & DISH) == DISH)
    sought = [
        ((terrain == PILE) | (lying & (items == onion)), hand == onion),
        (jnp.zeros_like(lying), False),  # there are no tomatoes in these kitchens
        ((terrain == PLATES) | (lying & (items == PLATE)), hand == PLATE),
        (dishes, dish),
        (terrain == WINDOW, False),
        (lying & (items == NOTHING), False),
    ]
    far = jnp.where(jnp.stack([those for those, _ in sought]), from_here, UNREACHABLE)
    found = far.min(-1) < UNREACHABLE
    held = jnp.stack([jnp.asarray(holds) for _, holds in sought])
    ways = jnp.where((found & ~held)[:, None], away(far.argmin(-1)), 0)
    soup = jnp.where(dishes.any() | dish, POT_SIZE, 0)
    told = [
        facing == WAYS,
        jnp.stack([hand == onion, dish, hand == PLATE, jnp.bool_(False)]),
        ways[:4].ravel(),
        jnp.stack([soup, jnp.zeros_like(soup)]),
        ways[4:].ravel(),
    ]
    near, cell = jax.lax.top_k(-jnp.where(terrain == POT, from_here, UNREACHABLE), POTS)
    item, clock = items[cell], state.clocks.ravel()[cell]
    count = amount(item)
    of_pots = [
        jnp.ones(POTS, bool),
        item == NOTHING,
        count == POT_SIZE,
        clock > 0,
        (item & COOKED) > 0,
        count,
        jnp.zeros(POTS, bool),
        jnp.minimum(clock, FARTHEST),
        *away(cell).T,
    ]
    pots = jnp.stack([jnp.asarray(part, jnp.int32) for part in of_pots], axis=1)
    told.append(jnp.where((near > -UNREACHABLE)[:, None], pots, 0).ravel())
    beside = place + MOVES[WAYS]
    told.append(kitchen.terrain[beside[:, 0], beside[:, 1]] != FLOOR)
    return jnp.concatenate([jnp.asarray(part, jnp.int32) for part in told])

"""How an episode begins."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp

from envsuite_overcooked_v2.items import COOKED, DISH, NOTHING, PLATE, amount, ingredient
from envsuite_overcooked_v2.plan import COUNTER, PILE, POT, POT_SIZE
from envsuite_overcooked_v2.state import NORTH, WEST, Kitchen, Params, State


def first_state(key: jax.Array, kitchen: Kitchen, ingredients: int) -> State:
    """An empty kitchen, the cooks where it is drawn to have them, facing north; an order by chance.

    Args:
        key: For the order.
        kitchen: Where it is played.
        ingredients: How many there are.
    """
    cooks = len(kitchen.starts)
    empty = jnp.zeros(kitchen.terrain.shape, jnp.int32)
    return State(
        places=jnp.asarray(kitchen.starts, jnp.int32),
        facings=jnp.full(cooks, NORTH, jnp.int32),
        hands=jnp.full(cooks, NOTHING, jnp.int32),
        items=empty,
        clocks=empty,
        recipe=order(key, kitchen),
        delivered=jnp.bool_(False),
        seen_as=jnp.tile(jnp.arange(ingredients, dtype=jnp.int32), (cooks, 1)),
    )


def order(key: jax.Array, kitchen: Kitchen) -> jax.Array:
    """One of the recipes, each as likely, `i32[]`."""
    if len(kitchen.recipes) == 1:  # nothing to draw
        return kitchen.recipes[0]
    return _one_of(jax.random.uniform(key), kitchen.recipes)


def one_of_states(key: jax.Array, states: State) -> State:
    """One of several states with a leading axis, each as likely; nothing was just served."""
    states = jax.tree.map(jnp.asarray, states)
    index = _below(jax.random.uniform(key), len(states.recipe))
    chosen = jax.tree.map(lambda leaf: leaf[index], states)
    return replace(chosen, delivered=jnp.bool_(False))


def random_places(key: jax.Array, state: State, kitchen: Kitchen) -> jax.Array:
    """Each cook in turn anywhere it can walk to and nobody stands yet, `i32[n, 2]`."""
    regions = kitchen.regions
    shares = jax.random.uniform(key, (len(state.places), regions.size))
    free = jnp.ones(regions.size, bool)
    places = []
    for cook, (row, column) in enumerate(kitchen.starts):
        open_to_it = free & (regions.ravel() == regions[row, column])
        cell = jnp.argmax(jnp.where(open_to_it, shares[cook], -1))
        free = free.at[cell].set(False)
        places.append(jnp.stack(jnp.divmod(cell, regions.shape[1])))
    return jnp.stack(places).astype(jnp.int32)


def random_facings(key: jax.Array, state: State) -> jax.Array:
    """Each way as likely, `i32[n]`."""
    return jax.random.randint(key, state.facings.shape, 0, max(NORTH, WEST) + 1, jnp.int32)


def random_contents(key: jax.Array, state: State, params: Params, *, by_hand: bool) -> State:
    """Hands, counters and pots filled by chance, as JaxMARL fills them; see the README for chances.

    Counters and pots that no cook can reach are left as they are.
    """
    kitchen, ingredients = params.kitchen, state.seen_as.shape[1]
    terrain = kitchen.terrain
    stocked = (terrain[..., None] == PILE + jnp.arange(ingredients)).any((0, 1))
    near_floor = jnp.pad(kitchen.regions > 0, 1)
    reached = near_floor[:-2, 1:-1] | near_floor[2:, 1:-1]
    reached |= near_floor[1:-1, :-2] | near_floor[1:-1, 2:]
    keys = iter(jax.random.split(key, 10))

    def some(shape: tuple[int, ...]) -> jax.Array:
        """One of any ingredient of the kitchen, each as likely."""
        kinds = jnp.argsort(~stocked, stable=True)
        number = _below(jax.random.uniform(next(keys), shape), stocked.sum())
        return ingredient(kinds[number])

    def dishes(shape: tuple[int, ...]) -> jax.Array:
        """A dish that can be ordered, each as likely."""
        return _one_of(jax.random.uniform(next(keys), shape), kitchen.recipes) | DISH

    shape = state.hands.shape
    chance = jax.random.uniform(next(keys), shape)
    hands = _by_chance(
        chance, (0.5, NOTHING), (0.1, PLATE), (0.25, some(shape)), (0.15, dishes(shape))
    )
    shape = terrain.shape
    chance = jax.random.uniform(next(keys), shape)
    lying = _by_chance(
        chance, (0.5, NOTHING), (0.1, PLATE), (0.3, some(shape)), (0.1, dishes(shape))
    )
    items = jnp.where(reached & (terrain == COUNTER), lying, state.items)

    mixed = some((POT_SIZE, *shape))
    shares = jax.random.uniform(next(keys), (2, *shape))
    few = _below(shares[0], POT_SIZE)  # how many of three are left out, so that some are left
    partial = jnp.where(jnp.arange(POT_SIZE)[:, None, None] >= few, mixed, 0).sum(0)
    whole = partial if by_hand else mixed.sum(0)
    cook_time = jnp.asarray(params.cook_time, jnp.int32)
    chance = jax.random.uniform(next(keys), shape)
    pots = terrain == POT
    filled = _by_chance(
        chance, (0.4, state.items), (0.35, partial), (0.15, whole), (0.1, whole | COOKED)
    )
    ticking = _by_chance(
        chance, (0.4, state.clocks), (0.35, 0), (0.15, 1 + _below(shares[1], cook_time)), (0.1, 0)
    )
    return replace(
        state,
        hands=hands,
        items=jnp.where(reached & pots, filled, items),
        clocks=jnp.where(reached & pots, ticking, state.clocks),
    )


def start_full_pots(state: State, params: Params) -> State:
    """Start every pot that is full and neither cooks nor is done."""
    full = amount(state.items) == POT_SIZE
    idle = (state.clocks == 0) & ((state.items & COOKED) == 0)
    pots = params.kitchen.terrain == POT
    cook_time = jnp.asarray(params.cook_time, jnp.int32)
    return replace(state, clocks=jnp.where(pots & full & idle, cook_time, state.clocks))


def random_eyes(key: jax.Array, state: State, swapped: tuple[int, ...]) -> jax.Array:
    """Each cook sees some of the ingredients in an order of its own, `i32[n, ingredients]`."""
    order = jax.vmap(lambda key: jax.random.permutation(key, jnp.array(swapped, jnp.int32)))
    drawn = order(jax.random.split(key, len(state.seen_as)))
    return state.seen_as.at[:, jnp.array(swapped)].set(drawn)


def _by_chance(chance: jax.Array, *cases: tuple[float, jax.Array | int]) -> jax.Array:
    """The case into whose share a number in [0, 1) falls; the shares add up to 1."""
    chosen, reached = jnp.asarray(cases[-1][1], jnp.int32), 1.0
    for (_, value), (share, _) in zip(cases[-2::-1], cases[:0:-1], strict=True):
        reached -= share
        chosen = jnp.where(chance < reached, value, chosen)
    return chosen


def _one_of(share: jax.Array, values: jax.Array) -> jax.Array:
    """One of several values by a number in [0, 1), `i32[...]`."""
    return values[_below(share, len(values))]


def _below(share: jax.Array, count: int | jax.Array) -> jax.Array:
    """Whole numbers below `count` from numbers in [0, 1), `i32[...]`."""
    return jnp.minimum(jnp.floor(share * count).astype(jnp.int32), count - 1)

"""How an episode begins, where that is left to chance."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.items import recipe_code
from envsuite_overcooked_v2.plan import COUNTER
from envsuite_overcooked_v2.tests.scene import item

MANY = 4000
DRAWING = """
    XXPXXXX
    a1.X2.S
    c..P..X
    XXDXRPX
    XXXXXXX
"""
"""No cook reaches the lowest row."""


@partial(jax.jit, static_argnums=0)
def starts(env, keys, params):
    return jax.vmap(lambda key: env.reset(key, params)[0])(keys)


def drawn(env: OvercookedV2, seed: int = 3, many: int = MANY, **params: Any) -> Any:
    numbers = replace(env.default_params(), **params)
    return jax.device_get(starts(env, jax.random.split(jax.random.key(seed), many), numbers))


@pytest.fixture(scope="module")
def random_game():
    return OvercookedV2(drawing=DRAWING, start="random", facing="random", contents="random")


@pytest.fixture(scope="module")
def states(random_game):
    return drawn(random_game)


def share(values, *wanted):
    """The share of values that are one of those wanted."""
    return np.isin(values, wanted).mean()


def test_each_cook_is_anywhere_it_can_walk_to(random_game, states):
    for cook, columns in ((0, (1, 2)), (1, (4, 5))):
        cells, often = np.unique(states.places[:, cook], axis=0, return_counts=True)
        assert cells.tolist() == [[row, column] for row in (1, 2) for column in columns]
        np.testing.assert_allclose(often / MANY, 1 / 4, atol=0.04)
    np.testing.assert_allclose([share(states.facings, way) for way in range(4)], 1 / 4, atol=0.03)


def test_in_one_room_all_stand_on_different_cells_each_as_likely():
    env = OvercookedV2("coordination_ring", start="random")
    places = drawn(env).places
    assert (places[:, 0] != places[:, 1]).any(-1).all()
    for cook in (0, 1):
        cells, often = np.unique(places[:, cook], axis=0, return_counts=True)
        assert cells.tolist() == np.argwhere(env.plan.regions == 1).tolist()
        np.testing.assert_allclose(often / MANY, 1 / 8, atol=0.03)
    pairs = np.unique(places.reshape(MANY, 4), axis=0)
    assert len(pairs) == 8 * 7


def test_hands_counters_and_pots_are_filled_as_the_readme_says(random_game, states):
    plan = random_game.plan
    assert plan.recipes == ("aaa", "aac", "acc", "ccc")
    dishes = [item("D" + recipe) for recipe in plan.recipes]
    kinds = [item("a"), item("c")]
    for share_of, cells in (
        ((0.5, 0.1, 0.25, 0.15), states.hands),
        ((0.5, 0.1, 0.3, 0.1), states.items[:, 0, 1]),  # a counter
        ((0.5, 0.1, 0.3, 0.1), states.items[:, 1, 3]),
    ):
        nothing, plate, some, dish = share_of
        assert abs(share(cells, 0) - nothing) < 0.04 and abs(share(cells, item("D")) - plate) < 0.03
        for kind in kinds:
            assert abs(share(cells, kind) - some / 2) < 0.03
        for one in dishes:
            assert abs(share(cells, one) - dish / 4) < 0.02
    corner = (plan.terrain == COUNTER) & (np.arange(plan.shape[0]) == 4)[:, None]
    assert not states.items[:, corner].any(), "nobody reaches the lowest row"

    at = states.items[:, 0, 2], states.clocks[:, 0, 2]
    cooked = (at[0] & 2) > 0
    amount = np.sum([(at[0] >> 2 + 2 * kind) & 3 for kind in range(3)], axis=0)
    assert abs(((at[0] == 0) & (at[1] == 0)).mean() - 0.4) < 0.04
    for few in (1, 2):
        assert abs((amount == few).mean() - 0.35 / 3) < 0.03
        assert not at[1][amount == few].any() and not cooked[amount == few].any()
    assert abs(cooked.mean() - 0.1) < 0.02 and (amount[cooked] == 3).all()
    full = (amount == 3) & ~cooked
    # full ones cook: those that were drawn to, and those that were drawn full
    assert abs(full.mean() - 0.15 - 0.35 / 3) < 0.04 and (at[1][full] > 0).all()
    assert set(at[1][full]) == set(range(1, 21))
    assert abs((at[1][full] == 20).sum() / full.sum() - (0.35 / 3 + 0.15 / 20) / 0.267) < 0.08
    assert set(np.unique(at[0][full] & 0b110000)) == {0}, "there is no b in this kitchen"
    # the pots, and the cooks' hands, are drawn apart from each other
    for one, other in ((states.items[:, 0, 2], states.items[:, 2, 3]), states.hands.T):
        assert abs(np.corrcoef(one > 0, other > 0)[0, 1]) < 0.1


def test_started_by_hand_any_amount_cooks():
    env = OvercookedV2(drawing=DRAWING, contents="random", start_cooking_interaction=True)
    states = drawn(env, many=2000)
    at = states.items[:, 0, 2], states.clocks[:, 0, 2]
    amount = np.sum([(at[0] >> 2 + 2 * kind) & 3 for kind in range(3)], axis=0)
    cooked, cooking = (at[0] & 2) > 0, at[1] > 0
    for few in (1, 2, 3):
        for which, chance in ((cooked, 0.1), (cooking, 0.15), (~cooked & ~cooking, 0.35)):
            assert abs((which & (amount == few)).mean() - chance / 3) < 0.03


def test_each_chance_can_be_had_alone():
    plain = OvercookedV2(drawing=DRAWING)
    first = drawn(plain, many=50)
    assert (first.places == plain.plan.starts).all() and (first.facings == 3).all()
    assert not any(np.any(getattr(first, name)) for name in ("hands", "items", "clocks"))
    assert set(first.recipe) == {recipe_code(recipe) for recipe in plain.plan.recipes}
    options: Any = (
        ({"start": "random"}, {"places"}),
        ({"facing": "random"}, {"facings"}),
        ({"contents": "random"}, {"hands", "items", "clocks"}),
        ({"op_ingredient_permutations": "ac"}, {"seen_as"}),
    )
    for option, changed in options:
        states = drawn(OvercookedV2(drawing=DRAWING, **option), many=50)
        names = ("places", "facings", "hands", "items", "clocks", "seen_as")
        differ = {n for n in names if np.any(getattr(states, n) != getattr(first, n))}
        assert differ == changed


def test_recipes_are_as_likely_as_each_other():
    recipes = drawn(OvercookedV2("two_rooms")).recipe
    values, often = np.unique(recipes, return_counts=True)
    assert len(values) == 4
    np.testing.assert_allclose(often / MANY, 1 / 4, atol=0.04)


def test_each_cook_sees_some_ingredients_in_an_order_of_its_own():
    env = OvercookedV2("fun_coordination", op_ingredient_permutations="acd")
    seen_as = drawn(env).seen_as
    assert (seen_as[..., 1] == 1).all() and (np.sort(seen_as) == np.arange(4)).all()
    orders, often = np.unique(seen_as.reshape(MANY, 8), axis=0, return_counts=True)
    assert len(orders) == 6 * 6  # each cook's own
    np.testing.assert_allclose(often / MANY, 1 / 36, atol=0.015)


def test_a_swapped_ingredient_is_swapped_wherever_it_is_seen():
    env = OvercookedV2(drawing=DRAWING, op_ingredient_permutations="ac")
    params = env.default_params()
    state, _ = jax.jit(env.reset)(jax.random.key(0), params)
    told = replace(
        state,
        hands=jnp.array([item("a"), item("Dacc")]),
        items=state.items.at[0, 1].set(item("c")).at[2, 3].set(item("aac")),
        recipe=jnp.int32(item("acc")),
    )
    alike = replace(told, seen_as=jnp.tile(jnp.arange(3), (2, 1)))
    other = replace(told, seen_as=jnp.array([[2, 1, 0], [0, 1, 2]]))
    step = jax.jit(env.step)
    stay = {"agent": jnp.array([4, 4])}
    planes = [
        np.asarray(step(jax.random.key(0), now, stay, params)[1].obs["agent"])
        for now in (alike, other)
    ]
    np.testing.assert_array_equal(planes[0][1], planes[1][1])
    # own hand, the other's hand, piles, what lies about, the recipe: a is at these, c two after
    swapped = np.arange(40)
    for plane in (7, 17, 26, 31, 36):
        swapped[[plane, plane + 2]] = plane + 2, plane
    np.testing.assert_array_equal(planes[0][0][..., swapped], planes[1][0])
    assert (planes[0][0] != planes[1][0]).any((0, 1))[[7, 17, 26, 31, 36]].all()


def test_an_episode_can_begin_with_one_of_several_states():
    env = OvercookedV2("cramped_room")
    params = env.default_params()
    first, _ = jax.jit(env.reset)(jax.random.key(0), params)
    three = jax.tree.map(lambda leaf: jnp.stack([leaf] * 3), first)
    three = replace(
        three,
        hands=jnp.array([[1, 0], [0, 4], [15, 15]]),
        items=three.items.at[1, 0, 2].set(item("aaa")),
        delivered=jnp.ones(3, bool),
    )
    states = drawn(env, many=600, first_states=three)
    rows, often = np.unique(states.hands, axis=0, return_counts=True)
    assert rows.tolist() == [[0, 4], [1, 0], [15, 15]]
    np.testing.assert_allclose(often / 600, 1 / 3, atol=0.1)
    assert not states.delivered.any()
    second = (states.hands == [0, 4]).all(-1)
    assert (states.clocks[:, 0, 2] == np.where(second, 20, 0)).all(), "a full pot cooks"

"""Step by step with JaxMARL 0.2.0: states, rewards, shaped rewards and all planes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.items import recipe_code
from envsuite_overcooked_v2.plan import INGREDIENTS, shipped_plans
from envsuite_overcooked_v2.state import INTERACT, MOVES, State
from envsuite_overcooked_v2.tests.moments import any_states
from envsuite_overcooked_v2.tests.peer import (
    by_agent,
    drawn_for_them,
    peer,
    read,
    their_cells,
    their_layout,
    write,
)

MOMENTS = 3000
THREE_COOKS = """
    XXPXBXX
    a1.2..S
    b..X3.R
    XDXPXXX
"""


@dataclass(frozen=True)
class Case:
    """A game of ours and the one of JaxMARL that plays by the same rules."""

    ours: OvercookedV2
    theirs: Any
    wrong_delivery_reward: float = 0.0


def case(name: str) -> Case:
    """The games by what they are there to compare."""
    if name == "button":
        ours = OvercookedV2("grounded_coordination_simple", indicate_successful_delivery=True)
        theirs = peer(ours.layout, indicate_successful_delivery=True, negative_rewards=True)
        return Case(ours, theirs, -20.0)
    if name == "by hand, partial view":
        options: dict[str, Any] = {"agent_view_size": 2, "start_cooking_interaction": True}
        ours = OvercookedV2("asymmetric_advantages_recipes_left", **options)
        return Case(ours, peer(ours.layout, **options))
    if name == "three cooks who see other ingredients":
        ours = OvercookedV2(drawing=THREE_COOKS, op_ingredient_permutations="ab", agent_view_size=3)
        theirs = peer(
            drawn_for_them(ours.plan), op_ingredient_permutations=[0, 1], agent_view_size=3
        )
        return Case(ours, theirs)
    ours = OvercookedV2("long_room")
    return Case(ours, peer(ours.layout))


@partial(jax.jit, static_argnums=0)
def our_step(env: OvercookedV2, states: State, actions: jax.Array, params: Any) -> Any:
    step = jax.vmap(env.step, (None, 0, {"agent": 0}, None))
    return step(jax.random.key(0), states, {"agent": actions}, params)


@pytest.mark.parametrize(
    ("name", "rewards", "shaped"),
    [
        ("button", {-20, -5, 0, 20}, {0, 3, 5}),
        ("by hand, partial view", {0, 20}, {0, 3, 5}),
        ("three cooks who see other ingredients", {-5, 0, 20}, {0, 3, 5}),
        ("one cook", {0, 20}, {0, 3, 5}),
    ],
)
def test_every_step_is_jaxmarls(name, rewards, shaped):
    now = case(name)
    env, theirs = now.ours, now.theirs
    params = env.default_params()
    random = np.random.default_rng(len(name))
    states = jax.tree.map(jnp.asarray, any_states(random, env, MOMENTS))
    weights = np.where(np.arange(len(MOVES)) == INTERACT, 5.0, 1.0)
    shape = (MOMENTS, env.plan.cooks)
    actions = random.choice(len(MOVES), shape, p=weights / weights.sum()).astype(np.int32)

    @jax.jit
    @jax.vmap
    def their_step(state: State, action: jax.Array) -> Any:
        written = write(state, params.kitchen, swapped=bool(env.op_ingredient_permutations))
        chosen = {f"agent_{cook}": action[cook] for cook in range(env.plan.cooks)}
        observed, after, reward, _, info = theirs.step_env(jax.random.PRNGKey(0), written, chosen)
        shaped = by_agent(info["shaped_reward"])
        return read(after, state), by_agent(observed), by_agent(reward), shaped

    expected, planes, paid, earned = jax.device_get(their_step(states, actions))
    ours, timestep = jax.device_get(
        our_step(
            env,
            states,
            actions,
            replace(params, wrong_delivery_reward=np.float32(now.wrong_delivery_reward)),
        )
    )
    for field in fields(State):
        np.testing.assert_array_equal(
            getattr(ours, field.name), getattr(expected, field.name), field.name
        )
    np.testing.assert_array_equal(timestep.reward["agent"], paid)
    np.testing.assert_array_equal(timestep.info["shaped_reward"]["agent"], earned)
    np.testing.assert_array_equal(timestep.obs["agent"], planes)

    # the moments were worth comparing
    assert rewards <= set(paid.ravel()) and shaped <= set(earned.ravel())
    for value in rewards | (shaped - {0}):
        assert (paid == value).sum() + (earned == value).sum() > 20, value


@pytest.mark.parametrize("layout", shipped_plans())
def test_the_kitchens_and_recipes_of_jaxmarl(layout):
    plan, theirs = shipped_plans()[layout], their_layout(layout)
    np.testing.assert_array_equal(their_cells(plan.terrain), theirs.static_objects)
    assert plan.starts[:, ::-1].tolist() == [list(cell) for cell in theirs.agent_positions]
    recipes = [[INGREDIENTS.index(letter) for letter in recipe] for recipe in plan.recipes]
    assert recipes == sorted(sorted(recipe) for recipe in theirs.possible_recipes)
    assert plan.ingredients == theirs.num_ingredients


def test_all_its_layouts_are_there():
    assert len(shipped_plans()) == 23


def test_an_episode_begins_as_jaxmarls():
    env, theirs = OvercookedV2("fun_coordination"), peer("fun_coordination")
    params = env.default_params()

    @jax.jit
    @jax.vmap
    def begin(seed: jax.Array) -> Any:
        state, timestep = env.reset(jax.random.key(seed), params)
        observed, their_state = theirs.reset(jax.random.PRNGKey(seed))
        ours = state.recipe, timestep.obs["agent"]
        return ours, (their_state.recipe, by_agent(observed))

    (recipes, planes), (their_recipes, expected) = jax.device_get(begin(jnp.arange(20)))
    for recipe in params.kitchen.recipes.tolist():  # chance is each one's own
        first, others = planes[recipes == recipe], expected[their_recipes == recipe]
        assert len(first) and len(others)
        np.testing.assert_array_equal(first, np.broadcast_to(others[0], first.shape))


def test_a_new_order_is_drawn_as_jaxmarls():
    options: dict[str, Any] = {"sample_recipe_on_delivery": True}
    env, theirs = OvercookedV2("fun_symmetries", **options), peer("fun_symmetries", **options)
    params = env.default_params()
    first = int(params.kitchen.recipes[0])
    random = np.random.default_rng(0)
    state = jax.tree.map(lambda leaf: jnp.asarray(leaf[0]), any_states(random, env, 1))
    at_window = replace(
        state,
        places=jnp.array([[2, 2], [2, 5]]),
        facings=jnp.array([3, 0]),
        hands=jnp.array([0, first | 3]),
        recipe=jnp.int32(first),
    )
    actions = jnp.array([4, 5])

    @jax.jit
    @jax.vmap
    def both(seed: jax.Array) -> Any:
        step = env.step(jax.random.key(seed), at_window, {"agent": actions}, params)
        written = write(at_window, params.kitchen)
        chosen = {"agent_0": actions[0], "agent_1": actions[1]}
        after = theirs.step_env(jax.random.PRNGKey(seed), written, chosen)
        return (step[0].recipe, step[0].delivered), (after[1].recipe, after[1].new_correct_delivery)

    for recipes, delivered in jax.device_get(both(jnp.arange(400))):
        assert delivered.all()
        values, often = np.unique(recipes, return_counts=True)
        assert values.tolist() == sorted(params.kitchen.recipes.tolist())
        assert abs(often[0] - 200) < 60  # six deviations


def test_what_looks_like_a_fault_and_is_the_same_in_both():
    """A lit button that is pressed costs again; a useless ingredient costs nothing, ever."""
    env = OvercookedV2("grounded_coordination_simple")
    params = replace(env.default_params(), wrong_delivery_reward=np.float32(-20))
    theirs = peer(env.layout, negative_rewards=True)
    state, _ = jax.jit(env.reset)(jax.random.key(0), params)
    at_button = replace(
        state,
        recipe=jnp.int32(recipe_code("aaa")),
        facings=jnp.array([0, 2]),
        hands=jnp.array([0, 16]),  # the second brings a b to the pot
        clocks=state.clocks.at[2, 3].set(5),
    )
    action = jnp.array([5, 5])
    ours = jax.jit(env.step)(jax.random.key(0), at_button, {"agent": action}, params)
    written = write(at_button, env.default_params().kitchen)
    chosen = {"agent_0": action[0], "agent_1": action[1]}
    _, after, reward, _, info = jax.jit(theirs.step_env)(jax.random.PRNGKey(0), written, chosen)
    assert int(after.grid[2, 3, 2]) == int(ours[0].clocks[2, 3]) == 9
    assert int(after.grid[2, 4, 1]) == int(ours[0].items[2, 4]) == 16
    assert by_agent(reward).tolist() == ours[1].reward["agent"].tolist() == [-5, -5]
    shaped = ours[1].info["shaped_reward"]["agent"].tolist()
    assert by_agent(info["shaped_reward"]).tolist() == shaped == [0, 0]

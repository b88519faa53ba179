"""Where ours differs from JaxMARL 0.2.0's Overcooked v2: each test runs both."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces
from jaxmarl.environments.overcooked_v2.overcooked import ObservationType

import envsuite
from envsuite.functional import TimeLimit
from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.items import recipe_code
from envsuite_overcooked_v2.plan import INGREDIENTS, freeze_drawing, read_plan
from envsuite_overcooked_v2.tests.peer import drawn_for_them, peer

GAP = """
    XXPXX
    a1.2c
    X...R
    XDXSX
"""
"""There is no b in this kitchen."""
SEEDS = jnp.arange(400)


def begin_theirs(env: Any) -> Any:
    keys = jax.vmap(jax.random.PRNGKey)(SEEDS)
    return jax.jit(jax.vmap(env.reset))(keys)


def begin_ours(env: OvercookedV2) -> Any:
    params = env.default_params()
    return jax.jit(jax.vmap(lambda seed: env.reset(jax.random.key(seed), params)))(SEEDS)


def test_declared_spaces_are_there_and_hold_what_is_shown():
    """Declared spaces.

    JaxMARL: the dictionaries of spaces are empty.
    Here: filled, and every observation lies in its space.
    """
    theirs = peer("long_room", agent_view_size=2)
    assert theirs.observation_spaces == {} and theirs.action_spaces == {}
    ours = OvercookedV2("long_room", agent_view_size=2)
    assert isinstance(ours.observation_space, spaces.Dict)
    _, timestep = begin_ours(ours)
    for seen in np.asarray(timestep.obs["agent"])[:20, 0]:
        assert seen in ours.observation_space["agent"]


def test_observations_are_bytes():
    """Observations.

    JaxMARL: `int32`.
    Here: the same numbers as `uint8`.
    """
    observed, _ = jax.eval_shape(peer("cramped_room").reset, jax.random.PRNGKey(0))
    assert observed["agent_0"].dtype == np.int32
    assert OvercookedV2().observation_space["agent"].dtype == np.uint8


@pytest.fixture(scope="module")
def random_beginnings():
    theirs = peer("cramped_room", random_reset=True)
    _, states = begin_theirs(theirs)
    ours, _ = begin_ours(OvercookedV2(start="random", facing="random", contents="random"))
    return theirs, states, ours


def test_pots_that_begin_full_cook(random_beginnings):
    """Pots that begin full, by chance.

    JaxMARL: stay cold until somebody interacts with them.
    Here: cook.
    """
    theirs, states, ours = random_beginnings
    full = (states.grid[:, 0, 2, 1] == recipe_code("aaa")) & (states.grid[:, 0, 2, 2] == 0)
    assert full.sum() > 10
    stay = {"agent_0": jnp.int32(4), "agent_1": jnp.int32(4)}
    step = jax.jit(jax.vmap(lambda state: theirs.step_env(jax.random.PRNGKey(0), state, stay)[1]))
    after = step(step(states))
    assert not np.asarray(after.grid[:, 0, 2, 2])[np.asarray(full)].any(), "theirs stay cold"
    full = ours.items[:, 0, 2] == recipe_code("aaa")
    assert full.sum() > 10 and (ours.clocks[:, 0, 2][full] > 0).all()


def test_counters_that_nobody_reaches_stay_empty(random_beginnings):
    """Counters that nobody reaches.

    JaxMARL: are filled by chance too; a plate there keeps all others from being rewarded.
    Here: stay empty.
    """
    _, theirs, ours = random_beginnings
    corners = np.ix_(range(len(SEEDS)), (0, -1), (0, -1))
    assert np.asarray(theirs.grid[..., 1])[corners].any()
    assert not np.asarray(ours.items)[corners].any()
    assert np.asarray(ours.items)[:, 0, 1].any()


def test_recipes_are_in_order_and_of_what_the_kitchen_has():
    """The recipes of `"all"`.

    JaxMARL: in the order of a Python set; of ingredients without a pile too.
    Here: sorted; of what there is.
    """
    plan = read_plan(freeze_drawing(GAP), None)
    theirs = drawn_for_them(plan).possible_recipes
    ours = [[INGREDIENTS.index(letter) for letter in recipe] for recipe in plan.recipes]
    assert [0, 0, 1] in [sorted(recipe) for recipe in theirs], "theirs orders what there is not"
    assert ours == [[0, 0, 0], [0, 0, 2], [0, 2, 2], [2, 2, 2]]
    assert [sorted(recipe) for recipe in theirs] != sorted(sorted(recipe) for recipe in theirs)


def test_random_ingredients_are_of_what_the_kitchen_has():
    """Ingredients by chance.

    JaxMARL: without a pile too.
    Here: of what there is.
    """
    plan = read_plan(freeze_drawing(GAP), ("aaa",))
    theirs = peer(drawn_for_them(plan, recipes=[[0, 0, 0]]), random_reset=True)
    _, states = begin_theirs(theirs)
    assert 16 in np.asarray(states.agents.inventory), (
        "theirs holds the ingredient that there is not"
    )
    env = OvercookedV2(drawing=GAP, recipes=["aaa"], contents="random")
    states, _ = begin_ours(env)
    kinds = set(np.unique(states.hands))
    assert {4, 64} <= kinds and 16 not in kinds
    assert not (np.asarray(states.items) >> 4 & 3).any()


def test_one_cook_sees_itself_alone():
    """The features that a lone cook sees.

    JaxMARL: an error.
    Here: its 48 numbers.
    """
    with pytest.raises(ValueError, match="at least one array"):
        theirs = peer("long_room", observation_type=ObservationType.FEATURIZED)
        jax.eval_shape(theirs.reset, jax.random.PRNGKey(0))
    env = TimeLimit(OvercookedV2("long_room", observation="features"), 3)
    _, timestep = jax.jit(env.reset)(jax.random.key(0), env.default_params())
    told = np.asarray(timestep.obs["agent"])
    assert told.shape == (1, 48) and told[0, 46:].tolist() == [13, 1]


def test_a_view_of_no_cells_is_refused():
    """A view size of 0.

    JaxMARL: shows the whole kitchen.
    Here: is refused; `None` shows it.
    """
    theirs = peer("cramped_room", agent_view_size=0)
    observed, _ = jax.eval_shape(theirs.reset, jax.random.PRNGKey(0))
    assert observed["agent_0"].shape == (4, 5, 30), "theirs shows the whole kitchen"
    try:
        OvercookedV2(agent_view_size=0)
    except ValueError as error:
        assert "None for the whole kitchen" in str(error)
    else:
        raise AssertionError("a view size of 0 was taken")


def test_the_time_limit_truncates():
    """The time limit.

    JaxMARL: terminates.
    Here: truncates.
    """
    theirs = peer("cramped_room", max_steps=2)
    _, state = jax.jit(theirs.reset)(jax.random.PRNGKey(0))
    stay = {"agent_0": jnp.int32(4), "agent_1": jnp.int32(4)}
    step = jax.jit(theirs.step_env)
    ends = []
    for _ in range(2):
        _, state, _, dones, _ = step(jax.random.PRNGKey(0), state, stay)
        ends.append(bool(dones["__all__"]))
    assert ends == [False, True]
    game = envsuite.make("envsuite/OvercookedV2-CrampedRoom", max_steps=2)
    params = game.default_params()
    state, _ = jax.jit(game.reset)(jax.random.key(0), params)
    step = jax.jit(game.step)
    for limit in (False, True):
        action = {"agent": jnp.array([4, 4])}
        state, timestep = step(jax.random.key(0), state, action, params)
        assert bool(timestep.truncated) == limit and not timestep.terminated["agent"].any()

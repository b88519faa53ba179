"""The list of features: beside JaxMARL 0.2.0, and by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxmarl.environments.overcooked_v2.overcooked import ObservationType

from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.features import distances_in, features
from envsuite_overcooked_v2.tests.moments import any_states
from envsuite_overcooked_v2.tests.peer import by_agent, drawn_for_them, peer, write
from envsuite_overcooked_v2.tests.scene import item

MOMENTS = 1000
DIVIDED = """
    XPXXXPX
    a1XaX.S
    D..X.3X
    XP.2X.D
    XXSXXXX
"""
"""The third cook is apart, and has nothing to cook; one pile is out of reach."""


@pytest.mark.parametrize("layout", ["asymmetric_advantages", "divided"])
def test_they_are_jaxmarls(layout):
    if layout == "divided":
        env = OvercookedV2(drawing=DIVIDED, recipes=["aaa"], observation="features")
        where = drawn_for_them(env.plan, recipes=[[0, 0, 0]])
        # theirs numbers cooks as they are read
        assert env.plan.starts.tolist() == [[1, 1], [3, 3], [2, 5]]
        order = np.array([0, 2, 1])
    else:
        env, where, order = OvercookedV2(layout, observation="features"), layout, np.arange(2)
    theirs = peer(where, observation_type=ObservationType.FEATURIZED)
    kitchen = jax.tree.map(jnp.asarray, env.default_params().kitchen)
    random = np.random.default_rng(5)
    states = jax.tree.map(jnp.asarray, any_states(random, env, MOMENTS))
    cooks = {name: getattr(states, name)[:, order] for name in ("places", "facings", "hands")}
    states = replace(states, **cooks)

    @jax.jit
    @jax.vmap
    def both(state: Any) -> Any:
        return features(state, kitchen), by_agent(theirs.get_obs(write(state, kitchen)))

    ours, expected = jax.device_get(both(states))
    np.testing.assert_array_equal(ours, expected)
    # each number is told: none but those of tomatoes is always zero
    own = ours[..., :46].reshape(-1, 46)
    assert np.flatnonzero(~own.any(0)).tolist() == [7, 10, 11, 17, 28, 38]


def test_what_one_sees_by_hand():
    env = OvercookedV2("cramped_room", observation="features", start_cooking_interaction=True)
    params = env.default_params()
    state, timestep = jax.jit(env.reset)(jax.random.key(0), params)
    # XXPXX   the first cook stands at row 1, column 3, the second at row 1, column 1; both face
    # a2.1a   north, and in the next step both stay
    # X...X
    # XDXSX
    state = replace(
        state,
        hands=jnp.array([item("a"), 0]),
        items=state.items.at[0, 3].set(item("Daaa")).at[0, 2].set(item("aa")),
        clocks=state.clocks.at[0, 2].set(8),
    )
    stay = {"agent": jnp.array([4, 4])}
    _, timestep = jax.jit(env.step)(jax.random.key(0), state, stay, params)
    first, second = np.asarray(timestep.obs["agent"])
    assert first.shape == (96,) and first.dtype == np.float32
    assert first in env.observation_space["agent"]
    assert first[:46].tolist() == [
        *(1, 0, 0, 0),  # faces north
        *(1, 0, 0, 0),  # holds an ingredient
        *(0, 0, 0, 0),  # so it need not go to one
        *(-2, 2),  # plates: two west, two south
        *(0, -1),  # a dish of soup, before it
        *(3, 0),  # of three
        *(0, 2),  # the window
        *(1, 1),  # the nearest empty counter is not (0, 4), a corner that none can face
        *(1, 0, 0, 1, 0, 2, 0, 7, -1, -1),  # a pot that cooks
        *([0] * 10),  # no other
        *(1, 0, 1, 0),  # walls to the north and the east
    ]
    assert first[46:92].tolist() == second[:46].tolist()
    assert second[8:10].tolist() == [-1, 0]  # the pile to the west, one turn away
    assert first[92:].tolist() == [-2, 0, 3, 1] and second[92:].tolist() == [2, 0, 1, 1]


def test_distances_are_counted_in_actions():
    steps = distances_in(OvercookedV2("cramped_room").plan)
    east, south, west, north = range(4)
    assert steps[1, 1, west, 1, 0] == 0  # the pile is before it
    assert steps[1, 1, north, 1, 0] == 1  # a turn
    assert steps[1, 3, north, 1, 0] == 2  # two steps west, and it faces it
    assert steps[2, 1, west, 1, 0] == 2  # a step north, a turn west
    assert steps[2, 3, east, 0, 2] == 2  # west, then north, which it then faces
    assert steps[1, 1, west, 0, 0] == 1_000_000  # a corner


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"layout": "two_rooms"}, "for kitchens of one ingredient; this has 2: take 'planes'"),
        ({"agent_view_size": 2}, "are about planes"),
        ({"indicate_successful_delivery": True}, "are about planes"),
    ],
)
def test_what_does_not_go_with_them_is_refused(config, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        OvercookedV2(observation="features", **config)

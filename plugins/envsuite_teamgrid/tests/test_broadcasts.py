"""Broadcasts in the grid worlds: what is heard where nothing is seen."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import envsuite
from envsuite.functional import Broadcast
from envsuite.testing import check
from envsuite_teamgrid.env import TeamGrid
from envsuite_teamgrid.tests.scene import scene

APART = """
    #############
    #.....#.....#
    #..0..#*....#
    #.....B....1b
"""


def test_a_view_is_heard_through_a_wall():
    env: Any = Broadcast(TeamGrid("door_ball"), cost=0.125)
    start, _ = jax.jit(env.reset)(jax.random.key(0), env.default_params())
    game = scene(TeamGrid("door_ball"), APART, ">>")
    step, params = jax.jit(env.step), env.default_params()
    turn_and_tell, wait = jnp.array([0, 0 + 4]), jnp.array([3, 1])
    state = type(start)(game, start.message, start.age, start.able)
    state, timestep = step(jax.random.key(0), state, {"agent": turn_and_tell}, params)
    first, second = np.asarray(timestep.obs["agent"])
    # the sender has turned up, and what it then saw is what is heard
    np.testing.assert_array_equal(first[147:], [1, *second[:147]])
    assert not second[147:].any(), "the other was silent"
    np.testing.assert_array_equal(timestep.reward["agent"], [0, -0.125])
    state, later = step(jax.random.key(0), state, {"agent": wait}, params)
    first, now = np.asarray(later.obs["agent"])
    np.testing.assert_array_equal(first[147:], [0.5, *second[:147]])
    assert (now[:147] != second[:147]).any(), "it has turned away since"
    np.testing.assert_array_equal(later.reward["agent"], [0, 0])


def test_where_one_stands_is_heard_in_place_of_what_one_sees():
    options: Any = {"broadcast": {"payload": "state", "paid_by": "team", "known_start": True}}
    check("envsuite/TeamGrid-DualDoors", **options)
    env = envsuite.make_as("envsuite/TeamGrid-DualDoors", "pettingzoo", **options)
    seen, _ = env.reset(seed=3)
    whole = env.state()  # row, column and heading of agent 0, then of agent 1
    np.testing.assert_array_equal(seen["agent_0"][147:], [1, *whole[6:12]])
    np.testing.assert_array_equal(seen["agent_1"][147:], [1, *whole[:6]])
    seen, rewards, _, _, infos = env.step({"agent_0": 0 + 4, "agent_1": 0})
    np.testing.assert_array_equal(seen["agent_1"][147:], [1, *env.state()[:6]])
    assert seen["agent_0"][147] == 0.5
    np.testing.assert_allclose(list(rewards.values()), -0.01)
    assert env.action_space("agent_0").n == 8 and seen["agent_0"] in env.observation_space(
        "agent_0"
    )

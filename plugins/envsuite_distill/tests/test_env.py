"""A set as a game: what is shown, what is earned."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.factory import make
from envsuite.registry import registry
from envsuite_distill.distilled_set import load, shipped
from envsuite_distill.env import Distilled


def test_every_shipped_set_is_an_id():
    ids = {id for id in registry().environments if id.startswith("envsuite/Distilled-")}
    assert ids == {f"envsuite/Distilled-{name}" for name in shipped()}


@pytest.mark.parametrize("name", shipped())
def test_each_state_is_shown_and_its_own_action_earns_most(name):
    env, pairs = Distilled(name), load(name)
    params = env.default_params()
    assert env.action_space == make(pairs.task).action_space
    shown = set()
    for seed in range(24):
        state, timestep = env.reset(jax.random.key(seed), params)
        index = int(state.pair)
        shown.add(index)
        np.testing.assert_array_equal(timestep.obs, pairs.observations[index])
        right = jnp.asarray(pairs.actions[index])
        _, after = env.step(jax.random.key(0), state, right, params)
        assert after.terminated and not timestep.terminated
        assert float(after.reward) == (0 if pairs.kind == "actions" else 1)
    assert shown == set(range(len(pairs.states)))


def test_rewards_by_hand():
    choice = Distilled("CartPole")
    params = choice.default_params()
    state, _ = choice.reset(jax.random.key(0), params)
    wrong = 1 - load("CartPole").actions[int(state.pair)]
    state, timestep = choice.step(jax.random.key(0), state, jnp.int32(wrong), params)
    assert timestep.reward == 0 and timestep.terminated
    _, again = choice.step(jax.random.key(0), state, jnp.int32(1 - wrong), params)
    assert again.reward == 0 and again.terminated

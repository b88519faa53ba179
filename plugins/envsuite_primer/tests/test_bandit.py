"""The rules of the bandit, by example and by counting."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_primer.bandit import Bandit, Params, State

KEY = jax.random.key(0)
GAME = Bandit(contexts=2, arms=3)
SURE = Params(jnp.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))  # one arm always pays, the rest never


def at(context: int, pulled: bool = False) -> State:
    return State(jnp.int32(context), jnp.bool_(pulled))


@pytest.mark.parametrize(
    ("context", "arm", "reward"), [(0, 0, 1), (0, 1, 0), (0, 2, 0), (1, 0, 0), (1, 2, 1)]
)
def test_an_arm_pays_by_its_context(context, arm, reward):
    _, timestep = GAME.step(KEY, at(context), jnp.int32(arm), SURE)
    assert timestep.reward == reward and timestep.reward.dtype == jnp.float32
    assert timestep.terminated
    assert timestep.info["best"] == bool(reward)


def test_the_context_is_shown():
    _, timestep = GAME.step(KEY, at(1), jnp.int32(0), SURE)
    assert timestep.obs.tolist() == [0, 1]
    assert GAME.observation_space.contains(np.asarray(timestep.obs))


def test_a_second_pull_wins_nothing():
    state, first = GAME.step(KEY, at(0), jnp.int32(0), SURE)
    _, second = GAME.step(KEY, state, jnp.int32(0), SURE)
    assert (first.reward, second.reward) == (1, 0)
    assert second.terminated


def test_an_episode_begins_unspent_and_its_context_is_drawn_evenly():
    keys = jax.random.split(KEY, 4000)
    states, timestep = jax.vmap(GAME.reset, (0, None))(keys, SURE)
    assert not timestep.terminated.any() and not timestep.reward.any()
    # four standard errors of an even draw: 4 * sqrt(1/4 / 4000) = 0.032
    assert abs(float(states.context.mean()) - 0.5) < 0.032


def test_the_default_arms_pay_as_often_as_they_say():
    game = Bandit()
    chances = game.default_params().chances
    assert chances.argmax(axis=1).tolist() == [0, 1, 2]
    keys = jax.random.split(KEY, 4000)
    step = jax.vmap(game.step, (0, None, None, None))
    for arm, chance in ((1, 0.9), (2, 0.1)):
        _, timestep = step(keys, at(1), jnp.int32(arm), game.default_params())
        # four standard errors: 4 * sqrt(0.09 / 4000) = 0.019
        assert abs(float(timestep.reward.mean()) - chance) < 0.019


def test_a_batch_of_bandits_is_a_batch_of_params():
    many = Params(jnp.stack([SURE.chances, 1 - SURE.chances]))
    step = jax.vmap(GAME.step, (None, None, None, 0))
    _, timestep = step(KEY, at(0), jnp.int32(0), many)
    assert timestep.reward.tolist() == [1, 0]


def test_what_cannot_be_played_is_refused():
    with pytest.raises(ValueError, match="arms must be a whole number from 2 up, not 1"):
        Bandit(arms=1)
    with pytest.raises(ValueError, match=r"give an array of shape \(2, 3\)"):
        GAME.reset(KEY, Bandit().default_params())

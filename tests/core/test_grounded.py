"""Imagined steps, on the one room of the fruit choice, where all can be worked by hand.

The policy eats the banana with chance b, the apple otherwise; its critic foresees v. The right
apple pays 3, the right banana 10; in truth the apple is right with chance q = .8, and a curriculum
shows levels in which the banana is right, and no others.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.functional import TimeLimit
from envsuite.functional.advantages import advantages
from envsuite.functional.grounded import Imagined, grounded_advantages, imagined_step
from envsuite_fruit_choice.env import NORTH, SOUTH, STAY, FruitChoice
from envsuite_primer.gridwalk import GridWalk

GAME = FruitChoice(apple_chance=0.8)
ENV = TimeLimit(GAME, 20)
APPLE_NORTH = replace(GAME.default_params(), banana_right=jnp.bool_(True))  # the apple is wrong
MANY = 20_000
KEY = jax.random.key(0)


def imagined(action: int) -> Imagined:
    """The first step of an episode, imagined many times."""
    state, _ = ENV.reset(KEY, APPLE_NORTH)
    keys = jax.random.split(KEY, MANY)
    own = partial(imagined_step, step_key=KEY, env=ENV, state=state, action=action)
    return jax.jit(jax.vmap(lambda key: own(key, level=APPLE_NORTH)))(keys)


def test_rewards_come_as_often_as_in_truth_whatever_the_level_says():
    """Real steps pay 0 for the apple and 10 for the banana here: every time, all too well."""
    for action, chance, pay in ((NORTH, 0.8, 3.0), (SOUTH, 0.2, 10.0)):
        own = imagined(action)
        assert set(np.unique(own.reward).tolist()) == {0.0, pay} and own.terminated.all()
        error = 4 * (chance * (1 - chance) / MANY) ** 0.5
        assert abs(float((own.reward == pay).mean()) - chance) < error
        state, _ = ENV.reset(KEY, APPLE_NORTH)
        real = ENV.step(KEY, state, action, APPLE_NORTH)[1].reward
        assert real == (10.0 if action == SOUTH else 0.0)


def test_what_learning_prefers_is_right_with_imagined_steps_and_wrong_without():
    """A step along the policy gradient, by hand: the sign of E[A | banana] - E[A | apple].

    With real steps it is 10 - 0; with imagined ones .2 * 10 - .8 * 3 = -.4.
    """
    value = 1.5

    def advantage(action: int, grounded: bool) -> float:
        if grounded:
            own = imagined(action)
            reward = own.reward
        else:
            state, _ = ENV.reset(KEY, APPLE_NORTH)
            reward = jnp.full(MANY, ENV.step(KEY, state, action, APPLE_NORTH)[1].reward)
            own = Imagined(reward, None, jnp.ones(MANY, bool))
        own = Imagined(reward[None], None, own.terminated[None])
        ended, foreseen = jnp.ones((1, MANY), bool), jnp.full((1, MANY), value)
        return float(grounded_advantages(own, ended, foreseen, foreseen, 0.9, 0.9).mean())

    assert advantage(SOUTH, False) - advantage(NORTH, False) == pytest.approx(10, abs=1e-4)
    error = 4 * ((0.16 * 100 + 0.16 * 9) / MANY) ** 0.5
    assert advantage(SOUTH, True) - advantage(NORTH, True) == pytest.approx(-0.4, abs=error)


def test_what_was_seen_is_not_imagined_otherwise():
    state, _ = GAME.reset(KEY, APPLE_NORTH)
    state, _ = GAME.step(KEY, state, jnp.int32(SOUTH), APPLE_NORTH)
    for seed in range(30):
        _, level = GAME.imagine(jax.random.key(seed), state, APPLE_NORTH)
        assert level.banana_right, "the banana was eaten, and was right"


def test_a_step_that_tells_nothing_is_imagined_as_it_is():
    state, _ = ENV.reset(KEY, APPLE_NORTH)
    own = imagined(STAY)
    real = ENV.step(KEY, state, STAY, APPLE_NORTH)[1]
    np.testing.assert_array_equal(own.obs, np.broadcast_to(real.obs, own.obs.shape))
    assert not own.reward.any() and not own.terminated.any()


def test_the_sum_over_later_steps_stops_where_the_real_episode_does():
    """Three steps; the second would have ended in imagination, the third ends in truth."""
    own = Imagined(
        reward=jnp.array([[0.0], [10.0], [3.0]]),
        obs=None,
        terminated=jnp.array([[False], [True], [False]]),
    )
    ended = jnp.array([[False], [False], [True]])
    value = jnp.array([[1.0], [2.0], [4.0]])
    foreseen = jnp.array([[6.0], [100.0], [8.0]])
    # by hand, discount and decay one half: last: 3 + .5 * 8 - 4 = 3, though the episode ended in
    # truth; second: 10 - 2 + .25 * 3 = 8.75, the imagined end hiding the 100; first: 0 + 3 - 1
    # + .25 * 8.75 = 4.1875
    result = grounded_advantages(own, ended, value, foreseen, 0.5, 0.5)
    np.testing.assert_allclose(result[:, 0], [4.1875, 8.75, 3.0])


def test_with_a_belief_that_is_the_truth_nothing_differs_to_the_last_bit():
    class Knowing(FruitChoice):
        """Its player can know everything."""

        def imagine(self, key: jax.Array, state: Any, level: Any) -> tuple[Any, Any]:
            return state, level

    env = TimeLimit(Knowing(corridor=2), 30)
    weights = jax.random.normal(jax.random.key(5), (75,))

    def slot(key: jax.Array) -> Any:
        level_key, play_key = jax.random.split(key)
        level = Knowing(corridor=2).sample(level_key)
        state, timestep = env.reset(KEY, level)

        def step(carry: Any, key: jax.Array) -> Any:
            state, obs = carry
            action = jax.random.randint(key, (), 0, 5)
            own = imagined_step(jax.random.fold_in(key, 1), key, env, state, action, level)
            state, led_to = env.step(key, state, action, level)
            return (state, led_to.obs), (own, led_to, obs @ weights, own.obs @ weights)

        return jax.lax.scan(step, (state, timestep.obs), jax.random.split(play_key, 30))[1]

    own, led_to, value, foreseen = jax.jit(jax.vmap(slot, out_axes=1))(jax.random.split(KEY, 64))
    for name in ("reward", "obs", "terminated"):
        np.testing.assert_array_equal(getattr(own, name), getattr(led_to, name))
    assert led_to.reward.any(), "nobody ate anything"
    ended = led_to.terminated | led_to.truncated
    grounded = grounded_advantages(own, ended, value, foreseen, 0.99, 0.95)
    plain = advantages(led_to.reward, led_to.terminated, ended, value, foreseen, 0.99, 0.95)
    np.testing.assert_array_equal(grounded, plain)


def test_a_game_that_hides_nothing_cannot_imagine():
    with pytest.raises(TypeError, match="GridWalk does not say what is hidden in it"):
        game = GridWalk()
        state, _ = game.reset(KEY, game.default_params())
        imagined_step(KEY, KEY, game, state, 0, game.default_params())

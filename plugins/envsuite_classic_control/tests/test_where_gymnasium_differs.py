"""What the README says of Gymnasium and of ours, where one may think that they differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import envsuite
from envsuite_classic_control.tests.peer import (
    BY_NAME,
    KEY,
    RESET,
    STEP,
    begin,
    play,
    theirs,
)

ENDS = [
    ("CartPole", [2.39, 1.0, 0.0, 0.0], 1),
    ("Acrobot", [1.8, 0.1, 4.0, 1.0], 2),
    ("MountainCar", [0.49, 0.06], 2),
    ("MountainCarContinuous", [0.44, 0.06], np.array([0.5], np.float32)),
]


@pytest.mark.filterwarnings("ignore:.*You are calling 'step")
@pytest.mark.parametrize(("name", "figures", "action"), ENDS, ids=[row[0] for row in ENDS])
def test_after_the_end_nothing_happens(name: str, figures: list[float], action: Any):
    pair, peer = BY_NAME[name], theirs(name).unwrapped
    game = pair.game
    peer.reset(seed=0)
    peer.state = np.array(figures)
    last, _, ended, *_ = peer.step(action)
    after, *_ = peer.step(action)
    assert ended and (after != last).any(), "Gymnasium moves on"
    state = pair.state(figures)
    state, timestep = STEP(game, KEY, state, jnp.asarray(action), game.default_params())
    np.testing.assert_allclose(timestep.obs, last, rtol=1e-5)
    assert timestep.terminated
    _, again = STEP(game, KEY, state, jnp.asarray(action), game.default_params())
    np.testing.assert_array_equal(again.obs, timestep.obs)
    assert again.terminated and again.reward == 0


def test_the_reward_of_sutton_and_barto_is_a_matter_of_params():
    peer, game = theirs("CartPole", sutton_barto_reward=True), BY_NAME["CartPole"].game
    params = replace(game.default_params(), step_reward=0.0, last_reward=-1.0)
    moments = play(peer, begin("CartPole", 0)[1])
    paid = []
    for moment in moments:
        state = BY_NAME["CartPole"].state(moment.before)
        _, timestep = STEP(game, KEY, state, jnp.asarray(moment.action), params)
        paid.append(float(timestep.reward))
    assert paid == [moment.reward for moment in moments] == [0.0] * (len(moments) - 1) + [-1.0]


@pytest.mark.parametrize("name", ["CartPole", "Acrobot"])
def test_bounds_of_first_states_are_params_and_not_options_of_reset(name: str):
    peer, game = theirs(name), BY_NAME[name].game
    other, _ = peer.reset(seed=0, options={"low": 0.01, "high": 0.02})
    figures = np.asarray(peer.unwrapped.state)
    params = replace(game.default_params(), initial_low=0.01, initial_high=0.02)
    state, timestep = RESET(game, KEY, params)
    for drawn in (figures, np.array(jax.tree.leaves(state))):
        assert (drawn >= 0.01).all() and (drawn <= 0.02).all() and np.ptp(drawn) > 0
    assert timestep.obs.shape == other.shape


@pytest.mark.parametrize(
    ("name", "figures", "asked", "nearest", "reward"),
    [
        ("Pendulum", [0.0, 0.0], 5.0, 2.0, -0.001 * 2**2),
        ("MountainCarContinuous", [-0.5, 0.0], 3.0, 1.0, -0.1 * 3**2),
    ],
)
def test_actions_outside_the_space(
    name: str, figures: list[float], asked: float, nearest: float, reward: float
):
    """Both clip what moves; the rules of the car charge for what was asked, as Gymnasium's do.

    But engines clip actions into the space before any rules see them.
    """
    pair, peer = BY_NAME[name], theirs(name).unwrapped
    game = pair.game
    params, state = game.default_params(), pair.state(figures)
    peer.reset(seed=0)
    peer.state = np.array(figures)
    other = peer.step(np.array([asked], np.float32))
    _, timestep = STEP(game, KEY, state, jnp.array([asked]), params)
    np.testing.assert_allclose(timestep.obs, other[0], atol=1e-6)
    np.testing.assert_allclose([timestep.reward, other[1]], reward, rtol=1e-5)
    _, within = STEP(game, KEY, state, jnp.array([nearest]), params)
    np.testing.assert_array_equal(timestep.obs, within.obs)
    engine: Any = envsuite.make_engine(f"envsuite/{name}", 2, "jax")
    engine.reset(seed=0)
    shown = engine.step(np.array([[asked], [nearest]], np.float32))
    engine.reset(seed=0)
    again = engine.step(np.array([[nearest], [nearest]], np.float32))
    np.testing.assert_array_equal(shown.obs, again.obs)
    np.testing.assert_array_equal(shown.reward, again.reward)


def test_the_pendulum_s_angle_is_kept_within_a_turn():
    pair, peer = BY_NAME["Pendulum"], theirs("Pendulum").unwrapped
    game = pair.game
    peer.reset(seed=0)
    peer.state = np.array([3.1, 8.0])
    other = peer.step(np.zeros(1, np.float32))[0]
    assert peer.state[0] > np.pi, "Gymnasium's goes on"
    state, timestep = STEP(game, KEY, pair.state([3.1, 8.0]), jnp.zeros(1), game.default_params())
    np.testing.assert_allclose(state.angle, peer.state[0] - 2 * np.pi, atol=1e-6)
    np.testing.assert_allclose(timestep.obs, other, atol=1e-6)

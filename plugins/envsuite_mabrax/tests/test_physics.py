"""What the robot does: as JaxMARL's does, and otherwise as numbers of its task change.

All tests share the two programs that are compiled here.
"""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_mabrax.env import MABrax
from envsuite_mabrax.tests.peer import peer, quiet

GAME = MABrax("hopper", "3x1")
BEGIN, STEP = jax.jit(GAME.reset), jax.jit(GAME.step)


def world(**changes):
    """The numbers of the task, as arrays."""
    params = dataclasses.replace(GAME.default_params(), **changes)
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), params)


@pytest.fixture(scope="module")
def tales():
    """A second of the same hopper in three worlds: as it is, without strength, without weight.

    In each, actions of 1 and of 0; timesteps with the leading axes `[world, action, step]`.
    """
    worlds = [world(), world(gear=np.zeros(3)), world(gravity=np.zeros(3))]

    def play(params, push):
        state, _ = BEGIN(jax.random.PRNGKey(0), params)
        seen = []
        for _ in range(120):
            action = {"agent": np.full((3, 1), push, np.float32)}
            state, timestep = STEP(jax.random.PRNGKey(0), state, action, params)
            seen.append(timestep)
        return stack(seen)

    def stack(parts):
        return jax.tree.map(lambda *leaves: np.stack(leaves), *parts)

    with quiet():
        return stack([stack([play(params, push) for push in (1, 0)]) for params in worlds])


@pytest.mark.long
def test_an_episode_is_jaxmarls():
    """Start, observations, rewards and end of random play, a fall included."""
    env, params = peer("hopper_3x1", auto_reset=False), world()
    with quiet():
        their_begin, their_step = jax.jit(env.reset), jax.jit(env.step_env)
        key = jax.random.PRNGKey(3)
        state, timestep = BEGIN(key, params)
        views, other = their_begin(key)
        stream = np.random.default_rng(0)
        for _ in range(150):
            for row, agent in enumerate(env.agents):
                own = np.asarray(timestep.obs["agent"][row])[: len(GAME.parts[row].sees)]
                np.testing.assert_allclose(own, views[agent], rtol=1e-4, atol=1e-4)
            push = stream.choice([-1.0, 1.0], (len(env.agents), 1)).astype(np.float32)
            actions = {agent: push[row] for row, agent in enumerate(env.agents)}
            state, timestep = STEP(key, state, {"agent": push}, params)
            views, other, rewards, dones, _ = their_step(key, other, actions)
            np.testing.assert_allclose(
                timestep.reward["agent"], [rewards[a] for a in env.agents], rtol=1e-4, atol=1e-4
            )
            assert bool(timestep.terminated["agent"].all()) == bool(dones["__all__"])
            if dones["__all__"]:
                return
    raise AssertionError("it never fell")


def test_the_reward_is_the_weighted_sum_of_its_parts(tales):
    parts = [tales.info[f"{part}_reward"] for part in ("forward", "control", "alive")]
    np.testing.assert_allclose(tales.reward["agent"][..., 0], sum(parts), rtol=1e-6, atol=1e-6)
    assert (tales.reward["agent"] == tales.reward["agent"][..., :1]).all(), "all earn the same"
    np.testing.assert_allclose(tales.info["control_reward"][:, 0], -0.001 * 3, rtol=1e-5)
    assert (tales.info["control_reward"][:, 1] == 0).all()
    assert (tales.info["alive_reward"] == 1).all(), "in the last step too"
    moved = np.diff(tales.info["x_position"], axis=-1) / 0.008
    np.testing.assert_allclose(tales.info["forward_reward"][..., 1:], moved, atol=1e-3)


def test_without_strength_nothing_is_moved(tales):
    pushed, idle = tales.obs["agent"][1]
    np.testing.assert_array_equal(pushed, idle)
    usual = tales.obs["agent"][0]
    assert np.abs(usual[0] - usual[1]).max() > 0.1


def test_without_weight_nothing_falls(tales):
    height = tales.obs["agent"][..., 0, 0]
    assert height[2, 1].min() > 1.2, "where it began"
    assert height[0, 1, -1] < height[2, 1, -1]


def test_it_ends_when_it_has_fallen(tales):
    ended = tales.terminated["agent"]
    height, pitch = tales.obs["agent"][..., 0, 0], tales.obs["agent"][..., 0, 1]
    fallen = (height <= 0.7) | (np.abs(pitch) >= 0.2)
    np.testing.assert_array_equal(ended[..., 0], fallen)
    assert ended.any() and not ended.all() and (ended == ended[..., :1]).all()

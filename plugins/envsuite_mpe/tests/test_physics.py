"""How particles move and push each other, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_mpe.actions import LEFT, RIGHT, UP
from envsuite_mpe.env import MPE
from envsuite_mpe.tests.scene import close, idle, play, scene

SIMPLE = MPE("simple")
SPREAD = MPE("simple_spread", good_agents=2, landmarks=1)
TAG = MPE("simple_tag", adversaries=1, landmarks=1)
FAR = (5.0, 5.0)


def test_a_push_moves_nobody_before_the_next_step():
    state = scene(SIMPLE, [(0.2, -0.4), (-0.5, 0.3)], velocities=[(0.3, -0.1)])
    state, timestep = play(SIMPLE, state, {"agent": [RIGHT]})
    close(state.positions[0], (0.23, -0.41))  # a tenth of the old velocity
    close(state.velocities[0], (0.725, -0.075))  # three quarters of the old one, and 0.5
    close(timestep.obs["agent"][0], (0.725, -0.075, -0.73, 0.71))
    close(timestep.reward["agent"], [-1.037])  # 0.73 ** 2 + 0.71 ** 2
    state, timestep = play(SIMPLE, state, {"agent": [RIGHT]})
    close(state.positions[0], (0.3025, -0.4175))
    close(state.velocities[0], (1.04375, -0.05625))
    close(timestep.reward["agent"], [-1.1588125])


def test_semi_implicit_it_moves_at_once():
    env = MPE("simple", integration="semi-implicit")
    state, _ = play(
        env, scene(env, [(0.2, -0.4), FAR], velocities=[(0.3, -0.1)]), {"agent": [RIGHT]}
    )
    close(state.velocities[0], (0.725, -0.075))
    close(state.positions[0], (0.2725, -0.4075))


def test_bodies_that_overlap_push_each_other_apart():
    # 0.25 apart with radii of 0.15: 0.05 inside each other, so a force of 5 for a tenth
    state = scene(SPREAD, [(0, 0), (0.15, 0.2), FAR])
    state, _ = play(SPREAD, state, idle(SPREAD))
    close(state.positions[:2], [(0, 0), (0.15, 0.2)])
    close(state.velocities, [(-0.3, -0.4), (0.3, 0.4)])


def test_the_force_sets_in_smoothly_where_they_touch():
    state = scene(SPREAD, [(0, 0), (0.25, 0), FAR])
    # a margin of 0.1 shows what one of 0.001 hides: log(1 + exp(0.5)) * 0.1
    params = replace(SPREAD.default_params(), contact_margin=np.float32(0.1))
    state, _ = play(SPREAD, state, idle(SPREAD), params)
    close(state.velocities[1], (0.9740769841801067, 0))
    state, _ = play(SPREAD, scene(SPREAD, [(0, 0), (0.4, 0), FAR]), idle(SPREAD))
    assert not state.velocities.any()


def test_the_heavier_yields_less():
    params = replace(SPREAD.default_params(), mass=np.array([5, 1], np.float32))
    state, _ = play(SPREAD, scene(SPREAD, [(0, 0), (0.25, 0), FAR]), idle(SPREAD), params)
    close(state.velocities, [(-0.1, 0), (0.5, 0)])


def test_obstacles_push_and_stay():
    # radii 0.075 and 0.2 at 0.225: 0.05 inside
    state = scene(TAG, [(0, 0), FAR, (0, 0.225)])
    state, _ = play(TAG, state, idle(TAG))
    close(state.velocities, [(0, -0.5), (0, 0)])
    close(state.positions[2], (0, 0.225))


def test_what_is_not_solid_can_be_entered():
    state, _ = play(SPREAD, scene(SPREAD, [(0, 0), FAR, (0.1, 0)]), idle(SPREAD))
    assert not state.velocities.any()
    env = MPE("simple_adversary")
    state = scene(env, [(0, 0), (0.1, 0), (0, 0.1), (0, 0), FAR], goals=[0])
    state, _ = play(env, state, idle(env))
    assert not state.velocities.any()


def test_the_fast_are_slowed_to_their_limit():
    state = scene(TAG, [(0, 0), (3, 0), FAR], velocities=[(3, 4), (3, 4)])
    state, _ = play(TAG, state, idle(TAG))
    close(state.velocities, [(0.6, 0.8), (0.78, 1.04)])  # of length 1 and 1.3
    close(state.positions[0], (0.3, 0.4))


def test_a_push_is_as_strong_as_the_kind_of_agent():
    state, _ = play(TAG, scene(TAG, [(0, 0), (3, 0), FAR]), {"adversary": [UP], "agent": [LEFT]})
    close(state.velocities, [(0, 0.3), (-0.4, 0)])


def test_two_in_one_place_do_not_break_the_world():
    state = scene(SPREAD, [(0, 0), (0, 0), FAR])
    state, timestep = play(SPREAD, state, idle(SPREAD))
    assert not state.velocities.any()
    assert np.isfinite(timestep.obs["agent"]).all()


def test_a_step_can_be_differentiated_even_there():
    def reward(velocity):
        state = scene(SPREAD, [(0, 0), (0, 0), (0, 0)])
        state = replace(state, velocities=velocity)
        return (
            SPREAD.step(
                jax.random.key(0), state, {"agent": jnp.zeros(2, int)}, SPREAD.default_params()
            )[1]
            .reward["agent"]
            .sum()
        )

    slope = jax.jit(jax.grad(reward))(jnp.zeros((2, 2)))
    assert np.isfinite(slope).all()
    slope = jax.jit(jax.grad(reward))(jnp.array([(0.0, 1.0), (0.0, 2.0)]))
    # the first is the nearest to the landmark, 0.1 away, and flies off it at a tenth of its speed;
    # each of the two loses half of that
    close(slope, [(0, -0.1), (0, 0)])


@pytest.mark.parametrize("name", ["damping", "time_step"])
def test_physics_are_params(name):
    params = replace(SIMPLE.default_params(), **{name: np.float32(0.5)})
    state = scene(SIMPLE, [(0, 0), FAR], velocities=[(1, 0)])
    state, _ = play(SIMPLE, state, idle(SIMPLE), params)
    close(state.positions[0], (0.5 if name == "time_step" else 0.1, 0))
    close(state.velocities[0], (0.5 if name == "damping" else 0.75, 0))

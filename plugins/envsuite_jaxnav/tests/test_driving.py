"""How robots speed up, move and turn; figures worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces

from envsuite_jaxnav.driving import STAND, decode, wrap
from envsuite_jaxnav.env import JaxNav
from envsuite_jaxnav.tests.scene import KEY, ONE, STEP, TWO, ask, scene

MIDDLE = (3.5, 3.5, 0.0)
FAR = (1.5, 1.5)


def test_a_robot_speeds_up_by_a_tenth_of_a_metre_a_second_in_a_step():
    state, params = scene(ONE, [MIDDLE], [FAR])
    speeds, places = [], []
    for _ in range(12):
        state, _ = STEP(ONE, KEY, state, ask(ONE, (1.0, 0.0)), params)
        speeds.append(float(state.velocities[0, 0]))
        places.append(float(state.positions[0, 0]))
    due = np.minimum(np.arange(1, 13) / 10, 1.0)
    np.testing.assert_allclose(speeds, due, atol=1e-6)
    np.testing.assert_allclose(places, 3.5 + np.cumsum(due) / 10, atol=1e-5)


def test_it_moves_with_its_new_speed_along_its_old_heading():
    state, params = scene(ONE, [(3.5, 3.5, math.pi / 2)], [FAR], velocities=[[0.5, 0.2]])
    state, _ = STEP(ONE, KEY, state, ask(ONE, (0.0, 0.6)), params)
    np.testing.assert_allclose(state.velocities, [[0.4, 0.3]], atol=1e-6)
    np.testing.assert_allclose(state.positions, [[3.5, 3.54]], atol=1e-6)
    np.testing.assert_allclose(state.headings, [math.pi / 2 + 0.03], atol=1e-6)


def test_a_small_change_is_made_at_once_and_a_large_one_in_steps():
    state, params = scene(ONE, [MIDDLE], [FAR], velocities=[[0.5, 0.0]])
    for asked, after in (((0.45, 0.05), [0.45, 0.05]), ((0.0, -0.6), [0.4, -0.1])):
        following, _ = STEP(ONE, KEY, state, ask(ONE, asked), params)
        np.testing.assert_allclose(following.velocities[0], after, atol=1e-6)


def test_it_is_no_faster_than_it_can_be_whatever_is_asked():
    state, params = scene(ONE, [MIDDLE], [FAR], velocities=[[1.0, 0.6]])
    state, _ = STEP(ONE, KEY, state, ask(ONE, (9.0, 9.0)), params)
    np.testing.assert_allclose(state.velocities, [[1.0, 0.6]], atol=1e-6)
    state, params = scene(ONE, [MIDDLE], [FAR])
    state, _ = STEP(ONE, KEY, state, ask(ONE, (-1.0, 0.0)), params)
    assert float(state.velocities[0, 0]) == 0, "nobody drives backwards"


def test_accelerations_and_time_are_numbers():
    state, params = scene(ONE, [MIDDLE], [FAR])
    params = replace(
        params,
        acceleration=np.float32(2),
        turn_acceleration=np.float32(0.5),
        time_step=np.float32(0.2),
    )
    state, _ = STEP(ONE, KEY, state, ask(ONE, (1.0, 0.6)), params)
    np.testing.assert_allclose(state.velocities, [[0.4, 0.1]], atol=1e-6)
    np.testing.assert_allclose(state.positions, [[3.58, 3.5]], atol=1e-6)
    np.testing.assert_allclose(state.headings, [0.02], atol=1e-6)


def test_fifteen_discrete_actions_are_three_speeds_and_five_turns():
    table = np.asarray(decode(jnp.arange(15), "discrete"))
    assert table[:5].tolist() == [[0, 0.5], [0, 0.25], [0, 0], [0, -0.25], [0, -0.5]]
    assert table[:, 0].tolist() == [0.0] * 5 + [0.5] * 5 + [1.0] * 5
    assert table[STAND].tolist() == [0, 0]
    env = JaxNav(actions="discrete")
    assert env.action_space == spaces.Discrete(15) and env.noop_action == STAND == 2


def test_what_can_be_asked_is_what_a_robot_can_do():
    space = ONE.action_space
    assert isinstance(space, spaces.Box)
    np.testing.assert_allclose(space.low, [0, -0.6])
    np.testing.assert_allclose(space.high, [1, 0.6])
    assert TWO.action_space == spaces.Dict({"robot": space})
    quick = JaxNav(min_speed=-0.5, max_speed=2.0, max_turn=1.5).action_space
    assert isinstance(quick, spaces.Box)
    np.testing.assert_allclose([quick.low, quick.high], [[-0.5, -1.5], [2, 1.5]])


@pytest.mark.parametrize("turns", [-3, -1, 0, 1, 2])
def test_angles_are_wrapped_however_often_they_went_round(turns):
    angles = np.array([-3.1, -1.0, 0.0, 2.0, 3.1])
    wrapped = jax.jit(wrap)(jnp.asarray(angles + 2 * math.pi * turns, jnp.float32))
    np.testing.assert_allclose(wrapped, angles, atol=1e-5)

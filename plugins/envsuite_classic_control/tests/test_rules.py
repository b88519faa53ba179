"""The rules of classic control by cases worked by hand, and by what physics conserves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_classic_control import acrobot, cartpole, pendulum, valley
from envsuite_classic_control.acrobot import Acrobot
from envsuite_classic_control.angles import cosine_and_sine, wrap
from envsuite_classic_control.cartpole import CartPole
from envsuite_classic_control.mountain_car import MountainCar
from envsuite_classic_control.mountain_car_continuous import MountainCarContinuous
from envsuite_classic_control.pendulum import Pendulum
from envsuite_classic_control.tests.peer import KEY, STEP

BOTTOM = -math.pi / 6  # of the valley: no slope


def step(game: Any, state: Any, action: Any, **numbers: float) -> tuple[Any, Any]:
    """One step of a game from a state of plain numbers, with other params if given."""
    state = jax.tree.map(np.float32, state)
    params = replace(game.default_params(), **numbers)
    return STEP(game, KEY, state, jnp.asarray(action), params)


def figures(state: Any) -> list[float]:
    """What a state is made of."""
    return [float(leaf) for leaf in jax.tree.leaves(state)]


def state_of(kind: Any, *numbers: float) -> Any:
    """A state of plain numbers."""
    return kind(*numbers)


def throttle(share: float) -> np.ndarray:
    """An action of one number."""
    return np.array([share], np.float32)


@pytest.mark.parametrize(("push", "sign"), [(cartpole.LEFT, -1), (cartpole.RIGHT, 1)])
def test_a_push_moves_the_cart_and_tips_the_pole_back(push: int, sign: int):
    # 10 N on 1.1 kg: 100 / 11 m/s^2 if the pole did not turn; the pole's share of the inertia is
    # 0.5 (4 / 3 - 1 / 11) = 41 / 66, so it turns at -(100 / 11) / (41 / 66) = -600 / 41, and
    # gives back 0.05 * 600 / 41 / 1.1
    state, timestep = step(CartPole(), state_of(cartpole.State, 0, 0, 0, 0), push)
    acceleration = 100 / 11 + 0.05 * (600 / 41) / 1.1
    expected = [0, sign * 0.02 * acceleration, 0, -sign * 0.02 * 600 / 41]
    np.testing.assert_allclose(figures(state), expected, rtol=1e-6)
    np.testing.assert_allclose(timestep.obs, expected, rtol=1e-6)
    assert timestep.reward == 1 and not timestep.terminated


def test_positions_move_at_the_velocities_from_before_the_step():
    state, _ = step(CartPole(), state_of(cartpole.State, 1, 0.5, 0.1, -0.5), cartpole.LEFT)
    np.testing.assert_allclose([state.position, state.angle], [1.01, 0.09], rtol=1e-6)


@pytest.mark.parametrize(
    ("before", "ends"),
    [
        ((2.39, 0.49, 0, 0), False),
        ((2.39, 0.51, 0, 0), True),
        ((-2.39, -0.51, 0, 0), True),
        ((0, 0, 0.2, 0.47), False),
        ((0, 0, 0.2, 0.48), True),
        ((0, 0, -0.2, -0.48), True),
    ],
)
def test_the_cart_ends_at_2_4_metres_and_at_12_degrees(before: tuple[float, ...], ends: bool):
    _, timestep = step(CartPole(), state_of(cartpole.State, *before), cartpole.LEFT)
    assert bool(timestep.terminated) == ends
    assert timestep.reward == 1, "the last step pays as well"


def test_other_limits_end_elsewhere_and_widen_the_space():
    game = CartPole(position_limit=1.0, angle_limit=0.5)
    np.testing.assert_allclose(game.observation_space.high, [2, np.inf, 1, np.inf])
    assert step(game, state_of(cartpole.State, 0.99, 1, 0, 0), 0)[1].terminated
    assert not step(game, state_of(cartpole.State, 0, 0, 0.4, 1), 0)[1].terminated
    far = step(game, state_of(cartpole.State, 0.9, 100, 0, 0), 0)[1]
    assert far.obs[0] == 2, "observations are clipped into the space"


def test_the_acrobot_hangs_still():
    state, timestep = step(Acrobot(), state_of(acrobot.State, 0, 0, 0, 0), acrobot.LOOSE)
    assert figures(state) == [0, 0, 0, 0]
    assert timestep.obs.tolist() == [1, 0, 1, 0, 0, 0]
    assert timestep.reward == -1 and not timestep.terminated


def test_the_acrobot_falls_from_the_horizontal():
    # both links stretched out to the right: the moments of inertia are 4.5 for both links about
    # the hinge, 1.75 mixed and 1.25 for the lower about the joint; gravity turns with 19.6 N m
    # about the hinge and 4.9 about the joint
    lower = (1.75 / 4.5 * 19.6 - 4.9) / (1.25 - 1.75**2 / 4.5)
    upper = -(1.75 * lower + 19.6) / 4.5
    before = state_of(acrobot.State, math.pi / 2, 0, 0, 0)
    state, _ = step(Acrobot(), before, acrobot.LOOSE, time_step=1e-3)
    np.testing.assert_allclose(
        [state.upper_velocity, state.lower_velocity], [upper / 1000, lower / 1000], rtol=1e-4
    )


def energy(state: Any) -> float:
    """Of two links of a metre, a kilogram and a kilogram square metre each, in joules."""
    upper, lower, turning, bending = figures(state)
    together, both = upper + lower, turning + bending
    x = math.cos(upper) * turning + 0.5 * math.cos(together) * both
    y = math.sin(upper) * turning + 0.5 * math.sin(together) * both
    kinetic = (0.25 * turning**2 + x**2 + y**2 + turning**2 + both**2) / 2
    return kinetic - 9.8 * (1.5 * math.cos(upper) + 0.5 * math.cos(together))


def test_without_torque_energy_is_conserved():
    state = state_of(acrobot.State, 1.2, -0.7, 0.5, 1.0)
    before = energy(state)
    seen = []
    for _ in range(100):
        state, _ = step(Acrobot(), state, acrobot.LOOSE, time_step=0.02)
        seen.append(energy(state))
    np.testing.assert_allclose(seen, before, atol=2e-3)
    assert figures(state)[:2] != [1.2, -0.7]
    state, _ = step(Acrobot(), state, acrobot.FORWARD, time_step=0.02)
    assert abs(energy(state) - before) > 2e-3, "a torque works"


def test_the_acrobot_ends_with_its_tip_a_link_above_the_hinge():
    # straight up to the side: a link at 60 degrees from the top, the other as well, is 1 high
    for degrees, ends in ((119.0, False), (121.0, True)):
        still = state_of(acrobot.State, math.radians(degrees), 0, 0, 0)
        _, timestep = step(Acrobot(), still, acrobot.LOOSE, gravity=0.0)
        assert bool(timestep.terminated) == ends
        assert timestep.reward == (0 if ends else -1)


def test_the_acrobot_s_angles_are_wrapped_and_its_speeds_clipped():
    fast = state_of(acrobot.State, 1.0, 3.1, 40, 40)
    state, timestep = step(Acrobot(), fast, acrobot.LOOSE, gravity=0.0, goal_height=3.0)
    assert max(map(abs, figures(state)[:2])) <= math.pi + 1e-6
    np.testing.assert_allclose(timestep.obs[4], 4 * math.pi, rtol=1e-6)
    assert Acrobot().observation_space.contains(np.asarray(timestep.obs))


@pytest.mark.parametrize(
    ("action", "velocity"),
    [
        (0, -0.001),
        (1, 0.0),
        (2, 0.001),
    ],
)
def test_at_the_bottom_only_the_engine_moves_the_car(action: int, velocity: float):
    state, timestep = step(MountainCar(), state_of(valley.State, BOTTOM, 0), action)
    np.testing.assert_allclose(figures(state), [BOTTOM + velocity, velocity], atol=1e-7)
    assert timestep.reward == -1 and not timestep.terminated


def test_the_slope_pulls_the_car_back():
    # at 0 the slope is cos(0) = 1: the velocity falls by 0.0025, with the engine by 0.0015
    state, _ = step(MountainCar(), state_of(valley.State, 0, 0.01), 2)
    np.testing.assert_allclose(figures(state), [0.0085, 0.0085], rtol=1e-6)


@pytest.mark.parametrize(
    "game", [MountainCar(), MountainCarContinuous()], ids=["gears", "throttle"]
)
def test_the_wall_stops_the_car_and_the_limit_its_speed(game: Any):
    back, idle = (0, 1) if isinstance(game, MountainCar) else (throttle(-1), throttle(0))
    state, timestep = step(game, state_of(valley.State, -1.18, -0.05), back)
    np.testing.assert_allclose(figures(state), [-1.2, 0], rtol=1e-6)
    assert game.observation_space.contains(np.asarray(timestep.obs))
    state, timestep = step(game, state_of(valley.State, -1.0, 0.0699), idle)
    np.testing.assert_allclose(figures(state), [-0.93, 0.07], rtol=1e-6)
    assert game.observation_space.contains(np.asarray(timestep.obs))


def test_the_goal_of_the_gears_is_at_one_half():
    for position, ends in ((0.4949, False), (0.4951, True)):
        at = state_of(valley.State, position, 0.005 + 0.0025 * math.cos(3 * position))
        _, timestep = step(MountainCar(), at, 1)
        assert bool(timestep.terminated) == ends
        assert timestep.reward == -1, "the last step costs as well"
    rolling_back = state_of(valley.State, 0.55, -0.01)
    assert not step(MountainCar(), rolling_back, 1)[1].terminated


def test_arriving_pays_100_less_the_fuel_of_the_step():
    at = state_of(valley.State, 0.44, 0.03)
    _, timestep = step(MountainCarContinuous(), at, throttle(0.5))
    assert timestep.terminated
    np.testing.assert_allclose(timestep.reward, 100 - 0.1 * 0.25)
    at = state_of(valley.State, BOTTOM, 0)
    state, timestep = step(MountainCarContinuous(), at, throttle(-0.5))
    np.testing.assert_allclose(figures(state), [BOTTOM - 0.00075, -0.00075], atol=1e-7)
    np.testing.assert_allclose(timestep.reward, -0.025, rtol=1e-6)


def test_the_pendulum_falls_and_pays_for_the_state_before():
    # from the horizontal, 15 rad/s^2 by gravity and 6 by 2 N m, for a twentieth of a second
    state, timestep = step(Pendulum(), state_of(pendulum.State, math.pi / 2, 0, 0), throttle(2.0))
    angle = math.pi / 2 + 0.05 * 1.05
    np.testing.assert_allclose(figures(state), [angle, 1.05, 2], rtol=1e-6)
    np.testing.assert_allclose(timestep.obs, [math.cos(angle), math.sin(angle), 1.05], rtol=1e-5)
    np.testing.assert_allclose(timestep.reward, -((math.pi / 2) ** 2) - 0.004, rtol=1e-6)
    assert not timestep.terminated


def test_the_pendulum_s_speed_is_clipped_and_its_angle_wrapped():
    state, timestep = step(Pendulum(), state_of(pendulum.State, 3.0, 7.99, 0), throttle(2.0))
    np.testing.assert_allclose(figures(state)[:2], [3.4 - 2 * math.pi, 8], rtol=1e-6)
    np.testing.assert_allclose(timestep.reward, -9 - 0.1 * 7.99**2 - 0.004, rtol=1e-6)
    assert Pendulum().observation_space.contains(np.asarray(timestep.obs))


def test_angles_are_wrapped_and_have_the_library_s_cosines_and_sines():
    angles = np.linspace(-60, 60, 40_001).astype(np.float32)
    exact = angles.astype(np.float64)
    wrapped = np.asarray(wrap(jnp.asarray(angles)), np.float64)
    assert np.abs(wrapped).max() <= math.pi + 1e-6
    np.testing.assert_allclose(np.exp(1j * wrapped), np.exp(1j * exact), atol=1e-6)
    cosine, sine = cosine_and_sine(jnp.asarray(angles))
    np.testing.assert_allclose(cosine, np.cos(exact), atol=2e-7)
    np.testing.assert_allclose(sine, np.sin(exact), atol=2e-7)
    small = cosine_and_sine(jnp.asarray(angles / 1e5))[1]  # exact where they matter most
    np.testing.assert_allclose(small, np.sin((angles / np.float32(1e5)).astype(float)), rtol=2e-7)


def test_each_copy_may_have_physics_of_its_own():
    game, gravity = CartPole(), np.array([1.0, 9.8, 20.0], np.float32)
    params = replace(game.default_params(), gravity=gravity)
    axes = jax.tree.map(lambda leaf: 0 if np.ndim(leaf) else None, params)
    before = jax.tree.map(np.float32, state_of(cartpole.State, 0, 0, 0.1, 0))
    play = jax.vmap(game.step, (None, None, None, axes))
    state, _ = play(KEY, before, jnp.int32(0), params)
    speeds = np.asarray(state.angular_velocity)
    assert speeds[0] < speeds[1] < speeds[2]


@pytest.mark.parametrize(
    ("kind", "config", "words"),
    [
        (CartPole, {"position_limit": 0}, "position_limit must be a finite number above 0, not 0"),
        (CartPole, {"angle_limit": math.inf}, "angle_limit must be a finite number .* not inf"),
        (Acrobot, {"lower_speed_limit": -1.0}, "lower_speed_limit must be .* not -1.0"),
        (MountainCar, {"speed_limit": "fast"}, "speed_limit must be .* not 'fast'"),
        (MountainCarContinuous, {"left": 1.0}, "left must lie below right: 1.0 is not below 0.6"),
        (Pendulum, {"torque_limit": True}, "torque_limit must be .* not True"),
    ],
)
def test_limits_that_make_no_game_are_refused(kind: Any, config: dict[str, Any], words: str):
    with pytest.raises(ValueError, match=words):
        kind(**config)

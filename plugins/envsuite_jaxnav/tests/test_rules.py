"""What a step is worth, who stops, and when it is over; figures worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import jax
import numpy as np
import pytest

from envsuite_jaxnav.env import JaxNav
from envsuite_jaxnav.tests.scene import KEY, ONE, STEP, TWO, ask, scene

GO, STAND = (1.0, 0.0), (0.0, 0.0)
AWAY = (5.5, 5.5)
ROLLING = [[1.0, 0.0]]


def test_coming_nearer_pays_a_quarter_a_metre_and_time_costs_a_hundredth():
    state, params = scene(ONE, [(2.5, 3.5, 0)], [(5.5, 3.5)], velocities=ROLLING)
    _, timestep = STEP(ONE, KEY, state, ask(ONE, GO), params)
    assert float(timestep.reward) == pytest.approx(0.25 * 0.1 - 0.01, abs=1e-6)
    assert not timestep.terminated and not timestep.info["reached"]
    state, params = scene(ONE, [(2.5, 3.5, math.pi)], [(5.5, 3.5)], velocities=ROLLING)
    _, timestep = STEP(ONE, KEY, state, ask(ONE, GO), params)
    assert float(timestep.reward) == pytest.approx(-0.25 * 0.1 - 0.01, abs=1e-6)


def test_a_robot_that_reaches_its_goal_earns_four_once_and_stops_there():
    state, params = scene(ONE, [(2.95, 3.5, 0)], [(3.5, 3.5)], velocities=ROLLING)
    state, timestep = STEP(ONE, KEY, state, ask(ONE, GO), params)
    assert float(timestep.reward) == pytest.approx(4 - 0.01, abs=1e-6), "goal, and the step"
    assert timestep.terminated and timestep.info["reached"]
    there = state.positions
    for _ in range(3):
        state, timestep = STEP(ONE, KEY, state, ask(ONE, GO), params)
        assert float(timestep.reward) == 0 and timestep.terminated
        np.testing.assert_array_equal(state.positions, there)
        assert not state.velocities.any()


def test_a_robot_that_crashes_pays_four_once_and_stays_where_it_is():
    state, params = scene(ONE, [(5.7, 3.5, 0)], [(1.5, 3.5)], velocities=ROLLING)
    state, timestep = STEP(ONE, KEY, state, ask(ONE, GO), params)
    # the wall is 0.2 away: near
    assert float(timestep.reward) == pytest.approx(-4 - 0.01 - 0.1 - 0.025, abs=1e-6)
    assert timestep.terminated and timestep.info["hit_map"] and not timestep.info["hit_robot"]
    there = state.positions
    state, timestep = STEP(ONE, KEY, state, ask(ONE, GO), params)
    assert float(timestep.reward) == 0 and timestep.terminated
    np.testing.assert_array_equal(state.positions, there)


@pytest.mark.parametrize(("x", "near"), [(5.59, False), (5.61, True)])
def test_what_is_within_a_tenth_of_a_metre_of_the_radius_is_near(x, near):
    state, params = scene(ONE, [(x, 3.5, 0)], [(x, 1.5)])
    params = replace(params, lidar_resolution=np.float32(0))
    _, timestep = STEP(ONE, KEY, state, ask(ONE, STAND), params)
    assert float(timestep.reward) == pytest.approx(-0.01 - 0.1 * near, abs=1e-6)


def test_asking_for_a_quick_turn_may_cost_something():
    state, params = scene(ONE, [(3.5, 3.5, 0)], [AWAY])
    params = replace(params, turn_limit=np.float32(0.3), turn_weight=np.float32(-0.5))
    for turn, due in ((-0.4, -0.2), (0.4, -0.2), (0.29, 0.0)):
        _, timestep = STEP(ONE, KEY, state, ask(ONE, (0.0, turn)), params)
        assert float(timestep.reward) == pytest.approx(due - 0.01, abs=1e-6)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_rest_of_a_reward_is_the_mean_of_all(share):
    poses, goals = [(2.5, 2.5, 0), (2.5, 4.5, 0)], [(5.5, 2.5), (5.5, 4.5)]
    state, params = scene(TWO, poses, goals, own_share=share, velocities=[[1.0, 0.0], [0.0, 0.0]])
    _, timestep = STEP(TWO, KEY, state, ask(TWO, GO, STAND), params)
    own = np.array([0.025 - 0.01, -0.01])
    due = share * own + (1 - share) * own.mean()
    np.testing.assert_allclose(timestep.reward["robot"], due, atol=1e-6)


def test_only_goals_crashes_and_time_may_be_shared():
    env = JaxNav(size=(7, 7), robots=2, shared="sparse")
    poses, goals = [(2.5, 2.5, 0), (2.95, 4.5, 0)], [(5.5, 2.5), (3.5, 4.5)]
    state, params = scene(env, poses, goals, velocities=[[1.0, 0.0], [1.0, 0.0]])
    _, timestep = STEP(env, KEY, state, ask(env, GO, GO), params)
    own, sparse = np.array([0.025 - 0.01, 3.99]), np.array([-0.01, 3.99])
    due = 0.5 * own + 0.5 * sparse.mean()
    np.testing.assert_allclose(timestep.reward["robot"], due, atol=1e-6)


def test_each_robot_ends_by_itself_and_who_has_ended_still_shares():
    poses, goals = [(2.95, 2.5, 0), (2.0, 4.5, 0)], [(3.5, 2.5), (5.5, 4.5)]
    state, params = scene(TWO, poses, goals, velocities=[[1.0, 0.0]] * 2)
    state, timestep = STEP(TWO, KEY, state, ask(TWO, GO, GO), params)
    assert timestep.terminated["robot"].tolist() == [True, False]
    state, timestep = STEP(TWO, KEY, state, ask(TWO, GO, GO), params)
    # the first earns nothing by itself, and half of the mean of both
    other = 0.025 - 0.01
    np.testing.assert_allclose(timestep.reward["robot"], [other / 4, other * 3 / 4], atol=1e-6)
    assert not timestep.info["won"]
    for _ in range(40):
        state, timestep = STEP(TWO, KEY, state, ask(TWO, GO, GO), params)
    assert timestep.terminated["robot"].all() and timestep.info["won"]
    np.testing.assert_allclose(state.positions[:, 1], [2.5, 4.5], atol=1e-5)


def test_two_that_meet_have_both_crashed():
    state, params = scene(
        TWO, [(3.0, 3.5, 0), (3.58, 3.5, math.pi)], [(5.5, 3.5), (1.5, 3.5)], own_share=1.0,
        velocities=[[1.0, 0.0]] * 2,
    )  # fmt: skip
    _, timestep = STEP(TWO, KEY, state, ask(TWO, GO, GO), params)
    assert timestep.terminated["robot"].all() and timestep.info["hit_robot"].all()
    assert not timestep.info["hit_map"].any() and not timestep.info["won"]
    due = -4 - 0.01 + 0.025 - 0.1
    np.testing.assert_allclose(timestep.reward["robot"], [due, due], atol=1e-5)


def drive_into_one_at_its_goal(env: JaxNav):
    """The second robot is at its goal, in the way of the first, who drives on for a while."""
    poses, goals = [(2.5, 3.5, 0), (4.0, 3.5, 0)], [(5.5, 3.5), (4.0, 3.5)]
    state, params = scene(env, poses, goals, reached=[False, True], velocities=[[1, 0], [0, 0]])
    for _ in range(14):
        state, _ = STEP(env, KEY, state, ask(env, GO, STAND), params)
    return STEP(env, KEY, state, ask(env, GO, STAND), params)


def test_one_that_has_stopped_is_in_the_way_and_is_not_to_blame():
    state, timestep = drive_into_one_at_its_goal(TWO)
    assert timestep.info["hit_robot"].tolist() == [True, False]
    assert timestep.terminated["robot"].tolist() == [True, True]


def test_one_that_has_vanished_is_in_nobodys_way():
    env = JaxNav(size=(7, 7), robots=2, finished="vanish")
    state, timestep = drive_into_one_at_its_goal(env)
    assert not timestep.info["hit_robot"].any()
    assert float(state.positions[0, 0]) == pytest.approx(4.0, abs=1e-4)
    first = np.asarray(timestep.obs["robot"])[0]
    ahead = (first[100] + 0.5) * 6
    assert ahead == pytest.approx(2.0, abs=0.051), "one sees the wall through it"


def test_one_that_drives_on_may_crash_and_nobody_ends_before_all_have():
    env = JaxNav(size=(7, 7), robots=2, finished="drive")
    poses, goals = [(2.95, 2.5, 0), (2.0, 4.5, 0)], [(3.5, 2.5), (5.5, 4.5)]
    state, params = scene(env, poses, goals, velocities=[[1.0, 0.0]] * 2)
    state, timestep = STEP(env, KEY, state, ask(env, GO, GO), params)
    assert timestep.info["reached"].tolist() == [True, False]
    assert not timestep.terminated["robot"].any()
    for _ in range(29):
        state, timestep = STEP(env, KEY, state, ask(env, GO, STAND), params)
    assert float(state.positions[0, 0]) > 5.7
    assert timestep.info["hit_map"].tolist() == [True, False]


def test_what_is_seen_is_worked_by_hand():
    state, params = scene(ONE, [(2.5, 3.5, 0)], [(2.5, 5.5)], velocities=[[0.5, 0.3]])
    state, timestep = STEP(ONE, KEY, state, ask(ONE, (0.5, 0.3)), params)
    obs = np.asarray(timestep.obs)
    # now at (2.55, 3.5), turned by 0.03
    assert obs.shape == (205,)
    way = math.atan2(2, -0.05) - 0.03
    due = [0.5 - 0.5, 0.5, math.hypot(2, 0.05) / 6 - 0.5, way / math.pi, 0.0]
    np.testing.assert_allclose(obs[200:], due, atol=1e-5)
    behind, ahead = (obs[[0, 100]] + 0.5) * 6
    assert behind == pytest.approx(1.55 / math.cos(0.03), abs=0.051)
    assert ahead == pytest.approx(3.45 / math.cos(0.03), abs=0.051)
    raw = JaxNav(size=(7, 7), observation="raw")
    seen = np.asarray(STEP(raw, KEY, state, ask(raw, (0.5, 0.3)), params)[1].obs)
    state, timestep = STEP(ONE, KEY, state, ask(ONE, (0.5, 0.3)), params)
    scaled = np.asarray(timestep.obs)
    np.testing.assert_allclose(seen[:200], (scaled[:200] + 0.5) * 6, atol=1e-5)
    np.testing.assert_allclose(seen[200:202], [0.5, 0.3], atol=1e-6)
    np.testing.assert_allclose(seen[202], (scaled[202] + 0.5) * 6, atol=1e-5)
    np.testing.assert_allclose(seen[203:], [scaled[203] * math.pi, 0.5], atol=1e-5)


def test_the_own_share_is_drawn_between_two_numbers_and_is_the_one_that_counts():
    env = JaxNav("LongCorridor2")
    params = replace(env.default_params(), own_share=np.array([0.2, 0.8], np.float32))
    states, timesteps = jax.jit(jax.vmap(env.reset, (0, None)))(jax.random.split(KEY, 50), params)
    shares = np.asarray(states.own_share)
    assert 0.2 <= shares.min() < 0.3 and 0.7 < shares.max() <= 0.8
    np.testing.assert_allclose(timesteps.obs["robot"][..., -1], np.stack([shares] * 2, 1) - 0.5)


def test_the_world_is_all_there_is():
    poses, goals = [(2.5, 3.5, math.pi / 2), (5.0, 5.0, 0)], [(2.5, 5.5), (3.5, 3.5)]
    state, _ = scene(TWO, poses, goals, velocities=[[0.5, 0.3], [0, 0]], reached=[False, True])
    world = np.asarray(TWO.world(state))
    assert world.shape == TWO.world_space.shape == (25 + 20 + 1,)
    assert not world[:25].any()
    first = [2.5 / 7 - 0.5, 0, 2.5 / 7 - 0.5, 5.5 / 7 - 0.5, 0.5, 0.5, 0.5, 0, 0, 0]
    second = [5 / 7 - 0.5, 5 / 7 - 0.5, 0, 0, 0, 0, 0, 1, 0, 0]
    np.testing.assert_allclose(world[25:], [*first, *second, 0.5], atol=1e-6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"finished": "stops"}, "did you mean 'stop'"),
        ({"actions": "continuos"}, "did you mean 'continuous'"),
        ({"robot": "jackel"}, "did you mean 'jackal'"),
        ({"lidar_beams": 0}, "lidar_beams must be a whole number from 1 up"),
        ({"lidar_arc": 7.0}, "at most a full circle"),
        ({"max_speed": 0.0}, "max_speed must be a positive"),
        ({"min_speed": 2.0}, "min_speed must be at most max_speed"),
        ({"fill": 1.5}, "fill must lie between 0 and 1"),
        ({"solvable": 1}, "solvable must be true or false"),
        ({"size": (2, 9)}, "from 3 up"),
        ({"size": 9}, "size is rows and columns"),
        ({"size": (5, 5), "robots": 5}, "have no room on 3 by 3"),
        ({"goal_distance": (3, 1)}, "the least and the most"),
        ({"level": "Corridor4", "robots": 2}, "robots is 2, but the level has 4"),
        ({"level": "Layby5"}, "did you mean 'Layby4'"),
    ],
)
def test_options_that_are_not_there(options, words):
    with pytest.raises(ValueError, match=words):
        JaxNav(**options)

"""Where ours differs from JaxMARL 0.2.0's JaxNav: each test runs both."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxmarl import make
from jaxmarl.environments.jaxnav import make_jaxnav_singleton
from jaxmarl.environments.jaxnav.jaxnav_ued_utils import make_level_mutator

from envsuite.functional import TimeLimit
from envsuite_jaxnav.env import JaxNav
from envsuite_jaxnav.state import with_level
from envsuite_jaxnav.tests.beside import BEAMS, GO, PAIR, STAND, blank, moment, peer, step_both
from envsuite_jaxnav.tests.peer import PEER_SPACING, ours
from envsuite_jaxnav.tests.scene import KEY, STEP, ask

pytestmark = pytest.mark.filterwarnings("ignore")


def test_a_robot_is_seen_where_it_is():
    """How far another robot is.

    JaxMARL: 0.8 % too far: one spacing to find it, another to tell it.
    Here: true, within the resolution.
    """
    # its near side is 2.75 ahead, 200 beams; the peer reads it with one spacing off
    state = moment([(1.75, 3.0, 0), (4.75, 3.0, 0)])
    _, obs, _, _, following, timestep = step_both(state, STAND, STAND)
    theirs = (obs[0, :BEAMS].min() + 0.5) * 6, (obs[0, [99, 100]].min() + 0.5) * 6
    assert theirs[1] == pytest.approx(2.773, abs=1e-3)
    own = (np.asarray(timestep.obs["robot"])[0, 100] + 0.5) * 6
    assert own == pytest.approx(2.75, abs=1e-4)


def test_walls_are_read_in_steps_of_the_resolution():
    """How far a wall is.

    JaxMARL: in steps of 6/119 m; the corner of a cell may be stepped over.
    Here: in steps of 0.05 m, found in closed form.
    """
    state = moment([(2.5, 3.0, math.pi), (7.5, 7.0, 0)])
    _, obs, _, _, _, timestep = step_both(state, STAND, STAND)
    theirs = (obs[0, :BEAMS] + 0.5) * 6
    own = (np.asarray(timestep.obs["robot"])[0, :BEAMS] + 0.5) * 6

    def off(readings: np.ndarray, spacing: float) -> float:
        return float(np.abs(readings / spacing - np.round(readings / spacing)).max())

    assert off(theirs, PEER_SPACING) < 1e-3 < 0.1 < off(theirs, 0.05)
    assert off(own, 0.05) < 1e-3
    assert own[100] == pytest.approx(1.5, abs=1e-4)


def test_no_beam_is_there_twice():
    """First and last beam.

    JaxMARL: one and the same.
    Here: apart like all others.
    """
    state = moment([(3.3, 3.0, 0.4), (7.5, 7.0, 1.0)])
    _, obs, _, _, _, _ = step_both(state, STAND, STAND)
    angles = np.asarray(peer().env.lidar_angles)
    assert angles[-1] - angles[0] == pytest.approx(2 * math.pi, abs=1e-5)
    assert (obs[:, 0] == obs[:, BEAMS - 1]).all(), "the peer's first and last beam are one"
    own = np.exp(1j * PAIR.lidar.angles)
    assert len(np.unique(np.round(own, 6))) == BEAMS


def test_bearings_lie_within_a_turn_whatever_the_heading():
    """Bearing of the goal for a heading beyond half a turn.

    JaxMARL: may lie outside of its space.
    Here: within half a turn.
    """
    # a level may give any heading; CircleCross has some of up to 8.8
    poses, goals = [(3.5, 3.5, 8.8), (7.5, 7.0, 0)], [(5.5, 1.5), (9.5, 1.5)]
    theirs = jax.jit(peer().env.get_obs)(moment(poses, goals))["agent_0"]
    assert theirs[BEAMS + 3] < -1.04, "beyond what the peer's observation space allows"
    params = replace(
        PAIR.default_params(),
        drawn=np.bool_(False),
        headings=np.array([8.8, 0], np.float32),
        starts=np.array([(3.5, 3.5), (7.5, 7.0)], np.float32),
        goals=np.array(goals, np.float32),
    )
    _, timestep = jax.jit(PAIR.reset)(KEY, params)
    own = float(np.asarray(timestep.obs["robot"])[0, BEAMS + 3])
    assert -1 <= own <= 1
    assert own == pytest.approx((-math.pi / 4 - 8.8 + 4 * math.pi) / math.pi, abs=1e-5)


def test_a_robot_may_ask_for_its_fastest_turn():
    """The most a robot may ask to turn.

    JaxMARL: π/6, though it could turn 0.6 rad/s.
    Here: 0.6.
    """
    theirs = peer().env.action_space("agent_0")
    assert theirs.high[1] == pytest.approx(math.pi / 6) and peer().env.max_w == 0.6
    own: Any = PAIR.action_space
    assert own["robot"].high[1] == pytest.approx(PAIR.max_turn) == pytest.approx(0.6)


def test_the_share_that_is_seen_is_the_one_that_counts():
    """The share of the own reward.

    JaxMARL: drawn and seen, but another one counts.
    Here: the one that is seen counts.
    """
    poses, speeds = [(2.5, 3.5, 0), (2.5, 7.5, 0)], [(1, 0), (0, 0)]
    theirs, own = [], []
    for share in (0.0, 1.0):
        state = moment(poses, velocities=speeds, rew_lambda=share)
        _, obs, reward, _, _, timestep = step_both(state, GO, STAND)
        assert obs[0, -1] == pytest.approx(share - 0.5)
        theirs.append(reward)
        own.append(np.asarray(timestep.reward["robot"]))
    np.testing.assert_array_equal(*theirs)
    np.testing.assert_allclose(own[0], [own[1].mean()] * 2, atol=1e-6)
    assert own[1][0] > own[1][1] + 0.01


def test_a_robot_at_its_goal_stops():
    """A robot at its goal.

    JaxMARL: drives on, may crash, and pays for what is near; so do crashed ones.
    Here: stops; `finished="drive"`.
    """
    # the peer's drives on into the wall, and pays for it
    state = moment(
        [(9.3, 3.5, 0), (3.5, 7.5, 0)], goals=[(9.4, 3.5), (9.5, 1.5)], velocities=[(1, 0), (0, 0)]
    )
    own = ours(state)
    rewards, places = [], []
    for _ in range(8):
        state, _, reward, _, _, _ = step_both(state, GO, STAND)
        own, timestep = STEP(PAIR, KEY, own, ask(PAIR, GO, STAND), PAIR.default_params())
        rewards.append((float(reward.sum()), float(timestep.reward["robot"].sum())))
        places.append((float(state.pos[0, 0]), float(own.positions[0, 0])))
    assert bool(state.goal_reached[0]) and bool(state.move_term[0]), "reached, then crashed"
    assert own.reached.tolist() == [True, False] and not own.crashed.any()
    assert places[-1][0] > 9.7 and places[-1][1] == pytest.approx(9.4, abs=1e-5)
    # crashed, the peer's goes on to pay for the wall beside it; the other's step costs a hundredth
    assert rewards[-1] == pytest.approx((-0.11, -0.01), abs=1e-5)
    assert min(theirs for theirs, _ in rewards) < -4 < -0.1 < min(ours for _, ours in rewards[1:])


def test_each_robot_ends_by_itself():
    """Who is done.

    JaxMARL: all at once.
    Here: each by itself; `finished="drive"`.
    """
    state = moment([(9.7, 3.5, 0), (3.5, 7.5, 0)], velocities=[(1, 0), (0, 0)])
    _, _, _, done, following, timestep = step_both(state, GO, STAND)
    assert following.crashed.tolist() == [True, False]
    assert not done["agent_0"] and not done["agent_1"] and not done["__all__"]
    assert timestep.terminated["robot"].tolist() == [True, False]


def test_time_being_up_truncates():
    """Time being up.

    JaxMARL: terminates.
    Here: truncates.
    """
    state = moment([(2.5, 3.5, 0), (3.5, 7.5, 0)], step=499)
    _, _, _, done, _, timestep = step_both(state, STAND, STAND)
    assert done["__all__"], "the peer tells no difference between time and an end"
    assert not timestep.terminated["robot"].any()
    limited = TimeLimit(JaxNav("BlankTest"), 1)
    params = limited.default_params()
    own, _ = jax.jit(limited.reset)(KEY, params)
    _, timestep = jax.jit(limited.step)(KEY, own, jnp.zeros(2), params)
    assert timestep.truncated and not timestep.terminated


def test_who_vanishes_is_nowhere():
    """Robots that vanish.

    JaxMARL: are put into the corner of the map.
    Here: are nowhere.
    """
    # the peer puts it into the corner of the map; ours leaves it there, for nobody to see
    gone: Any = make("jaxnav", num_agents=2, evaporating=True)
    state = moment([(9.7, 3.5, 0), (3.5, 7.5, 0)], velocities=[(1, 0), (0, 0)])
    commands = {"agent_0": jnp.array(GO), "agent_1": jnp.array(STAND)}
    step = jax.jit(gone.step_env)
    state = step(jax.random.PRNGKey(0), state, commands)[1]
    _, state, _, done, _ = step(jax.random.PRNGKey(0), state, commands)
    assert state.pos[0].tolist() == [0, 0] and done["agent_0"] and not done["agent_1"]
    env = JaxNav(robots=2, finished="vanish")
    own = ours(moment([(9.7, 3.5, 0), (3.5, 7.5, 0)], velocities=[(1, 0), (0, 0)]))
    own, _ = STEP(env, KEY, own, ask(env, GO, STAND), env.default_params())
    own, timestep = STEP(env, KEY, own, ask(env, GO, STAND), env.default_params())
    assert own.positions[0].tolist() == pytest.approx([9.8, 3.5])
    assert timestep.terminated["robot"].tolist() == [True, False]


def test_named_levels_can_be_driven_in():
    """Named levels, as they are made.

    JaxMARL: cannot be stepped.
    Here: can.
    """
    theirs: Any = make_jaxnav_singleton("BlankTest")
    theirs.get_obs = lambda state: {}  # it takes long, and does not matter here
    _, state = theirs.reset(jax.random.PRNGKey(0))
    with pytest.raises(NotImplementedError):
        theirs.step_env(jax.random.PRNGKey(0), state, {"agent_0": jnp.array(GO)})
    env = JaxNav("BlankTest")
    own, _ = jax.jit(env.reset)(KEY, env.default_params())
    own, _ = STEP(env, KEY, own, ask(env, GO), env.default_params())
    assert own.positions[0].tolist() == pytest.approx([1.51, 1.5])


def test_round_robots_drive():
    """Round robots.

    JaxMARL: cannot be stepped.
    Here: can.
    """
    theirs: Any = make("jaxnav", num_agents=2, map_id="Grid-Rand")
    state = moment([(2.5, 3.5, 0), (3.5, 7.5, 0)])
    commands = {"agent_0": jnp.array(GO), "agent_1": jnp.array(STAND)}
    with pytest.raises(NotImplementedError):
        theirs.step_env(jax.random.PRNGKey(0), state, commands)
    env = JaxNav(robots=2, robot="circle")
    own, timestep = STEP(env, KEY, ours(state), ask(env, GO, STAND), env.default_params())
    assert own.positions[0].tolist() == pytest.approx([2.51, 3.5])
    assert not timestep.terminated["robot"].any()


def test_what_is_seen_may_be_raw():
    """Raw observations.

    JaxMARL: fail.
    Here: work.
    """
    theirs: Any = make("jaxnav", num_agents=2, normalise_obs=False)
    with pytest.raises(Exception):  # noqa: B017 - which one is an accident of the peer's
        jax.eval_shape(theirs.reset, jax.random.PRNGKey(0))
    assert jax.eval_shape(peer().env.reset, jax.random.PRNGKey(0)), "and normalised it can be made"
    env = JaxNav("BlankTest", observation="raw")
    _, timestep = jax.jit(env.reset)(KEY, env.default_params())
    seen = np.asarray(timestep.obs)
    assert seen[100] == pytest.approx(4.5) and seen[BEAMS + 2] == pytest.approx(4 * math.sqrt(2))


def test_masks_have_the_length_of_the_actions():
    """Masks of discrete actions.

    JaxMARL: two entries.
    Here: none: all 15 are legal.
    """
    theirs: Any = make("jaxnav", num_agents=2, act_type="Discrete")
    mask = np.asarray(theirs.get_avail_actions(blank())["agent_0"])
    assert mask.shape == (2,) and theirs.action_space("agent_0").n == 15
    env = JaxNav("BlankTest", actions="discrete")
    _, timestep = jax.eval_shape(env.reset, KEY, env.default_params())
    assert timestep.legal is None, "all 15 are always legal"


def test_a_neighbour_may_have_fewer_walls():
    """Editing a wall.

    JaxMARL: only builds.
    Here: builds and opens.
    """
    # neighbours of one level with a row of walls, 20 edits each
    grid = np.array(blank().map_data)
    grid[5, 1:9] = 1
    state = moment([(2.5, 3.5, 0), (3.5, 7.5, 0)], map_data=grid)
    mutate = make_level_mutator(20, peer().env.map_obj)
    keys = jax.random.split(jax.random.PRNGKey(5), 20)
    theirs = jax.jit(jax.vmap(lambda key: mutate(key, state, 20)))(keys)
    before, after = grid > 0, np.asarray(theirs.map_data) > 0
    assert (after & ~before).sum() > 20 and not (before & ~after).any()
    params = with_level(PAIR.default_params(), ours(state).level)
    near = jax.vmap(PAIR.mutate, (0, None))(jax.random.split(jax.random.key(1), 20), params)
    own = np.asarray(near.walls)
    assert (own & ~before).sum() > 20 and (before & ~own).sum() > 5

"""Ours beside JaxMARL 0.2.0's: its states fed to our rules, same actions.

Where the two differ on purpose, ours is set to what the peer does; `test_differences.py` shows each
of these differences.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
from jaxmarl.environments.jaxnav import make_jaxnav_singleton

from envsuite_jaxnav.env import JaxNav
from envsuite_jaxnav.layout import CIRCLE_CROSS, shipped_layouts
from envsuite_jaxnav.tests.peer import (
    LIKE_THE_PEER,
    PEER_SPACING,
    Peer,
    ours,
    params_like_the_peer,
)

STEPS, COPIES, BEAMS = 50, 16, 200
CLOSE: dict[str, Any] = {"rtol": 1e-5, "atol": 1e-5}


def play(robots: int, actions: np.ndarray, **options: Any) -> tuple[Any, ...]:
    """The peer's episodes, and each of their steps by our rules."""
    discrete = actions.ndim == 3
    peer = Peer(robots, act_type="Discrete" if discrete else "Continuous", **options)
    states, obs, reward, over, info = peer.episodes(actions)
    env = JaxNav(robots=robots, actions="discrete" if discrete else "continuous", **LIKE_THE_PEER)
    params = params_like_the_peer(env)

    def step(state: Any, action: Any) -> Any:
        chosen = {"robot": action} if robots > 1 else action[0]
        return env.step(jax.random.key(0), ours(state), chosen, params)

    before = jax.tree.map(lambda leaf: leaf[:-1], states)
    after = jax.tree.map(lambda leaf: leaf[1:], states)
    state, timestep = jax.device_get(jax.jit(jax.vmap(jax.vmap(step)))(before, actions))
    running = ~before.ep_done
    rows = (before, state, timestep, after, obs, reward, over, info)
    return jax.tree.map(lambda leaf: leaf[running], rows)


def agree_on_driving(state: Any, after: Any, over: np.ndarray, terminated: np.ndarray) -> None:
    """Places, velocities, goals, crashes and ends are one."""
    np.testing.assert_allclose(state.positions, after.pos, **CLOSE)
    np.testing.assert_allclose(state.headings, after.theta, **CLOSE)
    np.testing.assert_allclose(state.velocities, after.vel, **CLOSE)
    np.testing.assert_array_equal(state.reached, after.goal_reached)
    np.testing.assert_array_equal(state.hit_map | state.hit_robot, after.move_term)
    np.testing.assert_array_equal(terminated, np.repeat(over[:, None], terminated.shape[1], 1))


def test_a_robot_by_itself_discrete():
    """All of it: also what the lidar reads, and what being near costs."""
    rng = np.random.default_rng(0)
    actions = rng.integers(5, 15, (STEPS, COPIES, 1)).astype(np.int32)
    _, state, timestep, after, obs, reward, over, _ = play(1, actions)
    agree_on_driving(state, after, over, timestep.terminated[:, None])
    assert after.move_term.sum() >= 5, "too few crashed: too little was compared"
    np.testing.assert_allclose(timestep.reward[:, None], reward, **CLOSE)
    assert (reward < -0.05).sum() > 10, "too little was near"
    seen = timestep.obs[:, None]
    np.testing.assert_allclose(seen[..., BEAMS:], obs[..., BEAMS:], **CLOSE)
    beyond = (seen - obs)[..., :BEAMS] * 6
    # The peer looks at points along the beam and may step over the corner of a cell.
    assert beyond.max() < 1e-4
    assert (beyond < -1e-4).mean() < 0.01


@pytest.mark.long
def test_two_robots_continuous():
    """All but what the lidars read of the other robot, which the peer reads too far."""
    rng = np.random.default_rng(1)
    speed = rng.uniform(0.3, 1, (STEPS, COPIES, 2))
    turn = rng.uniform(-0.52, 0.52, (STEPS, COPIES, 2))
    actions = np.stack([speed, turn], -1).astype(np.float32)
    before, state, timestep, after, obs, reward, over, info = play(2, actions)
    agree_on_driving(state, after, over, timestep.terminated["robot"])
    np.testing.assert_array_equal(timestep.info["hit_robot"], info["AgentC"] > 0)
    new = timestep.info["hit_map"] & ~before.move_term
    np.testing.assert_array_equal(new, info["MapC"] > 0)
    assert new.sum() >= 5, "too few crashed: too little was compared"
    seen = timestep.obs["robot"]
    np.testing.assert_allclose(seen[..., BEAMS:], obs[..., BEAMS:], **CLOSE)
    beyond = (seen - obs)[..., :BEAMS] * 6
    assert beyond.max() < PEER_SPACING + 1e-4
    # where both read the same, or nothing is within half a metre, the same is near
    near = (np.minimum(seen, obs)[..., :BEAMS] < 0.5 / 6 - 0.5).any((1, 2))
    same = (np.abs(beyond) < 1e-4).all((1, 2)) | ~near
    np.testing.assert_allclose(timestep.reward["robot"][same], reward[same], **CLOSE)
    assert same.sum() > 300 and (reward[same] < -1).any()


@pytest.mark.parametrize("name", [*shipped_layouts(), CIRCLE_CROSS])
def test_named_levels_are_the_peers(name):
    peer: Any = make_jaxnav_singleton(name)
    peer.get_obs = lambda state: {}  # it takes long, and is compared above
    _, state = peer.reset(jax.random.PRNGKey(0))
    level = JaxNav(name).default_params()
    np.testing.assert_array_equal(level.walls, np.asarray(state.map_data) > 0)
    np.testing.assert_allclose(level.starts, state.pos, atol=1e-5)
    np.testing.assert_allclose(level.headings, state.theta, atol=1e-5)
    np.testing.assert_allclose(level.goals, state.goal, atol=1e-5)
    assert float(state.rew_lambda) == level.own_share[0] == level.own_share[1]


def test_drawn_starts_and_goals_are_spread_as_the_peers():
    """Means over many levels: distance of the goals, places, and how many cells are walls."""
    copies = 400
    peer = Peer(1)
    peer.env.get_obs = lambda state: {}
    _, theirs = jax.jit(jax.vmap(peer.env.reset))(jax.random.split(jax.random.PRNGKey(3), copies))
    env = JaxNav(solvable=False)
    levels = jax.jit(jax.vmap(env.sample))(jax.random.split(jax.random.key(4), copies))

    def away(one: Any, other: Any) -> np.ndarray:
        return np.linalg.norm(np.asarray(one) - np.asarray(other), axis=-1)

    for one, other in (
        (levels.walls, theirs.map_data),
        (away(levels.goals, levels.starts), away(theirs.goal, theirs.pos)),
        (levels.starts, theirs.pos),
        (np.abs(np.asarray(levels.starts) - 5.5), np.abs(np.asarray(theirs.pos) - 5.5)),
        (np.abs(np.asarray(levels.goals) - 5.5), np.abs(np.asarray(theirs.goal) - 5.5)),
    ):
        a, b = (np.asarray(rows, float).reshape(copies, -1).mean(1) for rows in (one, other))
        error = np.sqrt((a.var() + b.var()) / copies)
        assert abs(a.mean() - b.mean()) < 4 * error

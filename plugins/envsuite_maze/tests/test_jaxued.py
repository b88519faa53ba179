"""The maze beside JaxUED 0.0.1: what is the same, and each thing that differs, shown on both."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxued.environments.maze import Level as TheirLevel
from jaxued.environments.maze import (
    Maze as TheirMaze,
)
from jaxued.environments.maze import (
    MazeEditor as TheirEditor,
)
from jaxued.environments.maze import (
    MazeSolved,
    make_level_generator,
    make_level_mutator_minimax,
)
from jaxued.environments.maze.level import prefabs
from scipy.stats import ks_2samp

from envsuite_maze.drawing import names
from envsuite_maze.editor import MazeEditor
from envsuite_maze.env import Maze
from envsuite_maze.level import level_from_text, level_to_text
from envsuite_maze.paths import NO_WAY, actions_to_goal, solvable
from envsuite_maze.tests.walk import RESET, STEP, draw, single, walk

KEY = jax.random.PRNGKey(0)  # it takes keys of the old kind
PEER = TheirMaze()
PARAMS = PEER.default_params
STEPS, COPIES = 120, 48


@cache
def their_step() -> Any:
    return jax.jit(jax.vmap(partial(PEER.step, params=PARAMS), (None, 0, 0)))


@cache
def our_step() -> Any:
    game = Maze(observation="codes", actions="minigrid")
    return jax.jit(jax.vmap(game.step, (None, 0, 0, None)))


def theirs(text: str) -> Any:
    return TheirLevel.from_str(text)


def codes(obs: Any) -> np.ndarray:
    """What the peer shows as ours has it: its picture has x first."""
    picture = np.asarray(obs.image).swapaxes(1, 2).reshape(len(obs.image), -1)
    return np.concatenate([picture, np.asarray(obs.agent_dir)[:, None]], axis=1)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """The chance of samples as unlike as these, if they are of one distribution."""
    found: Any = ks_2samp(one, other)
    return found.pvalue


def test_whole_episodes_are_alike():
    """Random actions in random levels, observations, rewards and ends included."""
    game = Maze(walls=40, observation="codes", actions="minigrid")
    levels = draw(game, COPIES)
    texts = [level_to_text(single(levels, index)) for index in range(COPIES)]
    peers = jax.tree.map(lambda *leaves: jnp.stack(leaves), *map(theirs, texts))
    reset = jax.vmap(partial(PEER.reset_to_level, params=PARAMS), (None, 0))
    seen, peer = jax.jit(reset)(KEY, peers)
    state, timestep = jax.jit(jax.vmap(game.reset, (None, 0)))(KEY, levels)
    params, live, won = game.default_params(), np.ones(COPIES, bool), 0
    rng = np.random.default_rng(0)
    for _ in range(STEPS):
        np.testing.assert_array_equal(np.asarray(timestep.obs)[live], codes(seen)[live])
        # forward more often than not, so that some arrive
        action = jnp.asarray(rng.choice(7, COPIES, p=[0.15, 0.15, 0.62, 0.02, 0.02, 0.02, 0.02]))
        seen, peer, reward, done, _ = their_step()(KEY, peer, action)
        state, timestep = our_step()(KEY, state, action, params)
        np.testing.assert_allclose(timestep.reward[live], np.asarray(reward)[live], atol=1e-6)
        np.testing.assert_array_equal(timestep.terminated[live], np.asarray(done)[live])
        won += int(np.asarray(timestep.info["won"])[live].sum())
        live &= ~np.asarray(timestep.terminated)
    assert won >= 5


@pytest.mark.parametrize("name", sorted(set(prefabs) & set(names())))
def test_named_levels_are_the_same(name):
    text = "\n".join(line.strip() for line in prefabs[name].strip().splitlines())
    assert level_to_text(Maze(name).default_params()) == text
    assert theirs(text).to_str() == text, "the symbols are the same too"


def test_drawn_levels_are_of_one_distribution():
    mine = draw(Maze(walls=60), 3000)
    peers = jax.jit(jax.vmap(make_level_generator(13, 13, 60)))(jax.random.split(KEY, 3000))
    for a, b in (
        (mine.walls.sum((1, 2)), peers.wall_map.sum((1, 2))),
        (mine.goal @ np.array([13, 1]), peers.goal_pos @ np.array([1, 13])),
        (mine.start @ np.array([13, 1]), peers.agent_pos @ np.array([1, 13])),
        (mine.heading, peers.agent_dir),
    ):
        assert alike(np.asarray(a), np.asarray(b)) > 1e-3


def test_edited_levels_are_of_one_distribution(monkeypatch):
    # it calls by a name that JAX has taken away since
    monkeypatch.setattr(jax, "tree_map", jax.tree.map, raising=False)
    level = single(draw(Maze(), 1), 0)
    peer = theirs(level_to_text(level))
    edit: Any = make_level_mutator_minimax(20)
    mine = jax.jit(jax.vmap(Maze(edits=20).mutate, (0, None)))(jax.random.split(KEY, 2000), level)
    other = jax.jit(jax.vmap(partial(edit, n=20), (0, None)))(jax.random.split(KEY, 2000), peer)
    flips = [np.asarray(walls != level.walls).sum((1, 2)) for walls in (mine.walls, other.wall_map)]
    stays = [
        (np.asarray(mine.goal) == level.goal).all(1).mean(),
        (np.asarray(other.goal_pos)[:, ::-1] == level.goal).all(1).mean(),
    ]
    assert alike(*flips) > 1e-3, [each.mean() for each in flips]
    assert abs(stays[0] - stays[1]) < 0.02


def test_quickest_ways_are_as_long():
    """From every pose of some levels, among them one where the goal is shut off."""
    levels = draw(Maze(), 20)
    solver = MazeSolved()
    texts = [level_to_text(single(levels, index)) for index in range(20)]
    peers = jax.tree.map(lambda *leaves: jnp.stack(leaves), *map(theirs, texts))
    reset = jax.jit(jax.vmap(partial(solver.reset_to_level, params=PARAMS), (None, 0)))
    found = np.asarray(reset(KEY, peers)[1].min_steps)
    found = np.where(np.isfinite(found), found, NO_WAY)
    ours = np.asarray(jax.jit(jax.vmap(actions_to_goal))(levels))
    free = np.broadcast_to(~np.asarray(levels.walls)[:, None], ours.shape)
    np.testing.assert_array_equal(ours[free], found[free])
    assert not np.asarray(jax.vmap(solvable)(levels)).all()


def test_an_agent_that_arrives_stands_on_the_goal():
    """JaxUED's stays in the cell before; ours is where it is, and sees it."""
    text = ">G\n.."
    game = Maze(size=2, walls=0, observation="codes")
    state, _ = RESET(game, KEY, level_from_text(text))
    state, _ = STEP(game, KEY, state, 2, game.default_params())
    assert state.place.tolist() == [0, 1] and state.arrived
    small = TheirMaze(max_height=2, max_width=2)
    _, peer = small.reset_to_level(KEY, theirs(text), PARAMS)
    _, peer, reward, done, _ = small.step(KEY, peer, 2, PARAMS)
    assert done and reward > 0 and peer.agent_pos.tolist() == [0, 0]


def test_time_that_is_up_is_no_end_of_the_game():
    """JaxUED says done; ours is truncated, by the registry's limit."""
    text = level_to_text(Maze("Labyrinth").default_params())
    _, peer = PEER.reset_to_level(KEY, theirs(text), PARAMS)
    peer = peer.replace(time=jnp.int32(249))
    assert PEER.step(KEY, peer, 0, PARAMS)[3]
    game = Maze("Labyrinth")
    state, _ = RESET(game, KEY, game.default_params())
    state, timestep = walk(game, state, "<" * 251)
    assert not timestep.terminated


def test_the_noise_of_the_teacher():
    """JaxUED's is zero by default; ours is drawn."""
    level = theirs(level_to_text(Maze("Labyrinth").default_params()))
    shown = jax.tree.leaves(TheirEditor(PEER).reset_to_level(KEY, level, PARAMS)[0])
    noise = [leaf for leaf in shown if np.shape(leaf) == (16,)]
    assert len(noise) == 1 and not np.asarray(noise[0]).any()
    editor = MazeEditor(noise=16)
    assert np.asarray(editor.reset(jax.random.key(0), editor.default_params())[0].noise).all()

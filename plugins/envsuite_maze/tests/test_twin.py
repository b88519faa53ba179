"""What the twin shows that whole episodes of random play (`tests/parity`) seldom reach."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

import envsuite
from envsuite_maze.env import Maze
from envsuite_maze.level import level_to_text
from envsuite_maze.paths import best_actions
from envsuite_maze.tests.walk import single


def both(id: str, copies: int, **options: Any) -> list[Any]:
    return [envsuite.make_engine(id, copies, backend, **options) for backend in ("numba", "jax")]


@pytest.mark.parametrize(
    "options",
    [
        {"wall_count": "uniform", "walls": 40, "observation": "codes", "actions": "minigrid"},
        {"generator": "distinct", "size": (5, 8), "walls": 9, "observation": "image", "sight": 7},
        {"walls": 40, "see_through_walls": False},
        {"walls": 40, "see_through_walls": False, "observation": "codes", "sight": 7},
        {"walls": 40, "see_through_walls": False, "observation": "image", "sight": 3},
    ],
)
def test_agents_that_know_the_way_arrive_alike(options):
    """Seen, earned and told is the same on both engines, through ends and resets."""
    numba, rules = both("envsuite/Maze", 16, max_steps=40, **options)
    ours, theirs = numba.reset(seed=3), rules.reset(seed=3)
    find = jax.jit(jax.vmap(best_actions))
    arrived = 0
    for step in range(90):
        for name in ("obs", "reward", "terminated", "truncated"):
            np.testing.assert_allclose(
                getattr(ours, name), np.asarray(getattr(theirs, name)), atol=1e-6, err_msg=name
            )
        np.testing.assert_array_equal(ours.info["won"], theirs.info["won"])
        states = numba.moments()[0]
        best = np.asarray(find(states.level))
        action = best[np.arange(16), states.heading, *states.place.T].astype(np.int64)
        if step % 5 == 4:
            action[::2] = 0  # some turn about, and come to other poses
        ours, theirs = numba.step(action), rules.step(action)
        arrived += int((ours.reward > 0).sum())
    assert arrived > 40


def test_levels_that_are_given_are_played_by_some_and_drawn_by_others():
    options: dict[str, Any] = {"size": 5, "walls": 5}
    numba, rules = both("envsuite/Maze", 4, **options)
    game = Maze(**options)
    given = [game.default_params(), game.sample(jax.random.key(1)), game.default_params()]
    given.append(game.parse_level(">....\n.###.\n.#G#.\n.....\n....."))
    tasks = jax.tree.map(lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves]), *given)
    for seed in (0, 1):
        ours, theirs = numba.reset(seed, params=tasks), rules.reset(seed, params=tasks)
        np.testing.assert_array_equal(ours.obs, np.asarray(theirs.obs))
        played = numba.moments()[0].level
        texts = [level_to_text(single(played, copy)) for copy in range(4)]
        assert texts[1] == level_to_text(given[1]) and texts[3] == level_to_text(given[3])
        # an episode spends the second half of its stream's key
        drawn = game.sample(jax.random.split(jax.random.key(seed))[1])
        assert texts[0] == level_to_text(drawn), "what `sample` draws from the same key"


@pytest.mark.parametrize(
    "options",
    [
        {"generator": "rooms", "size": (4, 7)},
        {"generator": "crossings", "size": 9, "walls": 5},
        {"generator": "crossings", "size": 5, "walls": 4},
        {"generator": "tree", "size": (5, 9)},
        {"generator": "tree", "size": 65},  # whose edges JAX shuffles twice
    ],
)
def test_levels_of_a_plan_are_those_that_sample_draws(options):
    """At the first reset, and at the restarts that follow."""
    copies = 4 if options["size"] == 65 else 64
    numba: Any = envsuite.make_engine("envsuite/Maze", copies, "numba", max_steps=3, **options)
    game = Maze(**options)
    draw = jax.jit(jax.vmap(game.sample))
    streams = jax.vmap(jax.random.key)(np.arange(7, 7 + copies))
    numba.reset(seed=7)
    for number in range(5):  # a reset's draw, those of three steps, and that of the restart
        streams, keys = jax.vmap(jax.random.split, out_axes=1)(streams)
        if number in (1, 2, 3):
            numba.step(np.zeros(copies, np.int64))
            continue
        drawn, played = draw(keys), numba.moments()[0].level
        for name in ("walls", "goal", "start", "heading"):
            np.testing.assert_array_equal(getattr(played, name), getattr(drawn, name))


def test_edited_levels_are_played_alike():
    options: dict[str, Any] = {"size": 6, "walls": 8}
    numba, rules = both("envsuite/Maze", 8, **options)
    game = Maze(**options)
    keys = jax.random.split(jax.random.key(2), 8)
    levels = jax.vmap(game.mutate)(keys, jax.vmap(game.sample)(keys))
    tasks = jax.tree.map(np.asarray, levels)
    ours, theirs = numba.reset(0, params=tasks), rules.reset(0, params=tasks)
    find = jax.jit(jax.vmap(best_actions))(levels)
    for _ in range(12):
        np.testing.assert_array_equal(ours.obs, np.asarray(theirs.obs))
        states = numba.moments()[0]
        best = np.asarray(find)[np.arange(8), states.heading, *states.place.T]
        ours, theirs = numba.step(best.astype(np.int64)), rules.step(best.astype(np.int64))
        np.testing.assert_allclose(ours.reward, np.asarray(theirs.reward), atol=1e-6)

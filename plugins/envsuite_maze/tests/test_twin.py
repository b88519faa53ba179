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


def test_mazes_of_a_plan_are_played_by_jax():
    assert envsuite.make_engine("envsuite/Maze", generator="tree").backend == "jax"
    with pytest.raises(TypeError, match="by rooms, which the twin does not know: take backend="):
        envsuite.make_engine("envsuite/Maze", backend="numba", generator="rooms")

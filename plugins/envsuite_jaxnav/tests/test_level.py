"""Levels: those that ship, one's own, drawn ones and their neighbours."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from itertools import groupby
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.core.env import Levels
from envsuite_jaxnav.env import JaxNav
from envsuite_jaxnav.layout import CIRCLE_CROSS, circle_cross, shipped_layouts
from envsuite_jaxnav.tests.scene import KEY, walls

NAMED = [*shipped_layouts(), CIRCLE_CROSS]
GAMES = {name: JaxNav(name, lidar_beams=4, lidar_range=1.0) for name in NAMED}
GRID = JaxNav(robots=3)
CELLS = JaxNav(robots=3, size=(7, 9), fill=0.6, places="cells")
POLYGONS = JaxNav(robots=2, fill=0.0, obstacles=8)
DRAWS = 200


def shape(name: str) -> tuple[int, int, int]:
    return (*GAMES[name].ground.edge.shape, GAMES[name].robot_count)


@pytest.mark.parametrize(
    ("rows", "columns", "robots", "names"),
    [(*key, list(names)) for key, names in groupby(sorted(NAMED, key=shape), shape)],
)
def test_every_named_level_can_be_driven_in(rows, columns, robots, names):
    """Reset and stepped; levels of one shape side by side, to compile it once."""
    params = jax.tree.map(
        lambda *leaves: jnp.stack(leaves), *(GAMES[name].default_params() for name in names)
    )
    game = GAMES[names[0]]
    keys = jax.random.split(KEY, len(names))
    ahead = jnp.tile(jnp.array([1.0, 0.0]), (robots, 1))

    def begin(key: jax.Array, params: Any) -> Any:
        state, first = game.reset(key, params)
        action = {"robot": ahead} if game.agents else ahead[0]
        return first, *game.step(key, state, action, params)

    first, following, timestep = jax.jit(jax.vmap(begin))(keys, params)
    assert not first.reward["robot"].any() if game.agents else not first.reward.any()
    way = np.stack([np.cos(params.headings), np.sin(params.headings)], axis=-1)
    np.testing.assert_allclose(following.positions, params.starts + 0.01 * way, atol=1e-5)
    assert not following.crashed.any() and not following.reached.any()
    assert not any(leaf.any() for leaf in jax.tree.leaves(timestep.terminated))
    for name in names:
        level = GAMES[name].default_params()
        for start, goal in zip(level.starts, level.goals, strict=True):
            assert reachable(np.asarray(level.walls), start, goal), name
        assert GAMES[name].ground.edge.shape == (rows, columns)
        assert not level.drawn and not level.own_share.any()
        np.testing.assert_array_equal(level.walls & GAMES[name].ground.edge, game.ground.edge)


def test_a_level_is_read_with_y_upwards():
    level = JaxNav("Corner2").default_params()
    assert level.starts.tolist() == [[1.5, 1.5], [5.5, 5.5]]
    drawn = walls("""
        #######
        #####.#
        #####.#
        #####.#
        ####..#
        #.....#
        #######
    """)
    np.testing.assert_array_equal(level.walls, drawn)


def test_any_number_may_cross_the_circle():
    level = JaxNav(CIRCLE_CROSS, robots=4).default_params()
    np.testing.assert_allclose(level.starts, [[15, 9], [9, 15], [3, 9], [9, 3]], atol=1e-5)
    np.testing.assert_allclose(level.goals, [[3, 9], [9, 3], [15, 9], [9, 15]], atol=1e-5)
    assert JaxNav(CIRCLE_CROSS).robot_count == 10
    assert circle_cross(3, radius=4).size == (12, 12)


OWN = {"drawing": "####\n#..#\n####", "robots": [[1.5, 1.5, 0, 2.5, 1.5]]}


def test_anyone_can_write_a_level_down():
    env = JaxNav(OWN)
    assert env == JaxNav(
        {"drawing": ["####", "#..#", "####"], "robots": ((1.5, 1.5, 0, 2.5, 1.5),)}
    )
    assert hash(env) == hash(JaxNav(OWN)) and env.agents == {}
    assert env.default_params().walls.tolist() == [
        [True] * 4,
        [True, False, False, True],
        [True] * 4,
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"drawing": "###\n#.#"}, "at least 3 rows"),
        ({"drawing": "####\n#.#\n####"}, "row 2 of the level has 3 cells"),
        ({"drawing": "####\n#.G#\n####"}, "holds 'G'"),
        ({"drawing": "####\n#...\n####"}, "open at row 2"),
        ({"drawing": 3}, "text, one line a row"),
        ({"robots": [[1.5, 1.5, 0, 2.5]]}, "rows of five finite numbers"),
        ({"robots": []}, "rows of five finite numbers"),
        ({"robots": [[1.5, 0.5, 0, 2.5, 1.5]]}, "start of robot 0, .* lies in a wall"),
        ({"robots": [[1.5, 1.5, 0, 2.5, 9.5]]}, "goal of robot 0, .* lies outside"),
        ({"robot": []}, "the keys 'drawing' and 'robots'"),
    ],
)
def test_levels_that_cannot_be(change, words):
    with pytest.raises(ValueError, match=words):
        JaxNav({**OWN, **change})


def drawn(env: JaxNav) -> Any:
    """Many drawn levels, NumPy."""
    return jax.device_get(jax.jit(jax.vmap(env.sample))(jax.random.split(KEY, DRAWS)))


def reachable(grid: np.ndarray, start: np.ndarray, goal: np.ndarray) -> bool:
    """Whether a search over sides of free cells leads from the cell of one to that of the other."""
    first, last = ((int(place[1]), int(place[0])) for place in (start, goal))
    found, queue = {first}, deque([first] if not grid[first] else [])
    while queue:
        row, column = queue.popleft()
        for cell in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            if not grid[cell] and cell not in found:
                found.add(cell)
                queue.append(cell)
    return not grid[first] and last in found


def room(level: Any, index: int, place: np.ndarray) -> float:
    """How far a place is from the nearest point of a wall, by looking at all of them."""
    cells = np.argwhere(level.walls[index])[:, ::-1]
    return float(np.linalg.norm(np.clip(place, cells, cells + 1) - place, axis=1).min())


def apart(places: np.ndarray) -> float:
    gaps = np.linalg.norm(places[:, None] - places[None], axis=-1)
    return float(gaps[~np.eye(len(places), dtype=bool)].min())


def test_drawn_anywhere_there_is_room_and_a_way():
    levels = drawn(GRID)
    assert isinstance(GRID, Levels) and not levels.drawn.any()
    filled = levels.walls[:, 1:-1, 1:-1].sum((1, 2))
    # 0 to 23 of 81 inner cells, mean 11.5: JaxMARL's numbers for a fill of 0.3
    assert filled.min() == 0 and filled.max() == 23 and abs(filled.mean() - 11.5) < 1.5
    assert levels.walls[:, GRID.ground.edge].all()
    for index in range(DRAWS):
        starts, goals = levels.starts[index], levels.goals[index]
        assert apart(starts) > 0.9 and apart(goals) > 0.9
        for start, goal in zip(starts, goals, strict=True):
            assert room(levels, index, start) > 0.45 - 1e-5
            assert room(levels, index, goal) > 0.3 - 1e-5
            assert np.linalg.norm(start - goal) > 0.6
            assert reachable(levels.walls[index], start, goal)
    assert levels.starts.min() >= 1.3 and levels.starts.max() <= 9.7
    assert abs(levels.headings.mean()) < 0.3 and np.abs(levels.headings).max() <= np.pi


def test_drawn_on_cells_starts_and_goals_are_middles_of_free_cells():
    levels = drawn(CELLS)
    filled = levels.walls[:, 1:-1, 1:-1].sum((1, 2))
    assert filled.max() == 20  # less than 0.6 of 35
    for index in range(DRAWS):
        starts, goals = levels.starts[index], levels.goals[index]
        assert ((starts % 1 == 0.5) & (goals % 1 == 0.5)).all()
        assert apart(starts) >= 1 and apart(goals) >= 1
        for start, goal in zip(starts, goals, strict=True):
            assert np.linalg.norm(start - goal) >= 1
            assert reachable(levels.walls[index], start, goal)


def test_without_a_promise_some_goals_cannot_be_reached():
    env = replace(CELLS, solvable=False)
    levels = drawn(env)
    shut = [
        not reachable(levels.walls[index], start, goal)
        for index in range(DRAWS)
        for start, goal in zip(levels.starts[index], levels.goals[index], strict=True)
    ]
    assert 0.05 < np.mean(shut) < 0.6


def test_drawn_obstacles_are_convex_and_leave_room():
    levels = drawn(POLYGONS)
    there = levels.obstacles[..., 0, 0] > -50
    counts = there.sum(1)
    assert counts.min() == 0 and counts.max() == 8 and abs(counts.mean() - 4) < 0.6
    corners = levels.obstacles
    edges = np.roll(corners, -1, axis=-2) - corners
    following = np.roll(edges, -1, axis=-2)
    turn = edges[..., 0] * following[..., 1] - edges[..., 1] * following[..., 0]
    assert (turn[there] > 0).all(), "every corner turns the same way"
    share = np.linspace(0, 1, 60)[:, None, None]
    for index in range(0, DRAWS, 4):
        for polygon in corners[index][there[index]]:
            line = (polygon + share * (np.roll(polygon, -1, axis=0) - polygon)).reshape(-1, 2)
            for places, due in ((levels.starts[index], 0.45), (levels.goals[index], 0.3)):
                assert np.linalg.norm(line[:, None] - places, axis=-1).min() > due - 1e-4


def test_each_reset_draws_a_level_unless_it_is_given_one():
    keys = jax.random.split(KEY, 2)
    reset = jax.jit(CELLS.reset)
    first, second = (reset(key, CELLS.default_params())[0] for key in keys)
    assert (np.asarray(first.positions) != np.asarray(second.positions)).any()
    given = CELLS.sample(KEY)
    for key in keys:
        state, _ = reset(key, given)
        np.testing.assert_array_equal(state.positions, given.starts)
        np.testing.assert_array_equal(state.level.walls, given.walls)


def test_a_level_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"walls have shape \[7, 10\] .* \[7, 9\] is due"):
        CELLS.reset(KEY, JaxNav("Corridor4").default_params())
    with pytest.raises(ValueError, match=r"starts have shape \[3, 2\] .* \[1, 2\] is due"):
        JaxNav().reset(KEY, GRID.default_params())


@pytest.mark.parametrize("env", [CELLS, replace(POLYGONS, places="cells")])
def test_neighbours_differ_by_a_few_edits_and_stay_levels(env):
    copies = DRAWS // 4
    keys = jax.random.split(jax.random.key(7), copies)
    level = jax.tree.map(lambda leaf: leaf[:copies], drawn(env))
    near = jax.device_get(jax.jit(jax.vmap(env.mutate))(keys, level))
    changed = near.walls != level.walls
    built, opened = (near.walls & changed).sum(), (level.walls & changed).sum()
    assert built > copies, "walls are built"
    assert opened > copies / 4 or not env.fill, "and opened"
    assert changed.sum((1, 2)).max() <= env.edits and not changed[:, env.ground.edge].any()
    moved = (near.goals != level.goals).any(-1)
    assert 0.3 < moved.any(1).mean()
    assert ((near.obstacles != level.obstacles).any() == (env.obstacles > 0)).all()
    np.testing.assert_array_equal(near.starts, level.starts)
    for index in range(copies):
        assert len(np.unique(np.floor(near.goals[index]), axis=0)) == env.robot_count
        for start, goal in zip(near.starts[index], near.goals[index], strict=True):
            assert reachable(near.walls[index], start, goal)
            assert not near.walls[index][int(goal[1]), int(goal[0])]
            assert room(near, index, start) > 0.45

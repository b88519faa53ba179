"""What beams measure: by hand, and by marching along them in small steps."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_jaxnav.lidar import Lidar, readings
from envsuite_jaxnav.shapes import Body
from envsuite_jaxnav.state import Level
from envsuite_jaxnav.tests.scene import ROOM, walls

SQUARE = Body("square", 0.3)
MARCH = 0.002  # metres
FOUR = Lidar(4, 6.0, 2 * math.pi)  # behind, right, ahead, left


def look(lidar: Lidar, level: Level, present, *, body: Body = SQUARE, cell: float = 1.0):
    """Exact ranges of robots at the starts of a level."""
    ranges = jax.jit(partial(lidar.ranges, body=body, cell=cell))
    return np.asarray(ranges(level.starts, level.headings, jnp.asarray(present), level))


def put(poses, grid, obstacles=None) -> Level:
    rows = jnp.asarray(poses, jnp.float32)
    given = jnp.zeros((0, 3, 2)) if obstacles is None else jnp.asarray(obstacles, jnp.float32)
    return Level(jnp.asarray(grid), given, rows[:, :2], rows[:, 2], rows[:, :2])


def test_walls_of_an_empty_room():
    level = put([(2.0, 3.0, 0), (2.0, 3.0, math.pi / 2), (2.25, 3.5, 0.3)], walls(ROOM))
    seen = look(FOUR, level, [False] * 3)
    np.testing.assert_allclose(seen[0], [1, 2, 4, 3], atol=1e-5)
    np.testing.assert_allclose(seen[1], [2, 4, 3, 1], atol=1e-5)
    # slanted: the wall behind is at x = 1, right at y = 1, ahead at x = 6, left at y = 6
    slope = math.cos(0.3)
    np.testing.assert_allclose(seen[2], np.array([1.25, 2.5, 3.75, 2.5]) / slope, atol=1e-5)


def test_what_is_farther_than_the_range_is_not_seen():
    level = put([(2.0, 3.0, 0)], walls(ROOM))
    np.testing.assert_allclose(look(Lidar(4, 2.5, 2 * math.pi), level, [True]), [[1, 2, 2.5, 2.5]])


def test_beams_go_round_once_from_behind_counter_clockwise():
    angles = Lidar(200, 6.0, 2 * math.pi).angles
    np.testing.assert_allclose(np.diff(angles), 2 * math.pi / 200)
    assert angles[0] == -math.pi and angles[-1] < math.pi - 0.03 and abs(angles[100]) < 1e-9
    half = Lidar(5, 6.0, math.pi).angles
    np.testing.assert_allclose(half, [-math.pi / 2, -math.pi / 4, 0, math.pi / 4, math.pi / 2])


def test_a_robot_stops_beams_at_its_near_side_unless_it_is_gone():
    level = put([(1.75, 3.0, 0), (4.75, 3.0, 0)], walls(ROOM))
    seen = look(FOUR, level, [True, True])
    np.testing.assert_allclose(seen[0], [0.75, 2, 2.75, 3], atol=1e-5)
    np.testing.assert_allclose(seen[1], [2.75, 2, 1.25, 3], atol=1e-5)
    np.testing.assert_allclose(look(FOUR, level, [True, False])[0, 2], 4.25, atol=1e-5)
    round_one = look(FOUR, level, [True, True], body=Body("circle", 0.3))
    np.testing.assert_allclose(round_one[0, 2], 2.7, atol=1e-5)


def test_an_obstacle_stops_beams():
    wedge = [[(3, 2), (4, 3), (3, 4), (3, 4)], [(-100, -100)] * 4]
    level = put([(2.0, 3.0, 0), (5.0, 3.5, 0)], walls(ROOM), wedge)
    seen = look(FOUR, level, [False, False])
    np.testing.assert_allclose(seen[0, 2], 1, atol=1e-5)
    np.testing.assert_allclose(seen[1, 0], 1.5, atol=1e-5)  # the slant is at x = 3.5 there


def test_readings_are_the_first_multiple_at_or_behind():
    ends = jnp.array([0.0, 0.01, 0.05, 2.75, 2.7501, 5.99, 6.0])
    read = partial(readings, ends, farthest=6.0)
    due = [0, 0.05, 0.05, 2.75, 2.8, 6.0, 6.0]
    np.testing.assert_allclose(read(resolution=jnp.float32(0.05)), due, atol=1e-5)
    np.testing.assert_allclose(read(resolution=jnp.float32(0)), ends)


@pytest.mark.parametrize(("rows", "columns", "cell"), [(11, 11, 1.0), (9, 40, 1.0), (40, 37, 0.15)])
def test_marching_along_the_beams_ends_where_they_do(rows, columns, cell):
    """Walls, obstacles and robots; maps of more columns than a word has bits; small cells."""
    rng = np.random.default_rng(rows)
    grid = rng.random((rows, columns)) < 0.08
    grid[[0, -1]] = grid[:, [0, -1]] = True
    inner = np.array([columns - 2, rows - 2]) * cell
    poses = np.concatenate([rng.uniform(size=(6, 2)) * inner + cell, rng.uniform(-4, 9, (6, 1))], 1)
    for x, y, _ in poses:
        grid[int(y / cell), int(x / cell)] = False
    sizes = np.array([0.3, 0.5])[:, None, None] * min(1, 4 * cell)
    angles = np.array([0.3, 1.2, 2.9, 4.0, 5.6])
    middles = rng.uniform(size=(2, 1, 2)) * inner + cell
    obstacles = middles + sizes * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    lidar = Lidar(60, 6.0, 2 * math.pi)
    level = put(poses, grid, obstacles)
    seen = look(lidar, level, [True] * 6, cell=cell)
    marched = march(level, lidar, cell)
    # a beam that grazes a corner may step over it
    grazed = seen < marched - 2 * MARCH
    assert (seen < marched + 1e-4).all()
    assert grazed.mean() < 0.01, f"{grazed.sum()} beams end before anything is there"
    assert (seen < 5.9).mean() > 0.5 and (seen.std() > 0.3)


def march(level: Level, lidar: Lidar, cell: float) -> np.ndarray:
    """The first of many points along each beam that is in a wall, an obstacle or another robot."""
    reach = np.arange(0, lidar.range, MARCH)
    grid, starts = np.asarray(level.walls), np.asarray(level.starts, float)
    ends = np.full((len(starts), lidar.beams), lidar.range)
    bodies = np.asarray(SQUARE.corners(level.starts, level.headings), float)
    for robot, heading in enumerate(np.asarray(level.headings, float)):
        turn = heading + lidar.angles
        way = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        points = starts[robot] + reach[:, None, None] * way  # [points, beams, 2]
        column, row = np.moveaxis(np.floor(points / cell).astype(int), -1, 0)
        hit = grid[np.clip(row, 0, len(grid) - 1), np.clip(column, 0, grid.shape[1] - 1)]
        others = [body for index, body in enumerate(bodies) if index != robot]
        for polygon in [*others, *np.asarray(level.obstacles, float)]:
            edges = np.roll(polygon, -1, axis=0) - polygon
            away = points[..., None, :] - polygon
            inside = edges[:, 0] * away[..., 1] - edges[:, 1] * away[..., 0] >= 0
            own = (edges[:, 0] * (starts[robot] - polygon)[:, 1]) >= (
                edges[:, 1] * (starts[robot] - polygon)[:, 0]
            )
            # from inside, a beam ends where it leaves
            hit |= ~inside.all(-1) if own.all() else inside.all(-1)
        first = hit.argmax(0)
        ends[robot] = np.where(hit.any(0), reach[first], lidar.range)
    return ends


def test_a_robot_in_a_wall_sees_nothing_but_it():
    level = put([(0.5, 3.0, 0)], walls(ROOM))
    assert look(FOUR, level, [True]).tolist() == [[0, 0, 0, 0]]
    level = replace(level, starts=jnp.array([[1.5, 3.0]]))
    assert (look(FOUR, level, [True]) > 0).all()

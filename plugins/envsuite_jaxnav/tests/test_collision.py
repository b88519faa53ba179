"""Who has hit what: cases drawn and worked by hand, and a second algorithm."""

from __future__ import annotations

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_jaxnav.collision import touches_map, touches_robot
from envsuite_jaxnav.shapes import Body, convex_distance, convex_touch
from envsuite_jaxnav.state import Level
from envsuite_jaxnav.tests.scene import walls

NICHE = """
    #####
    #...#
    ##..#
    #...#
    #####
"""
SQUARE, CIRCLE, JACKAL = (Body(kind, 0.3) for kind in ("square", "circle", "jackal"))
QUARTER = math.pi / 4


def on_map(body: Body, poses, obstacles=None, cell: float = 1.0) -> list[bool]:
    """Whether robots at poses, each by itself, touch the map of the niche."""
    given = jnp.zeros((0, 3, 2)) if obstacles is None else jnp.asarray(obstacles, jnp.float32)
    rows = jnp.asarray(poses, jnp.float32)
    level = Level(jnp.asarray(walls(NICHE)), given, rows[:, :2], rows[:, 2], rows[:, :2])
    hit = jax.jit(partial(touches_map, body=body, cell=cell))
    return hit(rows[:, :2], rows[:, 2], level).tolist()


def test_a_square_robot_hits_a_wall_with_its_corners_and_sides():
    cases = {
        (1.5, 3.1, QUARTER): True,  # its lower corner, 0.354 below it, is in the niche's wall
        (3.1, 1.5, QUARTER): False,  # its right corner ends at 3.454, the wall begins at 4
        (1.5, 2.5, 0.0): True,  # wholly inside a wall
        (2.5, 2.5, 0.0): False,
        (2.24, 2.5, 0.0): True,  # its left side is at 1.99
        (2.26, 2.5, 0.0): False,
        (2.3, 2.5, QUARTER): True,  # its left corner is at 1.946
        (2.36, 2.5, QUARTER): False,
        (2.25, 2.5, 0.0): True,  # its side lies along the wall: touching counts
    }
    assert on_map(SQUARE, list(cases)) == list(cases.values())


def test_a_circle_hits_a_wall_within_its_radius():
    cases = {
        (2.29, 2.5, 0.0): True,
        (2.31, 2.5, 0.0): False,
        (2.2, 3.2, 0.0): True,  # the corner (2, 3) is 0.283 away
        (2.22, 3.22, 0.0): False,  # and here 0.311
    }
    assert on_map(CIRCLE, list(cases)) == list(cases.values())


def test_cells_may_be_smaller_than_robots():
    # cells of 0.2 m: the niche is free from x = 0.4 to 0.8, too narrow for a square of 0.5 m
    assert on_map(SQUARE, [(0.6, 0.5, 0.0)], cell=0.2) == [True]
    small = Body("circle", 0.15)
    cases = {(0.6, 0.5, 0.0): False, (0.54, 0.5, 0.0): True, (0.66, 0.5, 0.0): True}
    assert on_map(small, list(cases), cell=0.2) == list(cases.values())


def test_a_jackal_is_longer_than_wide():
    cases = {(2.25, 2.5, 0.0): True, (2.25, 2.5, math.pi / 2): False}
    assert on_map(JACKAL, list(cases)) == list(cases.values())


def test_obstacles_are_hit_at_any_slant():
    # a triangle with its long side from (2, 1.5) to (3, 2.5); its last corner is repeated
    triangle = [[(2, 1.5), (3, 2.5), (3, 1.5), (3, 1.5)], [(-100, -100)] * 4]
    cases = {
        (2.5, 2.3, 0.0): True,  # its lower right corner is at (2.75, 2.05), below the long side
        (2.3, 2.5, 0.0): False,  # and here at (2.55, 2.25), above it
        (2.4, 2.4, QUARTER): False,  # its sides are 0.25 away, the long side 0.354
        (2.5, 2.3, QUARTER): True,  # and here 0.212
        (2.7, 1.8, 0.0): True,
    }
    assert on_map(SQUARE, list(cases), triangle) == list(cases.values())
    # the long side is 0.283 from (2.3, 2.2) and 0.354 from (2.25, 2.25)
    cases = {(2.3, 2.2, 0.0): True, (2.31, 2.32, 0.0): False, (2.8, 1.7, 0.0): True}
    assert on_map(CIRCLE, list(cases), triangle) == list(cases.values())


@pytest.mark.parametrize(
    ("body", "one", "other", "hit"),
    [
        (SQUARE, (3.5, 3.1, QUARTER), (4.12, 3.1, 0), False),
        (SQUARE, (3.5, 3.1, QUARTER), (4.1, 3.1, 0), True),
        (SQUARE, (3.5, 3.0, 0), (3.5, 3.2, 0), True),
        (SQUARE, (3.5, 3.0, 0), (4.5, 3.2, 0), False),
        (SQUARE, (6.5, 3.1, 0), (6.1, 3.1, -QUARTER), True),
        (CIRCLE, (3.5, 3.0, 0), (4.09, 3.0, 0), True),
        (CIRCLE, (3.5, 3.0, 0), (4.11, 3.0, 0), False),
    ],
)
def test_robots_hit_each_other(body, one, other, hit):
    poses = jnp.asarray([one, other, (9.5, 9.5, 0)], jnp.float32)
    touch = partial(touches_robot, poses[:, :2], poses[:, 2], body=body)
    assert touch(jnp.ones(3, bool)).tolist() == [hit, hit, False]
    assert not touch(jnp.array([True, False, True])).any(), "who is gone touches nobody"


def test_the_separating_axis_finds_what_crossing_edges_find():
    """Quadrilaterals touch if edges cross or one holds a corner of the other."""
    rng = np.random.default_rng(0)
    angles = np.sort(rng.uniform(0, 2 * np.pi, (2, 300, 4)), axis=-1)
    middles = rng.uniform(-1, 1, (2, 300, 1, 2))
    quads = middles + np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    found = np.asarray(jax.jit(convex_touch)(*map(jnp.asarray, quads)))
    due = [_cross(a, b) or _holds(a, b[0]) or _holds(b, a[0]) for a, b in zip(*quads, strict=True)]
    assert found.tolist() == due and 50 < found.sum() < 250


def test_the_distance_to_a_polygon_is_that_to_the_nearest_of_many_points_on_it():
    rng = np.random.default_rng(1)
    angles = np.sort(rng.uniform(0, 2 * np.pi, (40, 5)), axis=-1)
    polygons = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    points = rng.uniform(-2, 2, (40, 2))
    for turned in (polygons, polygons[:, ::-1]):
        found = np.asarray(convex_distance(jnp.asarray(turned), jnp.asarray(points)))
        for polygon, point, distance in zip(polygons, points, found, strict=True):
            share = np.linspace(0, 1, 2001)[:, None, None]
            edge = polygon + share * (np.roll(polygon, -1, axis=0) - polygon)
            nearest = np.linalg.norm(edge - point, axis=-1).min()
            due = 0 if _holds(polygon, point) else nearest
            assert distance == pytest.approx(due, abs=1e-3)


def _side(a, b, point) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def _holds(polygon, point) -> bool:
    return all(
        _side(a, b, point) >= 0 for a, b in zip(polygon, np.roll(polygon, -1, 0), strict=True)
    )


def _cross(one, other) -> bool:
    return any(
        _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0
        for a, b in zip(one, np.roll(one, -1, 0), strict=True)
        for c, d in zip(other, np.roll(other, -1, 0), strict=True)
    )

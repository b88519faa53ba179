"""The ground that levels are made on, and drawing what stands on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_jaxnav.layout import Layout
from envsuite_jaxnav.shapes import (
    UNIT_SQUARE,
    Body,
    convex_distance,
    convex_touch,
    wall_distance,
)
from envsuite_jaxnav.state import Level

NOWHERE = -100.0  # metres; where the corners of an obstacle lie that is not there
ROOM = 1.5  # radii; how much room a robot has around its start, as in JaxMARL
OBSTACLE_SIZES = (0.4, 1.2)  # metres; the radius of the circle on which an obstacle's corners lie


@dataclass(frozen=True)
class Ground:
    """What is the same in all levels of a game.

    Attributes:
        rows: Of the map.
        columns: Of the map.
        cell: The width of a cell, metres.
        fill: The share of inner cells of which fewer are walls in a drawn level.
        obstacles: The most polygons.
        corners: Of a polygon.
        body: Of the robots.
    """

    rows: int
    columns: int
    cell: float
    fill: float
    obstacles: int
    corners: int
    body: Body

    @property
    def edge(self) -> np.ndarray:
        """The cells around the map, `bool[rows, columns]`."""
        inner = np.zeros((self.rows - 2, self.columns - 2), bool)
        return np.pad(inner, 1, constant_values=True)

    @property
    def extent(self) -> np.ndarray:
        """Width and height, `f32[2]`, metres."""
        return np.array([self.columns, self.rows], np.float32) * np.float32(self.cell)

    @property
    def margin(self) -> float:
        """How far from the edge of the map a start or a goal lies at least, metres."""
        return self.cell + self.body.radius

    @property
    def nothing(self) -> np.ndarray:
        """No obstacles, `f32[obstacles, corners, 2]`."""
        return np.full((self.obstacles, self.corners, 2), NOWHERE, np.float32)

    def empty_level(self, robots: int) -> Level:
        """No walls but the edge; robots begin along one side and cross to the opposite one."""
        cells = self.centers()[1:-1, 1:-1].swapaxes(0, 1).reshape(-1, 2)
        headings = np.zeros(robots, np.float32)
        return Level(self.edge, self.nothing, cells[:robots], headings, cells[::-1][:robots])

    def written_level(self, layout: Layout) -> Level:
        """A hand-made level; it has no obstacles."""
        return Level(
            walls=layout.walls,
            obstacles=self.nothing,
            starts=layout.columns(0, 1),
            headings=layout.columns(2)[:, 0],
            goals=layout.columns(3, 4),
        )

    def centers(self) -> np.ndarray:
        """The middles of the cells, `f32[rows, columns, 2]`, metres."""
        across, up = np.meshgrid(np.arange(self.columns), np.arange(self.rows))
        return (np.stack([across, up], axis=-1) + np.float32(0.5)) * np.float32(self.cell)

    def cell_of(self, places: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Row and column of places `f32[..., 2]`."""
        cells = jnp.floor(places / self.cell).astype(jnp.int32)
        return (
            jnp.clip(cells[..., 1], 0, self.rows - 1),
            jnp.clip(cells[..., 0], 0, self.columns - 1),
        )

    @property
    def wall_numbers(self) -> int:
        """How many numbers `walls_from` makes walls from."""
        return (self.rows - 2) * (self.columns - 2) + 1

    def walls_from(self, numbers: jax.Array) -> jax.Array:
        """Walls on a random number of inner cells, `bool[rows, columns]`.

        The number is even on 0, 1, ... up to one less than `fill` of the inner cells.

        Args:
            numbers: `f32[wall_numbers]`, even in [0, 1).
        """
        most = max(math.floor((self.wall_numbers - 1) * self.fill), 1)
        count, order = (numbers[0] * most).astype(jnp.int32), numbers[1:]
        filled = (order < jnp.sort(order)[count]).reshape(self.rows - 2, self.columns - 2)
        return jnp.pad(filled, 1, constant_values=True)

    @property
    def obstacle_numbers(self) -> int:
        """How many numbers `obstacle_from` makes an obstacle from."""
        return 3 + self.corners

    def obstacle_from(self, numbers: jax.Array) -> jax.Array:
        """Convex polygons anywhere on the map, `f32[..., corners, 2]`.

        Args:
            numbers: `f32[..., obstacle_numbers]`, even in [0, 1).
        """
        span = self.extent - np.float32(2 * self.cell)
        middle = numbers[..., :2] * span + self.cell
        low, high = OBSTACLE_SIZES
        radius = numbers[..., 2, None, None] * (high - low) + low
        # one corner in each sector, so that none is a splinter
        angles = 2 * math.pi / self.corners * (np.arange(self.corners) + numbers[..., 3:])
        around = jnp.stack([jnp.cos(angles), jnp.sin(angles)], axis=-1)
        return around * radius + middle[..., None, :]

    def obstacles_from(self, numbers: jax.Array) -> jax.Array:
        """A random number of obstacles, even on 0 to the most, `f32[obstacles, corners, 2]`.

        Args:
            numbers: `f32[1 + obstacles * obstacle_numbers]`, even in [0, 1).
        """
        count = jnp.floor(numbers[0] * (self.obstacles + 1))
        drawn = self.obstacle_from(numbers[1:].reshape(self.obstacles, -1))
        there = np.arange(self.obstacles) < count
        return jnp.where(there[:, None, None], drawn, jnp.asarray(self.nothing))

    def blocked(self, walls: jax.Array, obstacles: jax.Array) -> jax.Array:
        """The cells that are walls or that an obstacle touches, `bool[rows, columns]`."""
        if not self.obstacles:
            return walls
        half = np.float32(self.cell) / 2
        squares = jnp.asarray(self.centers()[..., None, :] + (2 * UNIT_SQUARE - 1) * half)
        return walls | convex_touch(squares[:, :, None], obstacles).any(-1)

    def room(self, walls: jax.Array, obstacles: jax.Array, places: jax.Array) -> jax.Array:
        """How far places `f32[..., 2]` are from the nearest wall or obstacle, `f32[...]`, metres.

        It is infinite if none is as near as the room that a start needs.
        """
        reach = ROOM * self.body.radius
        gap = wall_distance(walls, places, reach=reach, cell=self.cell)
        if self.obstacles:
            gaps = convex_distance(obstacles, places[..., None, :])
            gap = jnp.minimum(gap, gaps.min(-1))
        return gap

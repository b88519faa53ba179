"""Drawing levels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_jaxnav.ground import ROOM, Ground
from envsuite_jaxnav.state import Level
from envsuite_jaxnav.ways import regions

PLACES = ("anywhere", "cells")
TRIES = 10  # levels drawn until one has room for all robots; the last is drawn without walls
CANDIDATES = 128  # starts and goals drawn for a robot in one try


@dataclass(frozen=True)
class Generator:
    """How levels are drawn.

    Attributes:
        ground: What they stand on.
        robots: How many.
        places: `"anywhere"` or `"cells"`, see `draw`.
        solvable: Whether every goal can be reached over the sides of free cells.
        nearest_goal: Metres, the least that is drawn for the way to a goal.
        farthest_goal: Metres, the most.
    """

    ground: Ground
    robots: int
    places: str
    solvable: bool
    nearest_goal: float
    farthest_goal: float

    def draw(self, key: jax.Array) -> Level:
        """Draw walls and obstacles, then for each robot a start, a heading and a goal.

        On `"cells"` starts and goals are middles of free cells: no two starts are one, no two
        goals are one, and no goal is its own start. `"anywhere"` a start is drawn evenly, and
        from it the direction and the distance of the goal; those without room are drawn again: a
        start has a radius and a half of room, a goal a radius, starts and goals lie three radii
        apart from other starts and goals, and a goal two from its start.

        If there is no room on a map, another is drawn; the last of `TRIES` is empty.
        """
        keys = jax.random.split(key, TRIES)

        def crowded(carry: tuple[jax.Array, jax.Array, Level]) -> jax.Array:
            tries, found, _ = carry
            return ~found & (tries < TRIES)

        def again(carry: tuple[jax.Array, jax.Array, Level]) -> tuple[jax.Array, jax.Array, Level]:
            tries, _, _ = carry
            level, found = self._attempt(keys[tries], tries == TRIES - 1)
            return tries + 1, found, level

        first = jax.tree.map(jnp.asarray, self.ground.empty_level(self.robots))
        return jax.lax.while_loop(crowded, again, (jnp.int32(0), jnp.bool_(False), first))[2]

    def _attempt(self, key: jax.Array, empty: jax.Array) -> tuple[Level, jax.Array]:
        """A level, and whether everybody has a place in it."""
        ground = self.ground
        # All numbers are drawn at once: each call of the generator of random numbers is compiled
        # anew and takes longer to compile than all that is done with its numbers.
        sizes = (
            ground.wall_numbers,
            ground.obstacles * ground.obstacle_numbers + 1,
            self.robots,
            self.robots * 2 * (2 * CANDIDATES if self.places == "anywhere" else ground.edge.size),
        )
        numbers = jax.random.uniform(key, (sum(sizes),))
        for_walls, for_obstacles, turns, places = jnp.split(numbers, np.cumsum(sizes)[:-1])
        walls = jnp.where(empty, ground.edge, ground.walls_from(for_walls))
        obstacles = jnp.asarray(ground.nothing)
        if ground.obstacles:
            obstacles = jnp.where(empty, obstacles, ground.obstacles_from(for_obstacles))
        region = regions(ground.blocked(walls, obstacles))
        if self.places == "cells":
            starts, goals, found = self._on_cells(places.reshape(self.robots, 2, -1), region)
        else:
            candidates = places.reshape(self.robots, CANDIDATES, 4)
            starts, goals, found = self._anywhere(candidates, walls, obstacles, region)
        headings = (2 * turns - 1) * math.pi
        return Level(walls, obstacles, starts, headings, goals), found

    def _on_cells(
        self, orders: jax.Array, region: jax.Array
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Starts `f32[n, 2]`, goals `f32[n, 2]` and whether there were enough cells.

        Args:
            orders: `f32[n, 2, cells]`, even numbers: the largest of the possible cells is taken.
            region: `i32[rows, columns]`; see `regions`.
        """
        region = region.ravel()
        free = region > 0
        centers = jnp.asarray(self.ground.centers().reshape(-1, 2))
        zone = region if self.solvable else jnp.where(free, 1, 0)

        def place(carry: tuple[jax.Array, jax.Array], order: jax.Array) -> tuple:
            starts, goals = carry  # the cells not yet taken for either, bool[cells]
            offered = jax.ops.segment_sum(goals.astype(jnp.int32), zone, free.size + 1)
            possible = starts & (offered[zone] - goals > 0)
            start = jnp.argmax(jnp.where(possible, order[0], -1))
            near = goals & (zone == zone[start]) & (np.arange(free.size) != start)
            goal = jnp.argmax(jnp.where(near, order[1], -1))
            carry = (starts.at[start].set(False), goals.at[goal].set(False))
            return carry, (centers[start], centers[goal], possible.any())

        starts, goals, found = jax.lax.scan(place, (free, free), orders)[1]
        return starts, goals, found.all()

    def _anywhere(
        self, candidates: jax.Array, walls: jax.Array, obstacles: jax.Array, region: jax.Array
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Starts `f32[n, 2]`, goals `f32[n, 2]` and whether there was room for all.

        Args:
            candidates: `f32[n, candidates, 4]`, even numbers for the start's x and y, the distance
                and the direction of the goal.
            walls: `bool[rows, columns]`.
            obstacles: `f32[k, corners, 2]`.
            region: `i32[rows, columns]`; see `regions`.
        """
        ground, radius = self.ground, self.ground.body.radius
        low, high = np.float32(ground.margin), ground.extent - np.float32(ground.margin)
        start = low + candidates[..., :2] * (high - low)
        distance = candidates[..., 2:3] * (self.farthest_goal - self.nearest_goal)
        angle = 2 * math.pi * candidates[..., 3:]
        way = jnp.concatenate([jnp.cos(angle), jnp.sin(angle)], axis=-1)
        goal = jnp.clip(start + (distance + self.nearest_goal) * way, low, high)
        both = jnp.stack([start, goal])
        fits = (
            ground.room(walls, obstacles, both) > np.array([ROOM, 1])[:, None, None] * radius
        ).all(0)
        fits &= jnp.sqrt(((start - goal) ** 2).sum(-1)) > 2 * radius
        if self.solvable:
            here, there = region[ground.cell_of(both)]
            fits &= (here == there) & (here > 0)

        def place(taken: jax.Array, given: tuple[jax.Array, ...]) -> tuple:
            # taken: starts and goals f32[2, n, 2], infinitely far away where not yet drawn
            index, both, fits = given
            gaps = jnp.sqrt(((both[:, :, None] - taken[:, None]) ** 2).sum(-1))
            fits &= (gaps > 2 * ROOM * radius).all((0, 2))
            chosen = both[:, jnp.argmax(fits)]
            return taken.at[:, index].set(chosen), fits.any()

        far = jnp.full((2, self.robots, 2), jnp.inf)
        given = (jnp.arange(self.robots), both.swapaxes(0, 1), fits)
        (starts, goals), found = jax.lax.scan(place, far, given)
        return starts, goals, found.all()

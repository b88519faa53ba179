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

        def crowded(carry: tuple[jax.Array, jax.Array, Level]) -> jax.Array:
            tries, found, _ = carry
            return ~found & (tries < TRIES)

        def again(carry: tuple[jax.Array, jax.Array, Level]) -> tuple[jax.Array, jax.Array, Level]:
            tries, _, _ = carry
            level, found = self._attempt(jax.random.fold_in(key, tries), tries == TRIES - 1)
            return tries + 1, found, level

        ground, zeros = self.ground, jnp.zeros((self.robots, 2))
        level = Level(
            jnp.asarray(ground.edge), jnp.asarray(ground.nothing), zeros, zeros[:, 0], zeros
        )
        return jax.lax.while_loop(crowded, again, (jnp.int32(0), jnp.bool_(False), level))[2]

    def _attempt(self, key: jax.Array, empty: jax.Array) -> tuple[Level, jax.Array]:
        """A level, and whether everybody has a place in it."""
        ground = self.ground
        wall_key, obstacle_key, heading_key, robot_key = jax.random.split(key, 4)
        walls = jnp.where(empty, ground.edge, ground.draw_walls(wall_key))
        obstacles = jnp.asarray(ground.nothing)
        if ground.obstacles:
            obstacles = jnp.where(empty, obstacles, ground.draw_obstacles(obstacle_key))
        region = regions(ground.blocked(walls, obstacles))
        keys = jax.random.split(robot_key, self.robots)
        if self.places == "cells":
            starts, goals, found = self._on_cells(keys, region)
        else:
            starts, goals, found = self._anywhere(keys, walls, obstacles, region)
        headings = jax.random.uniform(heading_key, (self.robots,), minval=-math.pi, maxval=math.pi)
        return Level(walls, obstacles, starts, headings, goals), found

    def _on_cells(
        self, keys: jax.Array, region: jax.Array
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Starts `f32[n, 2]`, goals `f32[n, 2]` and whether there were enough cells."""
        region = region.ravel()
        free = region > 0
        centers = jnp.asarray(self.ground.centers().reshape(-1, 2))
        zone = region if self.solvable else jnp.where(free, 1, 0)

        def place(carry: tuple[jax.Array, jax.Array], key: jax.Array) -> tuple:
            starts, goals = carry  # the cells not yet taken for either, bool[cells]
            start_key, goal_key = jax.random.split(key)
            offered = jax.ops.segment_sum(goals.astype(jnp.int32), zone, free.size + 1)
            possible = starts & (offered[zone] - goals > 0)
            start = _pick(start_key, possible)
            near = goals & (zone == zone[start]) & (jnp.arange(free.size) != start)
            goal = _pick(goal_key, near)
            carry = (starts.at[start].set(False), goals.at[goal].set(False))
            return carry, (centers[start], centers[goal], possible.any())

        starts, goals, found = jax.lax.scan(place, (free, free), keys)[1]
        return starts, goals, found.all()

    def _anywhere(
        self, keys: jax.Array, walls: jax.Array, obstacles: jax.Array, region: jax.Array
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Starts `f32[n, 2]`, goals `f32[n, 2]` and whether there was room for all."""
        ground, radius = self.ground, self.ground.body.radius
        low, high = np.float32(ground.margin), ground.extent - np.float32(ground.margin)

        def place(carry: tuple[jax.Array, jax.Array], given: tuple[jax.Array, jax.Array]) -> tuple:
            starts, goals = carry  # f32[n, 2], far away where not yet drawn
            index, key = given
            start_key, distance_key, direction_key = jax.random.split(key, 3)
            start = low + jax.random.uniform(start_key, (CANDIDATES, 2)) * (high - low)
            distance = jax.random.uniform(
                distance_key, (CANDIDATES, 1), minval=self.nearest_goal, maxval=self.farthest_goal
            )
            angle = 2 * math.pi * jax.random.uniform(direction_key, (CANDIDATES, 1))
            way = jnp.concatenate([jnp.cos(angle), jnp.sin(angle)], axis=1)
            goal = jnp.clip(start + distance * way, low, high)
            fits = ground.room(walls, obstacles, start) > ROOM * radius
            fits &= ground.room(walls, obstacles, goal) > radius
            fits &= _away(start, starts) > 2 * ROOM * radius
            fits &= _away(goal, goals) > 2 * ROOM * radius
            fits &= jnp.sqrt(((start - goal) ** 2).sum(-1)) > 2 * radius
            if self.solvable:
                here, there = region[ground.cell_of(start)], region[ground.cell_of(goal)]
                fits &= (here == there) & (here > 0)
            first = jnp.argmax(fits)
            carry = (starts.at[index].set(start[first]), goals.at[index].set(goal[first]))
            return carry, fits.any()

        far = jnp.full((self.robots, 2), jnp.inf)
        (starts, goals), found = jax.lax.scan(place, (far, far), (jnp.arange(self.robots), keys))
        return starts, goals, found.all()


def _pick(key: jax.Array, possible: jax.Array) -> jax.Array:
    """One of the places where `possible` (`bool[k]`) holds, each as likely; 0 if none does."""
    return jnp.argmax(jnp.where(possible, jax.random.uniform(key, possible.shape), -1.0))


def _away(places: jax.Array, others: jax.Array) -> jax.Array:
    """How far places `f32[k, 2]` are from the nearest of others `f32[n, 2]`, `f32[k]`."""
    return jnp.sqrt(((places[:, None] - others[None]) ** 2).sum(-1)).min(1)

"""Neighbours of a level: the edits of ACCEL (Parker-Holder et al., arXiv:2203.01302)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp

from envsuite.functional import tree_where
from envsuite_jaxnav.generate import Generator
from envsuite_jaxnav.ground import ROOM
from envsuite_jaxnav.shapes import convex_distance
from envsuite_jaxnav.state import Level
from envsuite_jaxnav.ways import regions


@dataclass(frozen=True)
class Mutation:
    """A number of edits, one after the other.

    Each is one of these, all as likely: nothing; build or open the wall of an inner cell; move the
    goal of one robot to the middle of a free cell; and where the game has obstacles, draw one of
    them anew. A cell with a goal, or with a start on it or within its room, gets no wall; no
    two goals share a cell; an obstacle leaves starts and goals their room. Where levels are to be
    solvable, an edit that shuts a goal off is not made.

    Attributes:
        generator: How the levels are drawn.
        edits: How many.
    """

    generator: Generator
    edits: int

    def apply(self, key: jax.Array, level: Level) -> Level:
        """The level after all edits."""
        ground = self.generator.ground
        acts = [self._flip_wall, self._move_goal]
        if ground.obstacles:
            acts.append(self._redraw_obstacle)

        def edit(level: Level, numbers: jax.Array) -> tuple[Level, None]:
            kind = jnp.floor(numbers[0] * (len(acts) + 1))
            following = level
            for number, act in enumerate(acts, start=1):
                following = tree_where(kind == number, act(numbers[1:], level), following)
            if self.generator.solvable:
                following = tree_where(self._solvable(following), following, level)
            return following, None

        level = jax.tree.map(jnp.asarray, level)
        level = replace(level, walls=level.walls | ground.edge)
        needed = 2 + max(ground.edge.size, ground.obstacle_numbers)
        return jax.lax.scan(edit, level, jax.random.uniform(key, (self.edits, needed)))[0]

    def _flip_wall(self, numbers: jax.Array, level: Level) -> Level:
        ground = self.generator.ground
        row, column = ground.cell_of(level.goals)
        open_to_it = ~(self._starts(level) | ground.edge).at[row, column].set(True)
        return replace(level, walls=level.walls ^ self._choose(numbers[1:], open_to_it))

    def _move_goal(self, numbers: jax.Array, level: Level) -> Level:
        ground = self.generator.ground
        robot = (numbers[0] * self.generator.robots).astype(jnp.int32)
        row, column = ground.cell_of(level.goals)
        taken = ground.blocked(level.walls, level.obstacles) | self._starts(level)
        taken = taken.at[row, column].set(True)
        # where it is now is offered too
        offered = (~taken).at[row[robot], column[robot]].set(True)
        chosen = self._choose(numbers[1:], offered)
        goal = (chosen[..., None] * ground.centers()).sum((0, 1))
        stays = chosen[row[robot], column[robot]]
        goal = jnp.where(stays, level.goals[robot], goal)
        return replace(level, goals=level.goals.at[robot].set(goal))

    def _redraw_obstacle(self, numbers: jax.Array, level: Level) -> Level:
        ground = self.generator.ground
        which = (numbers[0] * ground.obstacles).astype(jnp.int32)
        drawn = ground.obstacle_from(numbers[1 : 1 + ground.obstacle_numbers])
        radius = ground.body.radius
        fits = (convex_distance(drawn, level.starts) > ROOM * radius).all()
        fits &= (convex_distance(drawn, level.goals) > radius).all()
        drawn = jnp.where(fits, drawn, level.obstacles[which])
        return replace(level, obstacles=level.obstacles.at[which].set(drawn))

    def _starts(self, level: Level) -> jax.Array:
        """The cells that reach into the room of a start, `bool[rows, columns]`."""
        ground = self.generator.ground
        way = jnp.abs(ground.centers()[:, :, None] - level.starts)
        gap = jnp.maximum(way - ground.cell / 2, 0)
        return (jnp.sqrt((gap**2).sum(-1)) <= ROOM * ground.body.radius).any(-1)

    def _choose(self, numbers: jax.Array, possible: jax.Array) -> jax.Array:
        """The possible cell with the largest number, `bool[rows, columns]`; none if none is."""
        order = numbers[: possible.size].reshape(possible.shape)
        order = jnp.where(possible, order, -1)
        return possible & (order == order.max())

    def _solvable(self, level: Level) -> jax.Array:
        """Whether every robot has a way to its goal over free cells, `bool[]`."""
        ground = self.generator.ground
        region = regions(ground.blocked(level.walls, level.obstacles))
        here, there = region[ground.cell_of(level.starts)], region[ground.cell_of(level.goals)]
        return ((here == there) & (here > 0)).all()

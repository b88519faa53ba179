"""Drawing levels: walls scattered at random, and mazes of a plan."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_maze.drawing import Drawing
from envsuite_maze.level import RIGHT, Level
from envsuite_maze.tree import spanning_tree

GENERATORS = ("scattered", "distinct", "rooms", "crossings", "tree")
WALL_COUNTS = ("fixed", "uniform")
COUNT, GOAL, START, HEADING, SCATTERED = range(5)  # which of the even numbers is for what
DOORS = 3  # the same for rooms: goal, start and heading come first


def nth(share: jax.Array, count: jax.Array | int) -> jax.Array:
    """One of `count` things, `i32[]`, by an even number `share` in [0, 1)."""
    # the product of the largest share may be rounded up to the count
    return jnp.minimum((share * jnp.float32(count)).astype(jnp.int32), jnp.int32(count) - 1)


def chosen(share: jax.Array, possible: jax.Array) -> jax.Array:
    """One of the possible cells, the index as `i32[]`; each is as likely. `possible` is flat."""
    # counted by blocks first, for to count up all cells takes longer than the rest of a draw
    side = math.isqrt(possible.size - 1) + 1
    blocks = jnp.pad(possible, (0, side * side - possible.size)).reshape(side, side)
    counts = blocks.sum(1, dtype=jnp.int32)
    rank = jnp.cumsum(counts)
    wanted = nth(share, rank[-1])
    block = jnp.argmax(rank > wanted).astype(jnp.int32)
    within = jnp.cumsum(blocks[block], dtype=jnp.int32)
    cell = jnp.argmax(within > wanted - (rank[block] - counts[block])).astype(jnp.int32)
    return block * side + cell


def placed(shares: jax.Array, walls: jax.Array) -> Level:
    """A goal, a start and a heading, by three even numbers; each free cell is as likely."""
    free = ~walls.ravel()
    goal = chosen(shares[0], free)
    start = chosen(shares[1], free.at[goal].set(False))
    columns = walls.shape[1]
    return Level(
        walls,
        jnp.stack(jnp.divmod(goal, columns)),
        jnp.stack(jnp.divmod(start, columns)),
        nth(shares[2], 4),
        jnp.bool_(False),
    )


@dataclass(frozen=True)
class Generator:
    """How levels are drawn.

    - `"scattered"`: `walls` cells drawn with replacement become walls, so that there are fewer
      where some coincide; as in minimax and JaxUED.
    - `"distinct"`: `walls` different cells.
    - `"rooms"`: one wall across the middle and one down it; a door in each of their four halves.
    - `"crossings"`: `walls` full-length walls on different odd lines, each with one opening, so
      that there always is a way from corner to corner. Start and goal are these corners.
    - `"tree"`: a maze without loops: the edges of a random spanning tree of the cells whose row and
      column are even, by Kruskal's rule. Start and goal are two of the corners.

    Goal, start and heading are even over what is free, where nothing else is said.

    Attributes:
        name: One of these.
        rows: Of the level.
        columns: Of the level.
        walls: How many.
        wall_count: `"fixed"`, or `"uniform"`: a number from 0 to `walls` - 1, each as likely, in
            place of `walls`; for scattered and distinct walls.
    """

    name: str
    rows: int
    columns: int
    walls: int
    wall_count: str

    def draw(self, key: jax.Array) -> Level:
        """Draw a level."""
        draw = {
            "scattered": self._scattered,
            "distinct": self._distinct,
            "rooms": self._rooms,
            "crossings": self._crossings,
            "tree": self._tree,
        }
        return draw[self.name](key)

    def _count(self, share: jax.Array) -> jax.Array:
        return nth(share, self.walls) if self.wall_count == "uniform" else jnp.int32(self.walls)

    def _scattered(self, key: jax.Array) -> Level:
        size = self.rows * self.columns
        shares = jax.random.uniform(key, (SCATTERED + self.walls,))
        walls = jnp.zeros(size, bool)
        if self.walls:
            within = np.arange(self.walls) < self._count(shares[COUNT])
            cells = jnp.where(within, nth(shares[SCATTERED:], size), size)
            walls = walls.at[cells].set(True, mode="drop")
        return placed(shares[GOAL:SCATTERED], walls.reshape(self.rows, self.columns))

    def _distinct(self, key: jax.Array) -> Level:
        size = self.rows * self.columns
        shares = jax.random.uniform(key, (SCATTERED + size,))
        rank = jnp.argsort(jnp.argsort(shares[SCATTERED:], stable=True), stable=True)
        count = self._count(shares[COUNT]) if self.walls else 0
        walls = (rank < count).reshape(self.rows, self.columns)
        return placed(shares[GOAL:SCATTERED], walls)

    def _rooms(self, key: jax.Array) -> Level:
        rows, columns = self.rows, self.columns
        shares = jax.random.uniform(key, (DOORS + 4,))
        across, down = rows // 2, columns // 2
        walls = np.zeros((rows, columns), bool)
        walls[across], walls[:, down] = True, True
        north, south, west, east = shares[DOORS:]
        open_walls = (
            jnp.asarray(walls)
            .at[nth(north, across), down]
            .set(False)
            .at[across + 1 + nth(south, rows - across - 1), down]
            .set(False)
            .at[across, nth(west, down)]
            .set(False)
            .at[across, down + 1 + nth(east, columns - down - 1)]
            .set(False)
        )
        return placed(shares[:DOORS], open_walls)

    def _crossings(self, key: jax.Array) -> Level:
        size, lines = self.rows, self.rows // 2
        # for each line of either kind a number that says which are walls and when they are crossed
        order, openings = jnp.split(jax.random.uniform(key, (2 * lines + self.walls,)), [2 * lines])
        sequence = jnp.argsort(order, stable=True)[: self.walls]
        is_wall = jnp.zeros(2 * lines, bool).at[sequence].set(True).reshape(2, lines)
        at = 1 + 2 * np.arange(lines)
        far = jnp.where(is_wall, at, size)  # where each wall is; none: beyond the edge
        walls = jnp.zeros((size, size), bool).at[at].set(is_wall[0][:, None])
        walls = walls.at[:, at].set(walls[:, at] | is_wall[1])

        def cross(carry: tuple[jax.Array, jax.Array], given: tuple[jax.Array, jax.Array]) -> tuple:
            walls, behind = carry  # behind: the row and the column of the walls last crossed
            line, share = given
            kind = line // lines  # 0: a wall across, which is gone through downwards
            ahead = jnp.where(far > behind[:, None], far, size).min(1)
            along = 1 - kind
            opening = behind[along] + 1 + nth(share, ahead[along] - behind[along] - 1)
            row = jnp.where(kind == 0, ahead[0], opening)
            column = jnp.where(kind == 0, opening, ahead[1])
            return (walls.at[row, column].set(False), behind.at[kind].set(ahead[kind])), None

        first = (walls, jnp.full(2, -1))
        walls = jax.lax.scan(cross, first, (sequence, openings))[0][0]
        corners = jnp.array([[0, 0], [size - 1, size - 1]], jnp.int32)
        return Level(walls, corners[1], corners[0], jnp.int32(RIGHT), jnp.bool_(False))

    def _tree(self, key: jax.Array) -> Level:
        tree_key, place_key = jax.random.split(key)
        walls = spanning_tree(tree_key, self.rows // 2 + 1, self.columns // 2 + 1)
        goal, start, heading = jax.random.uniform(place_key, (3,))
        ends = np.array([self.rows - 1, self.columns - 1])
        corners = jnp.asarray(np.array([(0, 0), (0, 1), (1, 0), (1, 1)]) * ends, jnp.int32)
        goal = nth(goal, 4)
        start = (goal + 1 + nth(start, 3)) % 4
        return Level(walls, corners[goal], corners[start], nth(heading, 4), jnp.bool_(False))


def with_one_goal(key: jax.Array, drawing: Drawing) -> Level:
    """The level of a drawing, with one of its goals; each is as likely."""
    goals = jnp.asarray(drawing.goals)
    goal = goals[nth(jax.random.uniform(key), len(drawing.goals))]
    level = Level(drawing.walls, goal, drawing.start, drawing.heading)
    return jax.tree.map(jnp.asarray, replace(level, drawn=np.bool_(False)))

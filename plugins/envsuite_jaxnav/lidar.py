"""What the beams of a lidar measure.

A beam is followed from one line of the grid to the next, in closed form: the k-th line that a beam
can cross to the right of its robot is the same for all beams, so the cells behind it are one column
of the map, kept as the bits of a word. Whether a beam ends there is a shift and a mask, without
memory to look up, and all beams of all robots of all copies are one loop over vectors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_jaxnav.shapes import Body
from envsuite_jaxnav.state import Level

WORD = 32
LEAST_SLOPE = 1e-6  # a beam this nearly along the lines of a grid crosses none within its range


@dataclass(frozen=True)
class Lidar:
    """Beams around a robot's heading, evenly spread.

    Attributes:
        beams: How many.
        range: Metres; what lies farther is not seen, and the reading is the range.
        arc: Radians, from -arc / 2 to arc / 2, counter-clockwise. A full circle leaves out its
            end, which is its beginning.
    """

    beams: int
    range: float
    arc: float

    @property
    def angles(self) -> np.ndarray:
        """Of the beams, from the heading, `f64[beams]`, radians."""
        whole = self.arc >= 2 * math.pi
        return np.linspace(-self.arc / 2, self.arc / 2, self.beams, endpoint=not whole)

    def ranges(
        self,
        positions: jax.Array,
        headings: jax.Array,
        present: jax.Array,
        level: Level,
        *,
        body: Body,
        cell: float,
    ) -> jax.Array:
        """How far each beam of each robot goes, exactly, `f32[n, beams]`, at most the range.

        Args:
            positions: `f32[n, 2]`.
            headings: `f32[n]`.
            present: `bool[n]`: who stands in the way of others' beams.
            level: Where they are.
            body: What they look like.
            cell: The width of a cell, metres.
        """
        along = np.cos(self.angles).astype(np.float32), np.sin(self.angles).astype(np.float32)
        cosine, sine = jnp.cos(headings)[:, None], jnp.sin(headings)[:, None]
        dx, dy = cosine * along[0] - sine * along[1], sine * along[0] + cosine * along[1]
        x, y = positions[:, :1], positions[:, 1:]
        lines = int(self.range / cell) + 1
        ends = jnp.minimum(
            _to_walls(x / cell, y / cell, dx, dy, level.walls.T, lines),
            _to_walls(y / cell, x / cell, dy, dx, level.walls, lines),
        )
        ends = jnp.minimum(ends * cell, self.range)
        if level.obstacles.shape[0]:
            every = jnp.ones((len(positions), level.obstacles.shape[0]), bool)
            ends = jnp.minimum(ends, _to_polygons(positions, dx, dy, level.obstacles, every))
        if len(positions) > 1:
            others = present[None] & ~np.eye(len(positions), dtype=bool)
            if body.round:
                hit = _to_circles(positions, dx, dy, positions, body.radius, others)
            else:
                corners = body.corners(positions, headings)
                hit = _to_polygons(positions, dx, dy, corners, others)
            ends = jnp.minimum(ends, hit)
        return ends


def readings(ranges: jax.Array, resolution: jax.Array, farthest: float) -> jax.Array:
    """The first whole multiple of `resolution` at or behind each end of a beam, `f32[...]`."""
    step = jnp.where(resolution > 0, resolution, 1)
    # what lies on a multiple but for rounding is on it
    steps = jnp.ceil(ranges * (1 / step) - 1e-3)
    return jnp.where(resolution > 0, jnp.minimum(steps * step, farthest), ranges)


def _to_walls(
    x: jax.Array, y: jax.Array, dx: jax.Array, dy: jax.Array, strips: jax.Array, lines: int
) -> jax.Array:
    """Where beams enter a wall across a line of constant x; lengths in cells.

    Args:
        x: `f32[n, 1]`, across the lines.
        y: `f32[n, 1]`, along them.
        dx: `f32[n, beams]`.
        dy: `f32[n, beams]`.
        strips: `bool[a, b]`: the walls between one line and the next, by y.
        lines: How many may be crossed.

    Returns:
        `f32[n, beams]`, infinite where no wall is entered; 0 for a robot in a wall.
    """
    count, length = strips.shape
    words = _packed(strips)
    here = jnp.floor(x).astype(jnp.int32)
    forwards = dx > 0
    slower = 1 / jnp.maximum(jnp.abs(dx), LEAST_SLOPE)
    gap = jnp.where(forwards, here + 1 - x, x - here)

    def is_wall(strip: list[jax.Array], row: jax.Array) -> jax.Array:
        """Whether a cell is a wall: `strip` picks words, `row` a bit of them."""
        bit = jnp.uint32(0)
        for number in range(words.shape[1]):
            shifted = strip[number] >> (row % WORD)
            bit = jnp.where(row // WORD == number, shifted, bit) if number else shifted
        return (bit & 1) == 1

    def words_of(index: jax.Array) -> list[jax.Array]:
        clipped = jnp.clip(index, 0, count - 1)
        return [words[clipped, number] for number in range(words.shape[1])]

    def cross(line: jax.Array, ends: jax.Array) -> jax.Array:
        """Follow the beams across their next line."""
        ahead, behind = words_of(here + 1 + line), words_of(here - 1 - line)
        strip = [jnp.where(forwards, a, b) for a, b in zip(ahead, behind, strict=True)]
        distance = (gap + line) * slower
        row = jnp.clip(jnp.floor(y + distance * dy), 0, length - 1).astype(jnp.uint32)
        return jnp.minimum(ends, jnp.where(is_wall(strip, row), distance, jnp.inf))

    row = jnp.clip(jnp.floor(y), 0, length - 1).astype(jnp.uint32)
    inside = is_wall(words_of(here), row)
    ends = jnp.where(inside, 0.0, jnp.full_like(dx, jnp.inf))
    return jax.lax.fori_loop(0, lines, cross, ends, unroll=True if lines <= 8 else 4)


def _packed(strips: jax.Array) -> jax.Array:
    """Rows of flags as bits, `u32[rows, words]`, the first flag the lowest bit."""
    rows, length = strips.shape
    words = -(-length // WORD)
    padded = jnp.pad(strips, ((0, 0), (0, words * WORD - length)))
    bits = padded.reshape(rows, words, WORD).astype(jnp.uint32)
    return (bits << np.arange(WORD, dtype=np.uint32)).sum(-1, dtype=jnp.uint32)


def _to_polygons(
    positions: jax.Array, dx: jax.Array, dy: jax.Array, corners: jax.Array, seen: jax.Array
) -> jax.Array:
    """Where beams first meet an edge of polygons, `f32[n, beams]`; infinite if they do not.

    Args:
        positions: `f32[n, 2]`.
        dx: `f32[n, beams]`.
        dy: `f32[n, beams]`.
        corners: `f32[k, c, 2]`.
        seen: `bool[n, k]`: whose beams which polygon stops.
    """
    ways = jnp.roll(corners, -1, axis=1) - corners

    def follow(index: jax.Array, ends: jax.Array) -> jax.Array:
        """Follow all beams to one polygon; beams are the last axis, along which vectors run."""
        offsets, way = corners[index] - positions[:, None], ways[index]  # [n, c, 2], [c, 2]
        area = offsets[..., 0] * way[:, 1] - offsets[..., 1] * way[:, 0]
        area = jnp.where(seen[:, index, None], area, jnp.inf)
        # The cross product with a beam tells on which side of it a corner lies; an edge is met if
        # its corners lie on both sides. An edge along a beam is infinitely far, or not a number.
        sides = [
            dx * offsets[:, corner, 1:] - dy * offsets[:, corner, :1]
            for corner in range(corners.shape[1])
        ]  # each [n, beams]
        for corner, side in enumerate(sides):
            following = sides[(corner + 1) % len(sides)]
            distance = area[:, corner, None] / (following - side)
            met = (side * following <= 0) & (distance >= 0)
            ends = jnp.minimum(ends, jnp.where(met, distance, jnp.inf))
        return ends

    return jax.lax.fori_loop(0, len(corners), follow, jnp.full_like(dx, jnp.inf))


def _to_circles(
    positions: jax.Array,
    dx: jax.Array,
    dy: jax.Array,
    centers: jax.Array,
    radius: float,
    seen: jax.Array,
) -> jax.Array:
    """Where beams first meet circles, as `_to_polygons`; `centers` are `f32[k, 2]`."""
    offsets = centers[None] - positions[:, None]  # [n, k, 2]
    x, y = offsets[..., :1], offsets[..., 1:]
    dx, dy = dx[:, None], dy[:, None]  # [n, 1, beams]
    along, aside = dx * x + dy * y, dx * y - dy * x
    half = radius**2 - aside**2
    distance = along - jnp.sqrt(jnp.maximum(half, 0))
    met = (half >= 0) & (along >= 0) & seen[..., None]
    return jnp.where(met, jnp.maximum(distance, 0), jnp.inf).min(1)

"""Bodies and whether they touch: robots, cells of the map, polygons.

Touching counts, so that a body along a wall has hit it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import jax
import jax.numpy as jnp
import numpy as np

CORNERS: Mapping[str, tuple[float, float] | None] = MappingProxyType(
    {"square": (0.25, 0.25), "jackal": (0.254, 0.215), "circle": None}
)
"""Half the length and half the width of a robot, metres; the Jackal is Clearpath's."""

UNIT_SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)


@dataclass(frozen=True)
class Body:
    """What a robot looks like from above, its front to the right.

    Attributes:
        kind: A name in `CORNERS`.
        radius: Metres; of a circle, and for any robot what counts as near and as room to start.
    """

    kind: str
    radius: float

    @property
    def round(self) -> bool:
        """Whether it is a circle."""
        return CORNERS[self.kind] is None

    @property
    def outline(self) -> np.ndarray:
        """Corners counter-clockwise, `f32[4, 2]`; of a circle, those of the square around it."""
        length, width = CORNERS[self.kind] or (self.radius, self.radius)
        return (2 * UNIT_SQUARE - 1) * np.array([length, width], np.float32)

    @property
    def reach(self) -> float:
        """How far from its middle it can touch anything, metres."""
        return self.radius if self.round else float(np.linalg.norm(self.outline[0]))

    def corners(self, positions: jax.Array, headings: jax.Array) -> jax.Array:
        """Corners `f32[n, 4, 2]` of robots at `f32[n, 2]` that look along `f32[n]`."""
        x, y = self.outline.T
        cosine, sine = jnp.cos(headings)[:, None], jnp.sin(headings)[:, None]
        turned = jnp.stack([cosine * x - sine * y, sine * x + cosine * y], axis=-1)
        return positions[:, None] + turned


def convex_touch(one: jax.Array, other: jax.Array) -> jax.Array:
    """Whether convex polygons touch or overlap, by the separating axis theorem.

    Args:
        one: `f32[..., a, 2]`, corners in turn.
        other: `f32[..., b, 2]`; leading axes are broadcast. An edge without length separates
            nothing, so a polygon may repeat corners.

    Returns:
        `bool[...]`.
    """
    apart = jnp.bool_(False)
    for polygon in (one, other):
        edges = jnp.roll(polygon, -1, axis=-2) - polygon
        x, y = -edges[..., :, None, 1], edges[..., :, None, 0]
        shadows = [x * p[..., None, :, 0] + y * p[..., None, :, 1] for p in (one, other)]
        low, high = zip(*((s.min(-1), s.max(-1)) for s in shadows), strict=True)
        apart |= ((low[0] > high[1]) | (low[1] > high[0])).any(-1)
    return ~apart


def convex_distance(polygon: jax.Array, points: jax.Array) -> jax.Array:
    """How far points are from convex polygons; 0 inside.

    Args:
        polygon: `f32[..., corners, 2]`, in turn, either way around.
        points: `f32[..., 2]`; leading axes are broadcast.

    Returns:
        `f32[...]`.
    """
    ways = jnp.roll(polygon, -1, axis=-2) - polygon
    offsets = points[..., None, :] - polygon
    along = (offsets * ways).sum(-1) / jnp.maximum((ways**2).sum(-1), 1e-12)
    nearest = jnp.clip(along, 0, 1)[..., None] * ways
    distance = jnp.sqrt(((offsets - nearest) ** 2).sum(-1)).min(-1)
    side = ways[..., 0] * offsets[..., 1] - ways[..., 1] * offsets[..., 0]
    area = polygon[..., 0] * jnp.roll(polygon[..., 1], -1, -1)
    area = (area - polygon[..., 1] * jnp.roll(polygon[..., 0], -1, -1)).sum(-1)
    inside = ((side * jnp.sign(area)[..., None] >= 0).all(-1)) & (area != 0)
    return jnp.where(inside, 0.0, distance)


def cells_around(
    walls: jax.Array, points: jax.Array, *, reach: float, cell: float
) -> tuple[jax.Array, jax.Array]:
    """The cells within `reach` of points.

    Args:
        walls: `bool[rows, columns]`; what lies outside is wall.
        points: `f32[..., 2]`.
        reach: Metres.
        cell: The width of a cell, metres.

    Returns:
        The lower left corners of the cells `f32[..., c, 2]`, metres, and which of them are walls,
        `bool[..., c]`.
    """
    width = math.ceil(reach / cell - 1e-6)
    steps = np.arange(-width, width + 1)
    around = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    cells = jnp.floor(points / cell).astype(jnp.int32)[..., None, :] + around
    x, y = cells[..., 0], cells[..., 1]
    rows, columns = walls.shape
    inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    filled = walls[jnp.clip(y, 0, rows - 1), jnp.clip(x, 0, columns - 1)]
    return cells * jnp.float32(cell), filled | ~inside


def wall_distance(walls: jax.Array, points: jax.Array, *, reach: float, cell: float) -> jax.Array:
    """How far points are from the nearest wall, `f32[...]`; infinite if none is within `reach`."""
    low, filled = cells_around(walls, points, reach=reach, cell=cell)
    gap = jnp.maximum(jnp.maximum(low - points[..., None, :], points[..., None, :] - low - cell), 0)
    distance = jnp.sqrt((gap**2).sum(-1))
    return jnp.where(filled, distance, jnp.inf).min(-1)

"""Levels that are written down: the hand-made ones that ship, and anyone's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from envsuite_jaxnav.choice import not_offered

FREE, WALL = ".", "#"
CIRCLE_CROSS = "CircleCross"
CIRCLE_ROBOTS, CIRCLE_RADIUS = 10, 6  # JaxMARL's numbers; the map is three radii wide

Row = tuple[float, float, float, float, float]
"""A robot: x, y, heading, x of its goal, y of its goal; metres and radians."""


@dataclass(frozen=True)
class Layout:
    """A level as it is written down; equal ones are equal.

    Attributes:
        drawing: The map, one string a row, the row of the largest y first: `#` a wall, `.` free.
        robots: `(x, y, heading, x of the goal, y of the goal)` of each.
    """

    drawing: tuple[str, ...]
    robots: tuple[Row, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.drawing), len(self.drawing[0])

    @property
    def walls(self) -> np.ndarray:
        """`bool[rows, columns]`, row 0 at y = 0."""
        return np.array([list(row) for row in reversed(self.drawing)]) == WALL

    def columns(self, *which: int) -> np.ndarray:
        """Some numbers of all robots, `f32[robots, len(which)]`."""
        return np.array(self.robots, np.float32)[:, list(which)]


def read_layout(level: Any, robots: int | None = None) -> Layout:
    """The layout that a configuration names or writes down.

    Args:
        level: A name in `levels.yaml`, `"CircleCross"`, or a mapping with `drawing` (text or
            lines) and `robots` (five numbers each), as the entries of that file are.
        robots: How many cross the circle; in any other level they are given.

    Raises:
        ValueError: If there is no such level, or it cannot be driven in.
    """
    if isinstance(level, Layout):
        return level
    if isinstance(level, Mapping):
        return _written(level)
    if level == CIRCLE_CROSS:
        return circle_cross(CIRCLE_ROBOTS if robots is None else robots)
    names = [*shipped_layouts(), CIRCLE_CROSS]
    if not isinstance(level, str) or level not in names:
        remedy = "or write down your own: {'drawing': ..., 'robots': ...}"
        raise not_offered("level", level, names, remedy)
    return shipped_layouts()[level]


@cache
def shipped_layouts() -> Mapping[str, Layout]:
    """The layouts of `levels.yaml` by name."""
    table = yaml.safe_load((files("envsuite_jaxnav") / "levels.yaml").read_text())
    return {name: _written(entry) for name, entry in table.items()}


def circle_cross(robots: int, radius: float = CIRCLE_RADIUS) -> Layout:
    """Robots evenly around a circle, each to cross it to the opposite side.

    Args:
        robots: How many.
        radius: Of the circle, metres; the map, empty but for its edge, is three radii wide.
    """
    side = round(3 * radius)
    middle = side / 2
    rows = []
    for angle in (2 * math.pi * index / robots for index in range(robots)):
        x, y = radius * math.cos(angle), radius * math.sin(angle)
        rows.append((middle + x, middle + y, angle + math.pi, middle - x, middle - y))
    full = WALL * side
    inner = WALL + FREE * (side - 2) + WALL
    return Layout((full, *[inner] * (side - 2), full), tuple(rows))


def _written(entry: Mapping[str, Any]) -> Layout:
    if set(entry) != {"drawing", "robots"}:
        raise ValueError(
            f"a level has the keys 'drawing' and 'robots', not {sorted(map(str, entry))}"
        )
    layout = Layout(_read_drawing(entry["drawing"]), _read_robots(entry["robots"]))
    rows, columns = layout.size
    for number, (x, y, _, goal_x, goal_y) in enumerate(layout.robots):
        for what, across, up in (("start", x, y), ("goal", goal_x, goal_y)):
            inside = 0 <= across < columns and 0 <= up < rows
            if not inside or layout.walls[int(up), int(across)]:
                raise ValueError(
                    f"the {what} of robot {number}, ({across:g}, {up:g}), lies "
                    f"{'in a wall' if inside else 'outside the map'}: put it on a free cell"
                )
    return layout


def _read_drawing(drawing: Any) -> tuple[str, ...]:
    lines = drawing.splitlines() if isinstance(drawing, str) else drawing
    if not isinstance(lines, Sequence) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"the drawing of a level is text, one line a row, not {drawing!r}")
    rows = tuple(line.strip() for line in lines if line.strip())
    if len(rows) < 3 or len(rows[0]) < 3:
        raise ValueError("the drawing of a level has at least 3 rows and 3 columns: draw its edge")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"row {number} of the level has {len(row)} cells where row 1 has {len(rows[0])}: "
                "draw a rectangle"
            )
        if strange := sorted(set(row) - {FREE, WALL}):
            raise ValueError(
                f"row {number} of the level holds {strange[0]!r}: draw {WALL!r} for a wall, "
                f"{FREE!r} for free"
            )
        edge = row if number in (1, len(rows)) else row[0] + row[-1]
        if FREE in edge:
            raise ValueError(f"the level is open at row {number}: draw {WALL!r} all around it")
    return rows


def _read_robots(robots: Any) -> tuple[Row, ...]:
    try:
        table = np.array(robots, float).tolist()
        assert table and all(len(row) == 5 and all(map(math.isfinite, row)) for row in table)
    except (AssertionError, TypeError, ValueError) as error:
        raise ValueError(
            "the robots of a level are rows of five finite numbers, x, y, heading, x and y of the "
            f"goal, not {robots!r}"
        ) from error
    return tuple((x, y, turn, across, up) for x, y, turn, across, up in table)

"""Mazes as text: one symbol a cell, the agent an arrow that says where it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from envsuite.core.errors import nearest

WALL, FREE, GOAL = "#.G"
ARROWS = ">v<^"  # in the order of headings
LEGEND = f"{WALL!r} wall, {FREE!r} free, {GOAL!r} goal, and one of {' '.join(ARROWS)} for the agent"
FOLDER = Path(__file__).parent / "levels"


@dataclass(frozen=True, eq=False)
class Drawing:
    """What a text shows; NumPy arrays.

    Attributes:
        walls: `bool[rows, columns]`.
        goals: `i32[k, 2]`, rows and columns; at least one.
        start: `i32[2]`, row and column.
        heading: `i32[]`.
    """

    walls: np.ndarray
    goals: np.ndarray
    start: np.ndarray
    heading: np.ndarray


def read_drawing(text: str) -> Drawing:
    """Read a maze with one agent and one goal or more.

    Args:
        text: One line a row; blank lines, and spaces around and between symbols, do not count.

    Raises:
        ValueError: For another symbol, rows of unequal length, no goal, or not exactly one agent;
            it names line and column, counted from 1 in the text as it was given.
    """
    rows: list[str] = []
    agent = ""
    for number, line in enumerate(text.splitlines(), start=1):
        symbols = "".join(line.split())
        if not symbols:
            continue
        for column, symbol in _placed(line):
            here = f"line {number}, column {column} of the level"
            if symbol not in WALL + FREE + GOAL + ARROWS:
                raise ValueError(f"{here} holds {symbol!r}: the symbols are {LEGEND}")
            if symbol in ARROWS and agent:
                raise ValueError(f"{here} holds a second agent, {symbol!r}; the first is {agent}")
            if symbol in ARROWS:
                agent = f"in line {number}, column {column}"
        if rows and len(symbols) != len(rows[0]):
            raise ValueError(
                f"line {number} of the level has {len(symbols)} cells where {len(rows[0])} are "
                "due: all rows are as long as the first"
            )
        rows.append(symbols)
    if not rows:
        raise ValueError(f"the level is empty: draw one line a row, with {LEGEND}")
    if not agent:
        raise ValueError(f"the level has no agent: draw one, by one of {' '.join(ARROWS)}")
    cells = np.array([list(row) for row in rows])
    goals = np.argwhere(cells == GOAL).astype(np.int32)
    if not len(goals):
        raise ValueError(f"the level has no goal: draw one, by {GOAL!r}")
    start = np.argwhere(np.isin(cells, list(ARROWS)))[0].astype(np.int32)
    heading = np.int32(ARROWS.index(str(cells[tuple(start)])))
    return Drawing(cells == WALL, goals, start, np.asarray(heading))


@lru_cache
def named_drawing(name: str) -> Drawing:
    """The drawing of that name, or the one that a `name` of several lines is.

    Raises:
        ValueError: If there is no such name; see `read_drawing` for the others.
    """
    if "\n" in name.strip():
        return read_drawing(name)
    if name not in names():
        near = nearest(name, names())
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(f"no level is called {name!r}: {hint}There are {', '.join(names())}")
    return read_drawing((FOLDER / f"{name}.txt").read_text())


@lru_cache
def names() -> tuple[str, ...]:
    """The levels that ship."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.txt")))


def _placed(line: str) -> Iterator[tuple[int, str]]:
    """The symbols of a line with their columns, counted from 1."""
    return ((at, symbol) for at, symbol in enumerate(line, start=1) if not symbol.isspace())

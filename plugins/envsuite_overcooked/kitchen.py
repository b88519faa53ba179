"""What a kitchen is made of, and reading one from its drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from envsuite.core.errors import nearest

FLOOR, COUNTER, ONIONS, PLATES, POT, WINDOW = range(6)
"""What a cell of a kitchen is."""

SYMBOLS = {
    ".": FLOOR,
    "1": FLOOR,
    "2": FLOOR,
    "X": COUNTER,
    "O": ONIONS,
    "D": PLATES,
    "P": POT,
    "S": WINDOW,
}
LEGEND = "X a counter, . the floor, O onions, D plates, P a pot, S a serving window, 1 and 2 cooks"

Drawing = str | Sequence[str]
"""One line a row, as one text or as a sequence of lines."""


@dataclass(frozen=True)
class Kitchen:
    """A kitchen as it is drawn; equal drawings are equal kitchens.

    Attributes:
        rows: The drawing, one string a row.
    """

    rows: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns."""
        return len(self.rows), len(self.rows[0])

    @cached_property
    def terrain(self) -> np.ndarray:
        """What each cell is, `i32[rows, columns]`."""
        return np.array([[SYMBOLS[symbol] for symbol in row] for row in self.rows], np.int32)

    @cached_property
    def starts(self) -> np.ndarray:
        """Row and column of cells 1 and 2, `i32[2, 2]`."""
        cells = np.array([list(row) for row in self.rows])
        return np.concatenate([np.argwhere(cells == cook) for cook in "12"]).astype(np.int32)

    def cells(self, kind: int) -> np.ndarray:
        """Row and column of all cells of a kind, in reading order, `i32[n, 2]`."""
        return np.argwhere(self.terrain == kind).astype(np.int32)


@dataclass(frozen=True)
class Layout:
    """A kitchen that ships.

    Attributes:
        kitchen: Drawn with overcooked_ai's start cells.
        jaxmarl_starts: Row and column of JaxMARL's start cells, one pair each cook.
    """

    kitchen: Kitchen
    jaxmarl_starts: tuple[tuple[int, int], tuple[int, int]]


@cache
def shipped_layouts() -> Mapping[str, Layout]:
    """The layouts of `layouts.yaml` by name."""
    table = yaml.safe_load((files("envsuite_overcooked") / "layouts.yaml").read_text())
    return {
        name: Layout(read_kitchen(freeze_drawing(entry["drawing"])), _pairs(entry["jaxmarl"]))
        for name, entry in table.items()
    }


def find_layout(name: str) -> Layout:
    """The shipped layout called `name`.

    Raises:
        ValueError: If there is none; it names the nearest.
    """
    shipped = shipped_layouts()
    if not isinstance(name, str) or name not in shipped:
        near = nearest(name, shipped) if isinstance(name, str) else None
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(
            f"layout {name!r} is unknown: {hint}choose from {', '.join(shipped)}, or draw your "
            "own as `drawing`"
        )
    return shipped[name]


def freeze_drawing(drawing: Any) -> tuple[str, ...]:
    """The rows of a drawing, in a form that hashes; a space is floor, as in overcooked_ai's files.

    Empty lines around a text, and what it is indented by, do not count.

    Raises:
        TypeError: If it is neither text nor a sequence of lines.
    """
    if isinstance(drawing, str):
        rows = [row.rstrip() for row in drawing.splitlines() if row.strip()]
        # a row never begins with floor: whatever stands before its first symbol is indentation
        rows = [row.lstrip() for row in rows]
    elif isinstance(drawing, Sequence) and all(isinstance(row, str) for row in drawing):
        rows = list(drawing)
    else:
        raise TypeError(f"drawing must be text, one line a row of the kitchen, not {drawing!r}")
    return tuple(row.replace(" ", ".") for row in rows)


def read_kitchen(rows: tuple[str, ...]) -> Kitchen:
    """Read a drawing.

    Raises:
        ValueError: If there are no rows, a row is longer or shorter than the first, a symbol is
            unknown, the edge is open, there are not exactly one 1 and one 2, or there are no
            onions, no plates, no pot or no serving window.
    """
    if not rows:
        raise ValueError(f"the drawing of the kitchen is empty: draw {LEGEND}")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"row {number} of the kitchen, {row!r}, has {len(row)} cells where row 1 has "
                f"{len(rows[0])}: draw a rectangle"
            )
        for column, symbol in enumerate(row, start=1):
            if symbol not in SYMBOLS:
                near = symbol.upper()
                hint = f"did you mean {near!r}? " if near in SYMBOLS else ""
                raise ValueError(
                    f"{symbol!r} in row {number}, column {column} of the kitchen means nothing: "
                    f"{hint}draw {LEGEND}"
                )
            edge = number in (1, len(rows)) or column in (1, len(row))
            if edge and SYMBOLS[symbol] == FLOOR:
                raise ValueError(
                    f"the kitchen is open at row {number}, column {column}: close its edge with "
                    "counters (X) or anything else one cannot walk on"
                )
    drawn = "".join(rows)
    for cook in "12":
        if drawn.count(cook) != 1:
            raise ValueError(
                f"the kitchen has {drawn.count(cook)} cells {cook}: draw one, where cook {cook} "
                "begins; a game has exactly two cooks, 1 and 2"
            )
    for symbol, what in (("O", "onions"), ("D", "plates"), ("P", "pot"), ("S", "serving window")):
        if symbol not in drawn:
            raise ValueError(f"the kitchen has no {what}, so no soup is served: draw an {symbol}")
    return Kitchen(rows)


def _pairs(cells: Sequence[Sequence[int]]) -> tuple[tuple[int, int], tuple[int, int]]:
    (a, b), (c, d) = cells
    return (a, b), (c, d)

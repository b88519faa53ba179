"""The five grid worlds, and what their drawings mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
import yaml

from envsuite.core.errors import nearest
from envsuite_teamgrid.state import COLORS

FLOOR = ".o12"
HALVES = "^v<>"
SWITCHES = {"r": "red", "b": "blue", "y": "yellow"}
DOORS = {"R": "red", "B": "blue"}


@dataclass(frozen=True)
class Scenario:
    """One of the grid worlds.

    Attributes:
        name: Its key in `scenarios.yaml`.
        board: The drawing, one string a row; `scenarios.yaml` has the legend.
        players: How many agents.
        goals: How many balls.
        goal: What ends it: `"balls"`, when all are taken, or `"meeting"`.
        switch_does: What a switch does: `"nothing"`, `"light"`, `"door"` or `"ball"`.
        switch_pays: Whom the first use of a switch pays: `"none"`, `"one"` or `"all"`.
        goal_pays: Whom a ball or a meeting pays.
        free_numbers: Whether one may ask for other numbers of agents and balls.
        ball: The colour of the balls.
        balls_in: The symbol of the floor on which balls lie at the start; empty if none do.
        taker: The only agent that can take balls; `None`: everyone can.
        dark_from: The first column of the part that is dark until it is lit; `None`: none is.
        colors: The agents' colours; `None`: drawn at each start, no two alike.
    """

    name: str
    board: tuple[str, ...]
    players: int
    goals: int
    goal: str
    switch_does: str
    switch_pays: str
    goal_pays: str
    free_numbers: bool = False
    ball: str = "green"
    balls_in: str = ""
    taker: int | None = None
    dark_from: int | None = None
    colors: tuple[str, ...] | None = None

    @cached_property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns."""
        return len(self.board), len(self.board[0])

    @cached_property
    def walls(self) -> np.ndarray:
        """Whether a cell is no floor, `bool[rows, columns]`: also where switches and doors are."""
        return ~np.isin(self._symbols, list(FLOOR))

    @cached_property
    def floor(self) -> np.ndarray:
        """Row and column of all floor but the openings, `i32[k, 2]`."""
        return np.argwhere(~self.walls).astype(np.int32)

    @cached_property
    def halves(self) -> list[np.ndarray]:
        """The cells of each half wall in which one cell opens, each `i32[k, 2]`."""
        return [cells for half in HALVES if len(cells := self.cells(half))]

    @cached_property
    def rooms(self) -> list[np.ndarray]:
        """The floor on which agents 0 and 1 begin, each `i32[k, 2]`; empty: anywhere."""
        return [cells for room in "12" if len(cells := self.cells(room))]

    @cached_property
    def switches(self) -> list[tuple[int, int, int]]:
        """Row, column and colour of each switch, in reading order of the columns."""
        return self._colored(SWITCHES)

    @cached_property
    def doors(self) -> list[tuple[int, int, int]]:
        """Row, column and colour of each door."""
        return self._colored(DOORS)

    def cells(self, symbols: str) -> np.ndarray:
        """Row and column of all cells drawn with one of the symbols, `i32[k, 2]`."""
        return np.argwhere(np.isin(self._symbols, list(symbols))).astype(np.int32)

    @property
    def _symbols(self) -> np.ndarray:
        return np.array([list(row) for row in self.board])

    def _colored(self, symbols: Mapping[str, str]) -> list[tuple[int, int, int]]:
        cells = sorted(self.cells("".join(symbols)).tolist(), key=lambda cell: cell[::-1])
        return [
            (row, column, COLORS.index(symbols[self.board[row][column]])) for row, column in cells
        ]


@cache
def shipped_scenarios() -> Mapping[str, Scenario]:
    """The scenarios of `scenarios.yaml` by name."""
    table = yaml.safe_load((files("envsuite_teamgrid") / "scenarios.yaml").read_text())
    for name, entry in table.items():
        entry["name"], entry["board"] = name, tuple(entry["board"].split())
        if "colors" in entry:
            entry["colors"] = tuple(entry["colors"])
    return {name: Scenario(**entry) for name, entry in table.items()}


def find_scenario(name: str) -> Scenario:
    """The scenario called `name`.

    Raises:
        ValueError: If there is none; it names the nearest.
    """
    shipped = shipped_scenarios()
    if name not in shipped:
        near = nearest(str(name), shipped)
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(f"scenario {name!r} is unknown: {hint}choose from {', '.join(shipped)}")
    return shipped[name]

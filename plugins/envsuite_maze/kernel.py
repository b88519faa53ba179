"""The numba twin of the maze: the same games as the JAX rules, in compiled loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from envsuite.compiled.cache import bound
from envsuite.compiled.kernel import Figure, Share, Shown
from envsuite_maze.compiled import draw
from envsuite_maze.compiled.draw import (
    CROSSINGS,
    GIVEN,
    MARKS,
    ONE_GOAL,
    ROOMS,
    SCATTER,
    SCATTER_APART,
    TREE,
)
from envsuite_maze.compiled.play import advance, begin
from envsuite_maze.env import Maze, State
from envsuite_maze.level import Level
from envsuite_maze.observe import OBSERVATIONS, view

METHODS = {
    "scattered": SCATTER,
    "distinct": SCATTER_APART,
    "rooms": ROOMS,
    "crossings": CROSSINGS,
    "tree": TREE,
}


class MazeKernel:
    """Plays mazes of one configuration; see `envsuite.compiled.kernel.Kernel`.

    Its state is two arrays, which `envsuite_maze.compiled.draw` describes.
    """

    info: Mapping[str, Figure] = {"won": np.bool_}
    masked = False

    def __init__(self, game: Maze) -> None:
        """Take what a configuration fixes."""
        self._shape, self._horizon = game.shape, game.horizon
        self._border = game.sight - 1  # as far as an agent at the edge sees beyond it
        offsets = view(game.sight) @ np.array([game.shape[1] + 2 * self._border, 1])
        kind = OBSERVATIONS.index(game.observation)
        self._seen = self._border, game.sight, kind, not game.see_through_walls, offsets
        self._goals = np.zeros((1, 2), np.int32)
        self._method = METHODS[game.generator]
        if game.drawing is not None:
            self._goals = game.drawing.goals
            self._method = ONE_GOAL if len(self._goals) > 1 else GIVEN
        self._drawn = game.walls, game.wall_count == "uniform"

    @staticmethod
    def unfit(game: Maze) -> str:
        """The twin plays all mazes."""
        del game
        return ""

    def allocate(self, copies: int) -> tuple[np.ndarray, ...]:
        """Room for the state of `copies` games; all is wall."""
        rows, columns = (number + 2 * self._border for number in self._shape)
        return np.ones((copies, rows, columns), np.uint8), np.zeros((copies, MARKS), np.int32)

    def tables(self, params: Any) -> tuple[np.ndarray, ...]:
        """Walls, `u8[copies, rows, columns]`; goal, start, heading, `drawn`, `i32[copies, 6]`."""
        walls = np.array(params.walls, np.uint8)
        numbers = (params.heading, params.drawn)
        columns = [np.asarray(params.goal), np.asarray(params.start)]
        columns += [np.asarray(number)[:, None] for number in numbers]
        return walls, np.concatenate(columns, axis=1).astype(np.int32)

    def beginning(
        self,
        book: np.ndarray,
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Begin games; see `Kernel.beginning`."""
        method = self._method, *self._drawn
        told = _flat(shown), shown.info["won"]
        cells, marks = state
        played = book, cells, _lines(cells), marks, *tables
        return bound(begin, *played, self._goals, *self._seen, *method, *told)

    def advancing(
        self,
        book: np.ndarray,
        actions: Mapping[str, np.ndarray],
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Play a step; see `Kernel.advancing`."""
        told = shown.reward[""], shown.terminated[""], shown.info["won"]
        cells, marks = state
        return bound(
            advance,
            book,
            _lines(cells),
            marks,
            cells.shape[2],
            *self._seen,
            self._horizon,
            actions[""],
            _flat(shown),
            *told,
        )

    def states(self, state: tuple[np.ndarray, ...]) -> State:
        """All games as the JAX rules keep them, with NumPy leaves."""
        cells, marks = state[0], state[1].copy()
        (rows, columns), border = self._shape, self._border
        walls = cells[:, border : border + rows, border : border + columns] > 0
        goal, start = (marks[:, at : at + 2] for at in (draw.GOAL_ROW, draw.START_ROW))
        nothing = np.zeros(len(marks), bool)
        level = Level(walls, goal, start, marks[:, draw.START_LOOKS], nothing)
        fields: dict[str, Any] = {
            "place": marks[:, : draw.LOOKS],
            "heading": marks[:, draw.LOOKS],
            "steps": marks[:, draw.STEPS],
            "arrived": marks[:, draw.ARRIVED] > 0,
            "level": level,
        }
        return State(**fields)


def _flat(shown: Shown) -> np.ndarray:
    """What is seen, `f32[n, 1, numbers]`."""
    obs = shown.obs[""]
    return obs.reshape(len(obs), 1, -1)


def _lines(cells: np.ndarray) -> np.ndarray:
    """The cells of each copy as one line."""
    return cells.reshape(len(cells), -1)

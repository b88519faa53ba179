"""What a compiled twin of a game offers: the protocol behind the `numba` entry of a spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True)
class Shown:
    """What the copies show; kernels write into it. Dictionaries are by group, `""` for one agent.

    Attributes:
        obs: `f32[n, agents, ...]`.
        legal: `bool[n, agents, choices]`; empty where actions are numbers.
        reward: `f32[n, agents]`.
        terminated: `bool[n, agents]`.
        info: `[n]`, by name.
    """

    obs: Mapping[str, np.ndarray]
    legal: Mapping[str, np.ndarray]
    reward: Mapping[str, np.ndarray]
    terminated: Mapping[str, np.ndarray]
    info: Mapping[str, np.ndarray]


class Kernel(Protocol):
    """A game in compiled loops over whole arrays and an index.

    The registry's `numba` entry is called with the game and returns one. Its state is a tuple of
    arrays with the leading axis `[copies]`, its tables are arrays with the leading axis `[copies]`
    or, where all copies share them, `[1]`. It draws the very numbers that the JAX rules draw from
    the same key, by `envsuite.compiled.threefry`, and what becomes of a copy depends on no other:
    engines call it from several threads, each for its own range of copies.
    """

    info: Mapping[str, type[np.generic]]
    """Name and dtype of what the game tells beside observations."""

    masked: bool
    """Whether the game has action masks; otherwise every choice is legal at all times."""

    @staticmethod
    def unfit(game: Any) -> str:
        """Why a game so configured has no twin, as the end of a sentence; empty if it has."""
        ...

    def allocate(self, copies: int) -> tuple[np.ndarray, ...]:
        """Room for the state of `copies` copies."""
        ...

    def tables(self, params: Any) -> tuple[np.ndarray, ...]:
        """The game's params, whose leaves have the leading axis `[copies]` or `[1]`, as arrays."""
        ...

    def begin(
        self,
        low: int,
        high: int,
        where: np.ndarray,
        keys: np.ndarray,
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> None:
        """Begin episodes in the copies `low` to `high` that are in `where: bool[n]`.

        Writes observations, masks and info; `keys` is `u32[n, 2]`.
        """
        ...

    def advance(
        self,
        low: int,
        high: int,
        where: np.ndarray,
        keys: np.ndarray,
        actions: Mapping[str, np.ndarray],
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> None:
        """Play one step in the copies `low` to `high` that are in `where`; writes all of `shown`.

        `actions` are `i32[n, agents]` or `f32[n, agents, k]`, legal ones only.
        """
        ...

    def state_of(self, state: tuple[np.ndarray, ...], slot: int) -> Any:
        """The game's own state of one copy, with NumPy leaves."""
        ...

"""What a compiled twin of a game offers: the protocol behind the `numba` entry of a spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Share = Callable[[int, int], Any]
"""Work on the copies from the first number to the one before the second."""


Figure = type[np.generic] | tuple[type[np.generic], tuple[int, ...]]
"""What a copy tells beside observations: the dtype of a number, or dtype and shape of several."""


@dataclass(frozen=True)
class Shown:
    """What the copies show; kernels write into it. Dictionaries are by group, `""` for one agent.

    Attributes:
        obs: `f32[n, agents, ...]`.
        legal: `bool[n, agents, choices]`; no choices where actions are numbers.
        reward: `f32[n, agents]`.
        terminated: `bool[n, agents]`.
        info: `[n, ...]`, by name; where the game tells something of each group, by name and group.
    """

    obs: Mapping[str, np.ndarray]
    legal: Mapping[str, np.ndarray]
    reward: Mapping[str, np.ndarray]
    terminated: Mapping[str, np.ndarray]
    info: Mapping[str, Any]


class Kernel(Protocol):
    """A game in compiled loops over whole arrays and an index.

    The registry's `numba` entry is called with the game and returns one. Its state is a tuple of
    arrays with the leading axis `[copies]`, its tables are arrays with the leading axis `[copies]`
    or, where all copies share them, `[1]`. It draws the very numbers that the JAX rules draw from
    the same key, by `envsuite.compiled.threefry`, and what becomes of a copy depends on no other:
    engines call it from several threads, each for its own range of copies.

    Which copies play or begin, and their keys, stand in the engine's book, `u32[copies, columns]`
    (`envsuite.compiled.book`): columns `PLAYS`, `BEGINS`, `KEY0` and `KEY1`.
    """

    info: Mapping[str, Figure | Mapping[str, Figure]]
    """What the game tells beside observations, by name, or by name and group."""

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

    def beginning(
        self,
        book: np.ndarray,
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """A function that begins episodes in the copies that `BEGINS`.

        It writes their observations, masks and info.
        """
        ...

    def advancing(
        self,
        book: np.ndarray,
        actions: Mapping[str, np.ndarray],
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """A function that plays one step in the copies that `PLAYS`, and writes all of `shown`.

        `actions` are `i32[n, agents]` or `f32[n, agents, k]`, legal ones only.
        """
        ...

    def states(self, state: tuple[np.ndarray, ...]) -> Any:
        """The game's own states of all copies, with NumPy leaves `[copies, ...]`."""
        ...

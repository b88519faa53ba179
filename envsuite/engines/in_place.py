"""One copy of a game, played where its arrays lie: for wrappers that count microseconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np


@dataclass(frozen=True, eq=False)
class Place:
    """The arrays of one copy of a game in which one group plays; a step writes into them.

    Whoever hands something out copies it first.

    Attributes:
        actions: `i64[agents]` or `f32[agents, k]`: to be written before a step.
        obs: `f32[agents, ...]`.
        legal: `bool[agents, choices]`; `None` in a game without masks.
        reward: `f32[agents]`.
        terminated: `bool[agents]`.
        info: `[1]`, by name.
        turn: Plays the step that `actions` ask for. Returns whether that ended the episode, how
            many actions were illegal, and the mean reward; raises `ValueError` if the actions are
            not in the action space.
    """

    actions: np.ndarray
    obs: np.ndarray
    legal: np.ndarray | None
    reward: np.ndarray
    terminated: np.ndarray
    info: dict[str, np.ndarray]
    turn: Callable[[], tuple[bool, int, float]]


@runtime_checkable
class PlaysInPlace(Protocol):
    """An engine that may offer its arrays."""

    def place(self) -> Place | None:
        """Where the game stands since the last reset; `None` if it cannot be played in place.

        A reset, or setting the state, makes another place.
        """
        ...

"""Rows that wait in order: levels to be played, or what came of those that were."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np


class Pile:
    """First in, first out, in NumPy arrays of fixed shape, so that its state is a plain value.

    Attributes:
        count: How many rows wait.
    """

    def __init__(self, like: Any, capacity: int) -> None:
        """Room for `capacity` rows like those of the pytree `like`, whose leaves are `[n, ...]`."""

        def room(leaf: Any) -> np.ndarray:
            return np.zeros((capacity, *np.shape(leaf)[1:]), np.asarray(leaf).dtype)

        self._rows = jax.tree.map(room, like)
        self.count = 0

    def push(self, rows: Any) -> None:
        """Add rows at the end."""
        added = len(jax.tree.leaves(rows)[0])

        def put(own: np.ndarray, new: Any) -> None:
            own[self.count : self.count + added] = np.asarray(new)

        jax.tree.map(put, self._rows, rows)
        self.count += added

    def pop(self, number: int) -> Any:
        """Take `number` rows from the front, which must be there."""

        def take(own: np.ndarray) -> np.ndarray:
            taken = own[:number].copy()
            own[: self.count - number] = own[number : self.count].copy()
            return taken

        taken = jax.tree.map(take, self._rows)
        self.count -= number
        return taken

    @property
    def state(self) -> tuple[Any, np.ndarray]:
        """Everything, as a value."""
        return jax.tree.map(np.array, self._rows), np.array(self.count)

    @state.setter
    def state(self, state: tuple[Any, Any]) -> None:
        rows, count = state
        self._rows, self.count = jax.tree.map(np.array, rows), int(count)

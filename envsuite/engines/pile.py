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
        leaves, self._structure = jax.tree.flatten(like)
        self._leaves = [
            np.zeros((capacity, *np.shape(leaf)[1:]), np.asarray(leaf).dtype) for leaf in leaves
        ]
        self._capacity = capacity
        self._first = 0  # where the rows that wait begin: taking some need not move the others
        self.count = 0

    def push(self, rows: Any) -> None:
        """Add rows at the end."""
        leaves = jax.tree.leaves(rows)
        added = len(leaves[0])
        if self._first + self.count + added > self._capacity:
            self._move_up()
        end = self._first + self.count
        for own, new in zip(self._leaves, leaves, strict=True):
            own[end : end + added] = new
        self.count += added

    def pop(self, number: int) -> Any:
        """Take `number` rows from the front, which must be there."""
        first, self._first = self._first, self._first + number
        self.count -= number
        return self._structure.unflatten(
            [own[first : first + number].copy() for own in self._leaves]
        )

    @property
    def state(self) -> tuple[Any, np.ndarray]:
        """Everything, as a value."""
        self._move_up()
        rows = self._structure.unflatten([own.copy() for own in self._leaves])
        return rows, np.array(self.count)

    @state.setter
    def state(self, state: tuple[Any, Any]) -> None:
        rows, count = state
        self._leaves = [np.array(leaf) for leaf in jax.tree.leaves(rows)]
        self._first, self.count = 0, int(count)

    def _move_up(self) -> None:
        """Let the rows that wait begin at the front."""
        first, end = self._first, self._first + self.count
        if first:
            for own in self._leaves:
                own[: self.count] = own[first:end].copy()
        self._first = 0

"""The numba twin of learned worlds: the same episodes as the JAX rules, in compiled loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces

from envsuite.compiled.cache import bound
from envsuite.compiled.kernel import Share, Shown
from envsuite_synthetic.compiled.play import advance, begin
from envsuite_synthetic.env import State, Synthetic
from envsuite_synthetic.network import Network

Arrays = tuple[np.ndarray, ...]


class SyntheticKernel:
    """Plays worlds of one configuration; see `envsuite.compiled.kernel.Kernel`.

    Its state is what each copy shows, `f32[copies, observation]`, and whether it is over.
    """

    info: Mapping[str, type[np.generic]] = {}
    masked = False

    def __init__(self, game: Synthetic) -> None:
        """Take what a configuration fixes."""
        action = game.action_space
        self._bandit, self._width = game.bandit, game.action_size
        self._size = game.observation_space.shape[0]
        self._first = int(action.start) if isinstance(action, spaces.Discrete) else 0

    @staticmethod
    def unfit(game: Synthetic) -> str:
        """Empty: every configuration has a twin."""
        del game
        return ""

    def allocate(self, copies: int) -> Arrays:
        """Room for the state of `copies` worlds."""
        return np.zeros((copies, self._size), np.float32), np.zeros(copies, bool)

    def tables(self, params: Any) -> Arrays:
        """Four arrays a network: start, reward and, unless it is a bandit, change and end."""
        networks = [params.start, params.reward]
        if not self._bandit:
            networks += [params.change, params.end]
        return tuple(array for network in networks for array in _arrays(network))

    def beginning(self, book: np.ndarray, state: Arrays, tables: Arrays, shown: Shown) -> Share:
        """Begin episodes; see `Kernel.beginning`."""
        return bound(begin, book, *state, tables[:4], shown.obs[""])

    def advancing(
        self,
        book: np.ndarray,
        actions: Mapping[str, np.ndarray],
        state: Arrays,
        tables: Arrays,
        shown: Shown,
    ) -> Share:
        """Play a step; see `Kernel.advancing`."""
        reward = tables[4:8]
        worlds = (reward, reward, reward) if self._bandit else (reward, tables[8:12], tables[12:])
        return bound(
            advance,
            book,
            *state,
            worlds,
            self._bandit,
            self._first,
            self._width,
            actions[""],
            shown.obs[""],
            shown.reward[""],
            shown.terminated[""],
        )

    def states(self, state: Arrays) -> State:
        """All copies as the JAX rules keep them, with NumPy leaves."""
        fields: dict[str, Any] = {"observation": state[0].copy(), "ended": state[1].copy()}
        return State(**fields)


def _arrays(network: Network) -> Arrays:
    leaves = (
        network.hidden_weights,
        network.hidden_bias,
        network.out_weights,
        network.out_bias,
    )
    return tuple(np.ascontiguousarray(leaf, np.float32) for leaf in leaves)

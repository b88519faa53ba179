"""The numba twin of the Coin Game: the same games as the JAX rules, in compiled loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from envsuite.compiled.cache import bound
from envsuite.compiled.kernel import Figure, Share, Shown
from envsuite_coin_game.compiled.play import COIN, EPISODE, MARKS, STEP, advance, begin
from envsuite_coin_game.env import CoinGame, State


class CoinGameKernel:
    """Plays games of one configuration; see `envsuite.compiled.kernel.Kernel`.

    Its state is one array, `i32[copies, 10]`, which `envsuite_coin_game.compiled.play` describes.
    """

    info: Mapping[str, Figure] = {"taken": (np.bool_, (2, 2)), "inner_episode_done": np.bool_}
    masked = False

    def __init__(self, game: CoinGame) -> None:
        """Take what a configuration fixes."""
        self._size, self._centered = game.size, game.egocentric
        self._shared = game.shared_rewards

    @staticmethod
    def unfit(game: CoinGame) -> str:
        """Empty: every configuration has a twin."""
        del game
        return ""

    def allocate(self, copies: int) -> tuple[np.ndarray, ...]:
        """Room for the state of `copies` games."""
        return (np.zeros((copies, MARKS), np.int32),)

    def tables(self, params: Any) -> tuple[np.ndarray, ...]:
        """`f32[copies, 2, 3]` payoffs, and `i32[copies, 2]` inner steps and inner episodes."""
        lengths = np.stack([params.inner_steps, params.inner_episodes], -1)
        return np.array(params.payoff, np.float32), lengths.astype(np.int32)

    def beginning(
        self,
        book: np.ndarray,
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Begin games; see `Kernel.beginning`."""
        told = shown.info["taken"], shown.info["inner_episode_done"]
        return bound(begin, book, *state, self._size, self._centered, *_flat(shown.obs), *told)

    def advancing(
        self,
        book: np.ndarray,
        actions: Mapping[str, np.ndarray],
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Play a step; see `Kernel.advancing`."""
        return bound(
            advance,
            book,
            *state,
            *tables,
            self._size,
            self._centered,
            self._shared,
            actions["red"],
            actions["blue"],
            *_flat(shown.obs),
            shown.reward["red"],
            shown.reward["blue"],
            shown.terminated["red"],
            shown.terminated["blue"],
            shown.info["taken"],
            shown.info["inner_episode_done"],
        )

    def states(self, state: tuple[np.ndarray, ...]) -> State:
        """All games as the JAX rules keep them, with NumPy leaves."""
        (marks,) = state
        places = marks[:, : 2 * COIN].reshape(len(marks), 4, 2).copy()
        fields: dict[str, Any] = {
            "players": places[:, :2],
            "coins": places[:, 2:],
            "inner_step": marks[:, STEP].copy(),
            "inner_episode": marks[:, EPISODE].copy(),
        }
        return State(**fields)


def _flat(obs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """What red and blue see, `f32[n, 1, size * size * 4]`."""
    return [obs[name].reshape(len(obs[name]), 1, -1) for name in ("red", "blue")]

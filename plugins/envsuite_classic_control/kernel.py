"""The numba twins of all games but Acrobot: the same games in compiled loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from envsuite.compiled.cache import bound
from envsuite.compiled.kernel import Figure, Share, Shown
from envsuite_classic_control.cartpole import CartPole
from envsuite_classic_control.cartpole import State as Cart
from envsuite_classic_control.compiled import car, cart, rod
from envsuite_classic_control.mountain_car_continuous import MountainCarContinuous
from envsuite_classic_control.pendulum import Pendulum
from envsuite_classic_control.pendulum import State as Rod
from envsuite_classic_control.valley import State as Car
from envsuite_classic_control.valley import Valley


class Twin:
    """Plays games of one configuration; see `envsuite.compiled.kernel.Kernel`.

    Its state is one array, `f32[copies, figures]`: the fields of the game's own state, in order.
    """

    info: Mapping[str, Figure] = {}
    masked = False

    def __init__(
        self, loops: Any, kind: Any, figures: int, names: tuple[str, ...], limits: tuple[float, ...]
    ) -> None:
        """Take what a configuration fixes.

        Args:
            loops: The module of compiled loops.
            kind: The class of the game's own state.
            figures: How many fields that has.
            names: The params in the order in which the loops know them.
            limits: The fields of the game in the order in which the loops know them.
        """
        self._loops, self._kind, self._figures = loops, kind, figures
        self._names, self._limits = names, np.array(limits, np.float32)

    @staticmethod
    def unfit(game: Any) -> str:
        """Empty: every configuration has a twin."""
        del game
        return ""

    def allocate(self, copies: int) -> tuple[np.ndarray, ...]:
        """Room for the state of `copies` games."""
        return (np.zeros((copies, self._figures), np.float32),)

    def tables(self, params: Any) -> tuple[np.ndarray, ...]:
        """`f32[copies, params]`."""
        return (np.stack([getattr(params, name) for name in self._names], -1).astype(np.float32),)

    def beginning(
        self,
        book: np.ndarray,
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Begin games; see `Kernel.beginning`."""
        return bound(self._loops.begin, book, *state, *tables, self._limits, shown.obs[""])

    def advancing(
        self,
        book: np.ndarray,
        actions: Mapping[str, np.ndarray],
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Play a step; see `Kernel.advancing`."""
        told = shown.obs[""], shown.reward[""], shown.terminated[""]
        return bound(self._loops.advance, book, *state, *tables, self._limits, actions[""], *told)

    def states(self, state: tuple[np.ndarray, ...]) -> Any:
        """All games as the JAX rules keep them, with NumPy leaves."""
        return self._kind(*state[0].T.copy())


class CartPoleKernel(Twin):
    """The twin of CartPole."""

    def __init__(self, game: CartPole) -> None:
        """Take the limits of the game."""
        super().__init__(cart, Cart, 4, cart.NUMBERS, (game.position_limit, game.angle_limit))


class MountainCarKernel(Twin):
    """The twin of both mountain cars."""

    def __init__(self, game: Valley) -> None:
        """Take the road; a throttle has rewards among its params."""
        throttle = isinstance(game, MountainCarContinuous)
        names = car.NUMBERS + (car.REWARDS if throttle else ())
        super().__init__(car, Car, 2, names, (game.left, game.right, game.speed_limit))


class PendulumKernel(Twin):
    """The twin of Pendulum."""

    def __init__(self, game: Pendulum) -> None:
        """Take the limits of the game."""
        super().__init__(rod, Rod, 3, rod.NUMBERS, (game.torque_limit, game.speed_limit))

"""The numba twin of Overcooked: the same kitchens as the JAX rules, in compiled loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from envsuite.compiled.cache import bound
from envsuite.compiled.kernel import Figure, Share, Shown
from envsuite_overcooked.compiled.layout import (
    COLUMN,
    FACING,
    HAND,
    KITCHEN,
    ONIONS,
    REMAINING,
    ROW,
)
from envsuite_overcooked.compiled.play import advance, begin
from envsuite_overcooked.env import Overcooked
from envsuite_overcooked.kitchen import COUNTER, FLOOR, PLATES, POT, WINDOW, find_layout
from envsuite_overcooked.kitchen import ONIONS as CRATE
from envsuite_overcooked.observe import PLANES
from envsuite_overcooked.state import COOKS, State

DRAWN = (POT, COUNTER, CRATE, None, PLATES, WINDOW)  # the kitchen's planes that never change
WORTH = ("delivery_reward", "placement_reward", "plate_reward", "soup_reward", "shaping")


class OvercookedKernel:
    """Plays in one kitchen; see `envsuite.compiled.kernel.Kernel`.

    Its state is `i32[copies, 2, 4]` of the cooks, `i8[copies, h * w]` of what lies on counters,
    `i32[copies, pots, 2]` of the pots and `i32[copies]` of steps played;
    `envsuite_overcooked.compiled.layout` names the columns.
    """

    info: Mapping[str, Mapping[str, Figure]] = {"shaped_reward": {"agent": (np.float32, (COOKS,))}}
    masked = False

    def __init__(self, game: Overcooked) -> None:
        """Take what a configuration fixes."""
        kitchen = game.kitchen
        starts = kitchen.starts
        if game.start == "jaxmarl":
            starts = np.array(find_layout(game.layout).jaxmarl_starts, np.int32)
        self._terrain = kitchen.terrain
        drawn = np.zeros((*kitchen.shape, PLANES), np.uint8)
        for plane, kind in enumerate(DRAWN, KITCHEN):
            if kind is not None:
                drawn[..., plane] = kitchen.terrain == kind
        self._stoves = kitchen.cells(POT)
        self._pot_at = np.zeros(kitchen.shape, np.int32)
        self._pot_at[tuple(self._stoves.T)] = np.arange(len(self._stoves))
        self._drawn = drawn.ravel()
        chances = [game.start == "random", game.facing == "random", game.contents == "random"]
        self._start = (
            np.ascontiguousarray(starts),
            kitchen.cells(FLOOR),
            np.array(chances),
        )

    @staticmethod
    def unfit(game: Overcooked) -> str:
        """Empty: every configuration has a twin."""
        del game
        return ""

    def allocate(self, copies: int) -> tuple[np.ndarray, ...]:
        """Room for the state of `copies` kitchens."""
        return (
            np.zeros((copies, COOKS, 4), np.int32),
            np.zeros((copies, self._terrain.size), np.int8),
            np.zeros((copies, len(self._stoves), 2), np.int32),
            np.zeros(copies, np.int32),
        )

    def tables(self, params: Any) -> tuple[np.ndarray, ...]:
        """`f32[copies, 5]` of what counts, and `i32[copies, 2]` of how long it takes."""
        worth = np.stack([np.asarray(getattr(params, name), np.float32) for name in WORTH], -1)
        times = np.stack([np.asarray(params.cook_time), np.asarray(params.horizon)], -1)
        return worth, times.astype(np.int32)

    def beginning(
        self,
        book: np.ndarray,
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Begin episodes; see `Kernel.beginning`."""
        shaped = shown.info["shaped_reward"]["agent"]
        _, times = tables
        sight = (self._terrain, self._stoves, self._drawn, self._flat(shown))
        return bound(begin, book, *state, times, *self._start, *sight, shaped)

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
            self._terrain,
            self._pot_at,
            self._stoves,
            self._drawn,
            actions["agent"],
            self._flat(shown),
            shown.reward["agent"],
            shown.info["shaped_reward"]["agent"],
        )

    def states(self, state: tuple[np.ndarray, ...]) -> State:
        """All kitchens as the JAX rules keep them, with NumPy leaves."""
        cooks, counters, pots, steps = state
        shape = (len(steps), *self._terrain.shape)
        cells = np.zeros((2, *shape), np.int32)
        cells[:, :, self._stoves[:, 0], self._stoves[:, 1]] = np.moveaxis(
            pots[..., [ONIONS, REMAINING]], -1, 0
        )
        fields: dict[str, Any] = {
            "places": cooks[..., [ROW, COLUMN]],
            "facings": cooks[..., FACING],
            "hands": cooks[..., HAND],
            "counters": counters.reshape(shape).astype(np.int32),
            "onions": cells[0],
            "remaining": cells[1],
            "step": steps,
        }
        return State(**{name: array.copy() for name, array in fields.items()})

    def _flat(self, shown: Shown) -> np.ndarray:
        """What both see, `u8[n, 2, h * w * 26]`."""
        obs = shown.obs["agent"]
        return obs.reshape(len(obs), COOKS, -1)

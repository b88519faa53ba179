"""The two pairs of games that are compared, each compiled once for all tests."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import numpy as np

from envsuite_storm.n_player import NPlayerSTORM
from envsuite_storm.tests.peer import Beside, Peer
from envsuite_storm.tests.scene import scene
from envsuite_storm.two_player import TwoPlayerSTORM


@cache
def two() -> Beside:
    """The peer's `storm_2p` beside ours for two."""
    return Beside(Peer("storm_2p"), TwoPlayerSTORM())


@cache
def three() -> Beside:
    """The peer's `storm_np` beside ours, with three players."""
    return Beside(Peer("storm_np", num_agents=3), NPlayerSTORM(players=3))


def sound(theirs: Any, state: Any) -> np.ndarray:
    """Whether states of the peer's have all players and all coins on their grids.

    Where a player begins on a coin, one of the two is lost.
    """
    on_grid = [
        np.take_along_axis(
            theirs.grid.reshape(*theirs.grid.shape[:-2], 64),
            (spot[..., :1].astype(int) * 8 + spot[..., 1:2]),
            axis=-1,
        )[..., 0]
        == code
        for code, spot in ((1, theirs.red_pos), (2, theirs.blue_pos))
    ]
    coins = state.lying.sum((-2, -1)) + state.inventories.sum((-2, -1))
    return on_grid[0] & on_grid[1] & (coins == 12)


def start(text: str, *arguments: Any, **named: Any) -> Any:
    """A board of 8 by 8 whose upper lines are given."""
    return scene(text + "\n. . . . . . . ." * (7 - text.count("\n")), *arguments, **named)


def first(states: Any) -> Any:
    """The first of several copies."""
    return jax.tree.map(lambda leaf: leaf[0], states)

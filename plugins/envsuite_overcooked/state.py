"""What a game of Overcooked remembers, and its numbers."""

from __future__ import annotations

import jax
import numpy as np

from envsuite.functional import struct

COOKS = 2

NOTHING, ONION, PLATE, DISH = range(4)
"""What a hand holds or a counter carries; a dish is a plate with soup."""

POT_SIZE = 3
"""Onions a soup is made of."""

NORTH, SOUTH, EAST, WEST, STAY, INTERACT = range(6)
"""The actions; the first four are also where one can face. The order is overcooked_ai's."""

MOVES = np.array([(-1, 0), (1, 0), (0, 1), (0, -1), (0, 0), (0, 0)], np.int32)  # (row, column)


@struct
class Params:
    """What counts, and how long it takes.

    Attributes:
        delivery_reward: To both cooks, for each soup served.
        placement_reward: Shaped, to the cook who puts an onion into a pot.
        plate_reward: Shaped, to the cook who takes a plate that is of use.
        soup_reward: Shaped, to the cook who takes soup out of a pot.
        shaping: The share of the shaped reward that is added to the reward; may be annealed.
        cook_time: Steps from the third onion until the soup is ready.
        horizon: Steps an episode lasts. The rules do not end it, but the cooks see its last 40
            steps coming; it is 400, as the time limit of the registry.
    """

    delivery_reward: float | jax.Array = 20.0
    placement_reward: float | jax.Array = 3.0
    plate_reward: float | jax.Array = 3.0
    soup_reward: float | jax.Array = 5.0
    shaping: float | jax.Array = 0.0
    cook_time: int | jax.Array = 20
    horizon: int | jax.Array = 400


@struct
class State:
    """A kitchen at work; `[h, w]` are its rows and columns."""

    places: jax.Array  # i32[2, 2]: row and column of each cook
    facings: jax.Array  # i32[2]: NORTH, SOUTH, EAST or WEST
    hands: jax.Array  # i32[2]: what each holds
    counters: jax.Array  # i32[h, w]: what lies on each counter
    onions: jax.Array  # i32[h, w]: how many are in each pot; three are a soup
    remaining: jax.Array  # i32[h, w]: steps until the soup in a pot is ready
    step: jax.Array  # i32[]: steps played

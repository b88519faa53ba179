"""What a grid world remembers, its numbers, and the codes of what is seen."""

from __future__ import annotations

import jax
import numpy as np

from envsuite.functional import struct

LEFT, RIGHT, FORWARD, TOGGLE = range(4)
"""The actions: two turns, a step ahead, and using the switch ahead."""

STEPS = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)], np.int32)
"""Row and column of a step in each heading: 0 right, 1 down, 2 left, 3 up."""

UNSEEN, EMPTY, WALL = 0, 1, 2
DOOR, BALL, SWITCH, AGENT = 4, 6, 10, 11
"""Kinds of things, in channel 0 of what is seen; the numbers are TEAMGrid's."""

COLORS = ("red", "green", "blue", "purple", "yellow", "grey")
"""Channel 1 is an index into these."""

LOCKED = 2
"""Channel 2 of a locked door."""


@struct
class Params:
    """What counts.

    Attributes:
        switch_reward: For the first use of a switch.
        goal_reward: For a ball, or to each of two who meet.
    """

    switch_reward: float | jax.Array = 1.0
    goal_reward: float | jax.Array = 1.0


@struct
class State:
    """A moment; cells are (row, column). Walls and doors stand where the scenario draws them."""

    places: jax.Array  # i32[n, 2]
    headings: jax.Array  # i32[n]: 0 right, 1 down, 2 left, 3 up
    colors: jax.Array  # i32[n]
    gaps: jax.Array  # i32[halves, 2]: the cells in which half walls are open
    balls: jax.Array  # i32[g, 2]
    lying: jax.Array  # bool[g]: on the board
    taken: jax.Array  # bool[g]; a ball that is neither has not landed yet
    pressed: jax.Array  # bool[s]: switches used at least once; they open doors
    on: jax.Array  # bool[s]: switches used an odd number of times; they light
    met: jax.Array  # bool[]: two have met, where that is the goal

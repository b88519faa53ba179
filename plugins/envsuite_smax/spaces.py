"""The spaces of a battle, with bounds that hold."""

from __future__ import annotations

import numpy as np
from gymnasium import spaces

from envsuite_smax.directions import SECTIONS
from envsuite_smax.observe import SLOTS, own_features, unit_features


def observation_space(
    *, observation: str, units: int, unit_types: int, beyond: np.ndarray
) -> spaces.Box:
    """What one unit sees.

    Args:
        observation: `"unit_list"` or `"conic"`.
        units: In both teams.
        unit_types: The number of unit types.
        beyond: `f32[2]`, how far pushing can carry a unit beyond the map's edges, in shares of its
            width and height.
    """
    count = units - 1 if observation == "unit_list" else SECTIONS * SLOTS
    block_low = np.zeros(unit_features(unit_types), np.float32)
    block_low[1:5] = -1  # where it is, and its last move
    own_low = np.zeros(own_features(unit_types), np.float32)
    own_high = np.ones(own_features(unit_types), np.float32)
    own_low[1:3] = -beyond
    own_high[1:3] = 1 + beyond
    low = np.concatenate([np.tile(block_low, count), own_low])
    high = np.concatenate([np.ones(block_low.size * count, np.float32), own_high])
    return spaces.Box(low, high, dtype=np.float32)


def world_space(*, units: int, unit_types: int, peer: bool) -> spaces.Box:
    """The whole state: shares in [0, 1], or JaxMARL's raw numbers, which nothing bounds."""
    low, high = (-np.inf, np.inf) if peer else (0.0, 1.0)
    return spaces.Box(low, high, (units * (6 + unit_types),), np.float32)

"""Masks in the forms that learners and Gymnasium's spaces take."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces


def mask_length(space: spaces.Space[Any]) -> int:
    """The length of a flat mask: the choices of all entries together.

    Raises:
        TypeError: For a space whose points are not choices.
    """
    if isinstance(space, spaces.Discrete):
        return int(space.n)
    if isinstance(space, spaces.MultiDiscrete):
        return int(space.nvec.sum())
    raise TypeError(f"there are no masks for actions of {space}")


def all_legal(space: spaces.Space[Any]) -> np.ndarray:
    """The flat mask that forbids nothing, `bool[choices]`."""
    return np.ones(mask_length(space), bool)


def sample_mask(space: spaces.Space[Any], legal: np.ndarray | None) -> Any:
    """A flat mask in the form that `space.sample(mask=...)` takes; `None` forbids nothing."""
    if legal is None:
        return None
    flat = legal.astype(np.int8)
    if isinstance(space, spaces.MultiDiscrete):
        return tuple(np.split(flat, np.cumsum(space.nvec.ravel())[:-1]))
    return flat

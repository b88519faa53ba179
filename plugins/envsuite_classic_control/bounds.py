"""What keeps a game inside its spaces: lengths that are lengths, angles within a turn."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

# one turn in two parts; a few times the first is exact in float32, so wrapping loses no digits
TURN = 6.28125
REST_OF_TURN = 2 * math.pi - TURN


def check_positive(**numbers: float) -> None:
    """Refuse what cannot be the half width of a space.

    Raises:
        ValueError: For a number that is not finite and above 0, with its name.
    """
    for name, value in numbers.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 < value < math.inf:
            raise ValueError(f"{name} must be a finite number above 0, not {value!r}")


def wrap(angle: jax.Array) -> jax.Array:
    """The same direction between -pi and pi, `f32[]`, radians."""
    turns = jnp.round(angle / np.float32(2 * math.pi))
    return angle - turns * TURN - turns * REST_OF_TURN

"""How scripted prey flees, after the code that was published with FACMAC (arXiv:2003.06709)."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.functional.curves import heading
from envsuite_mpe.view import distance

CANDIDATES = 100
WAYPOINTS = 5


def flee(
    draws: jax.Array, positions: jax.Array, radius: jax.Array, *, predators: int, evade: str
) -> jax.Array:
    """The pushes of all prey, `f32[prey, 2]`, of length at most 1.

    Each prey thinks of 100 places around itself and takes the farthest from its predators (or
    from everyone) among those that are free; if none is, it does not push. The way to the place is
    itself the force, whatever the prey's acceleration.

    Args:
        draws: `f32[prey, 100, 2]` in [0, 1): the squares of the places' distances, and their
            directions in turns.
        positions: `f32[n, 2]`, of predators, then prey.
        radius: `f32[n]`, of the same.
        predators: How many predators there are.
        evade: `"nearest"`: keep off the predator that is nearest now; places that would touch any
            predator are not free. `"everyone"`: keep off all other agents; places are free if the
            straight way there touches none of them at any of five waypoints.
    """
    reach, (right, up) = jnp.sqrt(draws[..., 0]), heading(draws[..., 1])
    ways = jnp.stack([reach * right, reach * up], axis=-1)
    prey = positions[predators:, None]  # [prey, 1, 2]
    if evade == "nearest":
        hunters = positions[None, :predators]
        nearest = jnp.argmin(distance(hunters - prey), axis=1)
        gaps = distance(hunters[:, None] - (prey + ways)[:, :, None])  # [prey, 100, predators]
        near = radius[:predators] + radius[predators:, None, None]
        free = ~(gaps < near).any(axis=-1)
        score = jnp.take_along_axis(gaps, nearest[:, None, None], axis=-1)[..., 0]
    else:
        others = np.arange(len(positions)) != np.arange(predators, len(positions))[:, None]
        shares = np.arange(1, WAYPOINTS + 1, dtype=np.float32) / WAYPOINTS
        places = prey + shares[:, None, None, None] * ways  # [5, prey, 100, 2]
        gaps = distance(positions - places[..., None, :])  # [5, prey, 100, n]
        near = radius + radius[predators:, None, None]
        free = ~((gaps < near) & others[:, None]).any(axis=(0, -1))
        score = jnp.where(others[:, None], gaps[-1], 0.0).sum(axis=-1)
    best = jnp.argmax(jnp.where(free, score, -1.0), axis=1)[:, None]
    push = jnp.take_along_axis(ways, best[..., None], axis=1)[:, 0]
    return jnp.where(jnp.take_along_axis(free, best, axis=1), push, 0.0)

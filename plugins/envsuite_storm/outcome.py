"""What is told of a step besides its rewards."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_storm.state import COOPERATE, State


def outcome(state: State, pairs: jax.Array, done: jax.Array) -> dict[str, jax.Array]:
    """The figures in `info`.

    Args:
        state: When they interacted.
        pairs: `bool[n, n]`, who interacted with whom.
        done: `bool[]`, whether the step ended an inner episode.

    Returns:
        `interactions` (`i32[]`): how many pairs interacted in this step. `cooperation`
        (`f32[]`): the share of "cooperate" among all coins that players hold, before those whose
        time is up let go of them; 0 if nobody holds one. `inner_episode_done` (`bool[]`): `done`;
        what is observed is then the next inner episode, if there is one.
    """
    held = state.inventories.sum(0).astype(jnp.float32)
    return {
        "interactions": pairs.sum(dtype=jnp.int32),
        "cooperation": held[COOPERATE] / jnp.maximum(held.sum(), 1),
        "inner_episode_done": done,
    }

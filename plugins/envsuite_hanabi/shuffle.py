"""The part of chance in Hanabi: the order of the deck."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np


def shuffle_unknown(key: jax.Array, deck: jax.Array, whole: np.ndarray) -> jax.Array:
    """Draw the cards that a deck leaves to chance.

    Args:
        key: Chance.
        deck: `i32[cards]`, with -1 where a card is to be drawn.
        whole: All cards of the game in order, `i32[cards]`.

    Returns:
        `i32[cards]`; the cards of `whole` that `deck` does not hold stand where it has -1, each
        order equally likely.
    """
    # the k-th copy of a card is still to be had if the deck names at most k of them
    nth = np.arange(whole.size) - np.searchsorted(whole, whole)
    taken = nth < (deck[:, None] == whole).sum(0)
    order = jax.random.permutation(key, whole.size)
    order = order[jnp.argsort(taken[order], stable=True)]  # those to be had come first
    unknown = deck < 0
    return jnp.where(unknown, jnp.asarray(whole)[order][jnp.cumsum(unknown) - 1], deck)

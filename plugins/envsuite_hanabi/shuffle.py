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
    free = nth >= (deck[:, None] == whole).sum(0)
    # ranks by counting: for so few cards it runs, and above all compiles, faster than a sort
    drawn, place = jax.random.bits(key, (whole.size,)), np.arange(whole.size)
    before = (drawn[:, None] < drawn) | ((drawn[:, None] == drawn) & (place[:, None] < place))
    rank = (before & free[:, None]).sum(0)
    unknown = deck < 0
    mine = (rank == (jnp.cumsum(unknown) - 1)[:, None]) & free
    return jnp.where(unknown, (mine * whole).sum(1), deck)

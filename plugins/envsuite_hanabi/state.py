"""What a game of Hanabi is made of."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.functional import struct


@struct
class Params:
    """The deck.

    `deck` (`i32[cards]`) holds the cards from the top down, each as colour x ranks + rank, rank 0
    being a 1. A card of -1 is left to chance: the cards that the deck does not name are drawn,
    each order equally likely, from what remains of a full deck.
    """

    deck: jax.Array | np.ndarray


@struct
class Hands:
    """All hands, oldest card first, and what hints have told of each card.

    An empty slot holds the card -1, of which nothing is possible and nothing was told.
    """

    cards: jax.Array  # i32[players, hand]
    colors: jax.Array  # bool[players, hand, colors]: those that the hints leave possible
    ranks: jax.Array  # bool[players, hand, ranks]
    color_told: jax.Array  # bool[players, hand]: a hint has named its colour
    rank_told: jax.Array  # bool[players, hand]


@struct
class Move:
    """A move as everyone at the table saw it; -1 wherever something does not apply."""

    kind: jax.Array  # i32[]: PLAY, DISCARD, COLOR or RANK; -1 before the first move
    actor: jax.Array  # i32[]
    target: jax.Array  # i32[]: who was given a hint
    color: jax.Array  # i32[]: the colour named
    rank: jax.Array  # i32[]: the rank named
    matched: jax.Array  # bool[hand]: the target's cards of that colour or rank
    slot: jax.Array  # i32[]: where the card played or discarded was
    card: jax.Array  # i32[]: the card played or discarded
    scored: jax.Array  # bool[]: the card played fitted
    gained: jax.Array  # bool[]: playing it brought an information token


@struct
class State:
    """The table between two moves."""

    deck: jax.Array  # i32[cards], from the top down; those dealt stay in it
    dealt: jax.Array  # i32[]: how many have left the deck
    hands: Hands
    fireworks: jax.Array  # i32[colors]: how high each is
    discards: jax.Array  # i32[colors * ranks]: how many of each card lie on the pile
    information: jax.Array  # i32[]: information tokens
    lives: jax.Array  # i32[]: life tokens
    turn: jax.Array  # i32[]: who moves
    turns_left: jax.Array  # i32[]: how many more moves there are once the deck is empty
    last: Move


def color_of(card: jax.Array, ranks: int) -> jax.Array:
    """The colour of a card, -1 of none."""
    return jnp.where(card < 0, -1, card // ranks)


def rank_of(card: jax.Array, ranks: int) -> jax.Array:
    """The rank of a card from 0 up, -1 of none."""
    return jnp.where(card < 0, -1, card % ranks)


def score(state: State) -> jax.Array:
    """The cards played, or nothing once the last life is lost; `i32[]`."""
    return jnp.where(state.lives > 0, state.fireworks.sum(), 0)


def finished(state: State, ranks: int) -> jax.Array:
    """Whether no life, no card to play or no move is left; `bool[]`."""
    complete = (state.fireworks == ranks).all()
    return (state.lives <= 0) | complete | (state.turns_left <= 0)

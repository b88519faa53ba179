"""What the players see: the vector of the Hanabi Learning Environment, block by block."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_hanabi.cards import full_deck
from envsuite_hanabi.state import Hands, State, color_of, rank_of

if TYPE_CHECKING:
    from envsuite_hanabi.env import Hanabi


def observation_size(game: Hanabi) -> int:
    """How many numbers one player sees."""
    players, hand, kinds = game.players, game.hand, game.colors * game.ranks
    others = (players - 1) * hand * kinds + players
    last = 2 * players + 4 + game.colors + game.ranks + 2 * hand + kinds + 2
    return others + _board_size(game) + game.cards + last + players * _knowledge_size(game)


def world_size(game: Hanabi) -> int:
    """How many numbers tell everything but the order of the deck."""
    hands = game.players * game.hand * game.colors * game.ranks
    public = _board_size(game) + game.cards + game.players * _knowledge_size(game)
    return game.players + hands + public


def observe(game: Hanabi, state: State) -> jax.Array:
    """What each player sees, `f32[players, size]` in [0, 1]; all seats count from oneself.

    The others' cards and who lacks one; the board; the discards; the last move; then of all cards
    in all hands what is publicly known.
    """
    players = game.players
    seats = jnp.arange(players)
    cards = _seen_from_each(_one_hot(state.hands.cards, game.colors * game.ranks))
    missing = _seen_from_each((state.hands.cards < 0).any(1))
    last = state.last
    begun = last.kind >= 0
    actor = jnp.where(begun, (last.actor - seats) % players, -1)
    target = jnp.where(last.target >= 0, (last.target - seats) % players, -1)
    happened = [
        _one_hot(last.color, game.colors),
        _one_hot(last.rank, game.ranks),
        last.matched,
        _one_hot(last.slot, game.hand),
        _one_hot(last.card, game.colors * game.ranks),
        last.scored[None],
        last.gained[None],
    ]
    blocks = [
        cards[:, 1:].reshape(players, -1),
        missing,
        _alike(players, [board(game, state), discards(game, state)]),
        _one_hot(actor, players),
        _alike(players, [_one_hot(last.kind, 4)]),
        _one_hot(target, players),
        _alike(players, happened),
        _seen_from_each(knowledge(game, state)).reshape(players, -1),
    ]
    return jnp.concatenate([block.astype(jnp.float32) for block in blocks], 1)


@partial(jax.jit, static_argnums=0)  # one program, where it is called from plain Python too
def world(game: Hanabi, state: State) -> jax.Array:
    """Everything but the order of the deck, `f32[size]`; see `Hanabi.world`."""
    blocks = [
        _one_hot(state.turn, game.players),
        _one_hot(state.hands.cards, game.colors * game.ranks),
        board(game, state),
        discards(game, state),
        knowledge(game, state),
    ]
    return jnp.concatenate([block.astype(jnp.float32).ravel() for block in blocks])


def board(game: Hanabi, state: State) -> jax.Array:
    """The deck, the top of each firework, information and life tokens; `bool[...]`."""
    undealt = jnp.arange(game.cards - game.players * game.hand) < state.deck.size - state.dealt
    return jnp.concatenate(
        [
            undealt,
            _one_hot(state.fireworks - 1, game.ranks).ravel(),
            jnp.arange(game.information_tokens) < state.information,
            jnp.arange(game.life_tokens) < state.lives,
        ]
    )


def discards(game: Hanabi, state: State) -> jax.Array:
    """How many of each card were discarded, one bit a copy; `bool[cards]`."""
    whole = full_deck(game.colors, game.copies)
    nth = np.arange(whole.size) - np.searchsorted(whole, whole)
    return state.discards[whole] > nth


def knowledge(game: Hanabi, state: State) -> jax.Array:
    """What is publicly known of each card, `f32[players, hand, kinds + colors + ranks]`.

    How likely each kind of card is, or under `beliefs="possible"` whether hints allow it; then
    the colour and the rank if a hint has named them. Likelihoods count the copies that were
    neither discarded nor played; cards in hands are not counted, for those are not public.
    """
    hands = state.hands
    weight = hands.colors[..., :, None] & hands.ranks[..., None, :]
    weight = weight.reshape(*hands.cards.shape, -1).astype(jnp.float32)
    if game.beliefs == "counted":
        played = jnp.arange(game.ranks) < state.fireworks[:, None]
        copies = np.tile(np.array(game.copies, np.int32), game.colors)
        # a deck made by hand may hold more of a card than there are
        weight *= jnp.maximum(copies - state.discards - played.ravel(), 0)
        weight /= jnp.maximum(weight.sum(-1, keepdims=True), 1)
    return jnp.concatenate([weight, *_told(game, hands)], -1)


def _told(game: Hanabi, hands: Hands) -> tuple[jax.Array, jax.Array]:
    """The colours and the ranks that hints have named, one-hot, `f32[players, hand, ...]`."""
    color = jnp.where(hands.color_told, color_of(hands.cards, game.ranks), -1)
    rank = jnp.where(hands.rank_told, rank_of(hands.cards, game.ranks), -1)
    return (
        _one_hot(color, game.colors).astype(jnp.float32),
        _one_hot(rank, game.ranks).astype(jnp.float32),
    )


def _one_hot(index: jax.Array, size: int) -> jax.Array:
    """`bool[..., size]`; all false for -1."""
    return index[..., None] == jnp.arange(size)


def _seen_from_each(rows: jax.Array) -> jax.Array:
    """The rows of all players, once for each player, who comes first: `[players, players, ...]`."""
    return jnp.stack([jnp.roll(rows, -seat, 0) for seat in range(len(rows))])


def _alike(players: int, blocks: list[jax.Array]) -> jax.Array:
    """What all players see alike, `[players, ...]`."""
    row = jnp.concatenate(blocks)
    return jnp.broadcast_to(row, (players, row.size))


def _board_size(game: Hanabi) -> int:
    undealt = game.cards - game.players * game.hand
    fireworks = game.colors * game.ranks
    return undealt + fireworks + game.information_tokens + game.life_tokens


def _knowledge_size(game: Hanabi) -> int:
    return game.hand * (game.colors * game.ranks + game.colors + game.ranks)

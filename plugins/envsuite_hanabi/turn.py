"""One move: playing a card, discarding one, or giving a hint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.functional import tree_where
from envsuite_hanabi.moves import COLOR, DISCARD, PLAY, RANK
from envsuite_hanabi.state import Hands, Move, State, color_of, finished, rank_of

if TYPE_CHECKING:
    from envsuite_hanabi.env import Hanabi


def no_move(hand: int) -> Move:
    """What is known of the last move before the first."""
    nothing = jnp.int32(-1)
    return Move(
        kind=nothing,
        actor=nothing,
        target=nothing,
        color=nothing,
        rank=nothing,
        matched=jnp.zeros(hand, bool),
        slot=nothing,
        card=nothing,
        scored=jnp.bool_(False),
        gained=jnp.bool_(False),
    )


def deal(game: Hanabi, deck: jax.Array) -> State:
    """Give each player in turn a whole hand from the top of the deck, `i32[cards]`."""
    held = (game.players, game.hand)
    return State(
        deck=deck,
        dealt=jnp.int32(game.players * game.hand),
        hands=Hands(
            cards=deck[: game.players * game.hand].reshape(held),
            colors=jnp.ones((*held, game.colors), bool),
            ranks=jnp.ones((*held, game.ranks), bool),
            color_told=jnp.zeros(held, bool),
            rank_told=jnp.zeros(held, bool),
        ),
        fireworks=jnp.zeros(game.colors, jnp.int32),
        discards=jnp.zeros(game.colors * game.ranks, jnp.int32),
        information=jnp.int32(game.information_tokens),
        lives=jnp.int32(game.life_tokens),
        turn=jnp.int32(0),
        turns_left=jnp.int32(game.players),
        last=no_move(game.hand),
    )


def take_turn(game: Hanabi, state: State, action: jax.Array) -> State:
    """The state after whoever is to move does `action`; the same state if that is illegal."""
    move = _announce(game, state, action)
    played, discarded = move.kind == PLAY, move.kind == DISCARD
    told = (move.kind == COLOR) | (move.kind == RANK)
    full = state.information >= game.information_tokens
    legal = (played | (discarded & ~full)) & (move.card >= 0)
    legal |= told & (state.information > 0) & move.matched.any()
    legal &= ~finished(state, game.ranks)

    of_color = jnp.arange(game.colors) == color_of(move.card, game.ranks)
    of_kind = jnp.arange(game.colors * game.ranks) == move.card
    wasted = (played & ~move.scored) | discarded
    gained = move.gained | (discarded & ~full)
    drawable = state.dealt < state.deck.size
    drawn = jnp.where(drawable, state.deck[jnp.minimum(state.dealt, state.deck.size - 1)], -1)
    following = State(
        deck=state.deck,
        dealt=state.dealt + (~told & drawable),
        hands=_draw(_narrow(game, state.hands, move), move, drawn),
        fireworks=state.fireworks + (move.scored & of_color),
        discards=state.discards + (wasted & of_kind),
        information=state.information + gained - told,
        lives=state.lives - (played & ~move.scored),
        turn=(state.turn + 1) % game.players,
        turns_left=state.turns_left - ~drawable,
        last=move,
    )
    return tree_where(legal, following, state)


def _announce(game: Hanabi, state: State, action: jax.Array) -> Move:
    """The move as everyone will have seen it, if it is legal."""
    moves = game.moves
    columns = (moves.kind, moves.slot, moves.ahead, moves.color, moves.rank)
    kind, slot, ahead, color, rank = jnp.asarray(np.stack(columns, 1))[action]
    target = jnp.where(ahead > 0, (state.turn + ahead) % game.players, -1)
    card = jnp.where(slot >= 0, state.hands.cards[state.turn, slot], -1)
    theirs = state.hands.cards[target]
    matched = (kind == COLOR) & (color_of(theirs, game.ranks) == color)
    matched |= (kind == RANK) & (rank_of(theirs, game.ranks) == rank)
    height = state.fireworks[color_of(card, game.ranks)]
    scored = (kind == PLAY) & (card >= 0) & (height == rank_of(card, game.ranks))
    tops = scored & (height == game.ranks - 1)
    return Move(
        kind=kind,
        actor=state.turn,
        target=target,
        color=color,
        rank=rank,
        matched=matched,
        slot=slot,
        card=card,
        scored=scored,
        gained=tops & (state.information < game.information_tokens),
    )


def _narrow(game: Hanabi, hands: Hands, move: Move) -> Hands:
    """What the target knows after a hint: of the cards it names, and of those it does not."""
    addressed = (jnp.arange(game.players) == move.target)[:, None]
    matched = move.matched[None, :, None]
    fits_color = (jnp.arange(game.colors) == move.color) == matched  # bool[1, hand, colors]
    fits_rank = (jnp.arange(game.ranks) == move.rank) == matched
    by_color, by_rank = addressed & (move.kind == COLOR), addressed & (move.kind == RANK)
    return replace(
        hands,
        colors=hands.colors & (fits_color | ~by_color[..., None]),
        ranks=hands.ranks & (fits_rank | ~by_rank[..., None]),
        color_told=hands.color_told | (by_color & move.matched),
        rank_told=hands.rank_told | (by_rank & move.matched),
    )


def _draw(hands: Hands, move: Move, drawn: jax.Array) -> Hands:
    """Close the gap that a card leaves and put the card drawn, -1 for none, last."""
    players, size = hands.cards.shape
    gap = (jnp.arange(players) == move.actor)[:, None] & (jnp.arange(size) >= move.slot)
    gap &= move.slot >= 0
    there = drawn >= 0
    untold = jnp.bool_(False)
    fresh = Hands(cards=drawn, colors=there, ranks=there, color_told=untold, rank_told=untold)

    def close(row: jax.Array, last: jax.Array) -> jax.Array:
        newest = jnp.broadcast_to(last, (players, 1, *row.shape[2:]))
        return jnp.concatenate([row[:, 1:], newest], 1)

    return tree_where(gap, jax.tree.map(close, hands, fresh), hands)

"""Decks: read from text, completed by chance; and configurations that cannot be."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_hanabi.cards import deck_from_text, full_deck
from envsuite_hanabi.env import Hanabi
from envsuite_hanabi.shuffle import shuffle_unknown
from envsuite_hanabi.state import Params

WHOLE = full_deck(5, (3, 2, 2, 2, 1))


def shuffled(deck, copies: int) -> np.ndarray:
    keys = jax.random.split(jax.random.key(0), copies)
    return np.asarray(jax.jit(jax.vmap(lambda key: shuffle_unknown(key, deck, WHOLE)))(keys))


def test_a_full_deck_has_three_1s_and_one_5_of_each_color():
    assert np.bincount(WHOLE).reshape(5, 5).tolist() == [[3, 2, 2, 2, 1]] * 5


def test_what_a_deck_names_stays_and_the_rest_is_drawn():
    deck = deck_from_text("B5 ? R1 ? ? W3")
    decks = shuffled(jnp.asarray(deck), 200)
    assert (np.sort(decks, 1) == WHOLE).all()
    named = deck >= 0
    assert named.sum() == 3 and (decks[:, named] == deck[named]).all()
    assert len(np.unique(decks, axis=0)) == 200


def test_every_place_is_as_likely_to_hold_the_blue_5():
    decks = shuffled(jnp.full(50, -1), 5000)
    counts = (decks == 24).sum(0)
    # chi-square with 49 degrees of freedom: above 102.0 once in 10^5
    assert counts.sum() == 5000 and ((counts - 100) ** 2 / 100).sum() < 102.0


def test_a_deck_named_whole_is_dealt_as_it_is_even_if_there_is_no_such_deck():
    ones = jnp.zeros(50, jnp.int32)
    assert (shuffled(ones, 3) == 0).all()
    game = Hanabi(2)
    _, timestep = jax.jit(game.reset)(jax.random.key(0), Params(ones))
    assert np.isfinite(timestep.obs["player"]).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("R1 r2", r"no card 'r2': did you mean 'R2'"),
        ("P1", r"no card 'P1'.*R1 to B5"),
        ("B5 R1 B5", r"1 cards B5, not 2"),
        ("? " * 51, r"50 cards, not 51"),
    ],
)
def test_what_is_no_deck_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        deck_from_text(text)


def test_a_deck_of_another_game_is_refused():
    deck = deck_from_text("R1 Y2", colors=2, copies=(2, 1))
    assert deck.tolist() == [0, 3, -1, -1, -1, -1]
    with pytest.raises(ValueError, match=r"shape \(6,\) does not fit Hanabi"):
        Hanabi(2).reset(jax.random.key(0), Params(jnp.asarray(deck)))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"players": 6}, "players must be a whole number from 2 to 5, not 6"),
        ({"players": True}, "players must be"),
        ({"colors": 0}, "colors must be a whole number from 1 to 5"),
        ({"copies": ()}, "copies must list"),
        ({"copies": (3, 0)}, "each of copies"),
        ({"hand_size": 0}, "hand_size must be"),
        ({"life_tokens": 1.5}, "life_tokens must be"),
        ({"information_tokens": 0}, "information_tokens must be"),
        ({"beliefs": "count"}, "did you mean 'counted'"),
        ({"colors": 1}, "2 hands of 5 leave nothing of a deck of 10 cards: at most 4"),
    ],
)
def test_what_cannot_be_played_is_refused(config, message):
    with pytest.raises(ValueError, match=message):
        Hanabi(**config)

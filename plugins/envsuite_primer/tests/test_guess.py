"""The rules of guess, by example and for any words at all."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envsuite_primer.guess import ABSENT, Guess, Params, State, hint

GAME = Guess()
ONE = Params(("crane",))
WORDS = st.text("abc", min_size=5, max_size=5)  # few letters, so that many are shared


def play(*guesses: str, game: Guess = GAME, params: Params = ONE):
    """The last timestep, and the rewards on the way."""
    state, timestep = game.reset(0, params)
    rewards = []
    for guess in guesses:
        state, timestep = game.step(0, state, guess, params)
        rewards.append(float(timestep.reward))
    return timestep, rewards


@pytest.mark.parametrize(
    ("secret", "guess", "marks"),
    [
        ("crane", "crane", "====="),
        ("crane", "quilt", "....."),
        ("crane", "nacre", "++++="),
        ("apple", "paper", "++=+."),
        ("llama", "hello", "..++."),
        ("hello", "llama", "++..."),
        ("abbey", "bobby", "+.=.="),  # two b, so the third is absent
        ("olive", "onion", "=.=.."),  # one o, and it is in its place
    ],
)
def test_letters_are_marked(secret, guess, marks):
    assert hint(secret, guess) == marks


@given(secret=WORDS, guess=WORDS)
def test_as_many_letters_are_marked_as_the_words_share(secret, guess):
    marks = hint(secret, guess)
    shared = Counter(secret) & Counter(guess)
    marked = Counter(letter for letter, mark in zip(guess, marks, strict=True) if mark != ABSENT)
    assert marked == shared
    in_place = [a == b for a, b in zip(secret, guess, strict=True)]
    assert [mark == "=" for mark in marks] == in_place


def test_a_game_is_shown_as_a_whole():
    timestep, _ = play("caner", "dog")
    assert timestep.obs.split("\n") == [
        "caner =++++",
        "That is no word of 5 letters a to z.",
        "Guess a word of 5 letters. Tries left: 4.",
    ]
    assert not timestep.terminated
    assert (timestep.info["tries"], timestep.info["malformed"]) == (2, 1)


def test_finding_the_word_pays_and_ends_the_game():
    timestep, rewards = play("acorn", " CRANE ", "crane")
    assert rewards == [0, 1, 0], "and nothing more is paid after the end"
    assert timestep.terminated and timestep.info["won"] and timestep.info["tries"] == 2
    assert timestep.obs == "acorn ++.++\ncrane =====\nYou found it."


def test_the_last_try_ends_the_game_and_names_the_word():
    timestep, rewards = play(*["acorn"] * 5)
    assert not timestep.terminated
    timestep, rewards = play(*["acorn"] * 6)
    assert timestep.terminated and not timestep.info["won"] and sum(rewards) == 0
    assert timestep.obs.endswith("The word was crane.")


def test_the_last_try_may_win():
    timestep, rewards = play(*["acorn"] * 5, "crane")
    assert timestep.terminated and timestep.info["won"] and rewards[-1] == 1


@settings(max_examples=200)
@given(guess=st.text(max_size=90))
def test_any_line_at_all_is_answered(guess):
    timestep, _ = play(guess)
    plain = guess.strip().lower()
    a_word = len(plain) == 5 and all("a" <= letter <= "z" for letter in plain)
    assert timestep.info["malformed"] == (not a_word)
    assert timestep.info["tries"] == 1
    assert GAME.observation_space.contains(timestep.obs)


@given(
    letters=st.integers(1, 40),
    tries=st.integers(1, 12),
    well_formed=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_no_game_is_shown_at_more_length_than_its_space(letters, tries, well_formed):
    game = Guess(letters=letters, tries=tries)
    params = Params(("z" * letters,))
    guesses = ["a" * letters if well else "?" for well in well_formed[:tries]]
    for count in range(tries + 1):
        timestep, _ = play(*guesses[:count], game=game, params=params)
        assert game.observation_space.contains(timestep.obs)


def test_info_has_the_same_keys_in_reset_and_step():
    state, first = GAME.reset(0, ONE)
    _, second = GAME.step(0, state, "", ONE)
    assert {name: value.dtype for name, value in first.info.items()} == {
        name: value.dtype for name, value in second.info.items()
    }


def test_the_key_draws_the_secret_and_every_word_is_drawn():
    params = Params(("apple", "crane", "melon"))
    secrets = [GAME.reset(key, params)[0].secret for key in range(60)]
    assert secrets == [GAME.reset(key, params)[0].secret for key in range(60)]
    assert set(secrets) == set(params.words)


@pytest.mark.parametrize("letters", [4, 5, 6])
def test_there_are_words_of_several_lengths(letters):
    words = Guess(letters=letters).default_params().words
    assert len(set(words)) == len(words) > 50
    game = Guess(letters=letters)
    assert isinstance(game.reset(2**63, game.default_params())[0], State)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="tries must be a whole number from 1 up, not 0"):
        Guess(tries=0)
    with pytest.raises(ValueError, match=r"no list of words of 9 letters, only of \[4, 5, 6\]"):
        Guess(letters=9).default_params()
    with pytest.raises(ValueError, match="'dog' is no word of 5 letters"):
        GAME.reset(0, Params(("crane", "dog")))
    with pytest.raises(ValueError, match="at least one word"):
        GAME.reset(0, Params(()))
    state, _ = GAME.reset(0, ONE)
    with pytest.raises(TypeError, match="a guess is a string, not 7"):
        GAME.step(0, state, 7, ONE)  # pyright: ignore[reportArgumentType]

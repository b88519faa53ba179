"""Guess, a text game: find the secret word; each guess is answered letter by letter."""

from __future__ import annotations

import string
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from gymnasium import spaces

from envsuite.core.env import TextEnv
from envsuite.core.timestep import Timestep

CHARSET = string.ascii_letters + string.digits + string.punctuation + " \n"
LINE = 80  # as long a guess as a terminal's line; what is no word is answered, not refused
HERE, ELSEWHERE, ABSENT = "=+."


@dataclass(frozen=True)
class Params:
    """The words a secret is drawn from, in small letters."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class State:
    """The secret, and what was answered so far."""

    secret: str
    answers: tuple[str, ...] = ()
    malformed: int = 0
    won: bool = False


@dataclass(frozen=True)
class Guess(TextEnv[State, Params]):
    """Guess a secret word in a few tries; finding it pays 1.

    A guess is answered letter by letter: `=` for one in its place, `+` for one that belongs
    elsewhere, `.` for one that is absent; no letter is marked more often than the secret has it.
    A guess that is no word of the right length is answered in words and costs a try. Capitals,
    and spaces around a guess, do not count.

    Observations show the whole game so far, so that no memory is needed. `info` holds `won`
    (`bool[]`), `tries` (`i32[]`, those spent) and `malformed` (`i32[]`, guesses that were no word).

    Attributes:
        letters: The length of the secret.
        tries: How many guesses there are.

    Raises:
        ValueError: On construction, for a number below 1; in `default_params`, if no word of that
            length is at hand; in `reset`, if the params hold no word, or one of another length.
        TypeError: In `step`, for a guess that is no string.
    """

    letters: int = 5
    tries: int = 6

    def __post_init__(self) -> None:
        """Refuse numbers that make no game."""
        for name in ("letters", "tries"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be a whole number from 1 up, not {value!r}")

    @property
    def observation_space(self) -> spaces.Text:
        """The game so far; never longer than a lost game of long answers."""
        word = "x" * self.letters
        longest = max(self._complaint, f"{word} {hint(word, word)}", key=len)
        lost = State(word, (longest,) * self.tries)
        return spaces.Text(len(self._show(lost)), charset=CHARSET)

    @property
    def action_space(self) -> spaces.Text:
        """Any line; most are malformed."""
        return spaces.Text(max(LINE, self.letters), min_length=0, charset=CHARSET)

    def default_params(self) -> Params:
        """The words of this length in `words.txt`."""
        words = tuple(word for word in _words() if len(word) == self.letters)
        if not words:
            lengths = sorted({len(word) for word in _words()})
            raise ValueError(
                f"there is no list of words of {self.letters} letters, only of {lengths}: "
                "choose one of these lengths, or give your own words as Params(words=(...))"
            )
        return Params(words)

    def reset(self, key: int, params: Params) -> tuple[State, Timestep[str]]:
        """Draw the secret."""
        if not params.words:
            raise ValueError("there is no word to guess: give Params at least one word")
        for word in params.words:
            if not self._is_word(word):
                raise ValueError(f"{word!r} is no word of {self.letters} letters a to z")
        index = np.random.default_rng(key).integers(len(params.words))
        state = State(params.words[index])
        return state, self._timestep(state, 0.0)

    def step(
        self, key: int, state: State, action: str, params: Params
    ) -> tuple[State, Timestep[str]]:
        """Answer a guess; after the end there is nothing more to say."""
        if not isinstance(action, str):
            raise TypeError(f"a guess is a string, not {action!r}")
        if self._ended(state):
            return state, self._timestep(state, 0.0)
        guess = action.strip().lower()
        well_formed = self._is_word(guess)
        answer = f"{guess} {hint(state.secret, guess)}" if well_formed else self._complaint
        following = State(
            state.secret,
            (*state.answers, answer),
            state.malformed + (not well_formed),
            guess == state.secret,
        )
        return following, self._timestep(following, float(following.won))

    @property
    def _complaint(self) -> str:
        return f"That is no word of {self.letters} letters a to z."

    def _is_word(self, guess: str) -> bool:
        return len(guess) == self.letters and set(guess) <= set(string.ascii_lowercase)

    def _ended(self, state: State) -> bool:
        return state.won or len(state.answers) == self.tries

    def _show(self, state: State) -> str:
        """The whole game so far, a line for each guess."""
        if state.won:
            verdict = "You found it."
        elif self._ended(state):
            verdict = f"The word was {state.secret}."
        else:
            left = self.tries - len(state.answers)
            verdict = f"Guess a word of {self.letters} letters. Tries left: {left}."
        return "\n".join([*state.answers, verdict])

    def _timestep(self, state: State, reward: float) -> Timestep[str]:
        """What is seen of a state."""
        return Timestep(
            obs=self._show(state),
            reward=np.float32(reward),
            terminated=np.bool_(self._ended(state)),
            info={
                "won": np.bool_(state.won),
                "tries": np.int32(len(state.answers)),
                "malformed": np.int32(state.malformed),
            },
        )


def hint(secret: str, guess: str) -> str:
    """Mark each letter of `guess`: in its place, elsewhere in `secret`, or absent."""
    left = Counter(letter for letter, other in zip(secret, guess, strict=True) if letter != other)
    marks = []
    for letter, other in zip(guess, secret, strict=True):
        if letter == other:
            marks.append(HERE)
        elif left[letter] > 0:
            left[letter] -= 1
            marks.append(ELSEWHERE)
        else:
            marks.append(ABSENT)
    return "".join(marks)


@cache
def _words() -> tuple[str, ...]:
    """Every word of the list, of all lengths."""
    return tuple(files("envsuite_primer").joinpath("words.txt").read_text("utf-8").split())

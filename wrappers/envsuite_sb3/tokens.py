"""Words as fixed-size rows of whole numbers, for learners that read and write arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from gymnasium import spaces


@dataclass(frozen=True)
class TokenCode:
    """The code of `view="tokens"` in `gymnasium.make`, for many texts at once.

    Code `k` stands for `text.characters[k]`; the code after the last character ends a text, and
    what follows it is not read. The first `text.min_length` places have no end, so that every row
    of the space is a text of the `Text` space.

    Attributes:
        text: The space of the texts.
    """

    text: spaces.Text

    @property
    def end(self) -> int:
        """The code that ends a text."""
        return len(self.text.characters)

    @property
    def space(self) -> spaces.MultiDiscrete:
        """One code for each place of the longest text."""
        codes = np.full(self.text.max_length, self.end + 1)
        codes[: self.text.min_length] = self.end
        return spaces.MultiDiscrete(codes)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Texts to rows, `i64[len(texts), places]`, filled up with ends."""
        rows = np.full((len(texts), self.text.max_length), self.end, np.int64)
        for row, text in zip(rows, texts, strict=True):
            row[: len(text)] = [self.text.character_index(letter) for letter in text]
        return rows

    def decode(self, rows: np.ndarray) -> list[str]:
        """Rows to texts, each up to its first end."""
        letters = np.array([*self.text.characters, "\0"])
        lengths = np.argmax(np.pad(rows, ((0, 0), (0, 1)), constant_values=self.end) == self.end, 1)
        return ["".join(letters[row[:length]]) for row, length in zip(rows, lengths, strict=True)]

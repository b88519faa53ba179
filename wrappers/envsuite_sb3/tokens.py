"""Words as fixed-size rows of whole numbers, for learners that read and write arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from gymnasium import spaces

END = 0


@dataclass(frozen=True)
class TokenCode:
    """One whole number for each character of a `Text` space; `END` fills the rest of the row.

    Character `c` has the code 1 + its place among the characters of the space, sorted.

    Attributes:
        text: The space of the words.
    """

    text: spaces.Text

    @cached_property
    def characters(self) -> str:
        """The characters in the order of their codes."""
        return "".join(sorted(self.text.character_set))

    @property
    def space(self) -> spaces.MultiDiscrete:
        """Every row of codes: one place for each character of the longest text."""
        codes = len(self.characters) + 1
        return spaces.MultiDiscrete(np.full(self.text.max_length, codes, np.int64))

    def encode(self, words: Sequence[str]) -> np.ndarray:
        """Texts to rows, `i64[len(words), places]`."""
        rows = np.full((len(words), self.text.max_length), END, np.int64)
        for row, text in zip(rows, words, strict=True):
            row[: len(text)] = [self._codes[character] for character in text]
        return rows

    def decode(self, rows: np.ndarray) -> list[str]:
        """Rows to texts: each ends at its first `END`, but not before it is long enough.

        A text that ends before the space's `min_length` is filled up with the first character, so
        that every row of the space is a text of the space.
        """
        texts = []
        for row in rows:
            ends = np.flatnonzero(row == END)
            length = int(ends[0]) if len(ends) else len(row)
            text = "".join(self.characters[code - 1] for code in row[:length])
            texts.append(text.ljust(self.text.min_length, self.characters[0]))
        return texts

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {character: code for code, character in enumerate(self.characters, start=1)}

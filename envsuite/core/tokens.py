"""Strings as fixed-size integer codes, for learners that read and write arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from gymnasium import spaces


@dataclass(frozen=True)
class Tokens:
    """The strings of a `Text` space as points of a `MultiDiscrete` space.

    Code `k` stands for the `k`-th character in sorted order, `text.characters[k]`; the code after
    the last character ends the string, and what follows an end is not read. The first
    `text.min_length` places have no end, so that every point of the space decodes to a string of
    the `Text` space.

    Attributes:
        text: The space of the strings.
    """

    text: spaces.Text

    @property
    def end(self) -> int:
        """The code that ends a string."""
        return len(self.text.characters)

    @cached_property
    def space(self) -> spaces.MultiDiscrete:
        """One code for each place of the longest string."""
        codes = np.full(self.text.max_length, self.end + 1)
        codes[: self.text.min_length] = self.end
        return spaces.MultiDiscrete(codes)

    @cached_property
    def _codes(self) -> dict[str, int]:
        # not `text.character_index`: it counts in the order in which the space was given its
        # characters, which for a set differs from one process to the next
        return {letter: code for code, letter in enumerate(self.text.characters)}

    def encode(self, words: str) -> np.ndarray:
        """A string as `i64[max_length]`, filled up with ends."""
        codes = np.full(self.text.max_length, self.end, np.int64)
        codes[: len(words)] = [self._codes[letter] for letter in words]
        return codes

    def decode(self, codes: Any) -> str:
        """The string before the first end."""
        characters = self.text.characters
        letters = []
        for code in np.asarray(codes).tolist():
            if code == self.end:
                break
            letters.append(characters[code])
        return "".join(letters)

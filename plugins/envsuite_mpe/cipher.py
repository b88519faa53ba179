"""The picture of SimpleCrypto, in which nobody moves: who knows what and who says what."""

from __future__ import annotations

import numpy as np

from envsuite.drawing import (
    GREEN,
    GRID,
    ORANGE,
    PINK,
    QUIET,
    SKY,
    SURROUNDINGS,
    VERMILION,
    WORDS,
    YELLOW,
    Color,
    Point,
    Sheet,
)
from envsuite_mpe.legend import LETTERS, draw_word

MEANINGS = (PINK, YELLOW)  # of the two words that a message or a key may be
ALICE, BOB, EVE = (90.0, 150.0), (390.0, 150.0), (240.0, 340.0)


def draw_cipher(sheet: Sheet, goals: np.ndarray, words: np.ndarray) -> None:
    """Alice sends to Bob under a key; Eve listens.

    Args:
        sheet: To draw on.
        goals: `i32[2]`, the numbers of message and key.
        words: `f32[3, 4]`, what Eve, Bob and Alice said.
    """
    message, key = goals.tolist()
    sheet.line(ALICE, BOB, 2, QUIET)
    sheet.dashes((240, ALICE[1]), EVE, 2, QUIET)
    _card(sheet, (ALICE[0] - 32, 62), "message", message)
    _card(sheet, (ALICE[0] + 42, 62), "key", key)
    _card(sheet, (BOB[0], 62), "key", key)
    people: tuple[tuple[str, Point, Color], ...] = (
        ("Eve", EVE, ORANGE),
        ("Bob", BOB, SKY),
        ("Alice", ALICE, SKY),
    )
    for (name, point, color), word in zip(people, words, strict=True):
        sheet.disc(point, 30, color)
        sheet.text(point, name, 17, SURROUNDINGS)
        draw_word(sheet, (point[0] - 56, point[1] + 52), "says", word)
        if name != "Alice" and word.any():
            # what counts as right is the message's own word, said alone
            right = bool(np.array_equal(word, np.eye(len(word))[message]))
            sheet.text(
                (point[0], point[1] + 78),
                "reads the message" if right else "is wrong",
                15,
                GREEN if right else VERMILION,
            )
    sheet.text(
        (240, 505), "Alice tells Bob the message under a key; Eve does not know the key.", 14, QUIET
    )


def _card(sheet: Sheet, center: Point, name: str, number: int) -> None:
    """A card with a letter on it."""
    x, y = center
    sheet.box((x - 16, y - 16), (x + 16, y + 16), MEANINGS[number], outline=GRID, width=1.5)
    sheet.text((x, y), LETTERS[number], 18, SURROUNDINGS)
    sheet.text((x, y - 28), name, 13, WORDS)

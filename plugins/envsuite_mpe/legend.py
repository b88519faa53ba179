"""What stands below a picture: the kinds of things in it, and what was said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from envsuite.drawing import FIELD, GRID, QUIET, WORDS, Color, Sheet, font, mix
from envsuite_mpe.entities import Entities

SIDE = 480  # pixels of the square that the legend stands below
NAMES = {"leadadversary": "leader"}
LETTERS = "ABCDEFGHIJ"
CELL = 15  # pixels


def draw_kinds(
    sheet: Sheet, entities: Entities, color: Callable[[str], Color], *, goal: Color | None
) -> None:
    """The names of all kinds beside their colours, and that of the goal beside its target."""
    left, height = 4.0, SIDE + 17
    for kind in (*entities.agents, *entities.landmarks):
        name = NAMES.get(kind.name, kind.name)
        sheet.disc((left + 6, height), 6, color(kind.name))
        sheet.text((left + 17, height), name, 14, QUIET, "lm")
        left += 17 + font(14).getlength(name) + 17
    if goal is not None:
        for radius in (4, 8):
            sheet.ring((left + 8, height), radius, 2, goal)
        sheet.text((left + 21, height), "goal", 14, QUIET, "lm")


def draw_words(sheet: Sheet, entities: Entities, words: np.ndarray) -> None:
    """For each speaker its name, its word as cells (brighter is more), and the loudest letter."""
    speakers = [
        f"{NAMES.get(kind.name, kind.name)} {number}"
        for kind in entities.agents
        if kind.speaks
        for number in range(kind.count)
    ]
    for row, (name, word) in enumerate(zip(speakers, words, strict=True)):
        draw_word(sheet, (4.0 + SIDE / 2 * row, SIDE + 45), name, word)


def draw_word(sheet: Sheet, at: tuple[float, float], name: str, word: np.ndarray) -> None:
    """One speaker's name and word."""
    left, height = at
    sheet.text((left, height), name, 14, QUIET, "lm")
    left += font(14).getlength(name) + 8
    for value in word.tolist():
        shade = mix(FIELD, WORDS, min(max(value, 0.0), 1.0))
        sheet.box((left, height - 6), (left + CELL - 3, height + 6), shade, outline=GRID, width=1.5)
        left += CELL
    if word.any():
        sheet.text((left + 6, height), LETTERS[int(np.argmax(word))], 15, WORDS, "lm")

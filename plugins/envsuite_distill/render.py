"""A picture of a distilled set, for people: nothing imports this, the registry names it.

`(env, state, params) -> u8[432, 400, 3]`; `env` is the game without transforms around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    FIELD,
    GREEN,
    GRID,
    ORANGE,
    QUIET,
    SIDE,
    SKY,
    VERMILION,
    WORDS,
    Board,
    mix,
)

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_distill import env as games


def frame(env: games.Distilled, state: games.State, params: games.Params) -> np.ndarray:
    """A row a pair: the state's figures as bars to either side, and what to do; one is asked.

    Each figure's bars are as long as its largest in the set allows.
    """
    sheet = Board()
    seen, targets = np.asarray(params.observations), np.asarray(params.targets)
    pairs, figures = seen.shape
    shown = seen / np.maximum(np.abs(seen).max(0), 1e-9)
    height, left, right = SIDE / pairs, 12, SIDE - 96
    column = (right - left) / figures
    asked, discrete = int(state.pair), not env.action_space.shape
    for pair in range(pairs):
        top, middle = pair * height, (pair + 0.5) * height
        if pair == asked:
            sheet.box((2, top + 2), (SIDE - 2, top + height - 2), mix(FIELD, SKY, 0.22), corner=4)
        for figure in range(figures):
            center = left + (figure + 0.5) * column
            reach = float(shown[pair, figure]) * 0.42 * column
            low, high = sorted((center, center + reach))
            thick = min(height * 0.22, 12)
            if high - low >= 1:
                color = SKY if reach > 0 else ORANGE
                sheet.box((low, middle - thick), (high, middle + thick), color)
            sheet.line((center, middle - 2 * thick), (center, middle + 2 * thick), 1, GRID)
            if height >= 44:
                size = min(13, column / 3.6)
                words = f"{seen[pair, figure]:+.2f}"
                sheet.text((center, middle + thick + 14), words, size, QUIET)
        told = str(int(targets[pair].argmax())) if discrete else _numbers(targets[pair])
        sheet.text((SIDE - 48, middle), told, min(20, height * 0.6), WORDS)
    sheet.caption(*_caption(np.asarray(state.action), bool(state.answered), targets[asked]))
    return sheet.pixels()


def _caption(action: np.ndarray, answered: bool, target: np.ndarray) -> tuple[str, tuple]:
    if not answered:
        return "what is to be done?", WORDS
    if action.ndim == 0:
        right = int(action) == int(target.argmax())
        return f"answer {int(action)}: {'right' if right else 'wrong'}", (
            GREEN if right else VERMILION
        )
    error = float(np.square(action.ravel() - target).sum())
    return f"answer {_numbers(action.ravel())}: squared error {error:.3f}", (
        GREEN if error < 0.01 else VERMILION
    )


def _numbers(values: np.ndarray) -> str:
    return " ".join(f"{value:+.2f}" for value in values)

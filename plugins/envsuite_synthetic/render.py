"""Pictures of learned worlds: what is seen, and what each answer would pay.

Nothing imports this, the registry names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from gymnasium import spaces

from envsuite.drawing import FIELD, GRID, ORANGE, QUIET, SIDE, SKY, Board, mix

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_synthetic.env import State, Synthetic
    from envsuite_synthetic.network import World

GRADES = 41  # points along each number of a continuous action
WIDEST = 3.0  # of an observation's number, as drawn


def frame(env: Synthetic, state: State, params: World) -> np.ndarray:
    """Above, a bar for each number seen, from -3 to 3; below, what actions pay.

    A bar for each choice, the best one orange; of a continuous action, a curve for each of its
    numbers while the others are zero. `u8[432, 400, 3]`.
    """
    sheet = Board()
    seen = np.asarray(state.observation, np.float64)
    _numbers(sheet, seen)
    actions, rows = _candidates(env)
    told = np.concatenate([np.broadcast_to(seen, (len(rows), seen.size)), rows], 1)
    paid = _reward(params, told).reshape(actions)
    low, high = float(paid.min()), float(paid.max())
    span = max(high - low, 1e-6)
    if isinstance(env.action_space, spaces.Discrete):
        _bars(sheet, (paid[0] - low) / span)
    else:
        _curves(sheet, (paid - low) / span)
    sheet.caption(f"{env.real.partition('/')[2]}: pays {low:.2f} to {high:.2f}")
    return sheet.pixels()


def _candidates(env: Synthetic) -> tuple[tuple[int, int], np.ndarray]:
    """Actions as the networks are told of them: the shape of their table, and `f64[k, size]`."""
    space, size = env.action_space, env.action_size
    if isinstance(space, spaces.Discrete):
        return (1, size), np.eye(size)
    rows = np.zeros((size, GRADES, size))
    for k in range(size):
        rows[k, :, k] = np.linspace(space.low[k], space.high[k], GRADES)
    return (size, GRADES), rows.reshape(-1, size)


def _reward(params: World, told: np.ndarray) -> np.ndarray:
    first, first_bias, second, second_bias = (
        np.asarray(leaf, np.float64)
        for leaf in (
            params.reward.hidden_weights,
            params.reward.hidden_bias,
            params.reward.out_weights,
            params.reward.out_bias,
        )
    )
    return (np.maximum(told @ first + first_bias, 0) @ second + second_bias)[:, 0]


def _numbers(sheet: Board, seen: np.ndarray) -> None:
    width, middle, reach = SIDE / seen.size, 0.22 * SIDE, 0.17 * SIDE
    sheet.line((8, middle), (SIDE - 8, middle), 1, GRID)
    for k, value in enumerate(seen):
        end = middle - reach * float(np.clip(value / WIDEST, -1, 1))
        left, right = (k + 0.3) * width, (k + 0.7) * width
        if abs(end - middle) >= 1:
            sheet.box((left, min(end, middle)), (right, max(end, middle)), SKY)
        sheet.text(((left + right) / 2, 0.43 * SIDE), f"{value:.2f}", 13, QUIET)


def _bars(sheet: Board, heights: np.ndarray) -> None:
    width, floor, full = SIDE / heights.size, 0.94 * SIDE, 0.4 * SIDE
    for k, height in enumerate(heights):
        left, right = (k + 0.3) * width, (k + 0.7) * width
        sheet.box((left, floor - full), (right, floor), GRID, corner=2)
        color = ORANGE if height == heights.max() else mix(ORANGE, FIELD, 0.6)
        sheet.box((left, floor - max(full * height, 3)), (right, floor), color, corner=2)


def _curves(sheet: Board, heights: np.ndarray) -> None:
    floor, full = 0.94 * SIDE, 0.4 * SIDE
    x = np.linspace(0.06 * SIDE, 0.94 * SIDE, heights.shape[1])
    for row in heights:
        y = floor - full * row
        for k in range(len(x) - 1):
            sheet.line((x[k], y[k]), (x[k + 1], y[k + 1]), 2.5, mix(ORANGE, FIELD, 0.3))
        best = int(row.argmax())
        sheet.disc((float(x[best]), float(y[best])), 6, ORANGE)

"""Pictures of the Coin Game, for people: nothing imports this module, the registry names it.

How to read one: a disc with eyes is a player, a ring with a dot a coin, each in its colour. Every
piece keeps to its own quarter of a cell (players above, coins below; red left, blue right), so
that none hides another.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_coin_game.env import CoinGame, Params, State

Color = tuple[int, int, int]

FIELD: Color = (24, 29, 37)
SURROUNDINGS: Color = (15, 18, 23)
GRID: Color = (44, 53, 66)
WORDS: Color = (205, 212, 221)
# Okabe and Ito's vermilion and sky blue: told apart by all common kinds of colour vision
COLORS: tuple[Color, Color] = ((213, 94, 0), (86, 180, 233))

SIDE, MARGIN, CAPTION = 368, 16, 48  # pixels of the torus, around it, and below it for words
FINENESS = 3  # dots a pixel in each direction, averaged, so that edges are smooth


def frame(env: CoinGame, state: State, params: Params) -> np.ndarray:
    """Draw a state.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: The numbers it is played with; they say how long it is.

    Returns:
        `u8[432, 400, 3]`.
    """
    size = np.array([SIDE + 2 * MARGIN, SIDE + MARGIN + CAPTION])
    image = Image.new("RGB", tuple(size * FINENESS), SURROUNDINGS)
    draw = ImageDraw.Draw(image)
    cell = SIDE / env.size
    _box(draw, (0, 0), (SIDE, SIDE), FIELD)
    for line in range(1, env.size):
        _box(draw, (line * cell - 0.5, 0), (line * cell + 0.5, SIDE), GRID)
        _box(draw, (0, line * cell - 0.5), (SIDE, line * cell + 0.5), GRID)
    for player, color in enumerate(COLORS):
        across = 0.27 + 0.46 * player
        row, column = np.asarray(state.players)[player].tolist()
        _player(draw, (column + across) * cell, (row + 0.27) * cell, 0.19 * cell, color)
        row, column = np.asarray(state.coins)[player].tolist()
        _coin(draw, (column + across) * cell, (row + 0.75) * cell, 0.13 * cell, color)
    picture = image.reduce(FINENESS)
    words = ImageDraw.Draw(picture)  # letters are drawn at full size, to be crisp
    episodes, steps = int(params.inner_episodes), int(params.inner_steps)
    episode, step = min(int(state.inner_episode) + 1, episodes), int(state.inner_step)
    text = f"inner episode {episode} of {episodes}, step {step} of {steps}"
    at = (SIDE / 2 + MARGIN, SIDE + MARGIN + CAPTION / 2)
    words.text(at, text, fill=WORDS, font=_font(18), anchor="mm")
    return np.array(picture)


def _player(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, color: Color) -> None:
    """A disc with two eyes."""
    _disc(draw, x, y, radius, color)
    for side in (-1, 1):
        _disc(draw, x + side * 0.36 * radius, y - 0.2 * radius, 0.2 * radius, FIELD)


def _coin(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, color: Color) -> None:
    """A ring and a dot."""
    _disc(draw, x, y, radius, color)
    _disc(draw, x, y, 0.72 * radius, FIELD)
    _disc(draw, x, y, 0.4 * radius, color)


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, color: Color) -> None:
    box = np.array([x - radius, y - radius, x + radius, y + radius])
    draw.ellipse(tuple((box + MARGIN) * FINENESS), fill=color)


def _box(
    draw: ImageDraw.ImageDraw, low: tuple[float, float], high: tuple[float, float], color: Color
) -> None:
    corners = (np.array([*low, *high]) + MARGIN) * FINENESS
    # Pillow counts the last dot in
    draw.rectangle(tuple(corners - [0, 0, 1, 1]), fill=color)


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own typeface, so that every machine draws the same picture."""
    return ImageFont.load_default(size)

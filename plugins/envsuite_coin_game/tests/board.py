"""Boards of the Coin Game as text, both ways."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from envsuite_coin_game.env import State

PIECES = "RBrb"  # the players red and blue, the red coin and the blue one


def board(text: str, inner_step: int = 0, inner_episode: int = 0) -> State:
    """Read a torus: a word for each cell, with the letters of what is in it, `.` for nothing."""
    cells = [line.split() for line in text.split("\n") if line.strip()]
    places = {
        piece: (row, column)
        for row, line in enumerate(cells)
        for column, cell in enumerate(line)
        for piece in cell
    }
    where = jnp.array([places[piece] for piece in PIECES], jnp.int32)
    return State(where[:2], where[2:], jnp.int32(inner_step), jnp.int32(inner_episode))


def drawn(places: Any, size: int, pieces: str) -> str:
    """Draw pieces at places `i32[pieces, 2]`, a line for each row, as `board` reads them."""
    cells = [["" for _ in range(size)] for _ in range(size)]
    for piece, (row, column) in zip(pieces, np.asarray(places).tolist(), strict=True):
        cells[row][column] += piece
    return "\n".join(" ".join(cell or "." for cell in line) for line in cells)


def seen(planes: Any, pieces: str) -> str:
    """Draw what is seen, `f32[size, size, pieces]`; each plane must show one piece."""
    planes = np.asarray(planes)
    assert set(np.unique(planes)) == {0, 1} and (planes.sum((0, 1)) == 1).all()
    places = [np.argwhere(planes[..., index])[0] for index in range(len(pieces))]
    return drawn(places, len(planes), pieces)


def lines(text: str) -> str:
    """A board without its indentation, one blank between cells."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())

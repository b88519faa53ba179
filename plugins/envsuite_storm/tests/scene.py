"""Boards of STORM as text, both ways.

A word is a cell: `.` empty, `c` and `d` coins that say "cooperate" and "defect", `*` lit by a
beam, and a player by its name and `^`, `<`, `v` or `>`, where it heads: `R^`, `B<`, `0v`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_storm.state import State

HEADINGS = "^<v>"
COINS = "cd"


def scene(
    text: str,
    held: Mapping[str, Sequence[int]] | None = None,
    frozen: Mapping[str, int] | None = None,
    *,
    coins: int = 6,
    inner_step: int = 0,
    inner_episode: int = 0,
) -> State:
    """Read a board.

    Args:
        text: Players are numbered by their names, red before blue.
        held: How many coins of each kind a player holds, by name; none where not given.
        frozen: For how many steps two still stand frozen, by the names of both, as in `"RB"`.
        coins: How many of each kind there are; those that the text lacks have been taken.
        inner_step: Steps played in this inner episode.
        inner_episode: Inner episodes played.
    """
    cells = [line.split() for line in text.split("\n") if line.strip()]
    size = len(cells)
    assert all(len(line) == size for line in cells), "a board is square"
    things = {(row, column): cells[row][column] for row in range(size) for column in range(size)}
    players = {word[0]: cell for cell, word in things.items() if word[-1] in HEADINGS}
    names = sorted(players, key="RB0123456789".index)
    number = {name: index for index, name in enumerate(names)}
    headings = [HEADINGS.index(things[players[name]][1]) for name in names]
    places = np.zeros((2, coins, 2), np.int32)
    lying = np.zeros((2, coins), bool)
    for kind, letter in enumerate(COINS):
        where = [cell for cell, word in things.items() if word == letter]
        places[kind, : len(where)] = np.reshape(where, (-1, 2))
        lying[kind, : len(where)] = True
    inventories = np.zeros((len(names), 2), np.int32)
    for name, counts in (held or {}).items():
        inventories[number[name]] = counts
    clocks = np.zeros((len(names), len(names)), np.int32)
    for (one, other), steps in (frozen or {}).items():
        clocks[number[one], number[other]] = clocks[number[other], number[one]] = steps
    fields: dict[str, Any] = dict(
        places=np.array([players[name] for name in names], np.int32),
        headings=np.array(headings, np.int32),
        coins=places,
        lying=lying,
        inventories=inventories,
        frozen=clocks,
        beams=np.array([[word == "*" for word in line] for line in cells]),
        inner_step=np.int32(inner_step),
        inner_episode=np.int32(inner_episode),
    )
    return State(**jax.tree.map(jnp.asarray, fields))


def drawn(state: State, names: str = "RB") -> str:
    """Draw a board as `scene` reads it; two things in one cell are joined by `+`."""
    size = len(state.beams)
    words: dict[tuple[int, int], list[str]] = {}
    for kind, letter in enumerate(COINS):
        for row, column in np.asarray(state.coins)[kind][np.asarray(state.lying)[kind]].tolist():
            words.setdefault((row, column), []).append(letter)
    for name, (row, column), heading in zip(
        names, np.asarray(state.places).tolist(), np.asarray(state.headings).tolist(), strict=True
    ):
        words.setdefault((row, column), []).append(name + HEADINGS[heading])
    for row, column in np.argwhere(np.asarray(state.beams)).tolist():
        words.setdefault((row, column), []).append("*")
    lines = [
        " ".join("+".join(words.get((row, column), ".")) for column in range(size))
        for row in range(size)
    ]
    return "\n".join(lines)


def lines(text: str) -> str:
    """A board without its indentation, one blank between cells."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())

"""Walks through mazes, and levels by the dozen."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from envsuite_maze.env import Maze, State
from envsuite_maze.level import Level, level_from_text

STEP = jax.jit(Maze.step, static_argnums=0)
RESET = jax.jit(Maze.reset, static_argnums=0)
KEY = jax.random.key(0)
SYMBOLS = {"<": 0, ">": 1, "^": 2}  # a turn to the left, to the right, a step forward


def begin(text: str, **options: Any) -> tuple[Maze, State, Any]:
    """A game on a drawn level, its first state and its first timestep."""
    level = level_from_text(text)
    game = Maze(size=np.shape(level.walls), walls=0, **options)
    return game, *RESET(game, KEY, level)


def walk(game: Maze, state: State, actions: str) -> tuple[State, Any]:
    """Take the actions that a text says; state and timestep after the last."""
    timestep: Any = None
    for symbol in actions:
        state, timestep = STEP(game, KEY, state, SYMBOLS[symbol], game.default_params())
    return state, timestep


def draw(game: Maze, number: int, seed: int = 0) -> Level:
    """Levels with the leading axis `[number]`."""
    return jax.jit(jax.vmap(game.sample))(jax.random.split(jax.random.key(seed), number))


def single(levels: Any, index: int) -> Any:
    """One of a batch."""
    return jax.tree.map(lambda leaf: np.asarray(leaf[index]), levels)

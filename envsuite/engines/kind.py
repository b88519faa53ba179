"""What kind of game an engine plays, for wrappers that treat some kinds differently."""

from __future__ import annotations

from typing import Any

import jax
from gymnasium.spaces import Space

from envsuite.core.env import World
from envsuite.engines.base import Engine
from envsuite.functional.transform import is_text, unwrapped


def plays_words(engine: Engine) -> bool:
    """Whether it is a game of words, whose observations are lists of strings."""
    return is_text(engine.env)


def fetched(engine: Engine, tree: Any) -> Any:
    """Something that an engine showed, in host memory."""
    return tree if engine.on_host else jax.device_get(tree)


def world_space(engine: Engine) -> Space[Any] | None:
    """The space of the global state of one copy; `None` if the game shows none."""
    game = unwrapped(engine.env)
    return game.world_space if isinstance(game, World) else None

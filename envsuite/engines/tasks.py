"""Tasks that a caller hands over at a reset: checked, completed and batched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import jax
import numpy as np

from envsuite.core.env import Levels, LevelText
from envsuite.core.errors import nearest
from envsuite.engines.base import Engine
from envsuite.functional.transform import is_text, unwrapped


def task_in(engine: Engine, options: Mapping[str, Any] | None) -> Any:
    """The task in the `options` of a reset: `"params"`, or `"level"` in a game of levels.

    Options of other names are none of ours and are left alone.

    Returns:
        The task as it was given, a level that was given as text read; `None` if there is none.

    Raises:
        ValueError: For both at once, for a level where the game has none, or a text that is none.
    """
    if not options:
        return None
    params, level = options.get("params"), options.get("level")
    if level is None:
        return params
    if not isinstance(unwrapped(engine.env), Levels):
        raise ValueError(f'{engine.spec.id} has no levels: set the task by options["params"]')
    if params is not None:
        raise ValueError('options has both "params" and "level", which mean the same: give one')
    return _read(engine, level)


def tasks_in(engine: Engine, options: Mapping[str, Any] | None) -> Any:
    """The same as a task for each copy, batched; one level as text is for all copies.

    Raises:
        ValueError: See `task_in` and `task_batch`.
    """
    task = task_in(engine, options)
    if task is None:
        return None
    if options and isinstance(options.get("level"), str):
        task = [task] * engine.num_envs
    return task_batch(engine, task)


def level_text(engine: Engine, slot: int = 0) -> str | None:
    """The level that is played in one slot, as text; `None` where the game writes no levels."""
    game = unwrapped(engine.env)
    if not isinstance(game, LevelText):
        return None
    level = game.played_level(*engine.moment(slot))
    return game.level_text(jax.device_get(level))


def level_texts(engine: Engine) -> list[str] | None:
    """The same of all slots."""
    game = unwrapped(engine.env)
    if not isinstance(game, LevelText):
        return None
    states, params = engine.moments()
    alone = [np.ndim(leaf) for leaf in jax.tree.leaves(engine.env.default_params())]
    if [np.ndim(leaf) for leaf in jax.tree.leaves(params)] == alone:  # all slots share it
        copies = (engine.num_envs,)
        params = jax.tree.map(lambda leaf: np.broadcast_to(leaf, copies + np.shape(leaf)), params)
    levels = jax.device_get(game.played_level(states, params))
    return [
        game.level_text(jax.tree.map(lambda leaf, slot=slot: leaf[slot], levels))
        for slot in range(engine.num_envs)
    ]


def _read(engine: Engine, level: Any) -> Any:
    """Levels that are written as text, one or a sequence, as the game has them."""
    if isinstance(level, list | tuple):
        return [_read(engine, one) for one in level]
    if not isinstance(level, str):
        return level
    game = unwrapped(engine.env)
    if not isinstance(game, LevelText):
        raise ValueError(f"{engine.spec.id} reads no levels as text: give its params")
    return game.parse_level(level)


def one_task(engine: Engine, params: Any) -> Any:
    """One task for an engine of one copy.

    Args:
        engine: Plays one copy.
        params: The game's params, or a mapping with some of their fields; the others are then
            the defaults.

    Raises:
        ValueError: If it does not fit the game's params.
    """
    default = engine.env.default_params()
    if isinstance(params, Mapping) and not isinstance(default, Mapping):
        known = [field.name for field in fields(default)]
        for name in params:
            if name not in known:
                near = nearest(str(name), known)
                hint = f"did you mean {near!r}? " if near else ""
                raise ValueError(f"no parameter {name!r}: {hint}The parameters are {known}")
        if not is_text(engine.env):  # lists, as JSON has them, would be branches of the tree
            params = {name: np.asarray(value) for name, value in params.items()}
        params = replace(default, **params)
    _check_kind(engine, default, params)
    if is_text(engine.env):
        return [params]
    batch = jax.tree.map(lambda leaf: np.asarray(leaf)[None], params)
    return task_batch(engine, batch)


def task_batch(engine: Engine, params: Any) -> Any:
    """One task for each copy: params with the leading axis `[copies]`, or a sequence of params.

    Raises:
        ValueError: If it does not fit the game's params or the number of copies.
    """
    default = engine.env.default_params()
    copies = engine.num_envs
    if is_text(engine.env):
        if not isinstance(params, Sequence) or len(params) != copies:
            raise ValueError(f"the tasks of {engine.spec.id} are a sequence of {copies} params")
        for one in params:
            _check_kind(engine, default, one)
        return params
    if isinstance(params, list | tuple) and not isinstance(default, list | tuple):
        if len(params) != copies:
            raise ValueError(f"{len(params)} tasks for {copies} copies: give one for each copy")
        for one in params:
            _check_kind(engine, default, one)
        params = jax.tree.map(lambda *leaves: np.stack(leaves), *params)
    _check_kind(engine, default, params)
    due, structure = jax.tree_util.tree_flatten_with_path(default)
    given, own = jax.tree_util.tree_flatten(params)
    if structure != own:
        raise ValueError(f"the task of {engine.spec.id} is {own}; due is {structure}")
    for (path, leaf), value in zip(due, given, strict=True):
        shape, wanted = np.shape(value), (copies, *np.shape(leaf))
        if shape != wanted:
            name = jax.tree_util.keystr(path).lstrip(".") or "the task"
            raise ValueError(
                f"{name} has shape {list(shape)} in a batch of tasks; due is {list(wanted)}: "
                "one task for each copy"
            )
    # the dtypes of the defaults, lest a Python number compile everything once more
    return jax.tree.map(lambda value, leaf: _as(leaf, value), params, default)


def _as(leaf: Any, value: Any) -> Any:
    if isinstance(value, jax.Array):
        return value
    return np.asarray(value, jax.numpy.result_type(leaf))


def _check_kind(engine: Engine, default: Any, params: Any) -> None:
    if type(params) is not type(default):
        raise ValueError(
            f"the task of {engine.spec.id} is a {type(default).__name__}, "
            f"not {type(params).__name__}"
        )

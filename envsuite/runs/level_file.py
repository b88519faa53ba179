"""What a curriculum keeps at a moment of a run, in a file: its best levels, figures of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.core.curriculum import KeptLevels, Measured
from envsuite.core.env import Env, Levels
from envsuite.functional import unwrapped
from envsuite.runs.tree_file import read_header, read_tree, write_tree

FOLDER = "levels"
MOMENTS = 10  # of a run, at each of which a file is written
BEST = 32  # levels in a file; figures are of all


@dataclass(frozen=True)
class LevelFile:
    """What a file holds.

    Attributes:
        header: `id` and `options` of the game, `curriculum`, `steps`, and what else was told.
        levels: The best-scored levels, leading axis `[up to BEST]`.
        figures: By name, `f32[n]` or `i32[n]` over all levels that were kept, the best-scored
            first: `score`, `solved`, `age`, `serial`, `parent`.
        measures: By the game's own words, `f32[n]` likewise; none if it cannot measure a level.
    """

    header: Mapping[str, Any]
    levels: Any
    figures: Mapping[str, np.ndarray]
    measures: Mapping[str, np.ndarray]


def write_levels(
    folder: Path, env: Env[Any, Any], kept: KeptLevels[Any], header: Mapping[str, Any]
) -> Path | None:
    """Write what a curriculum keeps now; a file of the same step is replaced.

    Args:
        folder: Where such files are; made if missing.
        env: The game, with or without its transforms.
        kept: What the curriculum keeps.
        header: Fit for JSON; `steps`, how many environment steps were played, names the file.

    Returns:
        The file; `None`, and no file, if nothing is kept yet.
    """
    size = int(kept.size)
    if not size:
        return None
    measures = jax.device_get(measured(env, kept.levels))
    figures = {name: np.asarray(getattr(kept, name))[:size] for name in _FIGURES}
    best = jax.tree.map(lambda leaf: leaf[: min(size, BEST)], kept.levels)
    tree = {
        "levels": best,
        "figures": figures,
        "measures": {name: each[:size] for name, each in measures.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{header['steps']:012d}.npz"
    write_tree(path, tree, {**header, "size": size, "measures": sorted(measures)})
    return path


def read_levels(path: Path, env: Env[Any, Any]) -> LevelFile:
    """Read a file that `write_levels` wrote.

    Args:
        path: The file.
        env: The game, configured alike.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, no such file, or of levels of another shape.
    """
    header = read_header(path)
    if "size" not in header or "measures" not in header:
        raise ValueError(f"{path} is no file of levels")
    size, count = header["size"], min(header["size"], BEST)
    whole = {"age", "serial", "parent"}
    like = {
        "levels": jax.tree.map(
            lambda leaf: _room(leaf, count), jax.eval_shape(_game(env).sample, jax.random.key(0))
        ),
        "figures": {
            name: np.zeros(size, np.int32 if name in whole else np.float32) for name in _FIGURES
        },
        "measures": {name: np.zeros(size, np.float32) for name in header["measures"]},
    }
    read = read_tree(path, like)
    return LevelFile(header, read["levels"], read["figures"], read["measures"])


def level_files(folder: Path) -> list[Path]:
    """The files of a run's folder in the order of its steps.

    Raises:
        FileNotFoundError: If there are none.
    """
    found = sorted((Path(folder) / FOLDER).glob("*.npz"))
    if not found:
        raise FileNotFoundError(
            f"{folder} holds no levels: train there under a curriculum that keeps some"
        )
    return found


def measured(env: Env[Any, Any], levels: Any) -> dict[str, jax.Array]:
    """The measures of a batch of levels, `f32[n]` each; none if the game has none."""
    game = unwrapped(env)
    if not isinstance(game, Measured):
        return {}
    return dict(jax.jit(jax.vmap(game.measures))(levels))


_FIGURES = ("score", "solved", "age", "serial", "parent")


def _game(env: Env[Any, Any]) -> Levels[Any]:
    game = unwrapped(env)
    assert isinstance(game, Levels), game
    return game


def _room(leaf: Any, count: int) -> Any:
    """A place for `count` of a level's leaves."""
    if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return jax.random.split(jax.random.key(0), (count, *leaf.shape))
    return np.zeros((count, *leaf.shape), leaf.dtype)

"""The weights that come with the suite, and the cards that tell how they were made."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from envsuite.core.errors import nearest
from envsuite.runs.tree_file import read_header, read_tree, write_tree

if TYPE_CHECKING:
    from envsuite_synthetic.env import Synthetic
    from envsuite_synthetic.network import World

FOLDER = Path(__file__).parent / "weights"
FORMAT = 1  # of the files


def load_shipped(world: Synthetic) -> World:
    """The weights that `world.weights` names, in NumPy.

    Raises:
        ValueError: If there is no such file (it names the nearest), or it is damaged, or is of
            another world.
    """
    return _load(world, FOLDER / f"{world.weights}.npz")


def load_weights(world: Synthetic, path: Path) -> World:
    """Weights of a world from a file that `save_weights` wrote.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it is damaged, or of another task, kind or format.
    """
    header = read_header(path)
    own = _header(world)
    for name, value in own.items():
        if header.get(name) != value:
            raise ValueError(
                f"{path} holds a world of {name} {header.get(name)!r}, and {value!r} is wanted"
            )
    shapes = jax.eval_shape(world.initial, jax.random.key(0))
    return read_tree(path, jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), shapes))


def save_weights(world: Synthetic, weights: World, path: Path) -> None:
    """Write weights to a file, atomically; nothing in it runs when it is read."""
    write_tree(path, weights, _header(world))


def card(name: str) -> dict[str, Any]:
    """How shipped weights were made, what it took, and what agents trained there earn."""
    path = FOLDER / f"{name}.json"
    _known(name)
    return json.loads(path.read_text("utf-8"))


def shipped() -> list[str]:
    """The names of all that come with the suite."""
    return sorted(path.stem for path in FOLDER.glob("*.npz"))


@lru_cache(maxsize=32)
def _load(world: Synthetic, path: Path) -> World:
    _known(path.stem)
    return load_weights(world, path)


def _known(name: str) -> None:
    if name not in shipped():
        near = nearest(name, shipped())
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(f"no weights {name!r}: {hint}There are {shipped()}")


def _header(world: Synthetic) -> dict[str, Any]:
    return {"format": FORMAT, "real": world.real, "kind": world.kind, "hidden": world.hidden}

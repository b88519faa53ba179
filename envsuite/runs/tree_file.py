"""A pytree of arrays in a file: arrays and JSON, nothing that runs."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

T = TypeVar("T")
_HEADER = "header"


def write_tree(path: Path, tree: Any, header: Mapping[str, Any]) -> None:
    """Write a pytree of arrays to `path`, atomically: beside it first, then in its place.

    Args:
        path: An `.npz` file; its folder exists.
        tree: Arrays and PRNG keys in a pytree.
        header: What else to keep; fit for JSON.
    """
    leaves = jax.tree_util.tree_flatten_with_path(tree)[0]
    arrays = {jax.tree_util.keystr(where): _as_numpy(leaf) for where, leaf in leaves}
    arrays[_HEADER] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def read_header(path: Path) -> dict[str, Any]:
    """What was kept beside the arrays.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged, or was not written by `write_tree`.
    """
    header = _arrays(path)[_HEADER]
    try:
        return json.loads(bytes(header))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: its header is no JSON ({error})") from error


def read_tree(path: Path, like: T) -> T:
    """Read a pytree with the structure, shapes, dtypes and placement of `like`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged, or holds another tree; it names what differs.
    """
    arrays = _arrays(path)
    del arrays[_HEADER]
    leaves, structure = jax.tree_util.tree_flatten_with_path(like)
    names = [jax.tree_util.keystr(where) for where, _ in leaves]
    if set(names) != arrays.keys():
        differ = sorted(set(names) ^ arrays.keys())
        raise ValueError(
            f"{path} holds other arrays than are wanted: was it configured alike? "
            f"They differ in {', '.join(differ[:3])}{' ...' if len(differ) > 3 else ''}"
        )
    loaded = [
        _like(arrays[name], leaf, name, path) for name, (_, leaf) in zip(names, leaves, strict=True)
    ]
    return jax.tree_util.tree_unflatten(structure, loaded)


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise
    except (ValueError, OSError, EOFError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is damaged, or no file of arrays: {error}") from error
    if _HEADER not in arrays:
        raise ValueError(f"{path} was not written by envsuite: it has no header")
    return arrays


def _is_key(leaf: Any) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _as_numpy(leaf: Any) -> np.ndarray:
    return np.asarray(jax.random.key_data(leaf) if _is_key(leaf) else leaf)


def _like(array: np.ndarray, leaf: Any, name: str, path: Path) -> Any:
    """`array` as the kind of array that `leaf` is."""
    own = _as_numpy(leaf)
    if array.dtype != own.dtype or array.shape != own.shape:
        raise ValueError(
            f"{path}: {name} is {array.dtype}{list(array.shape)}; "
            f"wanted is {own.dtype}{list(own.shape)}"
        )
    if isinstance(leaf, np.ndarray):
        return array
    sharding = getattr(leaf, "sharding", None)
    if _is_key(leaf):
        keys = jax.random.wrap_key_data(jnp.asarray(array), impl="threefry2x32")
        return jax.device_put(keys, sharding)
    return jax.device_put(array, sharding)

"""An engine's state in a file: arrays and JSON, nothing that runs."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.core.spec import EnvSpec

T = TypeVar("T")
_HEADER = "header"


def save(tree: Any, path: Path, spec: EnvSpec, num_envs: int) -> None:
    """Write a pytree of arrays to `path`, atomically: beside it first, then in its place."""
    leaves = jax.tree_util.tree_flatten_with_path(tree)[0]
    arrays = {jax.tree_util.keystr(where): _as_numpy(leaf) for where, leaf in leaves}
    header = {"id": spec.id, "version": spec.version, "num_envs": num_envs}
    arrays[_HEADER] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def load(like: T, path: Path, spec: EnvSpec, num_envs: int) -> T:
    """Read a pytree with the structure of `like`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged, or is of another game, version or size.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is damaged, or no state of an engine: {error}") from error
    if _HEADER not in arrays:
        raise ValueError(f"{path} is no state of an engine: it has no header")
    header = json.loads(bytes(arrays.pop(_HEADER)))
    for name, own in (("id", spec.id), ("version", spec.version), ("num_envs", num_envs)):
        if header[name] != own:
            raise ValueError(f"{path} has {name} {header[name]!r}; this engine has {own!r}")
    leaves, structure = jax.tree_util.tree_flatten_with_path(like)
    names = [jax.tree_util.keystr(where) for where, _ in leaves]
    if set(names) != arrays.keys():
        raise ValueError(f"{path} holds other arrays than this engine: was it configured alike?")
    loaded = [
        _like(arrays[name], leaf, name, path) for name, (_, leaf) in zip(names, leaves, strict=True)
    ]
    return jax.tree_util.tree_unflatten(structure, loaded)


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
            f"this engine has {own.dtype}{list(own.shape)}"
        )
    if isinstance(leaf, np.ndarray):
        return array
    sharding = getattr(leaf, "sharding", None)
    if _is_key(leaf):
        keys = jax.random.wrap_key_data(jnp.asarray(array), impl="threefry2x32")
        return jax.device_put(keys, sharding)
    return jax.device_put(array, sharding)

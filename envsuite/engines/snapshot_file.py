"""An engine's state in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from envsuite.core.spec import EnvSpec
from envsuite.runs.tree_file import read_header, read_tree, write_tree

T = TypeVar("T")


def save(tree: Any, path: Path, spec: EnvSpec, num_envs: int) -> None:
    """Write a pytree of arrays to `path`, atomically."""
    write_tree(path, tree, {"id": spec.id, "version": spec.version, "num_envs": num_envs})


def load(like: T, path: Path, spec: EnvSpec, num_envs: int) -> T:
    """Read a pytree with the structure of `like`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged, or is of another game, version or size.
    """
    header = read_header(path)
    for name, own in (("id", spec.id), ("version", spec.version), ("num_envs", num_envs)):
        if header.get(name) != own:
            raise ValueError(f"{path} has {name} {header.get(name)!r}; this engine has {own!r}")
    return read_tree(path, like)

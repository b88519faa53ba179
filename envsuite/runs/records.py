"""The record a run leaves: what was done, with which versions, and what came of it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import envsuite

PACKAGES = (
    "jax",
    "numpy",
    "gymnasium",
    "optax",
    "evosax",
    "torch",
    "stable-baselines3",
    "sb3-contrib",
)


def versions() -> dict[str, str]:
    """The versions of Python, of this project and of the packages that a result depends on."""
    found = {"python": platform.python_version(), "envsuite": envsuite.__version__}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # on the path, but not installed as a distribution
            continue
    return found


def commit() -> str | None:
    """The commit that the code was checked out at, `-dirty` if changed; `None` without git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(
            command, cwd=Path(envsuite.__file__).parent, capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write `value` to `path`, atomically: beside it first, then in its place."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1, default=repr)
            file.write("\n")
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise

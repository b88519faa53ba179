"""Compiled programs outlive the process: JAX's persistent cache in the user's cache folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import jax

_OFF = {"0", "off", "no", "false"}


def cache_folder() -> Path | None:
    """Where compiled programs are kept; `None` if the user switched the cache off.

    `ENVSUITE_CACHE` names another folder, or is `off`.
    """
    chosen = os.environ.get("ENVSUITE_CACHE")
    if chosen is not None and chosen.lower() in _OFF:
        return None
    if chosen:
        return Path(chosen).expanduser() / "xla"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "envsuite" / "xla"


def enable_compilation_cache() -> None:
    """Switch the cache on, unless the user has set JAX's own option or `ENVSUITE_CACHE=off`."""
    if getattr(jax.config, "jax_compilation_cache_dir") is not None:  # noqa: B009 - jax types no options
        return
    folder = cache_folder()
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home is no reason to refuse to play
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    # a step of a small game compiles in less than JAX's threshold of one second, yet dozens of
    # such programs make up the start of every short script
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)

"""Compiled programs outlive the process: JAX's persistent cache in the user's cache folder."""

from __future__ import annotations

import jax

from envsuite.core.cache_folder import cache_folder


def enable_compilation_cache() -> None:
    """Switch the cache on, unless the user has set JAX's own option or `ENVSUITE_CACHE=off`."""
    if getattr(jax.config, "jax_compilation_cache_dir") is not None:  # noqa: B009 - jax types no options
        return
    folder = cache_folder("xla")
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

"""Compiled kernels outlive the process, and are never stale.

Numba keys its cache by the file of the decorated function alone: a kernel is served as it was when
a function or a constant that it takes from another file has changed since. Here the folder of the
cache is named after all that a kernel can be made of: the sources beside it, in the package above
it and beside this module, and the versions of numba, NumPy and Python.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core import config as _config

from envsuite.core.cache_folder import cache_folder

config: Any = _config  # its options are set at run time, unseen by type checkers

_deciding = threading.Lock()


def kernel() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a function on its first call, and keep what was compiled in the user's cache folder.

    Threads may run beside it, and division by zero gives infinity, as on a device. Nothing is
    compiled when the module is imported.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
        folder = _folder(Path(function.__code__.co_filename).parent)
        if folder is None:
            return numba.njit(**options)(function)
        with _deciding:  # numba reads its option while it decorates
            before = config.CACHE_DIR
            config.CACHE_DIR = str(folder)
            try:
                return numba.njit(cache=True, **options)(function)
            finally:
                config.CACHE_DIR = before

    return decorate


@lru_cache
def _folder(sources: Path) -> Path | None:
    """Where kernels made of the files in `sources` are kept; `None` for nowhere.

    Found out here and not by numba, which would go on to look for a folder of its own choice.
    """
    base = cache_folder("numba")
    if base is None:
        return None
    folder = base / fingerprint(sources)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        _warn_once(base, str(error))
        return None


@lru_cache
def _warn_once(base: Path, why: str) -> None:
    warnings.warn(
        f"compiled kernels cannot be kept in {base} ({why}): every process will compile them "
        "anew. Name a folder that can be written to by ENVSUITE_CACHE, or set it to 'off'",
        RuntimeWarning,
        stacklevel=2,
    )


def bound(function: Any, *arguments: Any) -> Callable[[int, int], Any]:
    """A kernel with all its arguments fixed but the last two: the range of copies.

    Numba looks at the types of all arguments at every call, which takes longer than to play a
    small step; here it does so once, and compiles if it has to.
    """
    types = [numba.typeof(argument) for argument in arguments]
    return partial(function.compile((*types, numba.int64, numba.int64)), *arguments)


@lru_cache
def fingerprint(folder: Path) -> str:
    """A name for all that the kernels of a folder can be made of."""
    digest = hashlib.sha256()
    for version in (numba.__version__, np.__version__, sys.version):
        digest.update(version.encode())
    folders = [folder, Path(__file__).parent]
    if (folder.parent / "__init__.py").exists():  # constants may come from a package's rules
        folders.append(folder.parent)
    for source in sorted({source for each in folders for source in each.glob("*.py")}):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return f"{folder.parent.name}-{digest.hexdigest()[:16]}"

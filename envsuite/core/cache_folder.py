"""Where compiled programs are kept between processes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_OFF = {"0", "off", "no", "false"}


def cache_folder(kind: str) -> Path | None:
    """The folder for one kind of program; `None` if the user switched the cache off.

    It lies in the user's cache folder, or in the one that `ENVSUITE_CACHE` names; with
    `ENVSUITE_CACHE=off` nothing is kept.
    """
    chosen = os.environ.get("ENVSUITE_CACHE")
    if chosen is not None and chosen.lower() in _OFF:
        return None
    if chosen:
        return Path(chosen).expanduser() / kind
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "envsuite" / kind

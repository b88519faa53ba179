"""Giving back what JAX compiled, so that a process may check many environments."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

MAPS = Path("/proc/self/maps")
MANY = 30_000  # of the 65,000 memory maps that Linux gives a process; some checks take 3,000


def forget_compiled_programs() -> None:
    """Let go of every program that JAX compiled in this process."""
    if "jax" in sys.modules:
        gc.collect()
        sys.modules["jax"].clear_caches()


def forget_in_time() -> None:
    """Let go of them if they hold many memory maps.

    Hundreds of programs in one process take gigabytes, and at last more memory maps than a
    process may have, which ends it inside a compilation.
    """
    if MAPS.exists() and MAPS.read_bytes().count(b"\n") > MANY:
        forget_compiled_programs()

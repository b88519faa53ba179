"""Copies dealt out to threads: compiled loops let go of Python's lock, so threads are enough.

Not numba's own parallel loops: their OpenMP threads end a process that forks afterwards, and their
other layer aborts one that calls from two threads; they also compile several times longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

FEWEST = 64  # copies a thread is worth waking for: a wake-up costs as much as about 20 small steps

_pool: tuple[int, ThreadPoolExecutor] | None = None


def threads() -> int:
    """How many threads play: `ENVSUITE_THREADS`, or one for each core this process may use."""
    chosen = os.environ.get("ENVSUITE_THREADS")
    if chosen is None:
        return (
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )
    if not chosen.isdecimal() or int(chosen) < 1:
        raise ValueError(f"ENVSUITE_THREADS must be a whole number from 1 up, not {chosen!r}")
    return int(chosen)


def in_shares(work: Callable[[int, int], None], copies: int, count: int) -> None:
    """Call `work(low, high)` for ranges that make up `range(copies)`, on up to `count` threads.

    What becomes of a copy must not depend on the range it is in.
    """
    count = min(count, max(1, copies // FEWEST))
    if count == 1:
        work(0, copies)
        return
    bounds = [copies * share // count for share in range(count + 1)]
    waiting = [
        _executor(count).submit(work, low, high)
        for low, high in zip(bounds[1:-1], bounds[2:], strict=True)
    ]
    work(bounds[0], bounds[1])  # this thread takes the first share itself
    for future in waiting:
        future.result()


def _executor(count: int) -> ThreadPoolExecutor:
    """The threads of this process; those of a parent do not survive a fork."""
    global _pool
    if _pool is None or _pool[0] != os.getpid():
        _pool = (os.getpid(), ThreadPoolExecutor(max(count, threads()), "envsuite"))
    return _pool[1]

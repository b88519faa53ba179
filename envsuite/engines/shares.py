"""Copies dealt out to threads: compiled loops let go of Python's lock, so threads are enough.

Not numba's own parallel loops: their OpenMP threads end a process that forks afterwards, and their
other layer aborts one that calls from two threads; they also compile several times longer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue

SHARE = 64  # copies in the smallest share: worth a call, and whole vectors of copies
LARGEST = 512  # copies in the largest: few calls, for threads wait for each other's; yet fair parts
FEWEST = 128  # copies worth waking a thread for: that costs as much as some dozens of small steps

_crew: tuple[int, list[SimpleQueue[Job]]] = (0, [])
_hiring = threading.Lock()


def threads() -> int:
    """How many threads play: `ENVSUITE_THREADS`, or one for each core this process may use.

    Raises:
        ValueError: If `ENVSUITE_THREADS` is not a whole number from 1 up.
    """
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


class Job:
    """Work on ranges of copies that several threads take until none is left."""

    def __init__(self, work: Callable[[int, int], None], copies: int, count: int) -> None:
        """See `in_shares`."""
        self._work = work
        self._size = min(-(-copies // (count * SHARE)) * SHARE, LARGEST)
        # taking the next from a range is one step of the interpreter, which threads cannot split
        self._starts = iter(range(0, copies, self._size))
        self._copies = copies
        self.finished: SimpleQueue[BaseException | None] = SimpleQueue()

    def run(self) -> None:
        """Take ranges and work on them."""
        for low in self._starts:
            self._work(low, min(low + self._size, self._copies))

    def help(self) -> None:
        """The same on another thread, which reports its end."""
        try:
            self.run()
            self.finished.put(None)
        except BaseException as error:  # to be raised where the work was asked for
            self.finished.put(error)


def in_shares(work: Callable[[int, int], None], copies: int, count: int) -> None:
    """Call `work(low, high)` for ranges that make up `range(copies)`, on up to `count` threads.

    What becomes of a copy must not depend on the range it is in.
    """
    if count == 1 or copies < FEWEST:
        work(0, copies)
        return
    count = min(count, -(-copies // SHARE))
    helpers = _helpers(count - 1)
    job = Job(work, copies, count)
    for helper in helpers:
        helper.put(job)
    try:
        job.run()
    finally:
        errors = [job.finished.get() for _ in helpers]
    for error in errors:
        if error is not None:
            raise error


def _helpers(count: int) -> list[SimpleQueue[Job]]:
    """The queues of `count` threads of this process; those of a parent do not survive a fork."""
    global _crew
    if _crew[0] != os.getpid() or len(_crew[1]) < count:
        with _hiring:
            own, queues = _crew
            queues = list(queues) if own == os.getpid() else []
            while len(queues) < count:
                queue: SimpleQueue[Job] = SimpleQueue()
                name = f"envsuite-{len(queues)}"
                threading.Thread(target=_serve, args=(queue,), name=name, daemon=True).start()
                queues.append(queue)
            _crew = (os.getpid(), queues)
    return _crew[1][:count]


def _serve(queue: SimpleQueue[Job]) -> None:
    while True:
        queue.get().help()

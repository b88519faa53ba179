"""Copies dealt out to threads: compiled loops let go of Python's lock, so threads are enough.

Not numba's own parallel loops: their OpenMP threads end a process that forks afterwards, and their
other layer aborts one that calls from two threads; they also compile several times longer.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

import numpy as np

from envsuite.compiled import signals

SHARE = 64  # copies in the smallest share: worth a call, and whole vectors of copies
LARGEST = 512  # copies in the largest: few calls, for threads wait for each other's; yet fair parts
GLANCE = 8e-6  # seconds until helpers that were told to start are in compiled code
PATIENCE = 2e-4  # seconds that are worth more than falling asleep
NAP = 1e-4  # seconds between two looks at a helper that is late
FEWEST = 128  # copies worth waking a thread for: that costs as much as some dozens of small steps
WORTH = 4e-5  # seconds of work that are: about twice what it costs to tell and to await others
TRIALS = 8  # how often work is done alone before it is known how long it takes


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
        self.errors: list[BaseException] = []

    def run(self) -> None:
        """Take ranges and work on them; an error is kept, to be raised where the work was asked."""
        try:
            for low in self._starts:
                self._work(low, min(low + self._size, self._copies))
        except BaseException as error:
            self.errors.append(error)


class Crew:
    """The helping threads of one process.

    Between two jobs a helper watches its word for a while, and answers at once; then it falls
    asleep. Jobs are told, done and awaited without Python's lock, for who comes back for the lock
    while it is taken is put to sleep as well.

    Attributes:
        free: Held by who gives the crew work; who finds it taken works alone.
    """

    def __init__(self, size: int) -> None:
        """Start the threads."""
        self.process, self.size = os.getpid(), size
        self.free = threading.Lock()
        self._job: Job | None = None
        self._flags = np.zeros((size, signals.COLUMNS), np.int64)
        self._sleeping = [False] * size
        self._bells = [SimpleQueue[None]() for _ in range(size)]
        pause = _seconds_a_pause(self._flags)
        self._glance, self._patience = round(GLANCE / pause), round(PATIENCE / pause)
        for helper in range(size):
            name = f"envsuite-{helper}"
            threading.Thread(target=self._serve, args=(helper,), name=name, daemon=True).start()

    def work(self, job: Job, helpers: int) -> None:
        """Do a job together with the first `helpers`."""
        self._job = job
        signals.ring(self._flags, helpers, self._glance)
        for helper in range(helpers):
            if self._sleeping[helper]:
                self._bells[helper].put(None)
        job.run()
        while not signals.all_done(self._flags, helpers, self._patience):
            time.sleep(NAP)
        self._job = None

    def _serve(self, helper: int) -> None:
        number, flags = -1, self._flags[helper]
        while True:
            number = signals.answer(self._flags, helper, number, self._patience)
            if number >= 0:
                if self._job is not None:
                    self._job.run()
                continue
            # It says that it sleeps and then looks once more; who gives work writes the word and
            # then looks who sleeps: one of the two sees the other. A bell that rang for nobody
            # wakes it later, and it looks again.
            self._sleeping[helper] = True
            while flags[signals.START] == flags[signals.TAKEN]:
                self._bells[helper].get()
            self._sleeping[helper] = False


def in_shares(work: Callable[[int, int], None], copies: int, count: int) -> None:
    """Call `work(low, high)` for ranges that make up `range(copies)`, on up to `count` threads.

    What becomes of a copy must not depend on the range it is in.
    """
    count = min(count, -(-copies // SHARE))
    if count == 1 or copies < FEWEST:
        work(0, copies)
        return
    crew = _crew_of(count - 1)
    if not crew.free.acquire(blocking=False):
        work(0, copies)
        return
    job = Job(work, copies, count)
    try:
        crew.work(job, count - 1)
    finally:
        crew.free.release()
    if job.errors:
        raise job.errors[0]


class Repeated:
    """`in_shares` for work that is done again and again, alone where others would only cost time.

    It is timed alone the first few times, and the fastest of them decides: whatever else the
    machine does meanwhile, work is seldom done faster than it can be.
    """

    def __init__(self, copies: int, count: int) -> None:
        """See `in_shares`."""
        self._copies, self._count = copies, count
        self._trials = TRIALS if count > 1 and copies >= FEWEST else 0
        self._fastest = float("inf")

    def __call__(self, work: Callable[[int, int], None]) -> None:
        """Call `work(low, high)` for ranges that make up all copies."""
        if not self._trials:
            in_shares(work, self._copies, self._count)
            return
        start = time.perf_counter()
        work(0, self._copies)
        self._fastest = min(self._fastest, time.perf_counter() - start)
        self._trials -= 1
        if not self._trials and self._fastest < WORTH:
            self._count = 1


def _seconds_a_pause(flags: np.ndarray) -> float:
    """How long this processor pauses when it is told to: from one nanosecond to some dozens."""
    signals.ring(flags, 0, 1)  # compiles, or loads what was
    start, pauses = time.perf_counter(), 5_000
    signals.ring(flags, 0, pauses)
    return (time.perf_counter() - start) / pauses


_crew: Crew | None = None
_hiring = threading.Lock()


def _crew_of(size: int) -> Crew:
    """A crew of at least `size` helpers; a parent's threads do not survive a fork."""
    global _crew
    crew = _crew
    if crew is None or crew.process != os.getpid() or crew.size < size:
        with _hiring:
            crew = _crew
            if crew is None or crew.process != os.getpid() or crew.size < size:
                crew = _crew = Crew(size)
    return crew

"""Work dealt out to threads: all of it is done, once, however the helpers sleep or are shared."""

from __future__ import annotations

import random
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from envsuite.compiled import signals
from envsuite.engines import shares as shares_module
from envsuite.engines.shares import TRIALS, WORTH, Repeated, in_shares


def deal(copies: int, count: int) -> None:
    """Every copy is in exactly one share."""
    done = np.zeros(copies, int)

    def work(low: int, high: int) -> None:
        done[low:high] += 1

    in_shares(work, copies, count)
    assert (done == 1).all()


def test_helpers_that_watch_fall_asleep_and_are_woken():
    dice, pauses = random.Random(0), (0.0, 1e-5, 1e-4, 2e-4, 2.2e-4, 3e-4, 1e-3)
    for _ in range(1500):
        deal(dice.choice((128, 200, 512, 1024, 5000)), dice.choice((2, 3, 5)))
        if dice.random() < 0.3:
            time.sleep(dice.choice(pauses))
        elif dice.random() < 0.3:  # busy, as a learner is
            end = time.perf_counter() + dice.uniform(1e-4, 3e-4)
            while time.perf_counter() < end:
                pass


def test_who_finds_the_crew_busy_works_alone():
    errors: list[BaseException] = []

    def play() -> None:
        try:
            for _ in range(300):
                deal(1000, 2)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=play) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


def test_an_error_of_any_thread_is_raised_and_the_crew_lives_on():
    def fail(low: int, high: int) -> None:
        if low:  # the second share, whoever takes it
            raise ArithmeticError("no copy 200")

    for _ in range(20):
        with pytest.raises(ArithmeticError, match="no copy 200"):
            in_shares(fail, 1000, 2)
        deal(1000, 2)


def test_work_is_taken_back_from_who_does_not_come():
    """A helper without a processor: nobody answers for it, and nobody waits for it."""
    flags = np.zeros((2, signals.COLUMNS), np.int64)
    for job in (1, 2):
        signals.ring(flags, 2, 0)
        assert signals.answer(flags, 1, job - 1 or -1, 10) == job, "the second one comes"
        assert not signals.all_done(flags, 2, 10), "and is waited for"
        assert signals.answer(flags, 1, job, 10) == -1
        assert signals.all_done(flags, 2, 10)
        assert signals.answer(flags, 0, -1, 10) == -1, "who comes late finds nothing to do"
    signals.ring(flags, 1, 0)
    assert signals.answer(flags, 0, -1, 10) == 3, "and comes in time for the next"


@pytest.mark.parametrize(("takes", "shares"), [(WORTH / 2, 1), (2 * WORTH, 2)])
def test_work_that_takes_little_is_done_alone(monkeypatch, takes, shares):
    deal(1024, 2)  # the crew has looked at the clock
    clock = SimpleNamespace(sleep=time.sleep, perf_counter=iter(np.arange(99) * takes).__next__)
    monkeypatch.setattr(shares_module, "time", clock)
    repeated, seen = Repeated(1024, 2), []
    for _ in range(TRIALS):
        repeated(lambda low, high: seen.append((low, high)))
    assert seen == [(0, 1024)] * TRIALS
    seen.clear()
    repeated(lambda low, high: seen.append((low, high)))
    assert len(seen) == shares and sum(high - low for low, high in seen) == 1024

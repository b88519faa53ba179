"""Work dealt out to threads: all of it is done, once, however the helpers sleep or are shared."""

from __future__ import annotations

import random
import threading
import time

import numpy as np
import pytest

from envsuite.engines.shares import in_shares


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

"""Intervals, against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from envsuite.runs.intervals import (
    interquartile_interval,
    mean_interval,
    rate_interval,
)


def test_the_mean_of_four_and_its_interval():
    found = mean_interval(np.array([1.0, 2.0, 3.0, 4.0]))
    # std = sqrt(5 / 3); error = std / 2; Student's t for three degrees of freedom is 3.182446
    assert found["mean"] == 2.5
    assert found["std"] == pytest.approx(1.290994)
    assert found["standard_error"] == pytest.approx(0.645497)
    assert found["low"] == pytest.approx(2.5 - 3.182446 * 0.645497, abs=1e-5)
    assert found["high"] == pytest.approx(2.5 + 3.182446 * 0.645497, abs=1e-5)


def test_equal_samples_leave_no_doubt():
    found = mean_interval(np.array([2.0, 2.0, 2.0]))
    assert (found["low"], found["high"], found["std"]) == (2, 2, 0)


def test_one_sample_tells_nothing_of_its_spread():
    found = mean_interval(np.array([7.0]))
    assert found == {"mean": 7, "std": None, "standard_error": None, "low": None, "high": None}


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        # (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n) with z = 1.959964
        (8, 10, 0.490162, 0.943318),
        (0, 10, 0.0, 0.277533),
        (10, 10, 0.722467, 1.0),
    ],
)
def test_rates_and_their_intervals(hits, count, low, high):
    found = rate_interval(np.arange(count) < hits)
    assert found["rate"] == hits / count
    assert found["low"] == pytest.approx(low, abs=1e-5)
    assert found["high"] == pytest.approx(high, abs=1e-5)


def test_the_mean_of_the_middle_half_and_its_stratified_interval():
    # sorted: 0 0 1 2 4 5 9 9; the middle half is 1 2 4 5
    found = interquartile_interval(np.array([[0.0, 9], [1, 5], [2, 4], [0, 9]]))
    assert found["mean"] == 3.0
    assert found["low"] is not None and found["high"] is not None
    assert found["low"] < 3.0 < found["high"]
    # runs differ, but each task has its own: drawn within tasks, nothing is left to chance
    tasks = np.tile([0.0, 0.2, 0.4, 1.0], (5, 1))
    assert interquartile_interval(tasks) == pytest.approx({"mean": 0.3, "low": 0.3, "high": 0.3})
    # of two runs 0 and 1 on one task: half of the draws are mixed, a quarter each all one or other
    pair = interquartile_interval(np.array([[0.0], [1.0]]))
    assert pair == {"mean": 0.5, "low": 0.0, "high": 1.0}
    assert interquartile_interval(np.array([[1.0, 0.0]])) == {
        "mean": 0.5,
        "low": None,
        "high": None,
    }

"""Estimates and their 95 % intervals, as plain numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


def mean_interval(samples: np.ndarray) -> Mapping[str, float | None]:
    """The mean of a sample, and Student's t interval around it.

    Args:
        samples: `f64[n]`, at least one.

    Returns:
        `mean`, `std` (with `n - 1`), `standard_error`, `low` and `high`; all but the mean are
        `None` for a single sample, which tells nothing of its spread.
    """
    mean = float(np.mean(samples))
    count = len(samples)
    if count == 1:
        return {"mean": mean, "std": None, "standard_error": None, "low": None, "high": None}
    std = float(np.std(samples, ddof=1))
    error = std / math.sqrt(count)
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)) * error
    return {
        "mean": mean,
        "std": std,
        "standard_error": error,
        "low": mean - reach,
        "high": mean + reach,
    }


def rate_interval(hits: np.ndarray) -> Mapping[str, float]:
    """How often something happened, and Wilson's interval, which holds near 0 and 1 as well.

    Args:
        hits: `bool[n]`, at least one.

    Returns:
        `rate`, `low` and `high`.
    """
    result = stats.binomtest(int(np.sum(hits)), len(hits))
    interval = result.proportion_ci(CONFIDENCE, method="wilson")
    return {"rate": float(np.mean(hits)), "low": float(interval.low), "high": float(interval.high)}


def interquartile_interval(
    scores: np.ndarray, key: int = 0, draws: int = 5000, *, cut: float = 0.25
) -> Mapping[str, float | None]:
    """The mean of the middle half of all scores, and its stratified bootstrap interval.

    Agarwal et al., arXiv:2108.13264: runs are drawn anew with replacement, for each task apart.

    Args:
        scores: `f64[runs, tasks]`.
        key: Where the chance of the draws comes from.
        draws: How many there are.
        cut: Which share of the scores is left out at either end; with 0 it is the mean of all.

    Returns:
        `mean` (of the middle half), `low` and `high`, the last two `None` for a single run.
    """
    runs, tasks = scores.shape
    middle = float(stats.trim_mean(scores.ravel(), cut))
    if runs == 1:
        return {"mean": middle, "low": None, "high": None}
    rows = np.random.default_rng(key).integers(0, runs, (draws, runs, tasks))
    drawn = scores[rows, np.arange(tasks)].reshape(draws, -1)
    means = stats.trim_mean(drawn, cut, axis=1)
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return {"mean": middle, "low": float(low), "high": float(high)}

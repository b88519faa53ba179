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

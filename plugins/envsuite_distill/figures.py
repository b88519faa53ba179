"""Figures of many runs: the interquartile mean and its interval."""

from __future__ import annotations

import numpy as np
from scipy.stats import trim_mean

RESAMPLES, CONFIDENCE = 10_000, 0.95


def interquartile_mean(scores: np.ndarray, *, seed: int = 0) -> dict[str, float]:
    """The mean of the middle half of runs, with a bootstrap interval over the runs.

    Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice" (2021).

    Args:
        scores: `f64[runs]`, one figure a run.
        seed: Of the resampling.

    Returns:
        `iqm`, and `low` and `high` of the percentile interval of 95 %.
    """
    scores = np.asarray(scores, float)
    drawn = np.random.default_rng(seed).choice(scores, (RESAMPLES, len(scores)))
    means = trim_mean(drawn, 0.25, axis=1)
    outside = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [outside, 1 - outside])
    return {"iqm": float(trim_mean(scores, 0.25)), "low": float(low), "high": float(high)}

"""Figures of many runs: the interquartile mean and its interval."""

from __future__ import annotations

import numpy as np

from envsuite.runs.intervals import interquartile_interval

RESAMPLES = 10_000


def interquartile_mean(scores: np.ndarray, *, seed: int = 0) -> dict[str, float]:
    """The mean of the middle half of runs, with a bootstrap interval over the runs.

    Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice" (2021).

    Args:
        scores: `f64[runs]`, one figure a run.
        seed: Of the resampling.

    Returns:
        `iqm`, and `low` and `high` of the percentile interval of 95 %; all are the same for a
        single run.
    """
    column = np.asarray(scores, float)[:, None]
    found = interquartile_interval(column, seed, RESAMPLES)
    mean = float(found["mean"])  # pyright: ignore[reportArgumentType] - only the ends may be None
    low, high = (mean if end is None else end for end in (found["low"], found["high"]))
    return {"iqm": mean, "low": low, "high": high}

"""The learning curve: gathered while a run goes on, drawn when it is over."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Point = Mapping[str, Any]


def draw_curve(points: Sequence[Point], path: Path, *, title: str) -> Path:
    """Draw what a run learned as a PNG picture.

    Args:
        points: In order; each has `steps`, `episodes`, `return` and, where there are wins,
            `win_rate`.
        path: Where to.
        title: Above the picture.

    Returns:
        The path of the picture.
    """
    from matplotlib.figure import Figure  # here, because a run need not be drawn

    wins = all("win_rate" in point for point in points)
    figure = Figure(figsize=(7, 4), dpi=150, layout="constrained")
    axes = figure.subplots()
    steps = [point["steps"] for point in points]
    name = "win_rate" if wins else "return"
    axes.plot(steps, [point[name] for point in points], color="tab:blue", linewidth=1.5)
    axes.set_xlabel("environment steps")
    axes.set_ylabel("win rate while learning" if wins else "return while learning")
    if wins:
        axes.set_ylim(0, 1)
    axes.grid(alpha=0.3)
    axes.set_title(title)
    unfinished = path.with_name(f".{path.name}")
    figure.savefig(unfinished, format="png")
    os.replace(unfinished, path)
    return path

"""Plots of what a curriculum's buffer held in the course of a run, or of several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from envsuite.factory import make
from envsuite.functional import unwrapped
from envsuite.runs.level_file import LevelFile, level_files, measured
from envsuite.runs.tree_file import read_header
from envsuite_curricula.gallery import read_run

RANDOM = 1000  # levels drawn at random, to compare with
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe and Ito's
SPREAD = (10, 50, 90)  # percentiles: the band's edges, and the line


def draw_plots(folders: Sequence[Path], out: Path) -> Path:
    """Plot what was kept over the steps played; a line for each run, a panel for each figure.

    The line is the median of all levels kept, the band reaches from the tenth to the ninetieth
    percentile. Shares (solved, without a path) are means. A dotted line is the median, or the
    share, of levels drawn at random, where the games are configured alike.

    Args:
        folders: Of the runs, all of one game.
        out: The picture.

    Raises:
        FileNotFoundError: If a folder holds no levels.
        ValueError: If a file is damaged, no file of levels; for runs of different games.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import EngFormatter

    ids = {read_header(level_files(folder)[0])["id"] for folder in folders}
    if len(ids) > 1:
        raise ValueError(f"runs of different games cannot be compared: {', '.join(sorted(ids))}")
    names = [Path(folder).resolve().name for folder in folders]
    several = len(set(names)) < len(names)
    runs = {
        str(folder) if several else name: read_run(folder)
        for name, folder in zip(names, folders, strict=True)
    }
    firsts = [run[0] for run in runs.values()]
    panels = _panels(firsts)
    alike = all(first.header["options"] == firsts[0].header["options"] for first in firsts)
    usual = _usual(firsts[0]) if alike else {}
    across = min(3, len(panels))
    down = -(-len(panels) // across)
    figure = Figure(figsize=(3.9 * across, 2.9 * down), dpi=120, layout="constrained")
    axes = np.atleast_1d(figure.subplots(down, across, sharex=True)).ravel()
    for panel, title in zip(axes, panels, strict=False):
        for (name, run), color in zip(runs.items(), COLORS * len(runs), strict=False):
            _line(panel, run, title, name, color)
        if title in usual:
            panel.axhline(usual[title], color="#333333", linewidth=1, linestyle=":")
        panel.set_title(panels[title], fontsize=10)
        panel.grid(alpha=0.3)
    for panel in axes[len(panels) :]:
        panel.set_visible(False)
    for panel in axes[max(0, len(panels) - across) : len(panels)]:
        panel.set_xlabel("steps played")
        panel.xaxis.set_major_formatter(EngFormatter(sep=""))
        panel.tick_params(labelbottom=True)
    axes[0].legend(fontsize=8)
    note = "lines are medians or shares of all levels kept, bands hold the middle 80 %"
    figure.suptitle(note + ("; dotted: random levels" if usual else ""), fontsize=9)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out)
    return out


def _panels(firsts: Sequence[LevelFile]) -> dict[str, str]:
    """Keys and titles of what is plotted."""
    panels = {
        "score": "score",
        "age": "staleness: cycles since last proposed",
        "solved": "share of episodes solved",
    }
    measures = [pair for first in firsts for pair in first.measures.items()]
    panels |= {name: name for name, _ in measures}
    lacking = {name for name, each in measures if np.isnan(each).any()}
    return panels | {f"no {name}": f"share of levels without a {name}" for name in sorted(lacking)}


def _line(panel: Any, run: list[LevelFile], key: str, name: str, color: str) -> None:
    steps = [file.header["steps"] for file in run]
    rows = [_values(file, key) for file in run]
    if key == "solved" or key.startswith("no "):
        panel.plot(steps, [np.nanmean(row) for row in rows], color=color, label=name)
        panel.set_ylim(-0.02, 1.02)
        return
    low, middle, high = np.array([np.nanpercentile(row, SPREAD) for row in rows]).T
    panel.plot(steps, middle, color=color, label=name)
    panel.fill_between(steps, low, high, color=color, alpha=0.18, linewidth=0)


def _values(file: LevelFile, key: str) -> np.ndarray:
    if key in file.figures:
        return file.figures[key]
    if key in file.measures:
        return file.measures[key]
    return np.isnan(file.measures[key.removeprefix("no ")]).astype(float)


def _usual(file: LevelFile) -> dict[str, float]:
    """Medians, and shares, of levels drawn at random."""
    env = make(file.header["id"], **file.header["options"])
    game: Any = unwrapped(env)
    levels = jax.jit(jax.vmap(game.sample))(jax.random.split(jax.random.key(0), RANDOM))
    usual = {}
    for name, each in measured(env, levels).items():
        values = np.asarray(each)
        usual[name] = float(np.nanmedian(values))
        usual[f"no {name}"] = float(np.isnan(values).mean())
    return usual

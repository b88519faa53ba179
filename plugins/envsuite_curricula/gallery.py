"""A picture of the best levels of a curriculum's buffer at some moments of a run."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np

from envsuite.contact_sheet import contact_sheet
from envsuite.drawing import QUIET, WORDS, Sheet
from envsuite.factory import make
from envsuite.runs.level_file import LevelFile, level_files, read_levels
from envsuite.runs.tree_file import read_header
from envsuite.showing import picture_levels


def read_run(folder: Path) -> list[LevelFile]:
    """The levels of a run, in the order of its steps.

    Raises:
        FileNotFoundError: If the folder holds none.
        ValueError: If a file is damaged, or no file of levels.
    """
    paths = level_files(folder)
    header = read_header(paths[0])
    env = make(header["id"], **header["options"])
    return [read_levels(path, env) for path in paths]


def draw_gallery(
    folder: Path, out: Path, *, best: int = 7, moments: int = 10, width: int = 150
) -> Path:
    """Draw the best-scored levels, one row for each moment, the first one at the top.

    Args:
        folder: Of a run.
        out: The picture, PNG or JPEG.
        best: Levels in a row.
        moments: Rows, at most; they are spread evenly over the run.
        width: Of each level, in pixels.

    Raises:
        FileNotFoundError: If the folder holds no levels.
        ValueError: If a file is damaged, no file of levels; for a suffix that is no picture's.
    """
    run = read_run(folder)
    chosen = np.unique(np.linspace(0, len(run) - 1, min(moments, len(run))).round().astype(int))
    tiles = []
    for moment in chosen.tolist():
        file = run[moment]
        levels = jax.tree.map(lambda leaf: leaf[:best], file.levels)
        pictures = picture_levels(file.header["id"], levels, **file.header["options"])
        blank = np.full_like(pictures[0], pictures[0][0, 0])
        words = "" if tiles else f"{file.header['curriculum']}: scores"
        tiles.append((words, _label(file, blank.shape)))
        tiles += [(_title(file, place), own) for place, own in enumerate(pictures)]
        tiles += [("", blank)] * (best - len(pictures))
    contact_sheet(tiles, out, columns=best + 1, width=width)
    return out


def _title(file: LevelFile, place: int) -> str:
    score, solved = file.figures["score"][place], file.figures["solved"][place]
    return f"{score:.2f}" + (f", won {solved:.0%}" if np.isfinite(solved) else "")


def _label(file: LevelFile, shape: tuple[int, ...]) -> np.ndarray:
    """A tile of words at the head of a row, as large as a level's picture."""
    height, width = shape[:2]
    sheet = Sheet(width, height)
    size, middle = width / 10, width / 2
    score, header = file.figures["score"], file.header
    lines = [
        f"{header['steps']:,} steps",
        f"{len(score):,} levels",
        f"mean score {score.mean():.2f}",
    ]
    for number, line in enumerate(lines):
        at = middle, height / 2 + 1.6 * size * (number - 1)
        sheet.text(at, line, size, QUIET if number else WORDS)
    return sheet.pixels()

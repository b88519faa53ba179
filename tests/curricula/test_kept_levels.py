"""The levels that a run leaves, and the pictures that are made of them."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import envsuite
from envsuite.commands.app import app
from envsuite.core.curriculum import Keeper, Measured
from envsuite.functional import unwrapped
from envsuite.runs.level_file import BEST, FOLDER, level_files, read_levels, write_levels
from envsuite.runs.tree_file import read_header
from envsuite.showing import picture_level
from envsuite_agents.course import Course
from envsuite_agents.trainer import LearnerTrainer

GRID = "envsuite/Primer-GridWalk"
TRAINER = LearnerTrainer("ppo", evaluation_episodes=2, progress=False)
OPTIONS: dict[str, Any] = {
    "num_envs": 4,
    "rollout_steps": 6,
    "minibatches": 2,
    "hidden": [4],
    "max_steps": 6,
    "size": 5,
    "curriculum": "accel",
    "curriculum_config": {"capacity": 40, "score": "range_regret", "fill": 0.1},
}
STEPS = 20 * 4 * 6  # twenty updates


class Killed(Exception):
    """What stands for a process that is killed."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    TRAINER.train(GRID, steps=STEPS, seed=0, folder=folder, **OPTIONS)
    return folder


def command(*words: Any, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["levels", *map(str, words)])
    assert done.exit_code == code, done.output
    return " ".join(re.sub("[│╭╮╰╯─]", " ", done.output).split())  # errors come in a box


def test_a_run_leaves_ten_files_of_its_best_levels(whole: Path) -> None:
    files = level_files(whole)
    assert [read_header(path)["steps"] for path in files] == list(range(48, 481, 48))
    env = envsuite.make(GRID, size=5)
    game: Any = unwrapped(env)
    run = [read_levels(path, env) for path in files]
    last = run[-1]
    sizes = [len(file.figures["score"]) for file in run]
    assert sizes == sorted(sizes) and sizes[-1] == 40 > BEST
    assert last.levels.walls.shape == (BEST, 5, 5)
    assert (np.diff(last.figures["score"]) <= 0).all(), "the best-scored come first"
    assert len(set(last.figures["serial"].tolist())) == 40
    assert 0 <= last.figures["age"].min() < last.figures["age"].max() <= 20
    assert set(np.unique(last.figures["solved"])) <= {0.0, 0.5, 1.0} | {1 / 3, 2 / 3}
    np.testing.assert_array_equal(last.measures["walls"][:BEST], last.levels.walls.sum((1, 2)))
    assert last.header["options"] == {"max_steps": 6, "size": 5}
    record = json.loads((whole / "record.json").read_text())
    for name in ("env_steps", "trained_steps", "gradient_updates"):
        assert last.header[name] == record[name]
    assert all(len(game.level_text(jax.tree.map(lambda x: x[0], file.levels))) for file in run)
    with pytest.raises(ValueError, match=r"walls.* is bool\[.*5, 5\]; wanted is bool\[.*4, 4\]"):
        read_levels(files[0], envsuite.make(GRID, size=4))
    with pytest.raises(ValueError, match="weights.npz is no file of levels"):
        read_levels(whole / "weights.npz", env)


def test_a_run_that_was_killed_twice_leaves_the_same_files(whole, tmp_path, monkeypatch) -> None:
    """Once right after a checkpoint; once long after it, with files that come anew."""
    advance = Course.advance
    for advances, seconds in ((7, 0.0), (8, 1e9)):
        left = advances

        def die(self: Course) -> str:
            nonlocal left
            if not left:
                raise Killed
            left -= 1
            return advance(self)

        monkeypatch.setattr(Course, "advance", die)
        trainer = replace(TRAINER, checkpoint_seconds=seconds)
        with pytest.raises(Killed):
            trainer.train(GRID, steps=STEPS, seed=0, folder=tmp_path, **OPTIONS)
    assert [path.name for path in level_files(tmp_path)] == [
        path.name for path in level_files(whole)
    ][:7]
    monkeypatch.setattr(Course, "advance", advance)
    TRAINER.train(GRID, steps=STEPS, seed=0, folder=tmp_path, **OPTIONS)
    mine, due = (
        {path.name: path.read_bytes() for path in (folder / FOLDER).iterdir()}
        for folder in (tmp_path, whole)
    )
    assert mine == due and len(due) == 10


def test_a_gallery_shows_the_best_levels_of_each_moment(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "gallery.png"
    words = ("gallery", whole, "--best", 3, "--moments", 4, "--width", 120, "--out", path)
    assert str(path.name) in command(*words)
    sheet = Image.open(path).convert("RGB")
    assert sheet.width == 4 * 120
    row = sheet.height // 4
    file = read_levels(level_files(whole)[0], envsuite.make(GRID, size=5))
    first = jax.tree.map(lambda leaf: leaf[0], file.levels)
    own = picture_level(GRID, first, size=5, max_steps=6)
    small = Image.fromarray(own).resize((120, row - 28), Image.Resampling.LANCZOS)
    shown = sheet.crop((120, 28, 240, row))
    np.testing.assert_array_equal(np.array(shown), np.array(small))


def test_plots_compare_runs(whole: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(whole / FOLDER, other / FOLDER)
    for path in level_files(other)[5:]:
        path.unlink()
    alone, both = tmp_path / "alone.png", tmp_path / "both.png"
    command("plot", whole, "--out", alone)
    command("plot", whole, other, "--out", both)
    one, two = (np.array(Image.open(path).convert("RGB")) for path in (alone, both))
    assert one.shape == two.shape
    colors = [(picture == (213, 94, 0)).all(-1).sum() for picture in (one, two)]
    assert colors[0] == 0 < 300 < colors[1], "the second run's lines"


def test_what_cannot_be_shown_is_said(whole: Path, tmp_path: Path) -> None:
    assert "holds no levels" in command("gallery", tmp_path, code=2)
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "000000000048.npz").write_bytes(b"PK")
    assert "is damaged" in command("plot", tmp_path, code=2)
    game = envsuite.make(GRID, size=4)
    plr: Any = envsuite.make_curriculum("plr", game, capacity=4)
    kept = plr.kept(plr.init(jax.random.key(0)))
    assert write_levels(tmp_path / "none", game, kept, {"steps": 3}) is None
    assert not (tmp_path / "none").exists()
    header = {"id": GRID, "options": {"size": 4}, "curriculum": "plr", "steps": 3}
    one = replace(kept, size=jnp.int32(1))
    written = write_levels(tmp_path / "smaller" / FOLDER, game, one, header)
    assert written and read_levels(written, game).levels.walls.shape == (1, 4, 4)
    write_levels(tmp_path / "maze" / FOLDER, game, one, {**header, "id": "envsuite/Maze"})
    said = command("plot", whole, tmp_path / "maze", code=2)
    assert "different games" in said


def test_who_keeps_and_who_measures() -> None:
    game = envsuite.make(GRID)
    for name in ("plr", "robust-plr", "accel", "sfl"):
        assert isinstance(envsuite.make_curriculum(name, game), Keeper)
    assert not isinstance(envsuite.make_curriculum("dr", game), Keeper)
    assert isinstance(unwrapped(game), Measured)

"""The commands: what they print for people, what for programs, and how they refuse."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from envsuite.commands.app import app

BANDIT, WALK = "envsuite/Primer-Bandit", "envsuite/Primer-GridWalk"


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    if code == 0:
        return result.output
    return " ".join(re.sub("[│╭╮╰╯─]", " ", result.output).split())  # errors come in a box


def test_list_names_every_id_that_matches():
    assert [row["id"] for row in json.loads(run("list", "*primer-b*", "--json"))] == [BANDIT]
    assert WALK in run("list", "*gridwalk")
    assert "no id matches" in run("list", "nothing*", code=2)


def test_info_tells_what_is_known_once_a_game_is_built():
    facts = json.loads(run("info", WALK, "--json"))
    assert facts["agents"] == "one" and "levels" in facts["offers"]
    assert facts["limit"] == 100 and facts["backend"] == "jax"
    assert json.loads(run("info", "envsuite/SMAX-3m", "--json"))["backend"] == "numba"
    smaller = json.loads(run("info", WALK, "--set", "size=5", "--json"))
    assert smaller["config"] == {"size": 5}


def test_an_unknown_id_names_the_nearest():
    assert "Primer-Bandit" in run("info", "envsuite/Primer-Bandt", code=2)


@pytest.mark.parametrize(
    ("setting", "message"),
    [("size", "is no setting"), ("=3", "is no setting"), ("size=[1", "is not YAML")],
)
def test_settings_that_are_none(setting, message):
    assert message in run("info", WALK, "--set", setting, code=2)


def test_check_lists_every_promise():
    outcomes = json.loads(run("check", BANDIT, "--json"))
    assert len(outcomes) > 15 and not any(outcome["failure"] for outcome in outcomes)


def test_evaluate_writes_what_it_prints(tmp_path: Path):
    out = tmp_path / "figures" / "bandit.json"
    shown = json.loads(run("evaluate", BANDIT, "--episodes", "20", "--out", str(out), "--json"))
    assert shown == json.loads(out.read_text())
    assert shown["episodes"] == 20 and shown["length"]["mean"] == 1
    assert "interval" in run("evaluate", BANDIT, "--episodes", "20")


def test_agents_that_are_none(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a short path is not broken over lines
    assert "random" in run("evaluate", BANDIT, "--agent", "randm", code=2)
    assert "no training run" in run("evaluate", BANDIT, "--agent", ".", code=2)
    assert "learns nothing" in run("train", BANDIT, "--agent", "random", code=2)


def test_record_writes_a_film(tmp_path: Path):
    film = tmp_path / "walk.gif"
    run("record", WALK, "--out", str(film))
    assert film.read_bytes()[:6] == b"GIF89a"
    assert ".gif" in run("record", WALK, "--out", str(tmp_path / "walk.avi"), code=2)


def test_bench_measures_each_layer():
    [row] = json.loads(run("bench", BANDIT, "--num-envs", "2", "--seconds", "0.1", "--json"))
    assert set(row["steps_per_second"]) == {"loop", "engine", "vector"}
    assert all(rate > 0 for rate in row["steps_per_second"].values())


TOOL = """
import typer

app = typer.Typer()


@app.command()
def draw(length: int, twice: bool = False) -> None:
    print("-" * length * (1 + twice))


@app.command()
def erase() -> None:
    raise SystemExit(7)
"""


def test_a_plugin_brings_a_command_which_is_imported_when_it_is_run(tmp_path):
    (tmp_path / "acme_tool.py").write_text(TOOL)
    commands = "commands:\n  acme-tool: {target: 'acme_tool:app', summary: Draw a chain.}\n"
    (tmp_path / "own.yaml").write_text("namespace: acme\n" + commands)
    again = {
        **os.environ,
        "ENVSUITE_REGISTRY": str(tmp_path / "own.yaml"),
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        asked = [sys.executable, "-m", "envsuite.cli", *words]
        return subprocess.run(asked, env=again, capture_output=True, text=True)

    assert "Draw a chain." in run("--help").stdout
    assert run("acme-tool", "draw", "3", "--twice").stdout == "------\n"
    assert "--twice" in run("acme-tool", "draw", "--help").stdout
    assert run("acme-tool", "erase").returncode == 7
    (tmp_path / "acme_tool.py").write_text("1 / 0\n")
    assert run("list", "*gridwalk").returncode == 0


def test_a_trainer_that_refuses_a_game_is_told_without_a_traceback(tmp_path):
    words = ("train", "envsuite/SMAX-3m", "--agent", "ppo", "--out", str(tmp_path / "run"))
    assert "take the agent 'maskable-ppo'" in run(*words, code=2)

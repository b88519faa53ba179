"""The commands: what they print for people, what for programs, and how they refuse."""

from __future__ import annotations

import json
import re
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

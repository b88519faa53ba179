"""`envsuite distill`, and the pictures it draws."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from envsuite.commands.app import app
from envsuite_distill.distilled_set import load

TINY = {
    "networks": [],
    "activations": [],
    "learning_rates": [],
    "initialisations": 1,
    "episodes": 1,
    "horizon": 20,
    "layers": [4],
    "steps": 5,
    "population": 4,
    "generations": 1,
    "trials": 1,
    "batch": 4,
}


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["distill", *words])
    assert result.exit_code == code, result.output
    if code == 0:
        return result.stdout
    return " ".join(re.sub("[│╭╮╰╯─]", " ", result.output).split())  # errors come in a box


def test_train_leaves_a_set_that_show_shows(tmp_path):
    settings = [word for name, value in TINY.items() for word in ("--set", f"{name}={value}")]
    out = str(tmp_path / "run")
    card = json.loads(run("train", "CartPole", "--out", out, *settings, "--json"))
    assert card["command"].startswith("envsuite distill train CartPole --seed 0 --set ")
    shown = json.loads(run("show", f"{out}/set.json", "--json"))
    assert shown["task"] == "envsuite/CartPole" and shown["card"] == card
    assert shown["recipe"]["layers"] == [4]


def test_show_tells_the_pairs_and_draws_them(tmp_path):
    text = run("show", "CartPole", "--out", str(tmp_path / "set.png"))
    assert "envsuite distill train CartPole" in text.replace("\n", "")
    picture = np.array(Image.open(tmp_path / "set.png").convert("RGB"))
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50
    assert "has no axes" in run("show", "Acrobot", "--out", str(tmp_path / "a.png"), code=2)


def test_eval_plays_and_writes_the_figures(tmp_path):
    out = str(tmp_path / "set.json")
    words = ("--seeds", "2", "--episodes", "1", "--out", out, "--json")
    figures = json.loads(run("eval", "CartPole", *words))
    assert len(figures["networks"]) == 2 and load(out).card["figures"] == figures


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "CartPol"), "did you mean 'CartPole'"),
        (("train", "envsuite/CartPol"), "did you mean 'envsuite/CartPole'"),
        (("train", "CartPole", "--set", "pares=3"), "did you mean 'pairs'"),
        (("eval", "CartPole", "--set", "activation=sine"), "no activation 'sine'"),
    ],
)
def test_refusals(words, message):
    assert message in run(*words, code=2)

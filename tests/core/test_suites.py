"""Suites: who belongs to one, and rates that are known by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import envsuite
from envsuite.commands.app import app
from envsuite.core.errors import UnknownNameError
from envsuite.suites import evaluate_suite, picture_suite, suite, suites
from envsuite_agents.trainer import LearnerTrainer
from envsuite_sb3.trainer import MaskablePPOTrainer

GAMES = """
namespace: halls
environments:
  Near:
    target: envsuite_primer.gridwalk:GridWalk
    render: envsuite_primer.render:gridwalk
    max_steps: 20
    config: {size: 3}
    tags: ["suite:halls"]
  Far:
    target: envsuite_primer.gridwalk:GridWalk
    render: envsuite_primer.render:gridwalk
    max_steps: 1
    tags: ["suite:halls", "suite:unwinnable"]
  Straight:
    target: envsuite_maze.env:Maze
    max_steps: 9
    config: {level: ">.G\\n#.."}
    tags: ["suite:bends"]
  Bent:
    target: envsuite_maze.env:Maze
    max_steps: 9
    config: {level: ">.#\\n..G"}
    tags: ["suite:bends"]
  Tall:
    target: envsuite_maze.env:Maze
    max_steps: 9
    config: {level: ">G\\n..\\n.."}
    tags: ["suite:bends"]
  Silent:
    target: envsuite_primer.bandit:Bandit
    tags: ["suite:silent"]
"""


@pytest.fixture(scope="module", autouse=True)
def games(tmp_path_factory):
    path = tmp_path_factory.mktemp("games") / "registry.yaml"
    path.write_text(GAMES)
    envsuite.add_registry_file(path)


def at_random(env, group):
    return envsuite.make_policy("random", env, group)


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    if code == 0:
        return result.stdout
    return " ".join(re.sub("[│╭╮╰╯─]", " ", result.output).split())


def test_a_tag_makes_the_suite_whoever_brings_it():
    assert suite("halls") == ("halls/Far", "halls/Near")
    assert set(suite("unwinnable")) < set(suite("halls"))
    mazes = suite("mazes")
    assert len(mazes) == 14 and {envsuite.spec(id).max_steps for id in mazes} == {250}
    held = [id for id, own in envsuite.registry().environments.items() if "holdout" in own.tags]
    assert sorted([*mazes, *suites()["generated-mazes"]]) == sorted(held)
    with pytest.raises(UnknownNameError, match="mazes"):
        suite("mazs")


def test_rates_of_every_run_and_level_and_over_all():
    found = evaluate_suite("halls", [at_random, at_random], attempts=40, seed=3)
    far, near = found["levels"]["halls/Far"], found["levels"]["halls/Near"]
    # start and goal lie in opposite corners: one step is never enough
    assert far == {"rates": [0.0, 0.0], "mean": 0.0, "max_steps": 1}
    assert 0 < near["mean"] < 1 and near["mean"] == np.mean(near["rates"])
    assert found["runs"] == 2 and found["attempts"] == 40
    # of 0, 0, a and b the middle half is 0 and the lower of a and b
    assert found["mean"]["mean"] == pytest.approx(sum(near["rates"]) / 4)
    assert found["interquartile"]["mean"] == pytest.approx(min(near["rates"]) / 2)
    # drawn within each level, the mean lies between that of the lower and of the higher rate twice
    ends = (found["mean"]["low"], found["mean"]["high"])
    assert ends == pytest.approx((min(near["rates"]) / 2, max(near["rates"]) / 2))
    assert found == evaluate_suite("halls", [at_random, at_random], attempts=40, seed=3)
    limited = evaluate_suite("halls", [at_random], attempts=5, max_steps=1)
    assert [own["mean"] for own in limited["levels"].values()] == [0, 0]
    assert limited["mean"] == {"mean": 0, "low": None, "high": None}


class Ahead:
    """Goes forward; counts how often a program that plays it was traced."""

    traced = 0

    def reset(self, key, agents):
        """There is nothing to remember."""

    def act(self, key, memory, timestep):
        """One step ahead."""
        self.traced += 1
        return None, jnp.int32(2)


def test_levels_of_one_shape_are_played_by_one_program():
    loaded: list[Ahead] = []
    traced: dict[str, list[int]] = {}

    def load(env, group):
        loaded.append(Ahead())
        return loaded[-1]

    def tell(id, rates):
        traced[id] = [policy.traced for policy in loaded]

    found = evaluate_suite("bends", [load, load], attempts=2, tell=tell)
    rates = {id: own["rates"] for id, own in found["levels"].items()}
    assert rates == {"halls/Bent": [0, 0], "halls/Straight": [1, 1], "halls/Tall": [1, 1]}
    assert list(rates) == sorted(rates) and len(loaded) == 4, "two runs in each of two shapes"
    assert traced["halls/Straight"] == traced["halls/Bent"] and min(traced["halls/Tall"]) > 0


@pytest.mark.parametrize(("agent", "how"), [("maskable-ppo", []), ("recurrent-ppo", ["--sample"])])
def test_what_a_trainer_left_is_judged_on_a_suite(agent, how, tmp_path):
    """Stable-Baselines3's model of a folder, and a compiled learner with a memory."""
    folder, learner = str(tmp_path / "run"), {"num_envs": 4, "rollout_steps": 8, "minibatches": 1}
    quiet: dict[str, Any] = {"evaluation_episodes": 2, "progress": False}
    memory: dict[str, Any] = {"units": 8, "encoder": ()}
    trainer, options = (
        (MaskablePPOTrainer(**learner, **quiet), {})
        if agent == "maskable-ppo"
        else (LearnerTrainer(agent, **quiet), learner | memory)
    )
    trainer.train("halls/Near", steps=64, seed=0, folder=Path(folder), **options)
    words = ["evaluate", "halls/Near", "--suite", "unwinnable", "--agent", folder, *how]
    found = json.loads(run(*words, "--episodes", "3", "--json"))
    assert found["agents"] == [folder] and found["sampled"] == bool(how)
    assert found["levels"] == {"halls/Far": {"rates": [0.0], "mean": 0.0, "max_steps": 1}}


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ValueError, match="whether it was won"):
        evaluate_suite("silent", [at_random], attempts=2)
    with pytest.raises(ValueError, match="at least one run"):
        evaluate_suite("halls", [])
    with pytest.raises(ValueError, match="attempts must be at least 1"):
        evaluate_suite("halls", [at_random], attempts=0)


def test_the_command_writes_rates_with_what_they_were_made_by(tmp_path):
    out, picture = tmp_path / "figures.json", tmp_path / "ways.png"
    words = ["evaluate", "halls/Near", "--agent", "random", "--agent", "random", "--json"]
    words += ["--suite", "halls", "--episodes", "4", "--out", str(out)]
    shown = json.loads(run(*words, "--pictures", str(picture)))
    assert shown == json.loads(out.read_text())
    assert {"versions", "commit", "seed", "agents", "sampled"} <= shown.keys()
    assert [len(own["rates"]) for own in shown["levels"].values()] == [2, 2]
    assert Image.open(picture).size[0] == 2 * 240  # two levels side by side
    assert "give --suite" in run("evaluate", "halls/Near", "--agent", "a", "--agent", "b", code=2)
    assert "halls" in run("evaluate", "halls/Near", "--suite", "hals", code=2)


def test_a_way_through_a_maze_is_drawn(tmp_path):
    from envsuite.showing import picture_episode, picture_level

    id = "envsuite/Maze-MiniMaze"
    level = envsuite.make(id).default_params()
    empty, walked = picture_level(id, level), picture_episode(id, at_random, max_steps=30)
    assert empty.shape == walked.shape and empty.dtype == np.uint8
    assert (empty != walked).any()


def test_pictures_of_an_unknown_suite(tmp_path):
    with pytest.raises(UnknownNameError):
        picture_suite("hals", at_random, tmp_path / "no.png")

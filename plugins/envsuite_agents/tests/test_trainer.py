"""Training runs: they learn, go on where they were killed, and name what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from typer.testing import CliRunner

import envsuite
from envsuite.commands.app import app
from envsuite.core.errors import UnknownNameError
from envsuite.registry import registry, resolve
from envsuite_agents.course import Course
from envsuite_agents.trainer import LEARNERS, LearnerTrainer

BANDIT, GRID, PENDULUM = "envsuite/Primer-Bandit", "envsuite/Primer-GridWalk", "envsuite/Pendulum"
PPO = LearnerTrainer("ppo", evaluation_episodes=4, progress=False)
CAREFUL = replace(PPO, checkpoint_seconds=0)
SMALL: dict[str, Any] = {"num_envs": 4, "rollout_steps": 8, "minibatches": 2, "hidden": [16]}
LATER: dict[str, Any] = {
    "num_envs": 4,
    "train_frequency": 1,
    "learning_starts": 40,
    "batch_size": 8,
    "hidden": [8],
}
GAMES = {"ppo": GRID, "dqn": GRID, "sac": BANDIT, "td3": PENDULUM}  # DDPG is TD3 with less


class Killed(Exception):
    """What stands for a process that is killed."""


def kill_after(monkeypatch: pytest.MonkeyPatch, advances: int) -> None:
    advance, count = Course.advance, 0

    def die(self: Course) -> str:
        nonlocal count
        count += 1
        if count > advances:
            raise Killed
        return advance(self)

    monkeypatch.setattr(Course, "advance", die)


def command(*words: str | Path) -> str:
    """What the command line prints."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as file:
        return {name: file[name] for name in file.files if name != "header"}


def test_each_learner_is_registered():
    for name in LEARNERS:
        agent = registry().agents[name]
        assert resolve(agent.target)(**agent.config) == LearnerTrainer(name)
    game = envsuite.make(BANDIT)
    with pytest.raises(TypeError, match="'dqn' is a trainer, not a policy"):
        envsuite.make_policy("dqn", game, "")


def test_a_bandit_is_learned(tmp_path):
    options = {**SMALL, "num_envs": 16, "learning_rate": "1e-2"}
    words = [word for name in options for word in ("--set", f"{name}={options[name]}")]
    command("train", BANDIT, "--agent=ppo", "--steps=2500", "--seed=3", "--out", tmp_path, *words)
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["agent"] == "ppo" and record["id"] == BANDIT and record["seed"] == 3
    assert record["config"]["learning_rate"] == 0.01 and record["config"]["hidden"] == [16]
    assert record["steps_played"] == 2560, "whole rollouts of 16 copies and 8 steps"
    assert record["options"] == {} and record["versions"]["jax"] == jax.__version__
    # the best arm pays 0.9, a drawn one (0.9 + 4 * 0.1) / 5 = 0.26
    assert record["figures"]["return"][""]["mean"] > 0.75
    assert record["curve"][0]["return"] < 0.5 and record["curve"][-1]["steps"] == 2560
    assert sum(point["episodes"] for point in record["curve"]) == 2560, "games of one step"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "checkpoint.npz",
        "record.json",
        "weights.npz",
    ]
    judged = command("evaluate", BANDIT, "--agent", tmp_path, "--episodes=200", "--json")
    assert json.loads(judged)["return"][""]["mean"] > 0.75
    game = envsuite.make(BANDIT)
    policy = PPO.load(tmp_path, game, "")
    state, timestep = game.reset(jax.random.key(0), game.default_params())
    context = int(timestep.obs.argmax())
    assert policy.act(jax.random.key(0), None, timestep)[1] == context, "its arm is the best"
    with pytest.raises(ValueError, match="trained on envsuite/Primer-Bandit, another game"):
        PPO.load(tmp_path, envsuite.make(GRID), "")


@pytest.mark.parametrize("name", GAMES)
def test_a_killed_run_ends_as_if_it_had_not_been(tmp_path, monkeypatch, name):
    options = {**(SMALL if name == "ppo" else LATER)}
    if GAMES[name] != BANDIT:
        options["max_steps"] = 7  # an option of the game

    def train(folder: str, trainer: LearnerTrainer = PPO) -> Any:
        own = replace(trainer, learner=name)
        return own.train(GAMES[name], steps=160, seed=1, folder=tmp_path / folder, **options)

    with monkeypatch.context() as patch:
        kill_after(patch, 3 if name == "ppo" else 15)  # 60 steps: some are learned from
        with pytest.raises(Killed):
            train("killed", CAREFUL)
    assert not (tmp_path / "killed" / "record.json").exists()
    resumed, whole = train("killed"), train("whole")
    for file in ("weights.npz", "checkpoint.npz"):
        mine, due = arrays(tmp_path / "killed" / file), arrays(tmp_path / "whole" / file)
        assert mine.keys() == due.keys() and len(due) > 3
        for leaf in due:
            np.testing.assert_array_equal(mine[leaf], due[leaf], leaf)
    assert resumed["figures"] == whole["figures"]
    assert resumed["config"] == whole["config"]
    timeless = [[{**point, "seconds": 0} for point in run["curve"]] for run in (resumed, whole)]
    assert timeless[0] == timeless[1]
    with monkeypatch.context() as patch:
        kill_after(patch, 0)
        assert train("whole") == whole, "a finished run is not repeated"


def test_another_run_and_a_damaged_checkpoint_are_refused(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        kill_after(patch, 2)
        with pytest.raises(Killed):
            CAREFUL.train(BANDIT, steps=320, seed=1, folder=tmp_path, **SMALL)
    with pytest.raises(ValueError, match="seed 1, not 2: train into another folder"):
        PPO.train(BANDIT, steps=320, seed=2, folder=tmp_path, **SMALL)
    with pytest.raises(ValueError, match="discount 0.99, not 0.5"):
        PPO.train(BANDIT, steps=320, seed=1, folder=tmp_path, discount=0.5, **SMALL)
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ValueError, match="checkpoint.npz is damaged"):
        PPO.train(BANDIT, steps=320, seed=1, folder=tmp_path, **SMALL)


def test_what_cannot_be_trained_is_refused(tmp_path):
    def train(id: str, trainer: LearnerTrainer = PPO, **options: Any) -> None:
        trainer.train(id, steps=10, seed=0, folder=tmp_path / "none", **options)

    with pytest.raises(ValueError, match="no learner 'pop': did you mean 'ppo'?"):
        LearnerTrainer("pop")
    with pytest.raises(UnknownNameError, match="Primer-Bandit"):
        train("envsuite/Primer-Bandti")
    with pytest.raises(TypeError, match="takes a bounded Box of floats"):
        train(BANDIT, replace(PPO, learner="td3"))
    with pytest.raises(TypeError, match="ppo has an option 'learning_rate'"):
        train(BANDIT, learning_rat=0.1)
    with pytest.raises(TypeError, match="no option 'arm': did you mean 'arms'?"):
        train(BANDIT, arm=3)
    with pytest.raises(ValueError, match="discount must be a number, not 'high'"):
        train(BANDIT, discount="high")
    assert not (tmp_path / "none").exists()

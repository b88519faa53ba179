"""Training runs: they learn, go on where they were killed, and name what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sb3_contrib import MaskablePPO

from envsuite.core.errors import UnknownNameError
from envsuite_sb3.checkpoint import TENSORS, latest_checkpoint
from envsuite_sb3.progress import RunCallback
from envsuite_sb3.tests.toys import toy
from envsuite_sb3.trainer import MaskablePPOTrainer

BANDIT, PURSUIT = "envsuite/Primer-Bandit", "envsuite/Primer-Pursuit"
SMALL = MaskablePPOTrainer(
    num_envs=4,
    rollout_steps=8,
    minibatches=2,
    epochs=4,
    network=(16,),
    checkpoint_rollouts=2,
    evaluation_episodes=4,
    progress=False,
)


class Killed(Exception):
    """What stands for a process that is killed."""


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return MaskablePPO.load(folder / "model.zip", device="cpu").policy.state_dict()


def kill_after(monkeypatch: pytest.MonkeyPatch, rollouts: int) -> None:
    ended = RunCallback._on_rollout_end

    def die(self: RunCallback) -> None:
        ended(self)
        if self._rollouts == rollouts:
            raise Killed

    monkeypatch.setattr(RunCallback, "_on_rollout_end", die)


def test_a_bandit_is_learned(tmp_path):
    trainer = replace(SMALL, num_envs=16)
    record = trainer.train(BANDIT, steps=4000, seed=0, folder=tmp_path)
    # the best arm pays 0.9, a drawn one (0.9 + 4 * 0.1) / 5 = 0.26
    assert record["curve"][0]["return"] < 0.5
    assert np.mean([point["return"] for point in record["curve"][-5:]]) > 0.75


def test_a_run_leaves_its_record(tmp_path):
    torch.set_num_threads(2)
    record = SMALL.train(PURSUIT, steps=100, seed=3, folder=tmp_path, max_steps=5)
    assert torch.get_num_threads() == 2, "the caller's setting is put back"
    assert json.loads((tmp_path / "record.json").read_text()) == record
    assert record["id"] == PURSUIT and record["agent"] == "maskable-ppo"
    assert record["seed"] == 3 and record["options"] == {"max_steps": 5}
    assert record["config"]["rollout_steps"] == 8
    assert record["versions"]["torch"] == torch.__version__
    assert record["steps_played"] == 128, "whole rollouts of 4 copies and 8 steps"
    assert record["figures"]["episodes"] == 4 and record["figures"]["length"]["mean"] <= 5
    assert [point["steps"] for point in record["curve"]] == [32, 64, 96, 128]
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.glob("checkpoint-*")] == ["checkpoint-384"]


def test_a_killed_run_ends_as_if_it_had_not_been(tmp_path, monkeypatch):
    whole = SMALL.train(PURSUIT, steps=320, seed=1, folder=tmp_path / "whole")
    with monkeypatch.context() as patch:
        kill_after(patch, 7)
        with pytest.raises(Killed):
            SMALL.train(PURSUIT, steps=320, seed=1, folder=tmp_path / "killed")
    assert not (tmp_path / "killed" / "record.json").exists()
    kept = latest_checkpoint(tmp_path / "killed")
    assert kept is not None and kept.name == f"checkpoint-{6 * 4 * 8 * 3}"
    resumed = SMALL.train(PURSUIT, steps=320, seed=1, folder=tmp_path / "killed")
    expected = weights(tmp_path / "whole")
    for name, leaf in weights(tmp_path / "killed").items():
        torch.testing.assert_close(leaf, expected[name], rtol=0, atol=0)
    assert resumed["figures"] == whole["figures"]
    timeless = [[{**point, "seconds": 0} for point in run["curve"]] for run in (resumed, whole)]
    assert timeless[0] == timeless[1]


def test_a_finished_run_is_not_repeated(tmp_path, monkeypatch):
    record = SMALL.train(BANDIT, steps=64, seed=1, folder=tmp_path)
    kill_after(monkeypatch, 1)
    assert SMALL.train(BANDIT, steps=64, seed=1, folder=tmp_path) == record


def test_another_run_is_refused(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        kill_after(patch, 3)
        with pytest.raises(Killed):
            SMALL.train(BANDIT, steps=320, seed=1, folder=tmp_path)
    with pytest.raises(ValueError, match="seed 1, not 2: train into another folder"):
        SMALL.train(BANDIT, steps=320, seed=2, folder=tmp_path)
    with pytest.raises(ValueError, match="epochs 4, not 5"):
        replace(SMALL, epochs=5).train(BANDIT, steps=320, seed=1, folder=tmp_path)


@pytest.mark.parametrize("name", [TENSORS, "game.npz", "header.json"])
def test_a_checkpoint_cut_in_half_is_named_with_the_remedy(tmp_path, monkeypatch, name):
    with monkeypatch.context() as patch:
        kill_after(patch, 3)
        with pytest.raises(Killed):
            SMALL.train(BANDIT, steps=320, seed=1, folder=tmp_path)
    checkpoint = latest_checkpoint(tmp_path)
    assert checkpoint is not None
    path = checkpoint / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match="damaged.*delete .*checkpoint-") as raised:
        SMALL.train(BANDIT, steps=320, seed=1, folder=tmp_path)
    assert str(checkpoint) in str(raised.value)


def test_a_checkpoint_that_fails_leaves_the_last_one(tmp_path, monkeypatch):
    def full(*arguments: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        kill_after(patch, 3)
        with pytest.raises(Killed):
            SMALL.train(BANDIT, steps=320, seed=1, folder=tmp_path)
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr("envsuite_sb3.checkpoint.save_file", full)
    with pytest.raises(OSError, match="no space"):
        SMALL.train(BANDIT, steps=320, seed=1, folder=tmp_path)
    assert sorted(tmp_path.iterdir()) == before


def test_actions_that_are_no_choices_are_refused(tmp_path):
    with pytest.raises(TypeError, match="stable_baselines3.PPO"):
        SMALL.train(toy("Rowers"), steps=10, seed=0, folder=tmp_path)  # pyright: ignore[reportArgumentType] - a spec serves as well
    with pytest.raises(UnknownNameError, match="Primer-Bandit"):
        SMALL.train("envsuite/Primer-Bandti", steps=10, seed=0, folder=tmp_path)


def test_the_entropy_bonus_falls_in_a_straight_line(tmp_path, monkeypatch):
    weighed = []
    train = MaskablePPO.train
    monkeypatch.setattr(
        MaskablePPO, "train", lambda self: (weighed.append(self.ent_coef), train(self))
    )
    trainer = replace(SMALL, entropy_coefficient=0.4, final_entropy_coefficient=0.0)
    trainer.train(BANDIT, steps=128, seed=0, folder=tmp_path)
    assert weighed == pytest.approx([0.4, 0.3, 0.2, 0.1])


def test_numbers_with_which_nothing_is_learned_are_refused():
    with pytest.raises(ValueError, match="epochs must be at least 1, not 0"):
        MaskablePPOTrainer(epochs=0)
    with pytest.raises(ValueError, match="cannot be cut into 20 minibatches"):
        replace(SMALL, minibatches=20)

"""Curricula beside unmodified algorithms of Stable-Baselines3."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sb3_contrib import RecurrentPPO
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.callbacks import BaseCallback, CallbackList
from stable_baselines3.common.vec_env import VecMonitor

import envsuite
from envsuite_sb3 import CurriculumCallback

sys.path.insert(0, str(Path(__file__).parent))
from recorder import SIZE, Recorder  # noqa: E402  beside this file

ID, SLOTS, STEPS = "envsuite/Primer-GridWalk", 3, 64


def made(curriculum: Any, **options: Any) -> Any:
    options = {"size": SIZE, "max_steps": 12, "num_envs": SLOTS, "seed": 0, **options}
    return envsuite.make_as(ID, "sb3", curriculum=curriculum, **options)


def ppo(venv: Any, **options: Any) -> PPO:
    options = {"n_steps": STEPS, "batch_size": STEPS, "n_epochs": 1, "seed": 0, **options}
    return PPO("MlpPolicy", venv, device="cpu", **options)


class Keeper(BaseCallback):
    """Keeps what the rollout buffer held, and the policy, before each gradient step."""

    model: Any

    def __init__(self) -> None:
        """Nothing kept yet."""
        super().__init__()
        self.rollouts: list[dict[str, np.ndarray]] = []
        self.weights: list[list[np.ndarray]] = []

    def _on_rollout_start(self) -> None:
        parameters = self.model.policy.parameters()
        self.weights.append([each.detach().numpy().copy() for each in parameters])

    def _on_rollout_end(self) -> None:
        buffer = self.model.rollout_buffer
        names = ("rewards", "values", "advantages", "returns", "episode_starts")
        self.rollouts.append({name: getattr(buffer, name).copy() for name in names})

    def _on_step(self) -> bool:
        return True


def test_what_is_told_equals_a_plain_count_over_the_rollout_buffer() -> None:
    venv = made(Recorder(needs_values=True))
    keeper = Keeper()
    ppo(venv).learn(3 * SLOTS * STEPS, callback=CallbackList([keeper, CurriculumCallback()]))
    # episodes as the buffer shows them: from a start to the one before the next
    values, advantages, starts = (
        np.concatenate([rollout[name] for rollout in keeper.rollouts])
        for name in ("values", "advantages", "episode_starts")
    )
    counted = []
    for slot in range(SLOTS):
        begins = np.flatnonzero(starts[:, slot])
        for first, last in zip(begins[:-1], begins[1:], strict=True):
            own = advantages[first:last, slot]
            value = values[first:last, slot].mean()
            counted.append((value, own.mean(), np.maximum(own, 0).mean(), np.abs(own).mean()))
    memory = venv.engine.memory
    told = int(memory.told)
    assert len(counted) - SLOTS < told <= len(counted) + SLOTS and told > 20
    names = ("value", "advantage", "positive_advantage", "absolute_advantage")
    rows = np.stack([np.asarray(getattr(memory.outcome, name))[:told] for name in names], 1)
    # in what order slots end is not the buffer's business: every row told is among those counted
    apart = np.abs(rows[:, None] - np.array(counted)[None]).max(-1)
    assert (np.sort(apart.min(1))[: told - SLOTS] < 1e-5).all()


def test_a_rollout_that_is_only_looked_at_changes_no_parameter() -> None:
    venv = VecMonitor(made(Recorder(looks=3)))
    keeper, callback = Keeper(), CurriculumCallback()
    model: Any = ppo(venv)
    model.learn(2 * SLOTS * STEPS, callback=[keeper, callback])
    rollouts = model.num_timesteps // (SLOTS * STEPS)
    assert rollouts == 4 and callback.env_steps == 4 * SLOTS * STEPS
    assert callback.env_steps_trained == SLOTS * STEPS  # three were looked at
    first, *others = keeper.weights
    for weights in others:
        assert all(np.array_equal(a, b) for a, b in zip(first, weights, strict=True))
    after = [each.detach().numpy() for each in model.policy.parameters()]
    assert not all(np.array_equal(a, b) for a, b in zip(first, after, strict=True))


def test_imagined_transitions_make_the_advantages() -> None:
    options = {"num_envs": 4, "curriculum_config": {"capacity": 4, "fill": 0.25}, "seed": 0}
    venv = envsuite.make_as("envsuite/FruitChoice", "sb3", curriculum="samplr", **options)
    engine = venv.engine
    kept: list[Any] = []

    class Before(Keeper):
        def _on_rollout_end(self) -> None:
            log = engine.log
            kept.append((list(log.imagined), np.stack(log.ended), np.stack(log.rewards)))

    keeper = Keeper()
    model = ppo(venv, n_steps=16, batch_size=16)
    model.learn(64, callback=[Before(), CurriculumCallback(), keeper])
    imagined, ended, rewards = kept[-1]
    rollout = keeper.rollouts[-1]
    import torch

    obs = torch.as_tensor(np.stack([np.asarray(step.obs) for step in imagined]))
    assert obs.shape[:2] == (16, 4)
    reward = np.stack([step.reward for step in imagined])
    over = np.stack([step.terminated for step in imagined])
    assert (reward != rewards).any()  # what was imagined is not what was
    returns = rollout["advantages"] + rollout["values"]
    np.testing.assert_allclose(rollout["returns"], returns, rtol=1e-6)
    # where both the real and the imagined episode ended there is nothing to foresee
    last = ended & over
    assert last.any()
    np.testing.assert_allclose(returns[last], reward[last], atol=1e-5)


@pytest.mark.parametrize("algorithm", [RecurrentPPO, DQN])
def test_other_algorithms_learn_under_a_curriculum(algorithm: Any) -> None:
    if algorithm is DQN:
        venv = made("plr", curriculum_config={"capacity": 8, "score": "learnability"})
        model: Any = DQN("MlpPolicy", venv, learning_starts=50, device="cpu", seed=0)
    else:
        venv = made("robust-plr", curriculum_config={"capacity": 3})
        small = {"lstm_hidden_size": 8, "net_arch": [8]}
        options: dict[str, Any] = {"n_steps": 24, "batch_size": 24, "n_epochs": 1, "seed": 0}
        options["policy_kwargs"] = small
        model = RecurrentPPO("MlpLstmPolicy", venv, device="cpu", **options)
    model.learn(300, callback=CurriculumCallback())
    assert venv.engine.figures()["fill"] > 0


def test_a_curriculum_waits_for_its_callback() -> None:
    with pytest.raises(RuntimeError, match=r"give `callback=CurriculumCallback\(\)`"):
        ppo(made("plr")).learn(SLOTS * STEPS)
    with pytest.raises(ValueError, match="has no curriculum to tell"):
        ppo(envsuite.make_as(ID, "sb3", num_envs=2)).learn(64, callback=CurriculumCallback())
    with pytest.raises(ValueError, match="has no rollouts with values"):
        DQN("MlpPolicy", made("robust-plr")).learn(10, callback=CurriculumCallback())

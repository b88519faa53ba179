"""The Stable-Baselines3 bridge against what its owners built: checkers, wrappers, algorithms."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from PIL import Image
from sb3_contrib import MaskablePPO, RecurrentPPO
from sb3_contrib.common.maskable.evaluation import evaluate_policy as evaluate_masked
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.env_checker import check_env
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import SubprocVecEnv, VecMonitor, VecNormalize

import envsuite
from envsuite_sb3 import make
from envsuite_sb3.tests.toys import toy

IDS = sorted(envsuite.registry().environments)
SMAX, BANDIT = "envsuite/SMAX-3m", "envsuite/Primer-Bandit"
GUESS, PURSUIT = "envsuite/Primer-Guess", "envsuite/Primer-Pursuit"


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)  # PyTorch's idle threads would keep the cores of the games busy


@pytest.mark.parametrize("id", IDS)
def test_its_own_checker_passes_every_id(id):
    spec = envsuite.spec(id)
    view: dict[str, Any] = {"view": "tokens"} if "text" in spec.tags else {}
    env = gymnasium.make(id, **view)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Your action space")  # no [-1, 1] is asked of us
        check_env(env.unwrapped, warn=True)


@pytest.mark.parametrize("view", ["team", "seats"])
@pytest.mark.parametrize("id", IDS)
def test_every_id_has_a_bridge_of_usable_spaces(id, view):
    venv = make(id, num_envs=2, view=view)
    seats = 1
    if "multi-agent" in envsuite.spec(id).tags and view == "seats":
        seats = next(iter(envsuite.make(id, view="team").agents.values()))
    assert venv.num_envs == 2 * seats
    algorithm = MaskablePPO if venv.has_attr("action_masks") else PPO
    algorithm("MlpPolicy", venv, n_steps=4, batch_size=4, device="cpu")  # refuses what it cannot


def test_a_cut_episode_is_worth_what_was_to_come():
    def rewards_of(spec: envsuite.EnvSpec) -> np.ndarray:
        model = PPO(
            "MlpPolicy",
            make(spec, num_envs=2),
            n_steps=6,
            batch_size=12,
            gamma=0.5,
            learning_rate=0.0,
            device="cpu",
        )
        with torch.no_grad():  # a critic that always says 7
            for leaf in model.policy.value_net.parameters():
                leaf.zero_()
            model.policy.value_net.bias.fill_(7.0)
        model.learn(12)
        return model.rollout_buffer.rewards[:, 0]

    cut, ended = toy("Corridor", max_steps=3), toy("Corridor", length=3)
    np.testing.assert_allclose(rewards_of(cut), [1, 1, 1 + 0.5 * 7] * 2)
    np.testing.assert_allclose(rewards_of(ended), [1, 1, 1] * 2)


def test_masks_leave_no_choice_where_there_is_none():
    venv = make(toy("Forced", max_steps=8), num_envs=4, seed=0)
    assert is_masking_supported(venv)
    model = MaskablePPO("MlpPolicy", venv, n_steps=16, batch_size=64, seed=0, device="cpu")
    venv.seed(0)
    obs = venv.reset()
    blind = 0
    for _ in range(16):
        masks = get_action_masks(venv)
        actions, _ = model.predict(obs, action_masks=masks)
        assert masks[np.arange(4), actions].all() and (masks.sum(axis=1) == 1).all()
        blind += (~masks[np.arange(4), model.predict(obs)[0]]).sum()
        obs, _, _, infos = venv.step(actions)
        assert all(info.get("illegal_actions", 0) == 0 for info in infos)
    assert blind > 0, "without masks it would have chosen wrongly"


def test_dead_seats_pull_at_no_weight_of_the_policy():
    venv = make(SMAX, num_envs=4, view="seats", seed=0)
    model = MaskablePPO("MlpPolicy", venv, n_steps=8, batch_size=96, seed=0, device="cpu")
    obs = venv.reset()
    generator = np.random.default_rng(0)
    masks = venv.action_masks()
    dead = masks.sum(axis=1) == 1
    for _ in range(100):
        if dead.any():
            break
        obs = venv.step((generator.random(masks.shape) * masks).argmax(axis=1))[0]
        masks = venv.action_masks()
        dead = masks.sum(axis=1) == 1
    assert dead.any() and not dead.all()

    def gradient(rows: np.ndarray) -> float:
        seen, legal = torch.as_tensor(obs[rows]), torch.as_tensor(masks[rows])
        actions = torch.as_tensor(masks[rows].argmax(axis=1))
        _, log_prob, entropy = model.policy.evaluate_actions(seen, actions, action_masks=legal)
        assert entropy is not None
        model.policy.zero_grad()
        (-(3.0 * log_prob.exp()).mean() - 0.1 * entropy.mean()).backward()
        leaves = [
            *model.policy.mlp_extractor.policy_net.parameters(),
            *model.policy.action_net.parameters(),
        ]
        return sum(float(leaf.grad.abs().sum()) for leaf in leaves if leaf.grad is not None)

    assert gradient(dead) == 0.0
    assert gradient(~dead) > 0.0


def test_a_bandit_gets_better():
    venv = VecMonitor(make(BANDIT, num_envs=16))
    model = PPO(
        "MlpPolicy", venv, n_steps=16, batch_size=128, learning_rate=3e-3, seed=1, device="cpu"
    )
    before: Any
    after: Any
    before, _ = evaluate_policy(model, venv, n_eval_episodes=100, deterministic=False)
    model.learn(6000)
    after, _ = evaluate_policy(model, venv, n_eval_episodes=100)
    assert before < 0.5 and after > 0.75, "a best arm pays 0.9, a drawn one 0.26"


def test_a_seeded_run_repeats_itself():
    def learn() -> torch.Tensor:
        model: Any = PPO(
            "MlpPolicy", make(BANDIT, num_envs=4), n_steps=8, batch_size=32, seed=5, device="cpu"
        )
        return model.learn(64).policy.action_net.weight.detach()

    torch.testing.assert_close(learn(), learn(), rtol=0, atol=0)


def test_the_monitor_counts_what_was_paid():
    venv = VecMonitor(make(PURSUIT, num_envs=2, seed=0), info_keywords=("caught",))
    venv.reset()
    total, steps, told = np.zeros(2), np.zeros(2), 0
    for _ in range(120):
        _, rewards, dones, infos = venv.step(np.ones((2, 3), int))
        total += rewards
        steps += 1
        for slot in np.flatnonzero(dones):
            told += 1
            episode = infos[slot]["episode"]
            assert episode["r"] == pytest.approx(total[slot], abs=1e-4)
            assert episode["l"] == steps[slot] <= 50
            assert 0 <= episode["caught"] <= 2
            total[slot] = steps[slot] = 0
    assert told


def test_observations_and_rewards_are_normalised():
    venv = VecNormalize(make(PURSUIT, num_envs=4, view="seats", seed=0), clip_obs=5)
    obs: Any = venv.reset()
    for _ in range(100):
        obs = venv.step(np.ones(12, int))[0]
    assert np.abs(obs).max() <= 5 and venv.obs_rms.mean.shape == (50,)  # pyright: ignore[reportAttributeAccessIssue] - one space, one mean
    original = venv.get_original_obs()
    assert isinstance(original, np.ndarray) and set(np.unique(original)) <= {0, 1}
    assert is_masking_supported(venv), "masks pass through wrappers"


def test_algorithms_of_other_kinds_learn_on_it():
    recurrent: Any = RecurrentPPO(
        "MlpLstmPolicy", make(BANDIT, num_envs=4), n_steps=8, batch_size=32, device="cpu"
    )
    before = recurrent.policy.action_net.weight.detach().clone()
    recurrent.learn(32)
    assert not torch.equal(before, recurrent.policy.action_net.weight)
    boats = make(toy("Rowers", max_steps=5), num_envs=2, view="seats")
    off_policy = SAC("MlpPolicy", boats, learning_starts=20, buffer_size=200, device="cpu")
    off_policy.learn(60)
    assert off_policy.replay_buffer is not None
    ends = off_policy.replay_buffer.timeouts[: off_policy.replay_buffer.pos]  # pyright: ignore[reportAttributeAccessIssue] - the plain buffer has them
    assert ends[4::5].all() and ends.sum() == ends[4::5].size, "every fifth step was cut"
    words = PPO("MlpPolicy", make(GUESS, num_envs=2), n_steps=8, batch_size=16, device="cpu")
    words.learn(16)
    assert words.num_timesteps == 16


def test_its_evaluations_play_it():
    venv = make(PURSUIT, num_envs=4, view="team", seed=0)
    model = MaskablePPO("MlpPolicy", venv, n_steps=8, batch_size=32, seed=0, device="cpu")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Evaluation environment is not wrapped")
        returns, lengths = evaluate_masked(model, venv, 8, return_episode_rewards=True)
        plain: Any
        plain, _ = evaluate_policy(PPO("MlpPolicy", venv, device="cpu"), venv, 8)
    assert isinstance(returns, list) and isinstance(lengths, list)
    assert len(returns) == 8 and all(1 <= length <= 50 for length in lengths)
    assert -0.5 <= plain <= 2


def test_processes_make_the_gymnasium_id_by_its_module():
    venv = make_vec_env(
        "envsuite:envsuite/Primer-Pursuit",
        n_envs=2,
        seed=40,
        vec_env_cls=SubprocVecEnv,
        vec_env_kwargs={"start_method": "forkserver"},
    )
    try:
        ours = make(PURSUIT, num_envs=2, seed=40)
        np.testing.assert_array_equal(venv.reset(), ours.reset())
        for _ in range(60):
            actions = np.full((2, 3), 2)
            theirs, rewards, dones, _ = venv.step(actions)
            obs, reward, done, _ = ours.step(actions)
            np.testing.assert_array_equal(dones, done)
            np.testing.assert_allclose(rewards, reward, rtol=1e-6)
            if dones.any():
                break  # from here on the seeds of the next episodes differ
            np.testing.assert_array_equal(theirs, obs)
        model = MaskablePPO("MlpPolicy", venv, n_steps=8, batch_size=16, device="cpu")
        assert model.learn(16).num_timesteps == 16
    finally:
        venv.close()


def test_the_main_example_runs_and_says_where_things_are(tmp_path):
    script = Path(__file__).parents[2] / "examples" / "smax_3m.py"
    short = ["--steps", "4096", "--episodes", "8", "--out", str(tmp_path)]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, str(script), *short],
        env={**os.environ, "PYTHONPATH": path, "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["steps_played"] >= 4096 and record["figures"]["episodes"] == 8
    assert f"Won {record['figures']['win_rate']['rate']:.1%} of 8 fresh battles" in done.stdout
    for name in ("model.zip", "curve.png", "battle.gif", "record.json"):
        assert str(tmp_path / name) in done.stdout
    with Image.open(tmp_path / "battle.gif") as film:
        assert getattr(film, "n_frames", 1) > 3

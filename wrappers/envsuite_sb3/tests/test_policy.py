"""A trained network as a policy of the suite: it chooses what the model itself chooses."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
import torch
from sb3_contrib import MaskablePPO

import envsuite
from envsuite.core.timestep import Timestep
from envsuite_sb3 import make
from envsuite_sb3.policy import load_policy

PURSUIT = "envsuite/Primer-Pursuit"


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module", params=["team", "seats"])
def saved(request, tmp_path_factory):
    venv = make(PURSUIT, num_envs=2, view=request.param, seed=0)
    model: Any = MaskablePPO("MlpPolicy", venv, n_steps=8, batch_size=16, seed=0, device="cpu")
    with torch.no_grad():  # a fresh network scores all actions nearly alike
        model.policy.action_net.weight.mul_(100)
    path = tmp_path_factory.mktemp("model") / "model.zip"
    model.save(path)
    return request.param, model, path


def test_it_chooses_as_the_model_does(saved):
    view, model, path = saved
    assert isinstance(
        policy := load_policy(path, envsuite.make(PURSUIT), "hunter"), envsuite.Policy
    )
    act = jax.jit(policy.act)
    generator = np.random.default_rng(0)
    for _ in range(50):
        obs = generator.random((3, 50), np.float32)
        legal = generator.random((3, 5)) < 0.5
        legal[:, 0] = True
        timestep = Timestep(obs, np.zeros(3, np.float32), np.zeros(3, bool), legal=legal)
        _, action = act(jax.random.key(0), None, timestep)
        rows = (obs.reshape(-1), legal.reshape(-1)) if view == "team" else (obs, legal)
        expected, _ = model.predict(rows[0], deterministic=True, action_masks=rows[1])
        np.testing.assert_array_equal(action, expected)


def test_it_plays_a_group_for_a_learner(saved):
    _, _, path = saved
    policy = load_policy(path, envsuite.make(PURSUIT), "hunter")
    venv = make(PURSUIT, num_envs=2, team="prey", policies={"hunter": policy}, seed=0)
    assert venv.reset().shape == (2, 100)
    assert venv.step(np.zeros((2, 2), int))[0].shape == (2, 100)


def test_it_refuses_another_game(saved):
    _, _, path = saved
    with pytest.raises(ValueError, match="trained for another game"):
        load_policy(path, envsuite.make(PURSUIT, sight=3), "hunter")
    with pytest.raises(ValueError, match="the agent sees 27"):
        load_policy(path, envsuite.make("envsuite/Primer-GridWalk"), "")

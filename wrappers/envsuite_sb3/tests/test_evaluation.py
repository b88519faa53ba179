"""Evaluation: fresh seeds, one episode each, and honest intervals."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sb3_contrib import MaskablePPO, RecurrentPPO

import envsuite
from envsuite_sb3 import make
from envsuite_sb3.evaluation import FIRST_SEED, evaluate, mean_interval, rate_interval

PURSUIT = "envsuite/Primer-Pursuit"


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def model() -> MaskablePPO:
    venv = make(PURSUIT, num_envs=2, view="seats", seed=0)
    return MaskablePPO("MlpPolicy", venv, n_steps=8, batch_size=16, seed=0, device="cpu")


def test_figures_do_not_depend_on_how_many_are_played_at_once(model):
    together = evaluate(model, PURSUIT, episodes=6, num_envs=6, seed=4)
    apart = evaluate(model, PURSUIT, episodes=6, num_envs=4, seed=4)
    assert together["length"] == apart["length"] and together["win_rate"] == apart["win_rate"]
    assert together["return"] == pytest.approx(apart["return"])
    assert evaluate(model, PURSUIT, episodes=6, num_envs=6, seed=14) != together


def test_figures_are_those_of_the_episodes_played_one_by_one(model):
    figures = evaluate(model, PURSUIT, episodes=3, seed=4, num_envs=4)
    engine = envsuite.make_engine(PURSUIT, 1, autoreset="disabled", view="team")
    returns, lengths, wins = [], [], []
    for episode in range(3):
        timestep = engine.reset(FIRST_SEED + 4 + episode)
        total, steps, over = 0.0, 0, False
        while not over:
            action, _ = model.predict(
                np.array(timestep.obs["hunter"][0]),
                deterministic=True,
                action_masks=np.array(timestep.legal["hunter"][0]),  # type: ignore[index]
            )
            timestep = engine.step({"hunter": action[None]})
            total += float(np.mean(timestep.reward["hunter"][0]))
            steps += 1
            over = bool(timestep.info["over"][0])
        returns.append(total)
        lengths.append(steps)
        wins.append(bool(timestep.info["won"][0]))
    assert figures["return"]["mean"] == pytest.approx(np.mean(returns), rel=1e-5)
    assert figures["length"]["mean"] == np.mean(lengths)
    assert figures["win_rate"]["rate"] == np.mean(wins)


def test_a_model_with_memory_is_evaluated_too():
    venv = make("envsuite/Primer-Bandit", num_envs=2, seed=0)
    model = RecurrentPPO("MlpLstmPolicy", venv, n_steps=8, batch_size=16, seed=0, device="cpu")
    figures = evaluate(model, "envsuite/Primer-Bandit", episodes=4, num_envs=2)
    assert figures["length"] == {"mean": 1, "low": 1, "high": 1}
    assert "win_rate" not in figures, "a bandit has no winner"


def test_intervals():
    # Wilson's interval for 180 of 200, from its formula with z = 1.959964
    z, rate, n = 1.959964, 0.9, 200
    middle = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    told = rate_interval(np.arange(200) < 180)
    assert told == pytest.approx({"rate": 0.9, "low": middle - reach, "high": middle + reach})
    # Student's t with 3 degrees of freedom is 3.182446 at 97.5 %
    told = mean_interval(np.array([1.0, 2.0, 3.0, 4.0]))
    reach = 3.182446 * np.sqrt(5 / 3) / 2
    assert told == pytest.approx({"mean": 2.5, "low": 2.5 - reach, "high": 2.5 + reach})
    assert mean_interval(np.array([2.0])) == {"mean": 2, "low": None, "high": None}


def test_bad_calls_are_named(model):
    with pytest.raises(ValueError, match="at least 1"):
        evaluate(model, PURSUIT, episodes=0)
    with pytest.raises(ValueError, match="trained with"):
        evaluate(model, PURSUIT, view="team")

"""To Minari and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from envsuite_distill.distilled_set import load
from envsuite_distill.minari_dataset import from_minari, to_minari

minari = pytest.importorskip("minari")


@pytest.fixture(autouse=True)
def folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))


@pytest.mark.parametrize("name", ["CartPole", "Pendulum"])
def test_a_set_goes_to_minari_and_comes_back(name):
    pairs = load(name)
    to_minari(pairs, "distilled/there-v0")
    kept = minari.load_dataset("distilled/there-v0")
    assert kept.total_steps == kept.total_episodes == len(pairs.states)
    first = next(iter(kept.iterate_episodes()))
    np.testing.assert_array_equal(first.observations[0], pairs.observations[0])
    assert kept.recover_environment(eval_env=True).spec.id == pairs.gymnasium_id
    read = from_minari("distilled/there-v0")
    np.testing.assert_allclose(read.states, pairs.states, atol=1e-6)
    np.testing.assert_array_equal(read.targets, pairs.targets)
    assert read.recipe == pairs.recipe and read.card == pairs.card


def test_what_others_recorded_is_read_too():
    import gymnasium as gym

    collector = minari.DataCollector(gym.make("CartPole-v1", max_episode_steps=5))
    collector.reset(seed=0)
    for action in (0, 1, 1, 0, 1):
        collector.step(action)
    dataset = collector.create_dataset("others/cartpole-v0")
    read = from_minari(dataset, task="envsuite/CartPole")
    assert read.gymnasium_id == "CartPole-v1" and read.kind == "labels"
    assert read.actions.tolist() == [0, 1, 1, 0, 1]
    np.testing.assert_allclose(read.states.mean(0), 0, atol=1e-5)
    with pytest.raises(ValueError, match="name one"):
        from_minari(dataset)


def test_what_is_no_set_is_refused():
    import gymnasium as gym

    collector = minari.DataCollector(gym.make("MountainCar-v0"))
    collector.reset(seed=0)
    for _ in range(70):
        collector.step(1)
    dataset = collector.create_dataset("others/long-v0")
    with pytest.raises(ValueError, match="70 steps, and a set at most 64"):
        from_minari(dataset, task="envsuite/MountainCar")
    with pytest.raises(ValueError, match="names no environment"):
        to_minari(replace(load("CartPole"), gymnasium_id=""), "none-v0")

"""The outer loop: what it finds, what it survives, and that neither stops nor devices change it."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.evolution import search as outer
from envsuite.evolution.returns import mean_return
from envsuite.evolution.search import BEST, CHECKPOINT, RECORD, Search
from envsuite.factory import make, make_policy

sys.path.insert(0, str(Path(__file__).parent))
from hills import Hills  # noqa: E402  beside this file, and a script as well

SEARCH = Search(population=24, generations=12, deviation=0.3, judge_every=3, trials=4, batch=4)
ABOUT = {"id": "test/Hills", "version": 0}


def found(folder: Path) -> np.ndarray:
    with np.load(folder / BEST) as file:
        return file["['place']"]


def told(folder: Path) -> list[dict]:
    """The judgements of a search, without how long they took."""
    history = json.loads((folder / RECORD).read_text())["history"]
    return [{name: point[name] for name in point if name != "seconds"} for point in history]


def run(folder: Path, search: Search = SEARCH, problem: Hills | None = None, seed: int = 5):
    own = problem or Hills()
    return search.run(own, about=ABOUT, seed=seed, folder=folder, progress=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A search from start to end."""
    folder = tmp_path_factory.mktemp("whole")
    run(folder)
    return folder


@pytest.mark.parametrize("strategy", ["snes", "open-es"])
def test_it_climbs(tmp_path, strategy):
    longer = replace(SEARCH, strategy=strategy, generations=60, learning_rate=0.05)
    best, record = run(tmp_path, longer)
    np.testing.assert_allclose(best["place"], [1.0, -1.0, 1.0], atol=0.25)
    assert record["best"]["score"] == max(point["score"] for point in record["history"])
    assert record["generations"] == 60 and record["members_lost"] == 0


def test_a_goal_ends_it(tmp_path):
    _, record = run(tmp_path, replace(SEARCH, generations=60, goal=-0.5))
    assert record["best"]["score"] >= -0.5 and record["generations"] < 60


@pytest.mark.parametrize("after", [2, 7])
def test_a_search_that_was_stopped_ends_as_if_it_had_not(tmp_path, whole, monkeypatch, after):
    played = outer.Generation.play

    def interrupted(self, state, number):
        if number == after:
            raise KeyboardInterrupt
        return played(self, state, number)

    monkeypatch.setattr(outer.Generation, "play", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    assert not (tmp_path / RECORD).exists()
    monkeypatch.setattr(outer.Generation, "play", played)
    run(tmp_path)
    np.testing.assert_array_equal(found(tmp_path), found(whole))
    assert told(tmp_path) == told(whole)


def test_a_finished_search_is_not_repeated(whole, monkeypatch):
    def never(*_):
        raise AssertionError("played again")

    monkeypatch.setattr(outer.Generation, "play", never)
    best, _ = run(whole)
    np.testing.assert_array_equal(best["place"], found(whole))


def test_a_folder_of_another_search_is_refused(whole):
    with pytest.raises(ValueError, match="seed 5, not 6: train into another folder"):
        run(whole, seed=6)


def test_a_checkpoint_cut_in_half_is_named(tmp_path, whole):
    (tmp_path / CHECKPOINT).write_bytes((whole / CHECKPOINT).read_bytes()[:500])
    with pytest.raises(ValueError, match="checkpoint.npz is damaged"):
        run(tmp_path)


def test_a_candidate_without_a_score_loses_and_the_search_goes_on(tmp_path):
    best, record = run(tmp_path, replace(SEARCH, generations=40), Hills(abyss=0.0))
    assert record["members_lost"] > 0
    np.testing.assert_allclose(best["place"], [1.0, -1.0, 1.0], atol=0.3)


def test_a_generation_without_any_score_ends_it(tmp_path):
    with pytest.raises(FloatingPointError, match="generation 0: no candidate has a score"):
        run(tmp_path, problem=Hills(abyss=1e9))


@pytest.mark.parametrize("wrong", [{"population": 3}, {"deviation": 0.0}, {"trials": 0}])
def test_numbers_that_search_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
        Search(**wrong)


def in_processes(folder: Path, devices: int, processes: int = 1) -> None:
    """Run the search of `hills.py` on forced devices, in one process or several."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = str(probe.getsockname()[1])
    own = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    script = [sys.executable, str(Path(__file__).parent / "hills.py"), str(folder), str(devices)]
    rest = [[]] if processes == 1 else [[str(k), str(processes), port] for k in range(processes)]
    running = [subprocess.Popen([*script, *more], env=own) for more in rest]
    assert [process.wait(timeout=180) for process in running] == [0] * processes


def test_eight_devices_find_what_one_finds(tmp_path, whole):
    in_processes(tmp_path, devices=8)
    np.testing.assert_array_equal(found(tmp_path), found(whole))
    assert told(tmp_path) == told(whole)


def test_two_processes_find_what_one_finds(tmp_path, whole):
    in_processes(tmp_path, devices=2, processes=2)
    np.testing.assert_array_equal(found(tmp_path), found(whole))
    assert told(tmp_path) == told(whole)


def test_the_mean_return_is_that_of_episodes_played_one_by_one():
    env = make("envsuite/CartPole", max_steps=None)
    params, policy, key = env.default_params(), make_policy("random", env, ""), jax.random.key(3)
    horizon, episodes = 20, 5  # some poles fall before, some do not

    def play(keys):
        """One episode, step by step; the keys as `mean_return` deals them out."""
        reset_key, _ = jax.random.split(keys[0])
        state, timestep = env.reset(reset_key, params)
        total, done = 0.0, bool(timestep.terminated)
        for now in keys[1:]:
            act_key, step_key = jax.random.split(now)
            _, action = policy.act(act_key, None, timestep)
            state, timestep = env.step(step_key, state, action, params)
            total += 0.0 if done else float(timestep.reward)
            done = done or bool(timestep.terminated)
        return total

    rows = []
    for _ in range(horizon + 1):
        key, now = jax.random.split(key)
        rows.append(jax.random.split(now, episodes))
    expected = np.mean([play([row[k] for row in rows]) for k in range(episodes)])
    got = mean_return(
        jax.random.key(3), env, params, policy, episodes=episodes, horizon=jnp.int32(horizon)
    )
    assert float(got) == pytest.approx(expected, abs=1e-5) and 0 < expected < horizon

"""The JAX engine: seeds, modes, tasks, devices, files."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import jax
import numpy as np
import pytest

import envsuite
from envsuite.engines.base import seed_words

ID = "envsuite/Primer-Pursuit"
make_engine: Any = envsuite.make_engine  # the JAX engine offers more than the protocol names


def actions(engine, value=0):
    return {g: np.full((engine.num_envs, n), value, np.int32) for g, n in engine.agents.items()}


def play(engine, steps=60, seed=0):
    engine.reset(seed)
    rng = np.random.default_rng(1)
    seen = []
    for _ in range(steps):
        action = {
            g: rng.integers(0, 5, (engine.num_envs, n), dtype=np.int32)
            for g, n in engine.agents.items()
        }
        seen.append(jax.device_get(engine.step(action)))
    return seen


def test_seeds_stand_for_themselves_up_to_64_bits():
    # the words JAX itself makes of a small seed
    own = np.asarray(jax.random.key_data(jax.random.key(12345)))
    assert (seed_words(12345, 1)[0] == own).all()
    assert seed_words(2**40 + 3, 1)[0].tolist() == [2**8, 3]
    big = seed_words(2**100, 2)
    assert big.shape == (2, 2) and (big[0] != big[1]).any()


def test_no_seed_means_fresh_entropy():
    assert (seed_words(None, 4) != seed_words(None, 4)).any()
    first = make_engine(ID, 2).reset()
    second = make_engine(ID, 2).reset()
    assert (np.asarray(first.obs["hunter"]) != np.asarray(second.obs["hunter"])).any()


@pytest.mark.parametrize("seed", [-1, [1, -2]])
def test_a_negative_seed_is_refused(seed):
    with pytest.raises(ValueError, match="0 or more"):
        seed_words(seed, 2)


def test_as_many_seeds_as_copies():
    with pytest.raises(ValueError, match="3 seeds for 2 copies"):
        seed_words([1, 2, 3], 2)


def test_same_step_shows_the_final_observation():
    engine = make_engine(ID, 4, max_steps=3)
    before = engine.reset(0)
    for _ in range(2):
        engine.step(actions(engine))
    timestep = engine.step(actions(engine))
    over = np.asarray(timestep.info["over"])
    assert over.all() and np.asarray(timestep.truncated).all()
    # everyone stood still for three steps, so the last observation shows the same cells as the
    # first, and the new episode's does not
    final, first = timestep.info["final_obs"], before.obs
    fresh = timestep.obs
    assert (np.asarray(final["hunter"]) == np.asarray(first["hunter"])).all()
    assert (np.asarray(fresh["hunter"]) != np.asarray(first["hunter"])).any()


def test_step_after_the_end_is_refused_when_nothing_resets():
    engine = make_engine(ID, 2, autoreset="disabled", max_steps=1)
    engine.reset(0)
    engine.step(actions(engine))
    with pytest.raises(RuntimeError, match="reset them"):
        engine.step(actions(engine))
    engine.reset(mask=np.array([True, True]))
    engine.step(actions(engine))


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (np.zeros((2, 3), np.int32), "mapping"),
        ({"hunter": np.zeros((2, 3), np.int32)}, "no action for"),
        ({"hunters": 0, "prey": 0}, "did you mean 'hunter'"),
        ({"hunter": np.zeros((2, 2), int), "prey": np.zeros((2, 2), int)}, "shape"),
        ({"hunter": np.zeros((2, 3)), "prey": np.zeros((2, 2), int)}, "integers"),
        ({"hunter": np.full((2, 3), 5), "prey": np.zeros((2, 2), int)}, "takes 0 to 4"),
    ],
)
def test_ill_formed_actions_are_refused(action, message):
    engine = make_engine(ID, 2)
    engine.reset(0)
    with pytest.raises(ValueError, match=message):
        engine.step(action)


@pytest.mark.parametrize("mask", [[True, False, True], np.array([1, 0]), np.array([[True]])])
def test_ill_formed_masks_are_refused(mask):
    engine = make_engine(ID, 2)
    engine.reset(0)
    with pytest.raises(ValueError, match="reset mask"):
        engine.reset(mask=mask)


def test_unknown_mode_and_count():
    with pytest.raises(ValueError, match="did you mean 'same-step'"):
        make_engine(ID, 2, autoreset="same_step")
    with pytest.raises(ValueError, match="at least 1"):
        make_engine(ID, 0)


def test_a_state_goes_to_a_file_and_comes_back(tmp_path):
    engine, twin = make_engine(ID, 3), make_engine(ID, 3)
    play(engine, 5)
    engine.save(tmp_path / "state.npz")
    twin.load(tmp_path / "state.npz")
    a, b = engine.step(actions(engine, 1)), twin.step(actions(twin, 1))
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_array_equal(x, y)


def test_a_file_cut_in_half_is_refused_and_nothing_is_lost(tmp_path):
    engine = make_engine(ID, 3)
    play(engine, 5)
    path = tmp_path / "state.npz"
    engine.save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    before = engine.state
    with pytest.raises(ValueError, match=r"state\.npz is damaged"):
        engine.load(path)
    assert engine.state.slots is before.slots
    assert [file.name for file in tmp_path.iterdir()] == ["state.npz"]


def test_a_file_of_another_game_is_refused(tmp_path):
    engine = make_engine(ID, 3)
    engine.reset(0)
    engine.save(tmp_path / "state.npz")
    with pytest.raises(ValueError, match="num_envs 3"):
        make_engine(ID, 2).load(tmp_path / "state.npz")
    with pytest.raises(ValueError, match="has id"):
        make_engine("envsuite/Primer-Bandit", 3).load(tmp_path / "state.npz")


def test_each_slot_may_have_its_own_task():
    engine = make_engine("envsuite/Primer-GridWalk", 4, autoreset="disabled")
    game = engine.env.env.env  # below LegalActions and TimeLimit
    levels = jax.vmap(game.sample)(jax.random.split(jax.random.key(0), 4))
    engine.reset(0, params=levels)
    own = engine.state.slots.params
    for a, b in zip(jax.tree.leaves(own), jax.tree.leaves(levels), strict=True):
        np.testing.assert_array_equal(a, b)
    others = jax.vmap(game.sample)(jax.random.split(jax.random.key(1), 4))
    engine.reset(mask=np.array([True, False, False, False]), params=others)
    for a, b, c in zip(
        *map(jax.tree.leaves, (engine.state.slots.params, levels, others)), strict=True
    ):
        np.testing.assert_array_equal(a[1:], b[1:])
        np.testing.assert_array_equal(a[0], c[0])


def test_params_given_to_step_are_those_of_the_next_episode():
    engine = make_engine("envsuite/Primer-GridWalk", 4, max_steps=2)
    game = engine.env.env.env
    first, second = (jax.vmap(game.sample)(jax.random.split(jax.random.key(n), 4)) for n in (0, 1))
    engine.reset(0, params=first)
    walk = np.zeros(4, np.int32)
    engine.step(walk, params=second)
    for a, b in zip(
        jax.tree.leaves(engine.state.slots.params), jax.tree.leaves(first), strict=True
    ):
        np.testing.assert_array_equal(a, b)  # nobody has ended: nothing is cut short
    engine.step(walk, params=second)
    for a, b in zip(
        jax.tree.leaves(engine.state.slots.params), jax.tree.leaves(second), strict=True
    ):
        np.testing.assert_array_equal(a, b)


SHARDED = f"""
import jax, numpy as np, envsuite
assert len(jax.devices()) == 8
import tests_core_play as t
one = t.play(envsuite.make_engine({ID!r}, 16), 40)
engine = envsuite.make_engine({ID!r}, 16, devices=jax.devices())
many = t.play(engine, 40)
assert len(engine.state.slots.due.sharding.device_set) == 8
ended = 0
for a, b in zip(one, many):
    ended += a.info["over"].sum()
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_array_equal(x, y)
assert ended > 0
engine.reset(mask=np.arange(16) % 3 == 0)
print("equal", ended)
"""


def test_eight_devices_play_what_one_plays(tmp_path):
    source = open(__file__).read()
    (tmp_path / "tests_core_play.py").write_text(source)
    flags = os.environ.get("XLA_FLAGS", "") + " --xla_force_host_platform_device_count=8"
    done = subprocess.run(
        [sys.executable, "-c", SHARDED],
        env={
            **os.environ,
            "XLA_FLAGS": flags,
            "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith("equal")


def test_copies_must_share_devices_evenly():
    device = jax.devices()[0]
    with pytest.raises(ValueError, match="cannot be shared evenly"):
        make_engine(ID, 3, devices=[device, device])


CACHE = """
import envsuite, jax
envsuite.make_engine("envsuite/Primer-Bandit", 2).reset(0)
print(jax.config.jax_compilation_cache_dir)
"""


@pytest.mark.parametrize("choice", ["folder", "off", "jax"])
def test_the_compilation_cache_is_on_by_default(tmp_path, choice):
    env = {
        k: v
        for k, v in os.environ.items()
        if k not in ("JAX_COMPILATION_CACHE_DIR", "ENVSUITE_CACHE")
    }
    env |= {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    expected = str(tmp_path / "envsuite" / "xla")
    if choice == "off":
        env["ENVSUITE_CACHE"], expected = "off", "None"
    if choice == "jax":
        env["JAX_COMPILATION_CACHE_DIR"] = expected = str(tmp_path / "own")
    done = subprocess.run(
        [sys.executable, "-c", CACHE], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected
    if choice == "folder":
        assert list((tmp_path / "envsuite" / "xla").iterdir()), "nothing was kept"

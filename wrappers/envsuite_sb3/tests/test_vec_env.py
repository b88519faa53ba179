"""The bridge itself: slots, ends, seeds, tasks, masks and errors."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import gymnasium
import jax
import numpy as np
import pytest

import envsuite
from envsuite.core.tokens import Tokens
from envsuite_sb3 import make
from envsuite_sb3.tests.toys import Params, toy
from envsuite_sb3.vec_env import EngineVecEnv

SMAX = "envsuite/SMAX-3m"
PURSUIT = "envsuite/Primer-Pursuit"


def legal_actions(venv: EngineVecEnv, generator: np.random.Generator) -> np.ndarray:
    masks = venv.action_masks()
    return (generator.random(masks.shape) * masks).argmax(axis=1)


def test_importing_the_package_imports_no_torch():
    code = (
        "import sys, envsuite_sb3; "
        "sys.exit(bool({'torch', 'stable_baselines3', 'jax'} & set(sys.modules)))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}
        ).returncode
        == 0
    )


def test_the_registry_knows_the_bridge():
    assert isinstance(envsuite.make_as(PURSUIT, "sb3", num_envs=2), EngineVecEnv)


@pytest.mark.parametrize("id", [SMAX, PURSUIT, "envsuite/Primer-GridWalk", "envsuite/Primer-Guess"])
def test_a_slot_plays_what_a_single_gymnasium_env_plays(id):
    venv = make(id, num_envs=4, seed=40)
    view: dict[str, Any] = {"view": "tokens"} if id.endswith("Guess") else {}
    env: Any = gymnasium.make(id, **view)
    assert env.observation_space == venv.observation_space
    assert env.action_space == venv.action_space
    obs = venv.reset()
    alone, _ = env.reset(seed=41)
    np.testing.assert_array_equal(obs[1], alone)
    venv.action_space.seed(0)
    over = False
    for _ in range(120):
        if venv.has_attr("action_masks"):
            np.testing.assert_array_equal(venv.action_masks()[1], env.unwrapped.action_masks())
        action = venv.action_space.sample()
        obs, rewards, dones, infos = venv.step(np.stack([action] * 4))
        alone, reward, terminated, truncated, _ = env.step(action)
        assert rewards[1] == pytest.approx(reward)
        over = terminated or truncated
        assert dones[1] == over
        if over:
            np.testing.assert_array_equal(infos[1]["terminal_observation"], alone)
            assert infos[1]["TimeLimit.truncated"] == (truncated and not terminated)
            break
        np.testing.assert_array_equal(obs[1], alone)
    assert over, "the episode never ended"


def test_seats_are_the_rows_of_the_team_copy_by_copy():
    team, seats = make(SMAX, num_envs=4), make(SMAX, num_envs=4, view="seats")
    team.seed(5)
    seats.seed(5)
    joined, rows = team.reset(), seats.reset()
    assert rows.shape == (12, 75)
    generator = np.random.default_rng(0)
    for _ in range(40):
        np.testing.assert_array_equal(rows.reshape(4, -1), joined)
        np.testing.assert_array_equal(seats.action_masks().reshape(4, -1), team.action_masks())
        actions = legal_actions(seats, generator)
        joined, team_reward, team_done, _ = team.step(actions.reshape(4, 3))
        rows, reward, done, _ = seats.step(actions)
        np.testing.assert_allclose(reward.reshape(4, 3).mean(1), team_reward, rtol=1e-6)
        np.testing.assert_array_equal(done, np.repeat(team_done, 3))


def test_a_dead_seat_keeps_its_slot_and_earns_with_its_team():
    venv = make(SMAX, num_envs=4, view="seats", seed=0)
    obs = venv.reset()
    generator = np.random.default_rng(0)
    seen = 0
    for _ in range(60):
        before = venv.action_masks()
        obs, rewards, dones, _ = venv.step(legal_actions(venv, generator))
        masks = venv.action_masks()
        dead = (masks.sum(axis=1) == 1) & ~dones
        assert masks[dead][:, 4].all(), "only stop is left"
        assert not obs[dead].any()
        by_copy = rewards.reshape(4, 3)
        np.testing.assert_array_equal(by_copy, by_copy[:, :1].repeat(3, axis=1))
        seen += int((by_copy[(before.sum(axis=1) == 1).reshape(4, 3).any(1)] > 0).any())
    assert seen, "no team ever earned after a death: the test saw nothing"


def test_all_slots_of_a_copy_end_together_and_say_who_won():
    venv = make(SMAX, num_envs=4, view="seats", seed=0)
    venv.reset()
    generator = np.random.default_rng(0)
    ended = 0
    for _ in range(40):
        _, _, dones, infos = venv.step(legal_actions(venv, generator))
        groups = dones.reshape(4, 3)
        np.testing.assert_array_equal(groups, groups[:, :1].repeat(3, axis=1))
        for slot, info in enumerate(infos):
            assert bool(info) == dones[slot]
            if info:
                ended += 1
                assert info["is_success"] is info["won"]
                assert info["terminal_observation"].shape == (75,)
        assert len({id(info) for info in infos}) == 12, "each slot has its own dictionary"
    assert ended


def test_a_limit_truncates_and_an_end_does_not():
    limited = make(toy("Corridor", max_steps=3), num_envs=2)
    ending = make(toy("Corridor", length=3, max_steps=3), num_envs=2)
    for venv, cut in [(limited, True), (ending, False)]:
        venv.reset()
        for _ in range(2):
            assert not venv.step(np.zeros(2, int))[2].any()
        obs, _, dones, infos = venv.step(np.zeros(2, int))
        assert dones.all() and [info["TimeLimit.truncated"] for info in infos] == [cut] * 2
        assert infos[0]["terminal_observation"] == [3] and (obs == 0).all()


def test_what_is_handed_out_is_the_callers_own():
    venv = make(PURSUIT, num_envs=2, view="seats", seed=1)
    other = make(PURSUIT, num_envs=2, view="seats", seed=1)
    for one in (venv, other):
        one.reset()
    for _ in range(60):
        obs, rewards, dones, infos = venv.step(np.ones(6, int))
        kept = [obs.copy(), rewards.copy(), venv.action_masks()]
        obs[:], rewards[:] = 9, 9
        venv.action_masks()[:] = False
        for info in infos:
            info.clear()
        expected = other.step(np.ones(6, int))
        np.testing.assert_array_equal(kept[0], expected[0])
        np.testing.assert_array_equal(kept[1], expected[1])
        np.testing.assert_array_equal(kept[2], other.action_masks())


@pytest.mark.parametrize("view", ["team", "seats"])
def test_seeds_begin_the_same_episodes_with_either_view(view):
    def play(seed: int, copies: int) -> np.ndarray:
        venv = make(PURSUIT, num_envs=copies, view=view, seed=seed)
        shown = [venv.reset()]
        shown += [
            venv.step(np.full((venv.num_envs, *(venv.action_space.shape or ())), 2))[0]
            for _ in range(5)
        ]
        return np.stack(shown).reshape(6, copies, -1)

    np.testing.assert_array_equal(play(7, 3), play(7, 3))
    np.testing.assert_array_equal(play(7, 3)[:, 1:], play(8, 2))
    assert (play(7, 3) != play(70, 3)).any()


def test_no_seed_is_fresh_entropy():
    first, second = (make(PURSUIT, num_envs=4).reset() for _ in range(2))
    assert (first != second).any()


def test_options_set_the_task_of_each_copy():
    id = "envsuite/Primer-GridWalk"
    game: Any = envsuite.make(id, max_steps=None)
    levels = [game.sample(jax.random.key(seed)) for seed in range(2)]
    venv = make(id, num_envs=2)
    venv.set_options([{"params": level} for level in levels])
    obs = venv.reset()
    for slot, level in enumerate(levels):
        np.testing.assert_array_equal(obs[slot], game.reset(jax.random.key(0), level)[1].obs)
    venv.set_options({"level": levels[1]})
    np.testing.assert_array_equal(venv.reset()[0], obs[1])
    rich = make(toy("Corridor", max_steps=5), num_envs=2)
    rich.set_options([{"params": Params(pay=5.0)}, {}])
    rich.reset()
    np.testing.assert_array_equal(rich.step(np.zeros(2, int))[1], [5, 1])
    words = make("envsuite/Primer-Guess", num_envs=2, seed=0)
    known = words.engine.env.default_params()
    words.set_options({"params": replace(known, words=("crane",))})
    words.reset()
    codes = Tokens(words.engine.action_space)  # pyright: ignore[reportArgumentType] - a Text space
    _, rewards, dones, _ = words.step(np.stack([codes.encode("crane"), codes.encode("slate")]))
    assert rewards.tolist() == dones.tolist() == [True, False]


def test_continuous_seats_are_joined_and_parted():
    actions = np.arange(12, dtype=np.float32).reshape(2, 6) / 12
    team = make(toy("Rowers", max_steps=5), num_envs=2)
    team.reset()
    assert team.action_space.shape == (6,) and not team.has_attr("action_masks")
    _, rewards, _, _ = team.step(actions)
    np.testing.assert_allclose(rewards, actions.reshape(2, 2, 3).sum(-1).mean(-1), rtol=1e-6)
    seats = make(toy("Rowers", max_steps=5), num_envs=2, view="seats")
    seats.reset()
    _, rewards, _, _ = seats.step(actions.reshape(4, 3))
    np.testing.assert_allclose(rewards, actions.reshape(4, 3).sum(-1), rtol=1e-6)


def test_a_saved_state_goes_on_where_it_was(tmp_path):
    venv = make(PURSUIT, num_envs=2, view="seats", seed=3)
    venv.reset()
    here = venv.step(np.ones(6, int))[0]
    venv.save(tmp_path / "state.npz")
    there = [venv.step(np.full(6, 3))[0] for _ in range(60)]
    again = make(PURSUIT, num_envs=2, view="seats")
    np.testing.assert_array_equal(again.load(tmp_path / "state.npz"), here)
    for expected in there:
        np.testing.assert_array_equal(again.step(np.full(6, 3))[0], expected)


def test_pictures_one_a_copy():
    venv = make(PURSUIT, num_envs=2, view="seats", seed=3)
    venv.reset()
    images = venv.get_images()
    assert len(images) == 2 and images[0].dtype == np.uint8 and images[0].shape[2] == 3
    tiled = venv.render()
    assert tiled is not None and tiled.size >= 2 * images[0].size


def test_attributes_that_there_are_and_others():
    masked, free = make(PURSUIT, num_envs=2), make("envsuite/Primer-Bandit", num_envs=2)
    assert masked.has_attr("action_masks") and not free.has_attr("action_masks")
    assert masked.get_attr("spec")[1].id == PURSUIT
    assert not masked.has_attr("colour")
    with pytest.raises(AttributeError, match="did you mean 'action_masks'"):
        masked.env_method("action_mask")
    with pytest.raises(AttributeError, match="set_options"):
        masked.set_attr("speed", 3)
    with pytest.raises(AttributeError, match="no action masks"):
        free.action_masks()
    masked.reset()
    np.testing.assert_array_equal(
        masked.env_method("action_masks", indices=[1]), masked.action_masks()[1:]
    )


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"view": "seat"}, ValueError, "did you mean 'seats'"),
        ({"num_envs": 0}, ValueError, "at least 1"),
        ({"team": "hunters"}, ValueError, "did you mean 'hunter'"),
        ({"sizes": 3}, TypeError, "did you mean 'size'"),
        ({"backend": "jaxx"}, KeyError, "did you mean 'jax'"),
    ],
)
def test_bad_options_are_named(options, error, words):
    with pytest.raises(error, match=words):
        make(PURSUIT, **options)


def test_bad_calls_are_named():
    venv = make(PURSUIT, num_envs=2)
    with pytest.raises(RuntimeError, match="reset"):
        venv.step(np.zeros((2, 3), int))
    with pytest.raises(RuntimeError, match="reset"):
        venv.action_masks()
    with pytest.raises(RuntimeError, match="step_async"):
        venv.step_wait()
    venv.reset()
    with pytest.raises(ValueError, match=r"shape \[2\]; due is \[2, 3\]"):
        venv.step(np.zeros(2, int))
    with pytest.raises(ValueError, match="is 5"):
        venv.step(np.full((2, 3), 5))
    with pytest.raises(ValueError, match="integers"):
        venv.step(np.zeros((2, 3), np.float32))
    venv.set_options({"param": 1})
    with pytest.raises(ValueError, match="did you mean 'params'"):
        venv.reset()
    boat = make(toy("Rowers"), num_envs=1)
    boat.reset()
    with pytest.raises(ValueError, match="not finite"):
        boat.step(np.full((1, 6), np.nan, np.float32))
    with pytest.raises(ValueError, match="same-step"):
        EngineVecEnv(envsuite.make_engine(PURSUIT, 2, autoreset="disabled", view="team"))

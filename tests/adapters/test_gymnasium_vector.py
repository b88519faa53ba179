"""Every id as a native vector environment, against Gymnasium's own vectorisation."""

import os
import subprocess
import sys
from typing import Any

import gymnasium as gym
import jax
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers.vector import DictInfoToList, RecordEpisodeStatistics

import envsuite
from envsuite.testing import check_vector

IDS = sorted(envsuite.registry().environments)
PURSUIT = "envsuite/Primer-Pursuit"
WALK = "envsuite/Primer-GridWalk"
BANDIT = "envsuite/Primer-Bandit"
GUESS = "envsuite/Primer-Guess"
ONE_OF_EACH_FAMILY = sorted({envsuite.spec(id).target: id for id in IDS}.values())


def make(id: str, num_envs: int = 3, **options: Any) -> Any:
    return gym.make_vec(id, num_envs=num_envs, **options)


@pytest.mark.thorough
@pytest.mark.parametrize("id", ONE_OF_EACH_FAMILY)
def test_the_vector_checker_is_content(id: str) -> None:
    check_vector(id)


def test_the_vector_checker_is_content_with_other_views() -> None:
    check_vector(PURSUIT, view="seat", team="prey")
    check_vector(GUESS, view="tokens")


def assert_first_is(batch: Any, own: Any, name: str) -> None:
    """The first of a batch of figures is one's own; figures by group nest, with masks inside."""
    if isinstance(own, dict):
        assert sorted(key for key in batch if not key.startswith("_")) == sorted(own), name
        for key, part in own.items():
            assert_first_is(batch[key], part, f"{name}/{key}")
    else:
        np.testing.assert_array_equal(batch[0], own, err_msg=name)


@pytest.mark.parametrize("id", IDS)
def test_a_batch_of_one_is_the_single_environment(id: str) -> None:
    # the same compiled program serves both here, so that every id can be asked cheaply
    batch = make(id, 1, autoreset_mode="disabled", max_episode_steps=-1)
    single = gym.make(id, max_episode_steps=-1)
    space = single.action_space
    space.seed(0)
    obs, info = batch.reset(seed=3)
    own, own_info = single.reset(seed=3)
    for _ in range(8):
        assert obs in batch.observation_space
        assert all((np.asarray(obs[0]) == np.asarray(own)).ravel())
        figures = [name for name in info if not name.startswith("_")]
        assert sorted(figures) == sorted(own_info)
        for name in figures:
            assert_first_is(info[name], own_info[name], name)
        action = space.sample()
        obs, reward, terminated, truncated, info = batch.step(
            (action,) if isinstance(action, str) else np.array([action])
        )
        own, own_reward, *own_flags, own_info = single.step(action)
        assert [reward[0], terminated[0], truncated[0]] == [own_reward, *own_flags]
        if terminated[0]:
            break


@pytest.mark.parametrize("array", ["jax", "torch"])
@pytest.mark.parametrize("mode", ["NextStep", "same-step"])
def test_other_arrays_hold_the_same(array: Any, mode: str) -> None:
    plain = make(PURSUIT, autoreset_mode=mode, max_episode_steps=4)
    other = make(PURSUIT, autoreset_mode=mode, max_episode_steps=4, array=array)
    kind = jax.Array if array == "jax" else pytest.importorskip("torch").Tensor
    assert other.metadata.get("jax", False) == (array == "jax")
    obs, info = plain.reset(seed=0)
    their_obs, their_info = other.reset(seed=0)
    for step in range(9):
        assert isinstance(their_obs, kind)
        np.testing.assert_array_equal(np.asarray(their_obs), obs)
        for name, value in info.items():
            if not isinstance(value, dict):
                assert isinstance(their_info[name], kind), name
                np.testing.assert_array_equal(np.asarray(their_info[name]), value, err_msg=name)
        np.testing.assert_array_equal(np.asarray(other.action_masks()), plain.action_masks())
        action = np.full((3, 3), step % 5)
        obs, reward, terminated, truncated, info = plain.step(action)
        sent = jax.numpy.asarray(action) if array == "jax" else _tensor(action)
        their_obs, *theirs, their_info = other.step(sent)
        for own, their in zip((reward, terminated, truncated), theirs, strict=True):
            np.testing.assert_allclose(np.asarray(their), own, rtol=1e-6)


def _tensor(array: np.ndarray) -> Any:
    return pytest.importorskip("torch").from_numpy(array)


def test_tensors_share_no_memory_with_what_is_carried_on() -> None:
    env = make(PURSUIT, array="torch", autoreset_mode="same-step", max_episode_steps=3)
    twin = make(PURSUIT, array="torch", autoreset_mode="same-step", max_episode_steps=3)
    shown = [env.reset(seed=0)]
    twin.reset(seed=0)
    for step in range(7):
        action = _tensor(np.full((3, 3), step % 5))
        shown = env.step(action)
        tensors = [leaf for leaf in jax.tree.leaves(shown) if hasattr(leaf, "data_ptr")]
        carried = {_pointer(leaf) for leaf in jax.tree.leaves(env.unwrapped.state.engine)}
        pointers = [tensor.data_ptr() for tensor in tensors]
        assert len(tensors) >= 10 and not carried & set(pointers)
        assert len(set(pointers)) == len(pointers), "two tensors share memory"
        for own, other in zip(
            jax.tree.leaves(shown), jax.tree.leaves(twin.step(action)), strict=True
        ):
            np.testing.assert_array_equal(np.asarray(own), np.asarray(other))
        for tensor in tensors:
            tensor.zero_()  # whatever is done to them, the game goes on as it would have
        action.zero_()
    masked, _ = env.reset(options={"reset_mask": np.array([True, False, False])})
    expected, _ = twin.reset(options={"reset_mask": np.array([True, False, False])})
    np.testing.assert_array_equal(np.asarray(masked), np.asarray(expected))


def _pointer(leaf: Any) -> int:
    if jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        leaf = jax.random.key_data(leaf)
    return leaf.unsafe_buffer_pointer()


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (np.zeros((3, 2), int), r"shape \[3, 2\]; due is \[3, 3\]"),
        (np.zeros((2, 3), int), r"shape \[2, 3\]; due is \[3, 3\]"),
        (np.full((3, 3), 5), r"is 5 at \[0, 0\]"),
        (np.zeros((3, 3)), "dtype float64"),
        (np.full((3, 3), np.nan), "dtype float64"),
        ([[0, 0, 0], [0, 0]], "the actions are one array"),
    ],
)
def test_actions_that_do_not_fit(action: Any, words: str) -> None:
    env = make(PURSUIT)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=words):
        env.step(action)


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        ([True, False, False], "not list"),
        (np.ones(3), "not ndarray float64"),
        (np.ones(2, bool), r"bool\[2\]"),
        (np.zeros(3, bool), "chooses no copy"),
    ],
)
def test_reset_masks_that_do_not_fit(mask: Any, words: str) -> None:
    env = make(PURSUIT)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=words):
        env.reset(options={"reset_mask": mask})


def test_a_mask_of_jax_is_as_good() -> None:
    env = make(PURSUIT)
    env.reset(seed=0)
    _, info = env.reset(options={"reset_mask": jax.numpy.array([False, True, False])})
    assert info["_caught"].tolist() == [False, True, False]


def test_what_cannot_be_done_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="did you mean 'same-step'"):
        make(PURSUIT, autoreset_mode="sam-step")
    with pytest.raises(ValueError, match="did you mean 'numpy'"):
        make(PURSUIT, array="nunpy")
    with pytest.raises(ValueError, match="game of words"):
        make(GUESS, array="jax")
    with pytest.raises(ValueError, match="num_envs must be at least 1"):
        make(PURSUIT, 0)
    with pytest.raises(ValueError, match="needs all copies on one device"):
        make(PURSUIT, 2, array="torch", devices=jax.devices()[:1] * 2)
    env = make(BANDIT, autoreset_mode="disabled")
    with pytest.raises(RuntimeError, match="reset"):
        env.step(np.zeros(3, int))
    env.reset(seed=0)
    env.step(np.zeros(3, int))
    with pytest.raises(RuntimeError, match="are over"):
        env.step(np.zeros(3, int))


def test_tasks_are_one_for_each_copy() -> None:
    walls = np.zeros((2, 9, 9), bool)
    start = np.zeros((2, 2), int)
    goal = np.array([[0, 1], [1, 0]])
    level = type(envsuite.make(WALK).default_params())(walls, start, goal)  # pyright: ignore[reportArgumentType]
    env = make(WALK, 2, autoreset_mode="same-step")
    options = {"params": level}
    env.reset(seed=0, options=options)
    assert list(options) == ["params"]
    for _ in range(2):  # the second time in an episode that began by itself
        _, reward, terminated, _, _ = env.step(np.array([4, 4]))
        assert reward.tolist() == [1.0, 0.0] and terminated.tolist() == [True, False]
    with pytest.raises(ValueError, match=r"walls has shape \[9, 9\]"):
        env.reset(options={"params": type(level)(walls[0], start, goal)})


def test_gymnasiums_own_wrappers_go_around() -> None:
    env = make(PURSUIT, autoreset_mode="same-step", max_episode_steps=4)
    stats = DictInfoToList(RecordEpisodeStatistics(env))
    stats.reset(seed=0)
    total, infos = np.zeros(3), []
    for _ in range(4):
        _, reward, _, _, infos = stats.step(np.zeros((3, 3), int))
        total += reward
    for slot in range(3):
        assert infos[slot]["episode"]["l"] == 4
        assert infos[slot]["episode"]["r"] == pytest.approx(total[slot])
        assert infos[slot]["final_obs"].shape == (150,)


def test_pictures_are_one_for_each_copy() -> None:
    env = make(PURSUIT, 2, render_mode="rgb_array")
    env.reset(seed=0)
    frames = env.render()
    assert isinstance(frames, tuple) and len(frames) == 2
    assert frames[0].dtype == np.uint8 and not np.array_equal(*frames)
    assert make(PURSUIT).render_mode is None


def test_where_all_stand_can_be_kept_and_put_back() -> None:
    env = make(PURSUIT)
    env.reset(seed=0)
    kept, masks = env.unwrapped.state, env.action_masks()
    first = [env.step(np.full((3, 3), step % 5))[0] for step in range(3)]
    env.unwrapped.state = kept
    np.testing.assert_array_equal(env.action_masks(), masks)
    for step, obs in enumerate(first):
        np.testing.assert_array_equal(env.step(np.full((3, 3), step % 5))[0], obs)


def test_masks_and_worlds_are_one_for_each_copy() -> None:
    env = make(PURSUIT)
    obs, info = env.reset(seed=0)
    assert env.action_masks().dtype == bool
    np.testing.assert_array_equal(env.action_masks(), info["action_mask"])
    engine = envsuite.make_engine(PURSUIT, 3, view="team")
    engine.reset(seed=0)
    np.testing.assert_array_equal(env.worlds(), np.asarray(engine.world()))
    walk = make(WALK)
    walk.reset(seed=0)
    assert walk.action_masks().shape == (3, 5) and walk.action_masks().all()


def test_a_spec_makes_the_same_again() -> None:
    env = make(PURSUIT, autoreset_mode="same-step", hunters=2)
    again = gym.make_vec(env.spec)
    assert again.metadata["autoreset_mode"] == AutoresetMode.SAME_STEP
    assert again.single_action_space.shape == (2,) and env.spec.to_json()


def test_devices_share_the_copies() -> None:
    code = (
        "import gymnasium as gym, jax, numpy as np, envsuite\n"
        f"one, two = (gym.make_vec('{PURSUIT}', num_envs=4, devices=d)"
        " for d in (None, jax.devices()))\n"
        "assert len(jax.devices()) == 2\n"
        "same = [np.array_equal(one.reset(seed=0)[0], two.reset(seed=0)[0])]\n"
        "for _ in range(3):\n"
        "    a, b = (e.step(np.ones((4, 3), int)) for e in (one, two))\n"
        "    same += [np.array_equal(x, y) for x, y in zip(a[:4], b[:4])]\n"
        "print(all(same))\n"
    )
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | flags
    )
    assert done.stdout.strip() == "True", done.stderr

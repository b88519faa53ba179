"""Every id as a `gymnasium.Env`, against Gymnasium's own checker and against the engine."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env

import envsuite
from envsuite.core.errors import UnknownNameError

IDS = sorted(envsuite.registry().environments)
PURSUIT = "envsuite/Primer-Pursuit"
WALK = "envsuite/Primer-GridWalk"
BANDIT = "envsuite/Primer-Bandit"
BOARD = "envsuite/Primer-TicTacToe"
GUESS = "envsuite/Primer-Guess"


def make(id: str, **options: Any) -> Any:
    return gym.make(id, disable_env_checker=True, **options)


@pytest.mark.parametrize("id", IDS)
def test_gymnasiums_checker_is_content(id: str) -> None:
    env = gym.make(id)
    check_env(env.unwrapped)
    assert env.spec is not None and env.spec.max_episode_steps == envsuite.spec(id).max_steps


@pytest.mark.parametrize("id", IDS)
def test_what_is_shown_is_numpys_and_pythons(id: str) -> None:
    env = make(id)
    env.action_space.seed(0)
    env.reset(seed=0)
    for _ in range(3):
        mask = env.unwrapped.sample_mask()
        obs, reward, terminated, truncated, info = env.step(env.action_space.sample(mask))
        assert obs in env.observation_space
        assert type(reward) is float and type(terminated) is bool and type(truncated) is bool
        assert all(type(value).__module__ in ("numpy", "builtins") for value in info.values())
        if terminated:
            env.reset()


@pytest.mark.cheap
@pytest.mark.parametrize("id", IDS)
def test_specs_have_a_json_form(id: str) -> None:
    spec = gym.spec(id)
    again = EnvSpec.from_json(spec.to_json())
    assert again.kwargs == {"spec_id": id} and again.entry_point == spec.entry_point


def test_a_team_is_its_seats_end_to_end() -> None:
    env = make(PURSUIT, team="prey", policies={"hunter": "random"})
    engine = envsuite.make_engine(PURSUIT, view="team", team="prey", max_steps=None)
    shown = engine.reset(seed=5)
    obs, info = env.reset(seed=5)
    caught = False
    for step in range(40):
        np.testing.assert_array_equal(obs, np.asarray(shown.obs["prey"][0]).ravel())
        legal = np.asarray(shown.legal["prey"][0])  # pyright: ignore[reportOptionalSubscript]
        np.testing.assert_array_equal(info["action_mask"], legal.ravel())
        np.testing.assert_array_equal(env.unwrapped.action_masks(), legal.ravel())
        dead = np.asarray(shown.terminated["prey"][0])
        np.testing.assert_array_equal(info["agents_terminated"], dead)
        caught |= bool(dead.any() and not dead.all())
        action = np.array([step % 5, (step + 1) % 5])
        shown = engine.step({"prey": action[None]})
        obs, reward, terminated, _, info = env.step(action)
        assert reward == pytest.approx(float(np.mean(np.asarray(shown.reward["prey"]))))
        assert terminated == bool(np.asarray(shown.terminated["prey"]).all())
        if terminated:
            break
    assert caught, "no prey died before the other: the seats were never told apart"


def test_a_seat_is_one_row() -> None:
    env = make(PURSUIT, view="seat", seat="hunter_1")
    engine = envsuite.make_engine(PURSUIT, view="seat", seat="hunter_1", max_steps=None)
    shown = engine.reset(seed=3)
    obs, _ = env.reset(seed=3)
    assert isinstance(env.action_space, spaces.Discrete)
    np.testing.assert_array_equal(obs, np.asarray(shown.obs["hunter"][0, 0]))


def test_seed_s_is_slot_i_of_seed_s_minus_i() -> None:
    single, batch = make(PURSUIT), gym.make_vec(PURSUIT, num_envs=3)
    rows, _ = batch.reset(seed=10)
    for slot in range(3):
        np.testing.assert_array_equal(single.reset(seed=10 + slot)[0], rows[slot])


def test_no_seed_goes_on_and_begins_with_fresh_entropy() -> None:
    env = make(PURSUIT)
    env.reset(seed=1)
    second = env.reset()[0]
    env.reset(seed=1)
    np.testing.assert_array_equal(env.reset()[0], second)
    assert not np.array_equal(env.reset()[0], second)
    fresh = [make(PURSUIT).reset()[0].tobytes() for _ in range(4)]
    assert len(set(fresh)) > 1


def test_time_is_up_when_the_registry_says() -> None:
    env = make(PURSUIT)
    env.reset(seed=0)
    steps, ended, truncated = 0, False, False
    while not ended:
        _, _, terminated, truncated, _ = env.step(np.zeros(3, int))
        steps, ended = steps + 1, terminated or truncated
    assert truncated and steps == envsuite.spec(PURSUIT).max_steps
    assert make(PURSUIT, max_episode_steps=3).spec.max_episode_steps == 3
    assert envsuite.make_as(PURSUIT, "gymnasium", max_steps=4).spec.max_episode_steps == 4


@pytest.mark.parametrize("backend", ["numba", "jax"])
def test_a_task_holds_from_a_later_reset_too(backend: str) -> None:
    env = gym.make("envsuite/CartPole", backend=backend)
    near, far = ({"initial_low": low, "initial_high": low + 0.01} for low in (0.0, 0.2))
    firsts = [env.reset(options={"params": task})[0][0] for task in (near, far, near)]
    assert [round(float(first), 1) for first in firsts] == [0.0, 0.2, 0.0]
    env.step(0)
    assert 0 <= env.reset()[0][0] <= 0.01, "the task is kept"


def test_a_level_is_the_task_of_a_reset() -> None:
    import dataclasses

    env = make(WALK)
    walls = np.zeros((9, 9), bool)
    near = {"walls": walls, "start": np.array([0, 0]), "goal": np.array([0, 1])}
    env.reset(seed=0, options={"params": near, "reset_mask": "of others"})
    assert env.step(4)[1:3] == (1.0, True)  # east of the start lies the goal
    level = dataclasses.replace(envsuite.make(WALK).default_params(), **near)
    env.reset(options={"level": level})
    assert env.step(4)[1:3] == (1.0, True)
    env.reset()
    assert env.step(4)[1:3] == (1.0, True)  # it stays until another is given


@pytest.mark.parametrize(
    ("id", "options", "words"),
    [
        (WALK, {"params": {"wals": 0}}, "did you mean 'walls'"),
        (WALK, {"params": {"start": np.zeros(3, int)}}, r"start has shape \[1, 3\]"),
        (WALK, {"params": "a maze"}, "is a Level, not str"),
        (WALK, {"params": {}, "level": {}}, "mean the same"),
        (BANDIT, {"level": 3}, "has no levels"),
        (GUESS, {"params": {"word": 3}}, "did you mean 'words'"),
    ],
)
def test_a_task_that_does_not_fit(id: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(id).reset(options=options)


def test_illegal_actions_are_counted_no_ops() -> None:
    env = make(PURSUIT, team="prey")
    env.reset(seed=5)
    for _ in range(49):
        _, _, terminated, _, info = env.step(np.array([1, 1]))
        assert info["illegal_actions"] == 0  # the dead are not asked
        if terminated:
            break
    board = make(BOARD)
    board.reset(seed=0)
    taken = board.step(np.array([4]))
    assert taken[4]["illegal_actions"] == 0
    again = board.step(np.array([4]))
    assert again[4]["illegal_actions"] == 1


@pytest.mark.parametrize(
    ("id", "action", "words"),
    [
        (PURSUIT, [0, 0], r"shape \[2\]; due is \[3\]"),
        (PURSUIT, [0, 0, 5], "is 5 at"),
        (PURSUIT, [0, 0, -1], "is -1 at"),
        (PURSUIT, [0.0, 0.0, 1.0], "dtype float64"),
        (WALK, 5, "is 5 at"),
        (WALK, np.nan, "dtype float64"),
        (WALK, None, "dtype object"),
        (GUESS, "ü", "not in Text"),
    ],
)
def test_actions_that_do_not_fit(id: str, action: Any, words: str) -> None:
    env = make(id).unwrapped
    env.reset(seed=0)
    before = env.state
    with pytest.raises(ValueError, match=words):
        env.step(action)
    assert env.state.engine is not None and env.state.over == before.over


def test_no_step_before_the_first_reset_or_after_the_end() -> None:
    env = make(BANDIT).unwrapped
    for call in (lambda: env.step(0), env.action_masks, lambda: env.state):
        with pytest.raises(RuntimeError, match="reset"):
            call()
    env.reset(seed=0)
    assert env.step(0)[2]
    with pytest.raises(RuntimeError, match="the episode is over: call reset"):
        env.step(0)
    env.reset()
    assert env.step(0)[2]


def test_options_that_are_not_there() -> None:
    with pytest.raises(UnknownNameError, match="Primer-Pursuit"):
        envsuite.make_as("envsuite/Primer-Persuit", "gymnasium")
    with pytest.raises(TypeError, match="did you mean 'hunters'"):
        make(PURSUIT, hunter=3)
    with pytest.raises(ValueError, match="did you mean 'team'"):
        make(PURSUIT, view="teams")
    with pytest.raises(TypeError, match="no game of words"):
        make(PURSUIT, view="tokens")
    with (
        pytest.warns(UserWarning, match="rgb_arrays"),  # Gymnasium's own, before the error
        pytest.raises(ValueError, match="did you mean 'rgb_array'"),
    ):
        make(PURSUIT, render_mode="rgb_arrays")


def test_a_moment_can_be_kept_and_put_back() -> None:
    env = make(PURSUIT).unwrapped
    env.reset(seed=2)
    env.step(np.array([1, 2, 3]))
    kept = env.state
    first = [env.step(np.array([step % 5] * 3)) for step in range(4)]
    env.reset(seed=9)
    other = make(PURSUIT).unwrapped
    for each in (env, other):
        each.state = kept
        for step, (obs, reward, terminated, _, info) in enumerate(first):
            again = each.step(np.array([step % 5] * 3))
            np.testing.assert_array_equal(again[0], obs)
            np.testing.assert_array_equal(again[4]["action_mask"], info["action_mask"])
            assert again[1:3] == (reward, terminated)


def test_masks_choose_among_legal_actions() -> None:
    env = make(BOARD, view="seat")
    env.reset(seed=0)
    env.action_space.seed(0)
    ended = False
    while not ended:
        raw = env.unwrapped
        mask = raw.action_masks()
        assert mask.dtype == bool and raw.sample_mask().dtype == np.int8
        action = env.action_space.sample(raw.sample_mask())
        assert mask[action]
        _, _, ended, _, info = env.step(action)
        assert info["illegal_actions"] == 0
    assert make(WALK).unwrapped.sample_mask() is None
    walk = make(WALK)
    walk.reset(seed=0)
    assert walk.unwrapped.action_masks().tolist() == [True] * 5


def test_words_as_codes_play_the_same_game() -> None:
    words, codes = make(GUESS), make(GUESS, view="tokens")
    text, _ = words.reset(seed=4)
    row, _ = codes.reset(seed=4)
    alphabet = sorted(words.observation_space.character_set)
    spoken = sorted(words.action_space.character_set)
    for guess in ("crane", "xx", "zzzzz"):
        end = len(alphabet)
        assert row in codes.observation_space
        assert "".join(alphabet[code] for code in row if code != end) == text
        letters = [spoken.index(letter) for letter in guess]
        padded = letters + [len(spoken)] * (words.action_space.max_length - len(guess))
        text, reward, *flags, info = words.step(guess)
        row, *others, other_info = codes.step(np.array(padded))
        assert others == [reward, *flags] and other_info == info


def test_every_code_is_a_word() -> None:
    env = make(GUESS, view="tokens")
    env.action_space.seed(0)
    env.reset(seed=0)
    for _ in range(20):
        if env.step(env.action_space.sample())[2]:
            env.reset()


def test_pictures_are_what_the_engine_draws() -> None:
    env = make(PURSUIT, render_mode="rgb_array")
    env.reset(seed=0)
    frame = env.render()
    assert frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] == 3
    env.step(np.array([1, 1, 1]))
    assert not np.array_equal(frame, env.render())
    assert gym.make(PURSUIT).render_mode is None
    assert isinstance(env.metadata["render_modes"], list)


def test_a_game_without_pictures_says_so() -> None:
    import dataclasses

    plain = dataclasses.replace(envsuite.spec(BANDIT), render=None)
    assert envsuite.make_as(plain, "gymnasium").unwrapped.metadata["render_modes"] == []
    with pytest.raises(TypeError, match="cannot be drawn"):
        envsuite.make_as(plain, "gymnasium", render_mode="rgb_array")


def test_the_world_is_the_games_own() -> None:
    env = make(PURSUIT).unwrapped
    env.reset(seed=0)
    engine = envsuite.make_engine(PURSUIT, view="team", max_steps=None)
    engine.reset(seed=0)
    np.testing.assert_array_equal(env.world(), np.asarray(engine.world()[0]))
    with pytest.raises(TypeError, match="no global state"):
        walk = make(WALK).unwrapped
        walk.reset(seed=0)
        walk.world()

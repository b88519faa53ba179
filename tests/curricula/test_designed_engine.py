"""Levels chosen by a curriculum, on every engine and in every autoreset mode."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import envsuite
from envsuite.core.spec import EnvSpec
from envsuite.engines.designed_engine import DesignedEngine

sys.path.insert(0, str(Path(__file__).parent))
from recorder import SIZE, Recorder  # noqa: E402  beside this file

ID, SLOTS = "envsuite/Primer-GridWalk", 3
SOUTH, EAST = 2, 4  # actions, by MOVES


def engine(autoreset: Any = "same-step", **config: Any) -> Any:
    return envsuite.make_engine(
        ID, SLOTS, autoreset=autoreset, size=SIZE, curriculum=Recorder(**config), max_steps=12
    )


def play(designed: Any, steps: int, seed: int = 0) -> Iterator[tuple[Any, np.ndarray]]:
    """Random steps south and east; timesteps as arrays, and which slots are over."""
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        timestep = designed.step(rng.choice([SOUTH, EAST], SLOTS).astype(np.int64))
        over = np.asarray(timestep.info["over"])
        yield timestep, over
        if designed.autoreset == "disabled" and over.any():
            designed.reset(mask=over)


@pytest.mark.parametrize("autoreset", ["same-step", "next-step", "disabled"])
def test_each_episode_has_a_level_of_its_own_and_all_are_told(autoreset: str) -> None:
    designed = engine(autoreset)
    designed.reset(seed=0)
    # kept beside it: what each slot plays, by the levels' numbers in the order of beginnings
    playing, following = list(range(SLOTS)), SLOTS
    expected, earned, waiting = [], np.zeros(SLOTS), np.zeros(SLOTS, bool)
    for timestep, over in play(designed, 60):
        earned += np.asarray(timestep.reward)
        if autoreset == "next-step":
            for slot in np.flatnonzero(waiting):
                playing[slot], following = following, following + 1
        for slot in np.flatnonzero(over):
            expected.append((playing[slot], earned[slot]))
            earned[slot] = 0
        if autoreset != "next-step":
            for slot in np.flatnonzero(over):
                playing[slot], following = following, following + 1
        waiting = over
    memory = designed.memory
    told = int(memory.told)
    assert told == len(expected) // SLOTS * SLOTS > 9
    tickets = memory.tickets[:told].tolist()
    assert len(set(tickets)) == told  # none is told of twice
    assert sum(memory.outcome.mean_return[:told].tolist()) == sum(x for _, x in expected[:told])
    cells = 1 + np.asarray(memory.tickets[:told]) % (SIZE * SIZE - 1)
    goals = np.asarray(memory.goals[:told])
    np.testing.assert_array_equal(goals, np.stack([cells // SIZE, cells % SIZE], 1))
    np.testing.assert_array_equal(memory.outcome.solved[:told], memory.outcome.mean_return[:told])
    assert np.isnan(memory.outcome.value[:told]).all()


@pytest.mark.parametrize("autoreset", ["same-step", "next-step", "disabled"])
def test_an_episode_that_a_reset_cuts_off_counts_for_nothing(autoreset: Any) -> None:
    """Four steps of one wage are an episode, so that four wages are what each level brings."""
    work = EnvSpec("acme/Work", "envsuite_agents.tests.levelled_games:Work", max_steps=4)
    config = {"capacity": 30, "score": "range_regret"}
    designed = envsuite.make_engine(
        work, SLOTS, autoreset=autoreset, curriculum="plr", curriculum_config=config
    )
    nothing = np.zeros(SLOTS, np.int64)
    shown = designed.reset(seed=0)
    some = np.array([True, False, True])
    for mask in (None, some, ~some, None, None):
        for _ in range(3 if mask is None else 2):
            shown = designed.step(nothing)
            over = np.asarray(shown.info["over"])
            if autoreset == "disabled" and over.any():
                designed.reset(mask=over)
        designed.reset(mask=mask)
    for _ in range(25):
        shown = designed.step(nothing)
        if autoreset == "disabled" and np.asarray(shown.info["over"]).any():
            designed.reset(mask=np.asarray(shown.info["over"]))
    buffer: Any = designed.memory.buffer  # pyright: ignore[reportAttributeAccessIssue]
    size, pay = int(buffer.size), np.asarray(buffer.levels.pay)
    assert size >= 5 and len(set(pay[:size].tolist())) == size
    np.testing.assert_array_equal(buffer.best_return[:size], 4 * pay[:size])


def test_the_level_that_is_told_of_is_the_one_that_was_played() -> None:
    designed = engine()
    designed.reset(seed=0)
    now = [np.asarray(designed._engine.moment(slot)[1].goal).tolist() for slot in range(SLOTS)]
    assert now == [[0, 1], [0, 2], [0, 3]]
    rows = []
    for timestep, over in play(designed, 40):
        for slot in np.flatnonzero(over):
            rows.append((now[slot], float(np.asarray(timestep.reward)[slot])))
            now[slot] = np.asarray(designed._engine.moment(int(slot))[1].goal).tolist()
    told = int(designed.memory.told)
    for (goal, last), own, earned in zip(
        rows,
        designed.memory.goals[:told].tolist(),
        designed.memory.outcome.mean_return[:told],
        strict=False,
    ):
        assert (goal, last) == (own, earned)  # only arriving pays, and it ends the episode


def test_it_goes_on_from_a_file_to_the_last_bit(tmp_path) -> None:
    designed, other = engine(), engine()
    designed.reset(seed=3)
    list(play(designed, 25))
    designed.save(tmp_path / "state.npz")
    other.load(tmp_path / "state.npz")
    pairs = zip(play(designed, 40, seed=9), play(other, 40, seed=9), strict=True)
    for (one, _), (two, _) in pairs:
        np.testing.assert_array_equal(one.obs, two.obs)
        np.testing.assert_array_equal(one.reward, two.reward)
    for own, copied in zip(
        [designed.memory.tickets, designed.memory.goals, designed.memory.told],
        [other.memory.tickets, other.memory.goals, other.memory.told],
        strict=True,
    ):
        np.testing.assert_array_equal(own, copied)


def test_a_gated_curriculum_says_from_which_steps_one_may_learn() -> None:
    designed = engine(looks=1)
    assert not np.asarray(designed.reset(seed=0).info["level_trained"]).any()
    seen = [np.asarray(step.info["level_trained"]) for step, _ in play(designed, 40)]
    assert not seen[0].any() and seen[-1].all()
    told = int(designed.memory.told)
    np.testing.assert_array_equal(
        np.asarray(designed.memory.trained[:told]),
        np.asarray(designed.memory.tickets[:told]) >= SLOTS,
    )


def test_a_cycle_plays_its_levels_again_and_again() -> None:
    designed = engine(looks=1)
    designed.hear()
    for trained in (False, True):
        assert designed.begin_cycle() == trained
        designed.reset()
        goals = [designed._engine.moment(slot)[1].goal.tolist() for slot in range(SLOTS)]
        ended = sum(over.sum() for _, over in play(designed, 40))
        assert ended > SLOTS
        assert [designed._engine.moment(slot)[1].goal.tolist() for slot in range(SLOTS)] == goals
        assert len(designed.log.rewards) == 40


@pytest.mark.parametrize("name", ["plr", "accel", "sfl", "dr"])
def test_gymnasium_vectors_play_a_curriculum_by_returns_alone(name: str) -> None:
    config = {} if name in ("dr", "sfl") else {"capacity": 8}
    envs = gym.make_vec(ID, num_envs=4, curriculum=name, curriculum_config=config, size=SIZE)
    envs.reset(seed=0)
    envs.action_space.seed(0)
    for _ in range(150):
        envs.step(envs.action_space.sample())
    figures = envs.unwrapped.engine.figures()  # pyright: ignore[reportAttributeAccessIssue]
    assert figures["levels_new"] >= 8
    assert name != "plr" or figures["fill"] > 0


def test_bad_wishes_are_refused() -> None:
    designed = engine()
    assert isinstance(designed, DesignedEngine)
    with pytest.raises(RuntimeError, match=r"call reset\(\) before the first step"):
        designed.step(np.zeros(SLOTS, np.int64))
    with pytest.raises(ValueError, match="are chosen by a curriculum"):
        designed.reset(params=designed.env.default_params())
    with pytest.raises(RuntimeError, match=r"call begin_cycle\(\) first"):
        designed.end_cycle(designed.memory)
    with pytest.raises(TypeError, match="has no levels, so that 'plr' has nothing to choose"):
        envsuite.make_engine("envsuite/CartPole", 2, curriculum="plr")
    with pytest.raises(TypeError, match="needs a critic's values, which nobody tells"):
        envsuite.make_engine(
            ID, 2, curriculum="plr", curriculum_config={"score": "positive_value_loss"}
        )
    with pytest.raises(TypeError, match="curriculum_config needs a curriculum"):
        envsuite.make_engine(ID, 2, curriculum_config={"capacity": 3})
    with pytest.raises(ValueError, match="a buffer of capacity 0|capacity must be"):
        envsuite.make_engine(ID, 2, curriculum="plr", curriculum_config={"capacity": 0})

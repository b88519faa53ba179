"""What came of levels, against loops over single episodes and a rollout of Stable-Baselines3."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields, replace
from typing import Any

import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.core.curriculum import Outcome
from envsuite.functional import outcomes
from envsuite.functional.advantages import advantages

NAMES = [field.name for field in fields(Outcome) if field.name != "episodes"]


def by_hand(reward, ended, won, value, advantage) -> list[dict[str, float]]:
    """Each slot's outcome, counted episode by episode."""
    slots = []
    for slot in range(reward.shape[1]):
        finished, begin = [], 0
        for step in np.flatnonzero(ended[:, slot]):
            own = np.s_[begin : step + 1, slot]
            finished.append(
                {
                    "mean_return": reward[own].sum(),
                    "solved": float(won[step, slot]),
                    "value": value[own].mean(),
                    "advantage": advantage[own].mean(),
                    "positive_advantage": np.maximum(advantage[own], 0).mean(),
                    "absolute_advantage": np.abs(advantage[own]).mean(),
                }
            )
            begin = step + 1
        whole = {"episodes": float(len(finished))}
        for name in NAMES:
            if name == "best_return":
                values = [one["mean_return"] for one in finished]
                whole[name] = max(values) if values else np.nan
            else:
                values = [one[name] for one in finished]
                whole[name] = float(np.mean(values)) if values else np.nan
        slots.append(whole)
    return slots


@pytest.fixture(scope="module")
def rollout():
    """40 steps in 6 slots, the last of which finishes no episode."""
    random = np.random.default_rng(0)
    reward, value, advantage = random.normal(size=(3, 40, 6)).astype(np.float32)
    ended = random.random((40, 6)) < 0.15
    ended[:, 5] = False
    return reward, ended, random.random((40, 6)) < 0.5, value, advantage


def test_an_outcome_is_the_mean_of_its_episodes(rollout):
    came, expected = outcomes.outcome(*rollout), by_hand(*rollout)
    assert any(slot["episodes"] > 2 for slot in expected)
    for name in ("episodes", *NAMES):
        own = [slot[name] for slot in expected]
        np.testing.assert_allclose(getattr(came, name), own, rtol=1e-5, atol=1e-6, err_msg=name)
    assert np.isnan(came.value[5]) and came.episodes[5] == 0


def test_what_a_learner_does_not_know_stays_unknown(rollout):
    reward, ended, *_ = rollout
    came = outcomes.outcome(reward, ended)
    assert np.isfinite(came.mean_return[:5]).all()
    for name in ("solved", "value", "advantage", "positive_advantage", "absolute_advantage"):
        assert np.isnan(getattr(came, name)).all(), name


def test_episodes_that_outlast_a_rollout_are_counted_when_they_end(rollout):
    whole = outcomes.episodes(outcomes.begin(6), *rollout)[1]
    running, early = outcomes.episodes(outcomes.begin(6), *(leaf[:17] for leaf in rollout))
    _, late = outcomes.episodes(running, *(leaf[17:] for leaf in rollout))
    for name in ("episodes", *NAMES):
        joined = np.concatenate([getattr(early, name), getattr(late, name)])
        np.testing.assert_allclose(joined, getattr(whole, name), rtol=1e-5, atol=1e-6)


def test_an_unknown_value_spoils_its_own_episode_only():
    value = np.array([[1.0], [np.nan], [3.0], [5.0]])
    ended = np.array([[False], [True], [False], [True]])
    _, single = outcomes.episodes(outcomes.begin(1), np.ones((4, 1)), ended, value=value)
    np.testing.assert_array_equal(single.value[:, 0], [np.nan, np.nan, np.nan, 4.0])
    assert np.isnan(outcomes.together(single).value[0])
    assert outcomes.together(single).mean_return[0] == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((0.2, 0.4, 0.5), (0.558211, 0.381075, 0.300000)),
        ((0.6, 0.9, 0.7), (0.192491, -0.108975, 0.1)),
    ],
)
def test_advantages_and_means_of_an_episode_worked_by_hand(value, expected):
    """Discount .995, decay .95, three steps, a reward of .8 at the end."""
    value = jnp.array(value)[:, None]
    reward, ended = jnp.array([[0.0], [0.0], [0.8]]), jnp.array([[False], [False], [True]])
    following = jnp.concatenate([value[1:], value[:1]])
    advantage = advantages(reward, ended, ended, value, following, 0.995, 0.95)
    np.testing.assert_allclose(advantage[:, 0], expected, atol=1e-6)
    came = outcomes.outcome(reward, ended, ended, value, advantage)
    positive = np.maximum(expected, 0).mean()
    np.testing.assert_allclose(came.positive_advantage, positive, atol=1e-6)
    assert {0.413095, 0.097497} >= {round(float(positive), 6)}
    np.testing.assert_allclose(came.absolute_advantage, np.abs(expected).mean(), atol=1e-6)


def test_outcomes_of_one_group_are_pooled_by_their_episodes():
    random = np.random.default_rng(1)
    own = Outcome(
        jnp.array([1, 3, 0, 2]), *(jnp.asarray(random.normal(size=4), jnp.float32) for _ in NAMES)
    )
    pooled = outcomes.pooled(own, jnp.array([2, 0, 2, 2], jnp.int32))
    assert pooled.episodes.tolist() == [3, 3, 3, 3]
    value, best = np.asarray(own.value), np.asarray(own.best_return)
    np.testing.assert_allclose(
        pooled.value[jnp.array([0, 2, 3])], (value[0] + 2 * value[3]) / 3, rtol=1e-6
    )
    np.testing.assert_allclose(pooled.best_return[0], max(best[0], best[3]))
    np.testing.assert_allclose(pooled.value[1], value[1], rtol=1e-6)


class Countdown(gym.Env[Any, Any]):
    """Pays the action in each of three to six steps."""

    observation_space = gym.spaces.Box(-1.0, 10.0, (1,), np.float32)
    action_space = gym.spaces.Discrete(2)

    def __init__(self, seed: int) -> None:
        """Lengths come from the seed."""
        self.random, self.left = np.random.default_rng(seed), 0

    def reset(self, **options: Any) -> tuple[np.ndarray, dict[str, Any]]:
        """Draw a length."""
        self.left = int(self.random.integers(3, 7))
        return np.array([self.left], np.float32), {}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Pay the action."""
        self.left -= 1
        return np.array([self.left], np.float32), float(action), self.left == 0, False, {}


def test_scores_of_a_real_rollout_of_stable_baselines3():
    from stable_baselines3 import PPO
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.vec_env import DummyVecEnv

    seen: dict[str, Any] = defaultdict(list)

    class Watch(BaseCallback):
        def _on_step(self) -> bool:
            seen["ended"].append(self.locals["dones"].copy())
            return True

        def _on_rollout_end(self) -> None:
            buffer: Any = self.locals["rollout_buffer"]
            for name in ("rewards", "values", "advantages", "episode_starts"):
                seen[name] = getattr(buffer, name).copy()
            seen["last"] = self.locals["values"].detach().numpy().ravel()

    envs = DummyVecEnv([lambda seed=seed: Countdown(seed) for seed in range(3)])
    model = PPO("MlpPolicy", envs, n_steps=32, batch_size=96, n_epochs=1, gamma=0.99, seed=0)
    model.learn(96, callback=Watch())
    ended = np.stack(seen["ended"])
    assert np.array_equal(ended[:-1], seen["episode_starts"][1:].astype(bool))

    # advantages once more, from rewards and values alone
    values, own = seen["values"], np.zeros_like(seen["values"])
    later, following = np.zeros(3), seen["last"]
    for step in reversed(range(32)):
        goes_on = 1 - ended[step]
        surprise = seen["rewards"][step] + 0.99 * following * goes_on - values[step]
        later = own[step] = surprise + 0.99 * 0.95 * goes_on * later
        following = values[step]
    came = outcomes.outcome(seen["rewards"], ended, ended, values, seen["advantages"])
    expected = by_hand(seen["rewards"], ended, ended, values, own)
    for name in ("episodes", *NAMES):
        slots = [slot[name] for slot in expected]
        np.testing.assert_allclose(getattr(came, name), slots, rtol=1e-4, atol=1e-5, err_msg=name)


def test_an_outcome_passes_through_jit_and_can_be_replaced():
    came = jax.jit(outcomes.outcome)(jnp.ones((3, 2)), jnp.ones((3, 2), bool))
    assert replace(came, solved=came.mean_return).solved.tolist() == [1.0, 1.0]

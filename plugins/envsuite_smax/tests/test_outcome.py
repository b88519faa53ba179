"""What a step is worth, and when a battle is over."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.functional import over
from envsuite_smax.env import SMAX
from envsuite_smax.tests.scene import scene, timestep, with_health

SIDES = ({(8, 10): "marine", (8, 20): "marine"}, {(12, 10): "marine", (12, 20): "marine"})


def judge(before: tuple[float, ...], after: tuple[float, ...], **config: Any) -> Any:
    env, state, params = scene(*SIDES, enemy="learner", **config)
    return timestep(env, with_health(state, *before), with_health(state, *after), params)


@pytest.mark.parametrize(
    ("before", "after", "ally", "enemy", "over"),
    [
        # A fifth of one of two enemies.
        ((45, 45, 45, 45), (45, 45, 36, 45), 0.1, 0.0, False),
        ((45, 45, 45, 45), (45, 36, 36, 45), 0.1, 0.1, False),
        # Victory, defeat, and both squads gone at once.
        ((45, 9, 9, 0), (45, 9, 0, 0), 1.1, 0.0, True),
        ((9, 0, 45, 9), (0, 0, 45, 0), 0.1, 1.1, True),
        ((9, 0, 9, 0), (0, 0, 0, 0), 0.1, 0.1, True),
        # What was over has nothing more to give.
        ((0, 0, 45, 45), (0, 0, 45, 36), 0.0, 0.0, True),
    ],
)
def test_rewards(before: Any, after: Any, ally: float, enemy: float, over: bool) -> None:
    seen = judge(before, after)
    np.testing.assert_allclose(seen.reward["ally"], [ally, ally], atol=1e-6)
    np.testing.assert_allclose(seen.reward["enemy"], [enemy, enemy], atol=1e-6)
    for team, health in (("ally", after[:2]), ("enemy", after[2:])):
        assert seen.terminated[team].tolist() == [over or points == 0 for points in health]


def test_in_self_play_only_victory_counts_and_sums_to_zero() -> None:
    for before, after, worth in (
        ((45, 45, 45, 45), (45, 36, 36, 45), 0),
        ((45, 9, 9, 0), (45, 9, 0, 0), 1),
        ((9, 0, 45, 9), (0, 0, 45, 9), -1),
        ((9, 0, 9, 0), (0, 0, 0, 0), 0),
    ):
        seen = judge(before, after, self_play_reward=True)
        assert seen.reward["ally"].tolist() == [worth, worth]
        assert seen.reward["enemy"].tolist() == [-worth, -worth]


def test_a_battle_is_played_to_its_end_and_stays_there() -> None:
    env = SMAX("3m")
    params = env.default_params()
    state, seen = env.reset(jax.random.key(0), params)
    structure = jax.tree.structure(seen)
    step = jax.jit(env.step)
    # They wait to be shot, and the script obliges.
    flags, total = [], 0.0
    for number in range(40):
        state, seen = step(jax.random.key(number), state, {"ally": jnp.full(3, 4)}, params)
        assert jax.tree.structure(seen) == structure
        flags.append(np.asarray(seen.terminated["ally"]))
        total += float(seen.reward["ally"][0])
        if over(seen):
            break
    assert bool(seen.info["lost"]) and total == 0
    assert not (np.array(flags[:-1]) & ~np.array(flags[1:])).any()  # the dead stay dead
    assert seen.legal is not None and seen.legal["ally"].sum() == 3  # stop, and nothing else
    _, seen = step(jax.random.key(99), state, {"ally": jnp.full(3, 4)}, params)
    assert over(seen) and not seen.reward["ally"].any()


def test_the_bonus_is_a_parameter() -> None:
    env, state, params = scene(*SIDES)
    before, after = with_health(state, 45, 9, 9, 0), with_health(state, 45, 9, 0, 0)
    seen = timestep(env, before, after, replace(params, won_battle_bonus=jnp.float32(5)))
    np.testing.assert_allclose(seen.reward["ally"], [5.1, 5.1], rtol=1e-6)

"""Ours beside Gymnasium's, step by step and freely."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import ks_2samp

import envsuite
from envsuite_classic_control.tests.peer import (
    BY_NAME,
    KEY,
    PAIRS,
    STEP,
    Moment,
    Pair,
    begin,
    follow,
    play,
    theirs,
    told,
)

every_game = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.ours)
# within how many steps free play agrees to 1e-5, at random and played well; None: to the end
AGREED = {
    "CartPole": (60, 60),
    "Acrobot": (100, 50),
    "MountainCar": (None, None),
    "MountainCarContinuous": (None, None),
    "Pendulum": (30, 30),
}


@every_game
def test_spaces_and_limits_are_gymnasium_s(pair: Pair):
    env, peer = pair.game, theirs(pair.ours)
    assert env.observation_space == peer.observation_space
    assert env.action_space == peer.action_space
    own = envsuite.registry().environments[f"envsuite/{pair.ours}"]
    assert own.max_steps == peer.spec.max_episode_steps


def compare_steps(pair: Pair, moments: list[Moment], params: Any = None) -> None:
    """Each step anew from Gymnasium's state."""
    game = pair.game
    for moment in moments:
        state, action = pair.state(moment.before), jnp.asarray(moment.action)
        _, timestep = STEP(game, KEY, state, action, params or game.default_params())
        np.testing.assert_allclose(timestep.obs, moment.obs, rtol=1e-6, atol=3e-6)
        np.testing.assert_allclose(timestep.reward, moment.reward, rtol=1e-6, atol=1e-6)
        assert bool(timestep.terminated) == moment.terminated


@every_game
@pytest.mark.parametrize("skilled", [False, True], ids=["random", "skilled"])
def test_every_step_of_whole_episodes_agrees(pair: Pair, skilled: bool):
    peer = theirs(pair.ours)
    steps = 0
    for seed in range(2 if skilled else 20):
        moments = play(peer, begin(pair.ours, seed)[1], pair.skilled if skilled else None, seed)
        compare_steps(pair, moments)
        steps += len(moments)
        if skilled and pair.ours != "Pendulum":  # it got where it was to get
            assert moments[-1].truncated == (pair.ours == "CartPole")
        if steps > 400:
            break
    assert steps > 100


@every_game
@pytest.mark.parametrize("skilled", [False, True], ids=["random", "skilled"])
def test_free_play_agrees_as_long_as_it_can(pair: Pair, skilled: bool):
    peer, agreed = theirs(pair.ours), AGREED[pair.ours][skilled]
    to_the_end = 0
    for seed in range(4):
        state, figures = begin(pair.ours, seed)
        moments = play(peer, figures, pair.skilled if skilled else None, seed)
        if agreed:
            moments = moments[:agreed]
        ours = follow(pair.ours, state, moments)
        for mine, other in zip(ours[:2], told(moments)[:2], strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-7, atol=1e-5)
        for mine, other in zip(ours[2:], told(moments)[2:], strict=True):
            np.testing.assert_array_equal(mine, other)
        to_the_end += bool(ours[2][-1] or ours[3][-1])
    assert agreed or to_the_end == 4
    assert to_the_end >= 2 or pair.ours != "CartPole" or skilled, "most poles fall by chance soon"


@pytest.mark.filterwarnings("ignore:.*You are calling 'step")
@pytest.mark.parametrize(
    ("name", "skilled"), [("CartPole", True), ("Acrobot", False), ("Pendulum", False)]
)
def test_where_free_play_parts_gymnasium_parts_from_itself(name: str, skilled: bool):
    """Gymnasium's own, its state rounded to float32 before each step, parts from Gymnasium's."""
    peer, pair = theirs(name), BY_NAME[name]
    apart = []
    for seed in range(4):
        figures = begin(name, seed)[1]
        moments = play(peer, figures, pair.skilled if skilled else None, seed)
        peer.reset(seed=seed)
        peer.unwrapped.state, again = figures, []
        for moment in moments:
            peer.unwrapped.state = np.asarray(peer.unwrapped.state, np.float32).astype(float)
            again.append(peer.step(moment.action)[0])
        apart.append(np.abs(np.stack(again) - told(moments)[0]).max())
    assert max(apart) > 1e-5


@every_game
def test_first_states_are_distributed_as_gymnasium_s(pair: Pair):
    peer, game = theirs(pair.ours), pair.game
    other = np.stack([peer.reset(seed=seed)[0] for seed in range(400)])
    reset = jax.jit(jax.vmap(game.reset, (0, None)))
    _, timestep = reset(jax.random.split(KEY, 4000), game.default_params())
    for mine, column in zip(np.asarray(timestep.obs).T, other.T, strict=True):
        found: Any = ks_2samp(mine, column)
        assert found.pvalue > 1e-3
        span = np.ptp(column)
        assert abs(mine.min() - column.min()) <= 0.05 * span
        assert abs(mine.max() - column.max()) <= 0.05 * span


PHYSICS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "CartPole",
        {"gravity": 3.7, "masscart": 2.0, "masspole": 0.3, "total_mass": 2.3, "length": 0.8,
         "polemass_length": 0.24, "force_mag": 15.0, "tau": 0.01},
        {"gravity": 3.7, "cart_mass": 2.0, "pole_mass": 0.3, "half_length": 0.8, "force": 15.0,
         "time_step": 0.01},
    ),
    (
        "Acrobot",
        {"LINK_MASS_1": 1.3, "LINK_MASS_2": 0.8, "LINK_LENGTH_1": 1.2, "LINK_COM_POS_1": 0.7,
         "LINK_COM_POS_2": 0.4, "LINK_MOI": 0.9, "AVAIL_TORQUE": [-2.0, 0.0, 2.0], "dt": 0.1},
        {"upper_mass": 1.3, "lower_mass": 0.8, "upper_length": 1.2, "upper_center": 0.7,
         "lower_center": 0.4, "upper_inertia": 0.9, "lower_inertia": 0.9, "torque": 2.0,
         "time_step": 0.1},
    ),
    ("MountainCar", {"force": 0.002, "gravity": 0.003, "goal_position": 0.4, "goal_velocity": 0.02},
     {"force": 0.002, "gravity": 0.003, "goal_position": 0.4, "goal_velocity": 0.02}),
    ("MountainCarContinuous", {"power": 0.002, "goal_position": 0.4, "goal_velocity": 0.02},
     {"force": 0.002, "goal_position": 0.4, "goal_velocity": 0.02}),
    ("Pendulum", {"g": 3.7, "m": 1.5, "l": 0.7, "dt": 0.02},
     {"gravity": 3.7, "mass": 1.5, "length": 0.7, "time_step": 0.02}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "there", "here"), PHYSICS, ids=[row[0] for row in PHYSICS])
def test_other_physics_agree(name: str, there: dict[str, Any], here: dict[str, Any]):
    peer, pair = theirs(name), BY_NAME[name]
    for attribute, value in there.items():
        assert hasattr(peer.unwrapped, attribute)
        setattr(peer.unwrapped, attribute, value)
    params = replace(pair.game.default_params(), **here)
    moments = play(peer, begin(name, 0)[1], pair.skilled)[:150]
    compare_steps(pair, moments, params)
    with pytest.raises(AssertionError):  # for the numbers matter
        compare_steps(pair, moments)

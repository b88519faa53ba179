"""Where ours differs from JaxMARL 0.2.0's particle environments: each test runs both."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces
from jaxmarl import make

import envsuite
from envsuite.functional import LegalActions, TimeLimit
from envsuite_mpe.env import MPE
from envsuite_mpe.tests.peer import rows
from envsuite_mpe.tests.scene import idle, play, scene
from envsuite_mpe.tests.theirs import FAR, KEYS, Theirs


@cache
def tag() -> tuple[Theirs, MPE]:
    """Two hunters, two hunted."""
    return (
        Theirs("simple_tag_v3", num_adversaries=2, num_good_agents=2, num_obs=1),
        MPE("simple_tag", adversaries=2, good_agents=2, landmarks=1),
    )


def test_two_in_one_place_do_not_push_each_other():
    """Two in exactly the same place.

    JaxMARL: their velocities are not numbers from then on.
    Here: they do not push each other.
    """
    (theirs, ours), places = tag(), [(0, 0), (0, 0), *FAR[:3]]
    _, state, _, _ = theirs.step(theirs.moment(places))
    own, _ = play(ours, scene(ours, places), idle(ours))
    assert np.isnan(state.p_vel[:2]).all() and not own.velocities[:2].any()


def test_episodes_last_as_long_as_they_say():
    """The time limit of 25 steps.

    JaxMARL: lasts 26 steps, and terminates.
    Here: lasts 25 and truncates.
    """
    (theirs, ours), ends = tag(), []
    assert theirs.env.max_steps == envsuite.spec("envsuite/MPE-SimpleTag").max_steps == 25
    state = replace(theirs.moment([(0, 0), *FAR[:4]]), step=jnp.int32(24))
    for _ in range(2):
        _, state, _, done = theirs.step(state)
        ends.append(bool(done["__all__"]))
    assert ends == [False, True]
    limited = TimeLimit(ours, 1)
    params = limited.default_params()
    own, _ = jax.jit(limited.reset)(jax.random.key(0), params)
    _, timestep = jax.jit(limited.step)(jax.random.key(0), own, idle(ours), params)
    assert timestep.truncated and not timestep.terminated["agent"].any()


def test_words_are_of_0_and_1():
    """SimpleCrypto's messages and keys.

    JaxMARL: have a 255 in them, and errors of 65,025.
    Here: are of 0 and 1, as words are.
    """
    theirs, ours = Theirs("simple_crypto_v3"), MPE("simple_crypto")
    seen, state = theirs.reset(KEYS[0])
    _, _, reward, _ = theirs.step(state)
    assert set(np.unique(seen["alice_0"])) == {0, 255} and abs(reward["eve_0"]) > 65000 - 255 * 2
    own, first = jax.jit(ours.reset)(KEYS[0], ours.default_params())
    _, timestep = play(ours, own, idle(ours))
    assert set(np.unique(first.obs["alice"])) == {0, 1}
    assert float(timestep.reward["eve"][0]) in (0, -2)


def test_who_says_nothing_has_no_error():
    """SimpleCrypto: saying nothing.

    JaxMARL: is an error as long as anybody says something.
    Here: is none, for each on its own.
    """
    theirs = Theirs("simple_crypto_v3", action_type="Continuous")
    ours = MPE("simple_crypto", actions="continuous")
    _, state = theirs.reset(KEYS[0])
    colors = jnp.float32(np.eye(4))
    state = replace(state, goal_colour=colors[1], private_key=colors[0])
    half = np.array([0, 0.5, 0, 0], np.float32)
    _, _, reward, _ = theirs.step(state, bob_0=half)
    _, _, silent, _ = theirs.step(state)
    _, timestep = play(
        ours, scene(ours, np.zeros((5, 2)), goals=(1, 0)), {**idle(ours), "bob": half[None]}
    )
    assert float(reward["eve_0"]) == -1 and float(silent["eve_0"]) == 0
    assert float(timestep.reward["eve"][0]) == 0 and float(timestep.reward["bob"][0]) == -0.25


@pytest.mark.parametrize(
    ("name", "scenario"),
    [
        ("simple_tag_v3", "simple_tag"),
        ("simple_world_comm_v3", "simple_world_comm"),
        ("simple_facmac_3a_v1", "simple_facmac"),
    ],
)
def test_landmarks_keep_off_the_edge(name, scenario):
    """Where landmarks of SimpleTag, SimpleWorldComm and SimpleFacmac begin.

    JaxMARL: within ±1.
    Here: within ±0.9, as in MPE2.
    """
    theirs, ours = Theirs(name).env, MPE(scenario)
    first = jax.jit(jax.vmap(lambda key: theirs.reset(key)[1].p_pos))(KEYS)
    params = ours.default_params()
    own = jax.jit(jax.vmap(lambda key: ours.reset(key, params)[0].positions))(KEYS)
    reach = [np.abs(places[:, -theirs.num_landmarks :]).max() for places in (first, own)]
    assert 0.97 < reach[0] <= 1 and 0.87 < reach[1] <= 0.9


def test_each_pays_for_its_own_touches():
    """SimpleTag: what two good agents pay for being touched.

    JaxMARL: both pay for the touches of the last.
    Here: each pays for its own.
    """
    (theirs, ours), places = tag(), [(0, 0), FAR[0], (0.1, 0), (0.5, 0.5), FAR[1]]
    _, _, reward, _ = theirs.step(theirs.moment(places))
    _, timestep = play(ours, scene(ours, places), idle(ours))
    assert rows(reward, "adversary").tolist() == timestep.reward["adversary"].tolist() == [10, 10]
    assert rows(reward, "agent").tolist() == [0, 0]
    assert timestep.reward["agent"].tolist() == [-10, 0]


def test_the_velocities_of_all_good_agents_are_seen():
    """SimpleTag: the velocities that are seen of two good agents.

    JaxMARL: adversaries see the last one's, good agents none.
    Here: adversaries see both, good agents each other's.
    """
    (theirs, ours), places = tag(), [*FAR[:2], (0, 0), (0, 5), FAR[2]]
    speeds = np.array([(0, 0), (0, 0), (0.4, 0), (0, 0.8)], np.float32)
    seen, _, _, _ = theirs.step(theirs.moment(places, p_vel=[*speeds, (0, 0)]))
    _, timestep = play(ours, scene(ours, places, velocities=speeds), idle(ours))
    kept = 0.75 * speeds[2:]
    others = slice(2 + 2 + 2 + 6, None)
    hunter = rows(seen, "adversary")[0], np.asarray(timestep.obs["adversary"][0])
    np.testing.assert_allclose(hunter[0][others], kept[1], atol=1e-6)
    np.testing.assert_allclose(hunter[1][others], kept.ravel(), atol=1e-6)
    hunted = rows(seen, "agent"), np.asarray(timestep.obs["agent"])
    assert hunted[0][:, others].size == 0
    np.testing.assert_allclose(hunted[1][:, others], kept[::-1], atol=1e-6)


def test_spaces_are_those_of_the_actual_numbers():
    """SimpleTag: the declared spaces under other numbers of agents.

    JaxMARL: are those of the default numbers.
    Here: are those of the actual ones.
    """
    theirs, ours = tag()
    seen = jax.eval_shape(theirs.env.reset, KEYS[0])[0]
    declared = theirs.env.observation_space("adversary_0").shape
    assert declared == (16,) != seen["adversary_0"].shape
    _, timestep = jax.eval_shape(ours.reset, KEYS[0], ours.default_params())
    assert ours.observation_space["adversary"].shape == timestep.obs["adversary"].shape[1:]


def test_continuous_actions_are_clipped():
    """Continuous actions beyond [0, 1].

    JaxMARL: are taken as they are.
    Here: are clipped into it.
    """
    theirs = Theirs("simple_v3", action_type="Continuous")
    ours = LegalActions(MPE("simple", actions="continuous"))
    push = np.array([0, 0, 7, 0, -1], np.float32)  # seven times to the right; not upwards
    _, state, _, _ = theirs.step(theirs.moment([(0, 0), FAR[0]]), agent_0=push)
    params = ours.default_params()
    own, _ = jax.jit(ours.reset)(KEYS[0], params)
    own, _ = jax.jit(ours.step)(KEYS[0], own, {"agent": push[None]}, params)
    np.testing.assert_allclose(state.p_vel[0], (3.5, -0.5), atol=1e-6)
    np.testing.assert_allclose(own.inner.velocities[0], (0.5, 0), atol=1e-6)


def test_all_scenarios_are_discrete_unless_told_otherwise():
    """SimpleWorldComm's actions by default.

    JaxMARL: are continuous, though all other scenarios' but SimpleFacmac's are discrete.
    Here: are discrete.
    """
    theirs: Any = make("MPE_simple_world_comm_v3")
    assert theirs.action_space("agent_0").shape == (5,)
    assert tag()[0].env.action_space("agent_0").n == 5
    assert MPE("simple_world_comm").action_space["agent"] == spaces.Discrete(5)

"""What actions mean."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium import spaces

from envsuite_mpe.actions import DOWN, LEFT, RIGHT, STAY, UP
from envsuite_mpe.env import MPE
from envsuite_mpe.tests.scene import close, idle, play, scene

FAR = (5.0, 5.0)


@pytest.mark.parametrize(
    ("action", "velocity"),
    [(STAY, (0, 0)), (LEFT, (-0.5, 0)), (RIGHT, (0.5, 0)), (DOWN, (0, -0.5)), (UP, (0, 0.5))],
)
def test_five_pushes(action, velocity):
    env = MPE("simple")
    state, _ = play(env, scene(env, [(0, 0), FAR]), {"agent": [action]})
    close(state.velocities[0], velocity)


def test_continuous_pushes_of_a_pair_cancel_and_staying_does_nothing():
    env = MPE("simple", actions="continuous")
    push = np.array([[1, 0.25, 1, 0.5, 0.1]], np.float32)
    state, _ = play(env, scene(env, [(0, 0), FAR]), {"agent": push})
    close(state.velocities[0], (0.375, -0.2))  # 5 * (1 - 0.25) and 5 * (0.1 - 0.5), for a tenth


def test_who_moves_and_speaks_does_both_with_one_number():
    env = MPE("simple_reference")
    state = scene(env, [(0, 0), (1, 0), FAR, FAR, FAR], goals=(0, 0))
    state, _ = play(env, state, {"agent": [5 * 7 + RIGHT, 5 * 1 + DOWN]})
    close(state.velocities, [(0.5, 0), (0, -0.5)])
    np.testing.assert_array_equal(state.words, np.eye(10)[[7, 1]])


def test_continuous_words_are_heard_as_they_are():
    env = MPE("simple_reference", actions="continuous")
    state = scene(env, [(0, 0), (1, 0), FAR, FAR, FAR], goals=(0, 0))
    word = np.linspace(0.1, 1, 10, dtype=np.float32)
    action = np.zeros((2, 15), np.float32)
    action[0, RIGHT], action[0, 5:] = 1, word
    state, timestep = play(env, state, {"agent": action})
    close(state.velocities[0], (0.5, 0))
    close(timestep.obs["agent"][1, -10:], word)
    close(timestep.obs["agent"][0, -10:], np.zeros(10))


def test_who_only_speaks_says_the_number_and_stays():
    env = MPE("simple_speaker_listener")
    state = scene(env, [(0, 0), (1, 0), FAR, FAR, FAR], goals=[0])
    state, _ = play(env, state, {"speaker": [2], "listener": [UP]})
    np.testing.assert_array_equal(state.words, [[0, 0, 1]])
    close(state.velocities, [(0, 0), (0, 0.5)])


def test_the_leader_moves_and_speaks_while_the_others_only_move():
    env = MPE("simple_world_comm")
    state = scene(env, np.arange(22).reshape(11, 2))
    action = {**idle(env), "leadadversary": np.array([5 * 3 + RIGHT])}
    state, timestep = play(env, state, action)
    close(state.velocities[0], (0.3, 0))
    for group in ("leadadversary", "adversary"):
        np.testing.assert_array_equal(
            timestep.obs[group][:, -4:], np.eye(4)[[3] * len(timestep.obs[group])]
        )


@pytest.mark.parametrize(
    ("scenario", "discrete", "continuous"),
    [
        ("simple_spread", {"agent": 5}, {"agent": 5}),
        ("simple_reference", {"agent": 50}, {"agent": 15}),
        ("simple_speaker_listener", {"listener": 5, "speaker": 3}, {"listener": 5, "speaker": 3}),
        ("simple_crypto", {"bob": 4, "alice": 4, "eve": 4}, {"bob": 4, "alice": 4, "eve": 4}),
        (
            "simple_world_comm",
            {"adversary": 5, "leadadversary": 20, "agent": 5},
            {"adversary": 5, "leadadversary": 9, "agent": 5},
        ),
    ],
)
def test_action_spaces(scenario, discrete, continuous):
    own = MPE(scenario).action_space
    assert own == spaces.Dict({group: spaces.Discrete(n) for group, n in discrete.items()})
    own = MPE(scenario, actions="continuous").action_space
    assert own == spaces.Dict(
        {group: spaces.Box(0.0, 1.0, (n,), np.float32) for group, n in continuous.items()}
    )

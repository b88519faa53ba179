"""What agents see and earn in each scenario, worked out by hand.

Places are chosen so that distances are those of triangles with sides 3, 4 and 5. Agents at rest
who do not push stay where they are for the whole step, so rewards are those of the places given.
"""

from __future__ import annotations

import math
from dataclasses import replace

import jax.numpy as jnp
import numpy as np

from envsuite_mpe.chase import leaving
from envsuite_mpe.env import MPE
from envsuite_mpe.tests.scene import close, idle, play, scene


def test_spread_pays_for_covered_landmarks_and_costs_a_bump():
    env = MPE("simple_spread")
    state = scene(env, [(0, 0), (3, 0), (0, 4), (0, 0), (3, 4), (0, 4.5)])
    _, timestep = play(env, state, idle(env))
    # nearest: 0 of the first, 3 of the third, 0.5 of the third; half of it is one's share
    close(timestep.reward["agent"], [-1.75] * 3)
    close(
        timestep.obs["agent"][1],
        [0, 0, 3, 0, -3, 0, 0, 4, -3, 4.5, -3, 0, -3, 4, 0, 0, 0, 0],
    )
    state = scene(env, [(0, 0), (0.2, 0), (0.45, 0), (0, 0), (0.2, 0), (0.45, 0)])
    _, timestep = play(env, state, idle(env))
    close(timestep.reward["agent"], [-0.5, -1, -0.5])  # the one in the middle bumps into both
    params = replace(env.default_params(), local_ratio=np.float32(1))
    _, timestep = play(env, state, idle(env), params)
    close(timestep.reward["agent"], [-1, -2, -1])


def test_adversary_does_not_know_the_goal():
    env = MPE("simple_adversary")
    state = scene(env, [(0, 0), (3, 0), (0, 4), (9, 9), (3, 4)], goals=[1])
    _, timestep = play(env, state, idle(env))
    close(timestep.reward["adversary"], [-5])
    close(timestep.reward["agent"], [5 - 3] * 2)  # the nearest good agent is 3 away
    close(timestep.obs["adversary"][0], [9, 9, 3, 4, 3, 0, 0, 4])
    close(timestep.obs["agent"][0], [0, 4, 6, 9, 0, 4, -3, 0, -3, 4])


def test_push_pays_the_adversary_for_being_nearer():
    env = MPE("simple_push")
    state = scene(env, [(0, 0), (3, 0), (9, 9), (3, 4)], velocities=[(0, 0), (0, 0)], goals=[1])
    _, timestep = play(env, state, idle(env))
    close(timestep.reward["agent"], [-4])
    close(timestep.reward["adversary"], [4 - 5])
    close(timestep.obs["adversary"][0], [0, 0, 9, 9, 3, 4, 3, 0])
    colors = [0.1, 0.9, 0.1, 0.1, 0.1, 0.9]
    own = [0.25, 0.25, 0.75]  # blue, as the second landmark
    close(timestep.obs["agent"][0], [0, 0, 0, 4, *own, 6, 9, 0, 4, *colors, -3, 0])


def test_reference_shows_each_the_others_goal_and_word():
    env = MPE("simple_reference")
    state = scene(env, [(0, 0), (3, 0), (3, 4), (3, 2), (9, 9)], goals=(0, 1))
    _, timestep = play(env, state, {"agent": [5 * 7, 5 * 1]})
    # 5 and 2 away from their goals: half of the mean, and half of what the other lacks
    close(timestep.reward["agent"], [-0.5 * 3.5 - 0.5 * 2, -0.5 * 3.5 - 0.5 * 5])
    second, first = [0.25, 0.75, 0.25], [0.75, 0.25, 0.25]
    close(timestep.obs["agent"][0], [0, 0, 3, 4, 3, 2, 9, 9, *second, *np.eye(10)[1]])
    close(timestep.obs["agent"][1], [0, 0, 0, 4, 0, 2, 6, 9, *first, *np.eye(10)[7]])


def test_speaker_knows_and_listener_goes():
    env = MPE("simple_speaker_listener")
    state = scene(env, [(7, 7), (0, 0), (1, 0), (0, 1), (3, 4)], goals=[2])
    _, timestep = play(env, state, {"speaker": [1], "listener": [0]})
    close(timestep.obs["speaker"][0], [0.15, 0.15, 0.65])
    close(timestep.obs["listener"][0], [0, 0, 1, 0, 0, 1, 3, 4, 0, 1, 0])
    close(timestep.reward["speaker"], [-25])
    close(timestep.reward["listener"], [-25])


def test_crypto_pays_for_reading_the_message():
    env = MPE("simple_crypto")
    state = scene(env, np.zeros((5, 2)), goals=(1, 0))
    state, timestep = play(env, state, {"alice": [2], "bob": [3], "eve": [1]})
    close(timestep.obs["alice"][0], [0, 1, 0, 0, 1, 0, 0, 0])  # message, key
    close(timestep.obs["bob"][0], [1, 0, 0, 0, 0, 0, 1, 0])  # key, what Alice said
    close(timestep.obs["eve"][0], [0, 0, 1, 0])
    assert [float(timestep.reward[one][0]) for one in ("eve", "bob", "alice")] == [0, -2, -2]
    _, timestep = play(env, state, {"alice": [2], "bob": [1], "eve": [0]})
    assert [float(timestep.reward[one][0]) for one in ("eve", "bob", "alice")] == [-2, 2, 2]


def test_who_says_nothing_is_not_wrong_whatever_the_others_say():
    env = MPE("simple_crypto", actions="continuous")
    state = scene(env, np.zeros((5, 2)), goals=(1, 0))
    half = np.array([[0, 0.5, 0, 0]], np.float32)
    action = {**idle(env), "bob": half}
    _, timestep = play(env, state, action)
    assert [float(timestep.reward[one][0]) for one in ("eve", "bob", "alice")] == [0, -0.25, -0.25]
    action = {**idle(env), "eve": half, "alice": half}
    _, timestep = play(env, state, action)
    assert [float(timestep.reward[one][0]) for one in ("eve", "bob", "alice")] == [
        -0.25,
        0.25,
        0.25,
    ]


def test_leaving_the_middle_costs_more_and_more():
    places = [(0.9, -0.5), (0.95, 0), (0, -0.99), (1, 0), (0.5, 1.5), (-3, -99)]
    close(leaving(jnp.array(places)), [0, 0.5, 0.9, 1, math.e, 20])


def test_tag_counts_every_touch_for_all_adversaries_and_each_for_the_touched():
    env = MPE("simple_tag", adversaries=2, good_agents=2, landmarks=1)
    # the first good agent touches both adversaries (0.1 < 0.075 + 0.05), the second none
    state = scene(
        env,
        [(0, 0), (0.2, 0), (0.1, 0), (0.95, 0), (0, 0.8)],
        velocities=[(0, 0)] * 4,
    )
    _, timestep = play(env, state, idle(env))
    close(timestep.reward["adversary"], [20, 20])
    close(timestep.reward["agent"], [-20, -0.5])


def test_tag_shows_the_speed_of_all_good_agents_but_oneself():
    env = MPE("simple_tag", adversaries=1, good_agents=2, landmarks=1)
    speeds = [(0.4, 0), (0.8, 0), (0, 0.8)]
    state = scene(env, [(0, 0), (3, 0), (0, 4), (9, 9)], velocities=speeds)
    _, timestep = play(env, state, idle(env))
    # everyone has moved by a tenth of the speed and kept three quarters of it
    places = np.array([(0.04, 0), (3.08, 0), (0, 4.08)])
    landmark = np.array([9, 9]) - places
    others = [places[[1, 2]] - places[0], places[[0, 2]] - places[1], places[[0, 1]] - places[2]]
    first, second = (0.6, 0), (0, 0.6)
    close(
        timestep.obs["adversary"][0],
        [0.3, 0, *places[0], *landmark[0], *others[0].ravel(), *first, *second],
    )
    close(
        timestep.obs["agent"],
        [
            [*first, *places[1], *landmark[1], *others[1].ravel(), *second],
            [*second, *places[2], *landmark[2], *others[2].ravel(), *first],
        ],
    )


WORLD = MPE("simple_world_comm", adversaries=2, good_agents=2)
#            leader   two hunters            two hunted            obstacle food            forests
PLACES = [
    (0, -3),
    (0.1, 0),
    (0, -2),
    (-0.1, 0),
    (4, 4),
    (9, 9),
    (-0.1, 0.05),
    (4, 1),
    (0, 0),
    (4, 4),
]


def test_forests_hide_who_is_in_them_from_all_but_the_leader():
    _, timestep = play(WORLD, scene(WORLD, PLACES), idle(WORLD))
    others = slice(2 + 2 + 2 * 5, 2 + 2 + 2 * 5 + 2 * 4)
    leader = timestep.obs["leadadversary"][0, others].reshape(4, 2)
    close(leader, [(0.1, 3), (0, 1), (-0.1, 3), (4, 7)])
    hunters = timestep.obs["adversary"][:, others].reshape(2, 4, 2)
    # the first is in the first forest and sees who else is; the second, in the open, the leader
    close(hunters[0], [(0, 0), (0, 0), (-0.2, 0), (0, 0)])
    close(hunters[1], [(0, -1), (0, 0), (0, 0), (0, 0)])
    hunted = timestep.obs["agent"][:, others].reshape(2, 4, 2)
    close(hunted[0], [(0, 0), (0.2, 0), (0, 0), (0, 0)])
    close(hunted[1], np.zeros((4, 2)))


def test_forests_hide_speeds_too_and_all_know_where_they_are_themselves():
    speeds = [(0, 0), (0, 0), (0, 0), (0, 0.4), (0, 0.8)]
    _, timestep = play(WORLD, scene(WORLD, PLACES, velocities=speeds), idle(WORLD))
    tail = slice(-10, None)  # speeds of the two hunted, two flags, the leader's word
    word = [1, 0, 0, 0]
    close(timestep.obs["leadadversary"][0, tail], [0, 0.3, 0, 0.6, -1, -1, *word])
    close(timestep.obs["adversary"][0, tail], [0, 0.3, 0, 0, 1, -1, *word])
    close(timestep.obs["adversary"][1, tail], [0, 0, 0, 0, -1, -1, *word])
    tail = slice(-4, None)  # two flags, the speed of the other
    close(timestep.obs["agent"][0, tail], [1, -1, 0, 0])
    close(timestep.obs["agent"][1, tail], [-1, 1, 0, 0])


def test_world_pays_for_touches_food_and_being_near():
    places = np.array(PLACES, float)
    places[1] = (0, 0)  # now it touches the first hunted: 0.1 < 0.075 + 0.045
    _, timestep = play(WORLD, scene(WORLD, places), idle(WORLD))
    # every hunter: 5 for the touch, less a tenth of the way to the nearest hunted
    near = [math.hypot(0.1, 3), 0.1, math.hypot(0.1, 2)]
    close(timestep.reward["leadadversary"], [5 - 0.1 * near[0]])
    close(timestep.reward["adversary"], [5 - 0.1 * near[1], 5 - 0.1 * near[2]])
    # the first hunted touches food 0.05 away (0.05 < 0.045 + 0.03); the second is 3 from food,
    # and so far out in x and in y that each costs 10, twice
    close(timestep.reward["agent"], [2 - 5 - 0.05 * 0.05, -2 * 20 - 0.05 * 3])

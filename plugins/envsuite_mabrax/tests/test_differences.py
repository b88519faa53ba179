"""Where ours differs from JaxMARL 0.2.0's MABrax: each test runs both."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_mabrax.env import MABrax
from envsuite_mabrax.tests import peer as theirs
from envsuite_mabrax.tests.peer import NAMES, ours, peer, whole


def sees(game: MABrax) -> list[list[float]]:
    """What our agents see of the numbers 1, 2, 3, ..., without what fills up the rows."""
    game = dataclasses.replace(game, homogenisation="none")
    views = game.sharing.observe(jnp.asarray(whole(game)))
    return [np.asarray(view[0]).tolist() for view in views.values()]


def drives(game: MABrax) -> list[list[str]]:
    return [[game.driven[index] for index in part.acts] for part in game.parts]


def joints_moved(env, game: MABrax) -> list[list[str]]:
    """The joints that each of JaxMARL's agents pushes."""
    moved = []
    for own in env.agents:
        pushes = [np.ones(env.action_space(a).shape) * (a == own) for a in env.agents]
        moved.append([game.driven[i] for i in np.flatnonzero(theirs.done(env, pushes))])
    return moved


@pytest.mark.parametrize("name", list(NAMES))
def test_on_demand_the_lists_are_jaxmarls(name):
    """The lists of who sees and drives what.

    JaxMARL: are two mappings of indices.
    Here: follow from joints by name; `indices="jaxmarl"` deals out the shipped partitions by
        JaxMARL's lists.
    """
    env, game = peer(name), ours(name, indices="jaxmarl")
    assert sees(game) == theirs.seen(env, whole(game))
    assert drives(game) == joints_moved(env, game)


def test_the_ants_agents_see_the_legs_they_drive():
    """The ant's legs.

    JaxMARL: who sees leg 1 drives leg 4, and so on round; actions are not in the order of joints.
    Here: each drives the leg it sees.
    """
    env, game = peer("ant_4x2"), ours("ant_4x2")
    legs = [[f"hip_{n}", f"ankle_{n}"] for n in (1, 2, 3, 4)]
    assert drives(game) == legs
    assert joints_moved(env, game) == [legs[3], legs[0], legs[1], legs[2]]
    assert sees(game) == theirs.seen(env, whole(game)), "what is seen is the same"


def test_the_cheetahs_lists_are_shifted_there():
    """The cheetah's observations.

    JaxMARL: are shifted by one, as of a robot with one number more; nobody sees the height.
    Here: own joints, those next to them, and all of the torso.
    """
    env, game = peer("halfcheetah_6x1"), ours("halfcheetah_6x1")
    there = theirs.seen(env, whole(game))
    assert there[:5] == [[number + 1 for number in own] for own in sees(game)[:5]]
    assert there[5][-1] == 17.0 == sees(game)[5][-1], "beyond the end is the end"
    assert all(1.0 in own for own in sees(game)), "the height, which nobody sees there"
    assert not any(1.0 in own for own in there)


def test_the_walkers_agents_see_its_pitch():
    """The walker's observations.

    JaxMARL: are without the torso's pitch and its velocity.
    Here: are with them, as in MaMuJoCo v1.
    """
    env, game = peer("walker2d_2x3"), ours("walker2d_2x3")
    pitch = [2.0, 11.0]  # and how fast it changes
    for here, there in zip(sees(game), theirs.seen(env, whole(game)), strict=True):
        assert [number for number in here if number not in pitch] == there


def test_the_humanoids_lists_are_another_robots_there():
    """The humanoid's observations.

    JaxMARL: indices of MuJoCo's 376 numbers, where Brax has 244: other links' numbers, and 93
        and 51 copies of the last.
    Here: the same links and joints by name.
    """
    # JaxMARL's lists are for MuJoCo's numbers; by the names of the links, they are ours
    links = "world torso lwaist pelvis right_thigh right_shin right_foot left_thigh left_shin "
    links += "left_foot right_upper_arm right_lower_arm left_upper_arm left_lower_arm"
    long = [f"joint {index}" for index in range(45)]
    long += [f"inertia {link} {i}" for link in links.split() for i in range(10)]
    long += [f"motion {link} {i}" for link in links.split() for i in range(6)]
    long += [f"force {i}" for i in range(23)] + ["contact"] * (14 * 6)
    assert len(long) == 376
    feet_and_world = {"world", "right_foot", "left_foot"}
    short = [word for word in long if not set(word.split()) & {*feet_and_world, "contact"}]
    env, game = peer("humanoid_9|8"), ours("humanoid_9|8")
    assert len(short) == 244 == len(whole(game))
    for agent, part in zip(env.agents, game.parts, strict=True):
        meant = [long[index] for index in np.asarray(env.agent_obs_mapping[agent]).tolist()]
        assert [short[index] for index in part.sees] == [word for word in meant if word in short]
    beyond = [
        sum(index > 243 for index in np.asarray(own)) for own in env.agent_obs_mapping.values()
    ]
    assert beyond == [93, 51], "which all read the last number"


def test_the_number_in_front_overlaps_nothing():
    """The number in front of observations under `"max"`.

    JaxMARL: is written over by the observation, which begins one place further for each agent.
    Here: is followed by the observation.
    """
    env = peer("hopper_3x1", homogenisation_method="max")
    game = ours("hopper_3x1", homogenisation="max")
    here = np.asarray(game.sharing.observe(jnp.asarray(whole(game)))["agent"])
    there = theirs.seen(env, whole(game))
    for row, (own, other) in enumerate(zip(here, there, strict=True)):
        features = list(game.parts[row].sees)
        assert own[row] == 1 and own[:3].sum() == 1
        assert own[3 : 3 + len(features)].tolist() == [index + 1 for index in features]
        assert other[row + 1 : row + 1 + len(features)] == own[3 : 3 + len(features)].tolist()

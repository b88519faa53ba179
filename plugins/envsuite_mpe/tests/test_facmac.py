"""FACMAC's hunt: how scripted prey flees and what predators see."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_mpe.env import MPE
from envsuite_mpe.prey import flee
from envsuite_mpe.tests.scene import close, idle, play, scene

EAST, NORTH, WEST, SOUTH = (0.0, 0.25, 0.5, 0.75)  # directions in turns
FLEE = jax.jit(flee, static_argnames=("predators", "evade"))
SIZES = {"3a": (3, 1, 2), "6a": (6, 2, 4), "9a": (9, 3, 6)}


def game(size: str, evade: str = "nearest") -> MPE:
    predators, prey, landmarks = SIZES[size]
    return MPE(
        "simple_facmac",
        adversaries=predators,
        good_agents=prey,
        landmarks=landmarks,
        evade=evade,
        actions="continuous",
    )


def think(places: Any, candidates: Any, *, evade: str = "nearest", predators: int = 1) -> Any:
    """The push of the first prey, from candidates `(length, direction in turns)`."""
    draws = np.array([(length**2, turns) for length, turns in candidates], np.float32)
    prey = len(places) - predators
    radius = np.repeat(np.array([0.075, 0.05], np.float32), [predators, prey])
    draws = np.tile(draws, (prey, 1, 1))
    return FLEE(draws, np.float32(places), radius, predators=predators, evade=evade)[0]


def test_prey_takes_the_farthest_of_the_places_it_thinks_of():
    options = [(0.5, EAST), (0.5, NORTH), (0.5, WEST), (0.25, WEST)]
    close(think([(1, 0), (0, 0)], options), (-0.5, 0))
    close(think([(-1, 0), (0, 0)], options), (0.5, 0))


def test_prey_keeps_off_the_nearest_predator_or_all():
    # the nearest is in the east, 0.4 away; two are in the west, 0.5 and 0.6 away
    places = [(0.4, 0), (-0.5, 0), (-0.6, 0), (0, 0)]
    options = [(0.2, EAST), (0.2, WEST)]
    close(think(places, options, predators=3), (-0.2, 0))
    close(think(places, options, predators=3, evade="everyone"), (0.2, 0))


def test_places_that_would_touch_a_predator_are_not_free():
    # 0.45 in the west is 0.05 from a predator, which is nearer than 0.075 + 0.05
    places = [(0.4, 0), (-0.5, 0), (0, 0)]
    close(think(places, [(0.45, WEST), (0.1, WEST)], predators=2), (-0.1, 0))
    close(think(places, [(0.45, WEST), (0.4, EAST)], predators=2), (0, 0))  # none is free


def test_the_way_must_be_free_too_where_prey_keeps_off_all():
    # a predator stands half-way to the place in the west, which is the farther from all others
    places = [(0.3, 0), (-0.3, 0), (0, 0)]
    options = [(0.7, WEST), (0.2, NORTH)]
    close(think(places, options, predators=2), (-0.7, 0))
    close(think(places, options, predators=2, evade="everyone"), (0, 0.2))
    # other prey is in the way as well
    places = [(0.3, 0), (0, 0), (-0.3, 0)]
    close(think(places, options), (-0.7, 0))
    close(think(places, options, evade="everyone"), (0, 0.2))


@pytest.mark.parametrize("evade", ["nearest", "everyone"])
def test_prey_flees_as_a_slow_twin_does(evade):
    """The twin goes through candidates, predators and waypoints one by one, marking scores."""
    rng = np.random.default_rng(0)
    predators, prey, candidates = 4, 3, 100
    radius = np.repeat([0.075, 0.05], [predators, prey])
    stood = 0
    for _ in range(20):
        places = rng.uniform(-0.5, 0.5, (predators + prey, 2))
        draws = rng.random((prey, candidates, 2), np.float32)
        if rng.random() < 0.25:  # the first prey touches a predator wherever it thinks of going
            places[predators] = places[0] + 0.01
            draws[..., 0] *= 0.005
        pushes = FLEE(
            draws, np.float32(places), np.float32(radius), predators=predators, evade=evade
        )
        for one in range(prey):
            expected = slow_flee(draws[one], places, radius, predators, predators + one, evade)
            close(pushes[one], expected)
            stood += not np.any(expected)
    assert 0 < stood < 60


def slow_flee(draws, places, radius, predators, me, evade):
    scores, ways = [], []
    nearest = min(range(predators), key=lambda one: math.dist(places[one], places[me]))
    for square, turns in draws.tolist():
        angle = turns * 2 * math.pi
        way = np.array([math.cos(angle), math.sin(angle)]) * math.sqrt(square)
        score = 0.0
        if evade == "nearest":
            for other in range(predators):
                gap = math.dist(places[other], places[me] + way)
                if gap < radius[other] + radius[me]:
                    score = -9999999.0
                if other == nearest:
                    score += gap
        else:
            for waypoint in (1, 2, 3, 4, 5):
                for other in range(len(places)):
                    if other != me:
                        gap = math.dist(places[other], places[me] + way * waypoint / 5)
                        if gap < radius[other] + radius[me]:
                            score = -9999999.0
                        if waypoint == 5:
                            score += gap
        scores.append(score)
        ways.append(way)
    best = int(np.argmax(scores))
    return ways[best] if scores[best] >= 0 else np.zeros(2)


def test_the_push_is_the_way_itself_and_the_key_draws_it():
    env = game("3a")
    params = env.default_params()
    state = scene(env, [(0, 0), (5, 5), (5, 6), (0, 0.4), (9, 9), (8, 8)])
    step = jax.jit(jax.vmap(env.step, (0, None, None, None)))
    after, _ = step(jax.random.split(jax.random.key(0), 50), state, idle(env), params)
    pushes = np.asarray(after.velocities[:, 3]) / 0.1  # a force for a tenth, from rest
    lengths = np.linalg.norm(pushes, axis=1)
    assert (lengths <= 1).all() and lengths.mean() > 0.9  # the best of 100 is nearly the longest
    assert (pushes[:, 1] > 0.5).all()  # away from the nearest, who is in the south
    assert len({tuple(push) for push in pushes.tolist()}) == 50
    assert not after.velocities[:, :3].any()


@pytest.mark.parametrize(("size", "features"), [("3a", 16), ("6a", 30), ("9a", 44)])
def test_only_predators_are_played_from_outside(size, features):
    env = game(size)
    assert env.agents == {"adversary": SIZES[size][0]}
    assert env.observation_space["adversary"].shape == (features,)
    assert env.action_space["adversary"].shape == (5,)


@pytest.mark.parametrize("size", ["3a", "6a"])
def test_with_boundless_sight_it_is_tag(size):
    """SimpleTag, which agrees with MPE2, shows adversaries the same and pays them the same."""
    env = game(size)
    predators, prey, landmarks = SIZES[size]
    tag = MPE("simple_tag", adversaries=predators, good_agents=prey, landmarks=landmarks)
    params = replace(env.default_params(), view_radius=np.float32(np.inf))
    params = jax.tree.map(jnp.asarray, params)
    for name in ("radius", "acceleration", "max_speed", "landmark_spread"):
        np.testing.assert_array_equal(getattr(params, name), getattr(tag.default_params(), name))

    @jax.jit
    def both(state: Any) -> Any:
        return [
            (one.rules.observe(state, params), one.rules.reward(state, params))
            for one in (env, tag)
        ]

    rng, paid = np.random.default_rng(1), False
    for _ in range(5):
        places = rng.uniform(-0.4, 0.4, (predators + prey + landmarks, 2))
        speeds = rng.uniform(-1, 1, (predators + prey, 2))
        own, other = both(scene(tag, places, velocities=speeds))
        for part in range(2):
            np.testing.assert_array_equal(own[part]["adversary"], other[part]["adversary"])
        paid |= bool(own[1]["adversary"].any())
    assert paid, "nobody was ever caught"


def test_what_is_out_of_sight_is_zero_one_by_one():
    env = MPE("simple_facmac", adversaries=2, good_agents=2, landmarks=2)
    places = [(0, 0), (0, 2), (1, 0), (1.6, 0), (0, -1.4), (0, 3)]
    speeds = [(0, 0), (0, 0), (0.1, 0), (0.2, 0)]
    state = scene(env, places, velocities=speeds)
    rows = env.rules.observe(state, jax.tree.map(jnp.asarray, env.default_params()))["adversary"]
    # the first sees the near landmark, the near prey and its speed
    close(rows[0], [0, 0, 0, 0, 0, -1.4, 0, 0, 0, 0, 1, 0, 0, 0, 0.1, 0, 0, 0])
    # the second, two to the north, sees the other landmark only
    close(rows[1], [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])


def test_predators_share_what_any_of_them_catches():
    env = game("6a")
    far = [(float(x), 5.0) for x in range(11)]
    places = [(0, 0), (0.2, 0), *far[:4], (0.1, 0), (3, 3), *far[4:8]]
    _, timestep = play(env, scene(env, places), idle(env))
    close(timestep.reward["adversary"], [20] * 6)

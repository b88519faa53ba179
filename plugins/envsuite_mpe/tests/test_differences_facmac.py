"""Where SimpleFacmac differs from JaxMARL 0.2.0's: each test runs both."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_mpe.env import MPE
from envsuite_mpe.tests.scene import idle, play, scene
from envsuite_mpe.tests.theirs import FAR, KEYS, Theirs

SIZES = {3: (3, 1, 2), 6: (6, 2, 4)}
"""Predators, prey and landmarks, by the number of predators."""


@cache
def hunt(predators: int = 3, prey: int = 1, landmarks: int = 2) -> tuple[Any, MPE]:
    """SimpleFacmac by both."""
    return Theirs(f"simple_facmac_{predators}a_v1"), MPE(
        "simple_facmac",
        adversaries=predators,
        good_agents=prey,
        landmarks=landmarks,
        evade="nearest",
        actions="continuous",
    )


@cache
def pushing(predators: int) -> tuple[Any, Any]:
    """Compiled steps under many keys, the peer's and ours; what all prey pushes, by key."""
    _, ours = hunt(*SIZES[predators])
    theirs = Theirs(f"simple_facmac_{predators}a_v1")
    # so that what prey pushes is what changes its velocity
    theirs.env.contact_force = 0.0
    params = replace(ours.default_params(), contact_force=np.float32(0))
    all_prey = slice(predators, ours.entities.agent_count)

    def step_theirs(key: Any, state: Any) -> Any:
        return theirs.env.step_env(key, state, theirs.still)[1].p_vel[all_prey] / 0.1

    def step_ours(key: Any, state: Any) -> Any:
        return ours.step(key, state, idle(ours), params)[0].velocities[all_prey] / 0.1

    return jax.jit(jax.vmap(step_theirs, (0, None))), jax.jit(jax.vmap(step_ours, (0, None)))


def pushes(places: Any, predators: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """What prey pushes under many keys, `[keys, prey, 2]`, the peer's and ours."""
    (theirs, ours), (step_theirs, step_ours) = hunt(*SIZES[predators]), pushing(predators)
    pushed = step_theirs(KEYS, theirs.moment(places)), step_ours(KEYS, scene(ours, places))
    return np.asarray(pushed[0]), np.asarray(pushed[1])


def test_prey_thinks_from_where_it_is():
    """SimpleFacmac: from where the first prey thinks of places to flee to.

    JaxMARL: from the place of the last predator, wherever it is itself.
    Here: from its own.
    """
    by_place = [
        pushes([(-0.5, 0), FAR[0], FAR[1], place, *FAR[2:4]]) for place in ((0, 0), (-1, 0.3))
    ]
    theirs, own = zip(*by_place, strict=True)
    np.testing.assert_array_equal(*theirs)
    assert (own[0][..., 0] > 0.3).all() and (own[1][..., 0] < 0).all(), "away from the first"


def test_prey_flees():
    """SimpleFacmac: which places prey goes to.

    JaxMARL: only those where it would touch a predator; else it stands still.
    Here: only those where it would touch none.
    """
    # the second prey, which thinks from where it is; a predator in the east, then none nearby
    others = [*FAR[:5], (99, 99), (0, 0), *[(90, 5 * row) for row in range(4)]]
    theirs, own = pushes([(0.4, 0), *others], 6)
    moved = theirs[:, 1].any(-1)
    assert 0.02 < moved.mean() < 0.5 and (theirs[moved, 1, 0] > 0.2).all(), "towards it"
    assert (own[:, 1, 0] < 0).all(), "away from it"
    theirs, own = pushes([(30, 0), *others], 6)
    assert not theirs[:, 1].any() and own[:, 1].any(-1).all()


def test_prey_flees_in_any_direction():
    """SimpleFacmac: the directions in which prey can flee.

    JaxMARL: up to 255 degrees.
    Here: all.
    """
    crowd = [(0.01 * index, 0.5 + 0.01 * (index % 2)) for index in range(3)]
    theirs, own = pushes([*crowd, (0, 0), *FAR[:2]])
    turns = [np.degrees(np.arctan2(*push[push.any(-1)].T[::-1])) % 360 for push in (theirs, own)]
    assert len(turns[0]) > 100 and 200 < turns[0].max() < 255
    assert ((turns[1] > 255) & (turns[1] < 285)).any(), "straight away from the crowd"


def test_each_prey_thinks_for_itself():
    """SimpleFacmac: the places that several prey think of.

    JaxMARL: are the same for all, seen from each.
    Here: are drawn for each.
    """
    # the first prey thinks from the last predator, beside which the second is
    crowd = [(0.01 * index, 0.01 * (index % 2)) for index in range(6)]
    theirs, own = pushes([*crowd, FAR[0], (0.05, 0.0101), *FAR[1:5]], 6)
    both = theirs.any(-1).all(-1)
    assert both.mean() > 0.2 and (theirs[both, 0] == theirs[both, 1]).all(-1).mean() > 0.3
    _, own = pushes([*crowd, (0.05, 0.0102), (0.05, 0.0101), *FAR[1:5]], 6)
    assert (own[:, 0] == own[:, 1]).all(-1).mean() < 0.1


def test_prey_is_not_asked_for_actions():
    """SimpleFacmac: actions of prey, which is scripted.

    JaxMARL: must be given, and are thrown away.
    Here: are not asked for.
    """
    theirs, ours = hunt()
    state = theirs.moment([*FAR[:3], (0, 0), *FAR[3:5]])
    push = np.array([0, 0, 1, 0, 0], np.float32)
    asked = [theirs.step(state, agent_0=action)[1].p_vel for action in (push, 0 * push)]
    np.testing.assert_array_equal(*asked)
    with pytest.raises(KeyError):
        theirs.env.step_env(KEYS[0], state, {f"adversary_{index}": push for index in range(3)})
    assert ours.agents == {"adversary": 3}


def test_things_are_out_of_sight_one_by_one():
    """SimpleFacmac: a landmark nearby while the other is far away.

    JaxMARL: is out of sight too, as it is with other agents.
    Here: is seen.
    """
    (theirs, ours), places = hunt(), [(0, 0), *FAR[:2], (-5, 0), (1, 0), (9, 0)]
    seen = np.asarray(theirs.step(theirs.moment(places))[0]["adversary_0"])
    _, timestep = play(ours, scene(ours, places), idle(ours))
    landmarks = slice(4, 8)
    assert not seen[landmarks].any()
    assert timestep.obs["adversary"][0, landmarks].tolist() == [1, 0, 0, 0]


def test_the_velocities_of_all_prey_are_seen():
    """SimpleFacmac: the velocities that predators see of two prey.

    JaxMARL: the last one's; what is seen does not fit the space, which is that of one prey.
    Here: both.
    """
    theirs, ours = hunt(*SIZES[6])
    seen = jax.eval_shape(theirs.env.reset, KEYS[0])[0]["adversary_0"].shape
    assert seen == (28,) != theirs.env.observation_space("adversary_0").shape
    assert ours.observation_space["adversary"].shape == (30,)
    places = [(0.1 * place, 0) for place in range(6)]
    places += [(0.5, 0.1), (0, 0.5), *[(0.1 * place, 0.3) for place in range(4)]]
    speeds = np.zeros((12, 2), np.float32)
    speeds[6:8] = (0.4, 0), (0, 0.8)
    told = [
        theirs.env.get_obs(theirs.moment(places, p_vel=speeds))["adversary_0"],
        ours.rules.observe(
            scene(ours, places, velocities=speeds[:8]),
            jax.tree.map(jnp.asarray, ours.default_params()),
        )["adversary"][0],
    ]
    assert np.asarray(told[0])[-2:].tolist() == speeds[7].tolist()
    assert np.asarray(told[1])[-4:].tolist() == speeds[6:8].ravel().tolist()

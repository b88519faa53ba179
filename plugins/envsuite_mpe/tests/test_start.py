"""How episodes begin, what the whole world is, and what configurations are refused."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import envsuite
from envsuite.core.env import World
from envsuite_mpe.env import MPE
from envsuite_mpe.scenario import SCENARIOS
from envsuite_mpe.tests.scene import close, scene

IDS = [id for id in envsuite.registry().environments if id.startswith("envsuite/MPE-")]


@pytest.mark.parametrize(
    ("scenario", "spread"), [("simple_adversary", 1.0), ("simple_world_comm", 0.9)]
)
def test_everyone_begins_anywhere_at_rest_and_silent(scenario, spread):
    env = MPE(scenario)
    keys = jax.random.split(jax.random.key(0), 2000)
    states, timesteps = jax.jit(jax.vmap(env.reset, (0, None)))(keys, env.default_params())
    agents = env.entities.agent_count
    spreads = np.where(np.arange(states.positions.shape[1]) < agents, 1.0, spread)
    places = np.asarray(states.positions) / spreads[:, None]
    assert np.abs(places).max() <= 1
    # as even as chance: a share of 0.1 of 2,000 deviates by 0.0067
    for row in places.reshape(2000, -1).T:
        shares = np.histogram(row, 10, (-1, 1))[0] / 2000
        assert np.abs(shares - 0.1).max() < 0.035
    assert not states.velocities.any() and not states.words.any()
    for group in env.agents:
        assert not timesteps.reward[group].any() and not timesteps.terminated[group].any()


@pytest.mark.parametrize("scenario", ["simple_reference", "simple_crypto"])
def test_goals_are_drawn_alike_and_apart(scenario):
    env = MPE(scenario)
    count = env.entities.landmark_count
    keys = jax.random.split(jax.random.key(0), 3000)
    goals = jax.jit(jax.vmap(lambda key: env.reset(key, env.default_params())[0].goals))(keys)
    pairs = np.zeros((count, count))
    np.add.at(pairs, tuple(np.asarray(goals).T), 1 / 3000)
    assert np.abs(pairs - 1 / count**2).max() < 0.035


def test_the_world_holds_places_speeds_words_and_goals():
    env = MPE("simple_speaker_listener")
    assert isinstance(env, World)
    places = [(7, 7), (0, 0), (1, 0), (0, 1), (3, 4)]
    state = scene(env, places, velocities=[(0, 0), (0.5, 0.25)], goals=[2])
    world = env.world(state)
    close(world, [7, 7, 0, 0, 1, 0, 0, 1, 3, 4, 0, 0, 0.5, 0.25, 0, 0, 0, 0, 0, 1])
    assert env.world_space.contains(np.asarray(world))


def test_every_scenario_has_an_id_and_lasts_25_steps():
    assert {envsuite.spec(id).config["scenario"] for id in IDS} == set(SCENARIOS)
    assert len(IDS) == 13
    assert {envsuite.spec(id).max_steps for id in IDS} == {25}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"scenario": "simple_tga"}, "did you mean 'simple_tag'"),
        ({"scenario": "simple", "actions": "discreet"}, "did you mean 'discrete'"),
        ({"scenario": "simple", "integration": "implicit"}, "did you mean 'semi-implicit'"),
        ({"scenario": "simple_facmac", "evade": "near"}, "did you mean 'nearest'"),
        ({"scenario": "simple_tag", "adversaries": 0}, "whole number from 1 up, not 0"),
        ({"scenario": "simple_tag", "landmarks": 1.5}, "whole number from 1 up, not 1.5"),
        (
            {"scenario": "simple_tag", "food": 2},
            "'food': its options are adversaries, good_agents, landmarks; "
            "scenarios that have it are simple_world_comm",
        ),
        ({"scenario": "simple_push", "good_agents": 2}, "it has none of its own"),
    ],
)
def test_what_makes_no_world_is_refused(config, words):
    with pytest.raises(ValueError, match=words):
        MPE(**config)

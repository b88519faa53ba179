"""Ours beside JaxMARL 0.2.0's: its states fed to our rules, same actions."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxmarl import make

from envsuite_coin_game.env import CoinGame
from envsuite_coin_game.tests.peer import PLAYERS, STEP, ours

PAYOFF = [[1.0, 3.0, -2.0], [0.5, 4.0, -7.0]]


@pytest.mark.parametrize(
    ("config", "options"),
    [
        ({}, {}),
        (
            {"observation": "grid", "egocentric": True, "shared_rewards": True},
            {"cnn": True, "egocentric": True, "shared_rewards": True, "payoff_matrix": PAYOFF},
        ),
        ({}, {"payoff_matrix": PAYOFF}),
    ],
)
def test_whole_games(config, options):
    """Every step of a game of 3 inner episodes of 40 steps; only chance and inner ends differ."""
    peer: Any = make("coin_game", num_inner_steps=40, num_outer_steps=3, **options)
    game = CoinGame(**config)
    params = game.default_params()
    params = replace(
        params,
        payoff=np.asarray(options.get("payoff_matrix", params.payoff), np.float32),
        inner_steps=np.int32(40),
        inner_episodes=np.int32(3),
    )
    peer_step = jax.jit(peer.step_env)
    observe = jax.jit(partial(CoinGame.observe, game))
    observations, theirs = peer.reset(jax.random.PRNGKey(0))
    stream, key = np.random.default_rng(0), jax.random.key(0)
    earned, lost, inner_ends = 0, 0, 0
    for time in range(120):
        seen = np.asarray(observe(ours(theirs)))
        for row, name in enumerate(PLAYERS.values()):
            np.testing.assert_array_equal(seen[row], observations[name])
        chosen = {player: jnp.int32(stream.integers(5)) for player in PLAYERS}
        state, timestep = STEP(
            game, key, ours(theirs), {player: own[None] for player, own in chosen.items()}, params
        )
        before = theirs
        observations, theirs, rewards, dones, infos = peer_step(
            jax.random.PRNGKey(time), theirs, {PLAYERS[name]: own for name, own in chosen.items()}
        )
        paid = [float(timestep.reward[player][0]) for player in PLAYERS]
        done = bool(timestep.info["inner_episode_done"])
        assert done == bool(infos["inner_episode_done"]) == (time % 40 == 39)
        assert bool(timestep.terminated["red"].all()) == bool(dones["__all__"]) == (time == 119)
        if done:
            inner_ends += 1
            assert [float(rewards[name]) for name in PLAYERS.values()] == [0, 0]
        else:
            np.testing.assert_allclose(paid, [float(rewards[name]) for name in PLAYERS.values()])
            np.testing.assert_array_equal(state.players, ours(theirs).players)
            taken = np.asarray(timestep.info["taken"]).any(0)
            kept = np.asarray(ours(before).coins)[~taken]
            np.testing.assert_array_equal(np.asarray(state.coins)[~taken], kept)
            np.testing.assert_array_equal(np.asarray(ours(theirs).coins)[~taken], kept)
            assert int(state.inner_step) == int(theirs.step)
        earned, lost = earned + (max(paid) > 0), lost + (min(paid) < 0)
    assert earned > 10 and inner_ends == 3 and (lost > 5 or config.get("shared_rewards"))

"""Frost, inner episodes and starts of STORM for any number, by example and by counting."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chisquare

from envsuite_storm.n_player import FORWARD, STAY, TURN_LEFT, ZAP_AHEAD, NPlayerSTORM
from envsuite_storm.tests.many import GAME, KEY, MANY, PARAMS, board, play, rewards
from envsuite_storm.tests.scene import drawn


def test_whose_time_is_up_begins_anew_alone_and_all_taken_coins_come_back():
    state = board(
        """
        0> 1^ *  .  .
        .  .  .  .  .
        c  .  .  .  d
        .  .  .  .  .
        .  .  .  2^ .
        """,
        {"0": (1, 0), "1": (0, 1), "2": (0, 2)},
        {"01": 1},
    )
    action = {"player": jnp.array([ZAP_AHEAD, FORWARD, FORWARD])}
    states, timesteps = MANY(jax.random.split(KEY, 1500), state, action, PARAMS)
    assert not np.asarray(states.frozen).any()
    assert (np.asarray(states.inventories) == [[0, 0], [0, 0], [0, 2]]).all()
    assert (np.asarray(states.places)[:, 2] == [3, 3]).all(), "2 just goes on"
    assert np.asarray(states.lying).all()
    coins = np.asarray(states.coins)
    assert (coins[:, 0, 0] == [2, 0]).all() and (coins[:, 1, 0] == [2, 4]).all()
    # two players and two coins are placed anew, on any of the 22 cells that nobody holds
    number = np.array([5, 1])
    fresh = np.concatenate([np.asarray(states.places)[:, :2], coins[:, :, 1]], axis=1) @ number
    held = np.array([[3, 3], [2, 0], [2, 4]]) @ number
    for thing in range(4):
        cells = np.bincount(fresh[:, thing], minlength=25)
        assert not cells[held].any()
        assert chisquare(np.delete(cells, held)).pvalue > 1e-3
    assert all(len(set(row)) == 4 for row in fresh.tolist())
    headings = np.asarray(states.headings)[:, :2] @ np.array([4, 1])
    assert chisquare(np.bincount(headings, minlength=16)).pvalue > 1e-3
    assert (np.asarray(timesteps.reward["player"]) == 0).all()


def test_the_frozen_stand_still_for_five_steps():
    state = board(
        """
        .  .  .  .  .
        0> 1< .  .  .
        .  .  .  .  .
        .  .  .  .  .
        .  .  .  2> .
        """,
        {"0": (1, 0), "1": (0, 1)},
    )
    state, timestep = play(state, ZAP_AHEAD, STAY, STAY)
    for clock in (5, 4, 3, 2, 1):
        assert state.frozen[0].tolist() == [0, clock, 0]
        assert drawn(state, "012").split("\n")[1].startswith("0> 1<")
        stay = [action == STAY for action in range(8)]
        assert timestep.legal["player"].tolist() == [stay, stay, [True] * 8]
        state, timestep = play(state, ZAP_AHEAD, TURN_LEFT, STAY)
        assert rewards(timestep) == [0, 0, 0]
    assert not state.frozen.any() and timestep.legal["player"].all()
    assert state.places[2].tolist() == [4, 3]


def test_the_last_step_of_an_inner_episode_pays_and_everything_begins_anew():
    text = """
        .  .  .  .  .
        0> 1< .  .  .
        .  c  .  .  .
        .  .  .  .  .
        .  .  .  2> .
    """
    held = {"0": (1, 0), "1": (0, 1)}
    state = board(text, held, inner_step=151)
    params = replace(PARAMS, inner_episodes=np.int32(2))
    state, timestep = play(state, ZAP_AHEAD, STAY, STAY, params=params)
    assert rewards(timestep) == [0, 5, 0] and timestep.info["inner_episode_done"]
    assert not timestep.terminated["player"].any()
    assert (int(state.inner_step), int(state.inner_episode)) == (0, 1)
    assert state.lying.all() and not state.inventories.any() and not state.frozen.any()
    assert not state.beams.any()

    state = board(text, held, inner_step=151)
    state, timestep = play(state, ZAP_AHEAD, STAY, STAY)
    assert rewards(timestep) == [0, 5, 0] and timestep.terminated["player"].all()
    assert drawn(state, "012").split("\n")[1] == "0> 1< * . ."
    after, timestep = play(state, FORWARD, STAY, FORWARD)
    assert drawn(after, "012") == drawn(state, "012") and not any(rewards(timestep))
    assert timestep.terminated["player"].all() and not timestep.info["inner_episode_done"]


def test_everyone_and_everything_begins_anywhere_but_apart():
    reset = jax.jit(jax.vmap(GAME.reset, (0, None)))
    states, _ = reset(jax.random.split(KEY, 1500), PARAMS)
    coins = np.asarray(states.coins).reshape(-1, 4, 2)
    cells = np.concatenate([np.asarray(states.places), coins], axis=1) @ np.array([5, 1])
    assert all(len(set(row)) == 7 for row in cells.tolist())
    for thing in range(7):
        assert chisquare(np.bincount(cells[:, thing], minlength=25)).pvalue > 1e-3
    headings = np.asarray(states.headings) @ np.array([16, 4, 1])
    assert chisquare(np.bincount(headings, minlength=64)).pvalue > 1e-3


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"players": 1}, "players must be a whole number from 2 up, not 1"),
        ({"coins": 2.0}, "coins must be a whole number from 1 up, not 2.0"),
        ({"sight": 4}, "sight 4 has no middle for the player to stand in: choose 3 or 5"),
        ({"size": 4}, "do not fit on 16 cells"),
        ({"size": 3, "players": 30}, "choose a size of at least 7"),
    ],
)
def test_numbers_that_make_no_game_are_refused(config, words):
    with pytest.raises(ValueError, match=words):
        NPlayerSTORM(**{"coins": 8, **config})

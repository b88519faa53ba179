"""Frost, inner episodes and starts of STORM for two, by example and by counting."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chisquare

from envsuite.factory import make
from envsuite_storm.state import Params
from envsuite_storm.tests.scene import lines
from envsuite_storm.tests.two import (
    FACING,
    GAME,
    KEY,
    MANY,
    PARAMS,
    corner,
    joint,
    play,
    rewards,
    small,
)
from envsuite_storm.two_player import FORWARD, INTERACT, STAY, TwoPlayerSTORM, layout


def test_the_frozen_stand_still_for_five_steps_and_begin_anew():
    state = small(FACING + "c . d", {"R": (1, 0), "B": (0, 1)})
    coins = np.array(layout().coins)
    coins[:, 0] = [[3, 0], [3, 2]]  # where the text has them
    state = replace(state, coins=jnp.asarray(coins))
    state, _ = play(state, INTERACT, STAY)
    before = corner(state, 4)
    assert before == lines("""
        .  *  .  .
        R> B< *  .
        .  *  .  .
        c  .  d  .
    """)
    for clock in (4, 3, 2, 1):
        state, timestep = play(state, INTERACT, FORWARD)
        assert corner(state, 4) == before.replace("*", ".")
        assert state.frozen.tolist() == [[0, clock], [clock, 0]]
        assert state.inventories.tolist() == [[1, 0], [0, 1]]
        assert rewards(timestep) == [0, 0]
        for player in ("red", "blue"):
            assert timestep.legal[player].tolist() == [[False] * 4 + [True]]
    state, timestep = play(state, INTERACT, FORWARD)
    assert not state.frozen.any() and not state.inventories.any()
    assert state.lying.all() and (state.coins == coins).all()
    assert tuple(state.places[0].tolist()) in set(map(tuple, layout().spawns.tolist()))
    assert (state.places[0] + state.places[1]).tolist() == [7, 7]
    assert timestep.legal["red"].all() and timestep.legal["blue"].all()
    assert int(state.inner_step) == 6 and not timestep.info["inner_episode_done"]


def test_without_a_penalty_both_begin_anew_at_once():
    params = replace(PARAMS, freeze_penalty=np.int32(0))
    state, timestep = play(small(FACING, {"R": (1, 0), "B": (0, 1)}), INTERACT, STAY, params=params)
    assert rewards(timestep) == [0, 5] and timestep.info["cooperation"] == 0.5
    assert not state.frozen.any() and not state.inventories.any() and state.lying.all()
    assert (state.places[0] + state.places[1]).tolist() == [7, 7]


def test_the_last_step_of_an_inner_episode_pays_and_everything_begins_anew():
    params = replace(PARAMS, inner_episodes=np.int32(2))
    state = small(FACING, {"R": (1, 0), "B": (0, 1)}, inner_step=151)
    state, timestep = play(state, INTERACT, STAY, params=params)
    assert rewards(timestep) == [0, 5]
    assert timestep.info["inner_episode_done"] and not timestep.terminated["red"].any()
    assert (int(state.inner_step), int(state.inner_episode)) == (0, 1)
    assert state.lying.all() and not state.inventories.any() and not state.frozen.any()
    assert not state.beams.any() and (state.places[0] + state.places[1]).tolist() == [7, 7]


def test_the_last_inner_episode_ends_the_game_and_nothing_happens_after_it():
    state = small(FACING, {"R": (1, 0), "B": (0, 1)}, inner_step=151)
    state, timestep = play(state, STAY, STAY)
    assert timestep.info["inner_episode_done"]
    assert timestep.terminated["red"].all() and timestep.terminated["blue"].all()
    assert corner(state, 3) == lines(FACING), "the board stays as it was left"
    after, timestep = play(state, INTERACT, FORWARD)
    assert corner(after, 3) == lines(FACING) and rewards(timestep) == [0, 0]
    assert timestep.terminated["red"].all() and not timestep.info["inner_episode_done"]


def test_red_begins_on_any_spawn_and_blue_opposite():
    board = np.full((8, 8), ".")
    board[tuple(np.moveaxis(layout().spawns, -1, 0))] = "S"
    for kind, letter in enumerate("CD"):
        board[tuple(np.moveaxis(layout().coins[kind], -1, 0))] = letter
    assert "\n".join(" ".join(row) for row in board) == lines("""
        S S S . . S S S
        S C C . . D C S
        . D . . . . C .
        . . . . . . . .
        . . . . . . . .
        . D . . . . C .
        S D C . . D D S
        S S S . . S S S
    """)
    reset = jax.jit(jax.vmap(GAME.reset, (0, None)))
    states, _ = reset(jax.random.split(KEY, 1600), PARAMS)
    places, headings = np.asarray(states.places), np.asarray(states.headings)
    assert (places.sum(1) == 7).all()
    cells = np.bincount(places[:, 0] @ np.array([8, 1]), minlength=64)
    assert set(np.flatnonzero(cells)) == set(layout().spawns @ [8, 1])
    assert chisquare(cells[cells > 0]).pvalue > 1e-3
    assert chisquare(np.bincount(headings @ np.array([4, 1]), minlength=16)).pvalue > 1e-3
    assert (np.asarray(states.coins) == layout().coins).all()


def test_shuffled_coins_lie_in_the_same_cells_by_chance():
    """Dealt out anew in every inner episode, and in no other step."""
    state = small("R> . B<", inner_step=151)
    params = replace(PARAMS, inner_episodes=np.int32(2))
    keys, number = jax.random.split(KEY, 1200), np.array([8, 1])
    states, _ = MANY(keys, state, joint(STAY, STAY), params)
    cells = np.asarray(states.coins) @ number  # [games, kind, coin]
    all_cells = np.sort((layout().coins @ number).ravel())
    assert (np.sort(cells.reshape(-1, 12), axis=1) == all_cells).all()
    cooperate = np.bincount(cells[:, 0].ravel(), minlength=64)[all_cells]
    assert chisquare(cooperate).pvalue > 1e-3
    states, _ = MANY(keys, replace(state, inner_step=jnp.int32(150)), joint(STAY, STAY), params)
    assert (np.asarray(states.coins) == np.asarray(state.coins)).all()


def test_numbers_may_be_overridden_by_name():
    payoff = [[[0, 1], [1, 0]], [[1, 0], [0, 1]]]  # matching pennies
    env = make("envsuite/STORM-2p", params={"payoff": payoff, "inner_steps": 9})
    assert env.default_params().payoff.tolist() == payoff
    assert env.default_params().freeze_penalty == 5


def test_what_is_not_offered_is_refused():
    with pytest.raises(ValueError, match="'shufled' is unknown: did you mean 'shuffled'"):
        TwoPlayerSTORM(coins="shufled")
    params = Params(np.eye(2, dtype=np.float32), np.int32(5), np.int32(152), np.int32(1))
    with pytest.raises(ValueError, match=r"payoff has shape \(2, 2\), but is two tables"):
        GAME.reset(KEY, params)

"""Where ours differs from JaxMARL 0.2.0's Coin Game: each test runs both."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxmarl import make

from envsuite_coin_game.env import CoinGame
from envsuite_coin_game.tests.peer import PLAYERS, STEP, ours

KEY = jax.random.PRNGKey(0)
GAME = CoinGame()
RIGHT, LEFT, DOWN, UP, STAY = range(5)


@cache
def peer() -> tuple[Any, Any, Any]:
    """The peer's environment, its step compiled, and its first state."""
    env: Any = make("coin_game")
    return env, jax.jit(env.step_env), jax.jit(env.reset)(KEY)[1]


def moment(red: Any, blue: Any, red_coin: Any, blue_coin: Any, **more: int) -> Any:
    """A moment of the peer's; places are (row, column)."""
    places = dict(red_pos=red, blue_pos=blue, red_coin_pos=red_coin, blue_coin_pos=blue_coin)
    typed = {name: jnp.asarray(value, jnp.int32) for name, value in (places | more).items()}
    return replace(peer()[2], **typed)


def play(state: Any, red: int, blue: int) -> tuple[Any, ...]:
    """One step by both: observations, state, rewards and dones of the peer, our state, timestep."""
    actions = {"0": jnp.int32(red), "1": jnp.int32(blue)}
    theirs = peer()[1](KEY, state, actions)[:4]
    action = {"red": jnp.array([red]), "blue": jnp.array([blue])}
    return (*theirs, *STEP(GAME, KEY, ours(state), action, GAME.default_params()))


def test_the_last_step_of_an_inner_episode_pays():
    """The last step of an inner episode.

    JaxMARL: pays 0, whatever was taken.
    Here: pays like any other.
    """
    paid = {}
    for step in (8, 9):
        _, _, rewards, _, _, timestep = play(
            moment((0, 0), (2, 2), (0, 0), (2, 2), step=step), STAY, STAY
        )
        theirs = [float(rewards[name]) for name in PLAYERS.values()]
        paid[step] = theirs, [float(timestep.reward[player][0]) for player in PLAYERS]
    assert paid == {8: ([1, 1], [1, 1]), 9: ([0, 0], [1, 1])}


def test_actions_go_by_player():
    """The order of a dictionary of actions.

    JaxMARL: counts, outside `jit`: the first is red's, whatever it is called.
    Here: does not; actions go by player.
    """
    state = moment((0, 0), (2, 2), (1, 1), (1, 1))
    backwards = {"1": jnp.int32(STAY), "0": jnp.int32(RIGHT)}
    after = peer()[0].step_env(KEY, state, backwards)[1]
    assert (after.red_pos.tolist(), after.blue_pos.tolist()) == ([0, 0], [2, 0]), "blue moved"
    after = peer()[1](KEY, state, backwards)[1]
    assert (after.red_pos.tolist(), after.blue_pos.tolist()) == ([0, 1], [2, 2]), "under jit, red"
    backwards = {"blue": jnp.array([STAY]), "red": jnp.array([RIGHT])}
    own, _ = GAME.step(KEY, ours(state), backwards, GAME.default_params())
    assert own.players.tolist() == [[0, 1], [2, 2]]


def test_the_last_observation_is_of_the_board_as_it_was_left():
    """What is seen after the last inner episode.

    JaxMARL: a new board.
    Here: the board as the players left it.
    """
    state = moment((0, 0), (2, 2), (0, 1), (2, 1), step=9, outer_t=9)
    seen, after, _, done, own, timestep = play(state, STAY, STAY)
    assert done["__all__"] and timestep.terminated["red"].all()
    places = [np.stack([where.red_pos, where.blue_pos]) for where in (state, after)]
    assert (places[0] != places[1]).any(), "drawn anew"
    np.testing.assert_array_equal(own.players, places[0])
    own_seen = np.asarray(timestep.obs["red"][0])
    np.testing.assert_array_equal(own_seen, CoinGame().observe(ours(state))[0])
    assert (own_seen != seen["0"]).any()


def test_the_torus_has_any_size():
    """The size of the torus.

    JaxMARL: is 3.
    Here: is `size`.
    """
    for name in ("size", "grid_size"):
        with pytest.raises(TypeError, match="unexpected keyword"):
            make("coin_game", **{name: 5})
    assert peer()[0].observation_space("0").shape == (36,)
    assert CoinGame(size=5).observation_space["red"].shape == (100,)


def test_what_was_taken_is_told_in_each_step():
    """What is told of coins that were taken.

    JaxMARL: counts in its state, by inner episode, in 8 bits, which overflow.
    Here: `info["taken"]`, in each step.
    """
    state = moment((0, 0), (2, 2), (0, 0), (1, 1))
    counts = jnp.full_like(state.red_coop, 127)
    _, after, _, _, _, timestep = play(replace(state, red_coop=counts), STAY, STAY)
    assert after.red_coop.dtype == np.int8 and after.red_coop.min() == -128
    assert timestep.info["taken"].tolist() == [[True, False], [False, False]]


def test_observations_are_floats():
    """The numbers that are observed.

    JaxMARL: `int8`.
    Here: `f32`.
    """
    seen, _, _, _, _, timestep = play(moment((0, 0), (2, 2), (0, 0), (1, 1)), STAY, STAY)
    assert seen["0"].dtype == np.int8 and timestep.obs["red"].dtype == np.float32

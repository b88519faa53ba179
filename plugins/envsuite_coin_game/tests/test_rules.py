"""The rules of the Coin Game, by example and by counting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chisquare

from envsuite.core.env import Env
from envsuite.factory import make
from envsuite_coin_game.env import DOWN, LEFT, RIGHT, STAY, UP, CoinGame, Params
from envsuite_coin_game.tests.board import board, drawn, lines, seen

KEY = jax.random.key(0)
GAME = CoinGame()
PARAMS = GAME.default_params()
# compiled once for each configuration
STEP = jax.jit(lambda game, *step: game.step(*step), static_argnums=0)


def play(state, red, blue, game: Env[Any, Any] = GAME, params=PARAMS, key=KEY):
    action = {"red": jnp.array([red]), "blue": jnp.array([blue])}
    return STEP(game, key, state, action, params)


def rewards(timestep):
    return [float(timestep.reward[player][0]) for player in ("red", "blue")]


@pytest.mark.parametrize(
    ("red", "blue", "after"),
    [
        (RIGHT, LEFT, ". R .\n. . .\n. B ."),
        (LEFT, RIGHT, ". . R\n. . .\nB . ."),
        (DOWN, UP, ". . .\nR . B\n. . ."),
        (UP, DOWN, ". . B\n. . .\nR . ."),
        (STAY, STAY, "R . .\n. . .\n. . B"),
    ],
)
def test_the_board_is_round(red, blue, after):
    state = board("""
        R  .  .
        .  rb .
        .  .  B
    """)
    state, timestep = play(state, red, blue)
    assert drawn(state.players, 3, "RB") == after
    assert rewards(timestep) == [0, 0]


def test_whoever_takes_a_coin_earns_and_its_colour_pays():
    state = board("""
        R r .
        . b B
        . . .
    """)
    _, own = play(state, RIGHT, LEFT)  # each its own
    assert rewards(own) == [1, 1]
    assert own.info["taken"].tolist() == [[True, False], [False, True]]
    state = board("""
        R b .
        . r B
        . . .
    """)
    _, others = play(state, RIGHT, LEFT)  # each the other's
    assert rewards(others) == [1 - 2, 1 - 2]
    assert others.info["taken"].tolist() == [[False, True], [True, False]]
    _, one = play(state, RIGHT, STAY)  # only red takes, and blue is robbed
    assert rewards(one) == [1, -2]


def test_both_may_take_the_same_coin():
    state = board("""
        R r B
        . . .
        . . b
    """)
    state, timestep = play(state, RIGHT, LEFT)
    assert drawn(state.players, 3, "RB") == lines("""
        . RB .
        . .  .
        . .  .
    """)
    assert rewards(timestep) == [1 - 2, 1]  # red is paid for its coin and robbed of it


def test_one_may_take_both_coins_and_staying_takes_too():
    state = board("""
        .   Rrb .
        .   .   .
        B   .   .
    """)
    _, timestep = play(state, STAY, STAY)
    assert rewards(timestep) == [2, -2]


def test_two_who_swap_cells_pass_each_other():
    state, timestep = play(
        board("""
        R B .
        . . .
        r . b
    """),
        RIGHT,
        LEFT,
    )
    assert drawn(state.players, 3, "RB") == "B R .\n. . .\n. . ."
    assert rewards(timestep) == [0, 0]


def test_only_what_was_taken_comes_back_elsewhere_on_any_cell():
    state = board("""
        R r .
        . . .
        . B b
    """)
    keys = jax.random.split(KEY, 1800)
    action = {"red": jnp.array([RIGHT]), "blue": jnp.array([STAY])}
    step = jax.jit(jax.vmap(GAME.step, (0, None, None, None)))
    following, _ = step(keys, state, action, PARAMS)
    assert (np.asarray(following.coins[:, 1]) == [2, 2]).all()
    cells = np.bincount(np.asarray(following.coins[:, 0] @ jnp.array([3, 1])), minlength=9)
    assert chisquare(cells).pvalue > 1e-3  # the cells of the players are among them


def test_everything_begins_anywhere_independently():
    states, timesteps = jax.jit(jax.vmap(GAME.reset, (0, None)))(
        jax.random.split(KEY, 2700), PARAMS
    )
    places = np.concatenate([states.players, states.coins], axis=1) @ [3, 1]
    for first in range(4):
        assert chisquare(np.bincount(places[:, first], minlength=9)).pvalue > 1e-3
        for second in range(first):
            pairs = np.bincount(places[:, first] * 9 + places[:, second], minlength=81)
            assert chisquare(pairs).pvalue > 1e-3
    assert not np.asarray(timesteps.info["taken"]).any(), "nothing is taken by the reset"


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Rr . .\n. . B\n. b .", [1, 0]),  # red takes the red coin
        ("Rb . .\n. . B\n. r .", [2, 32]),  # red takes the blue coin, and blue loses it
        ("R . .\n. . Br\n. b .", [4, 8]),  # blue takes the red coin, and red loses it
        ("R . .\n. . Bb\n. r .", [0, 16]),  # blue takes the blue coin
        ("RBrb . .\n. . .\n. . .", [7, 56]),  # everything at once
    ],
)
def test_payoffs_go_to_the_right_player(text, due):
    # powers of two tell every event of every player in a sum
    params = replace(PARAMS, payoff=np.array([[1, 2, 4], [8, 16, 32]], np.float32))
    _, timestep = play(board(text), STAY, STAY, params=params)
    assert rewards(timestep) == due
    _, timestep = play(board(text), STAY, STAY, CoinGame(shared_rewards=True), params)
    assert rewards(timestep) == [sum(due)] * 2


def test_each_sees_itself_first_and_its_own_coin_before_the_others():
    state = board("""
        R .  .
        . Bb .
        . r  .
    """)
    _, timestep = play(state, UP, LEFT)  # red goes over the edge
    assert seen(timestep.obs["red"][0].reshape(3, 3, 4), "XOxo") == lines("""
        . .  .
        O o  .
        X x  .
    """)
    assert seen(timestep.obs["blue"][0].reshape(3, 3, 4), "XOxo") == lines("""
        . .  .
        X x  .
        O o  .
    """)


def test_the_egocentric_board_has_oneself_in_the_middle():
    state = board("""
        R . .
        . . b
        . r B
    """)
    game = CoinGame(egocentric=True, observation="grid")
    _, timestep = play(state, STAY, STAY, game)
    # red in the corner sees over both edges
    assert seen(timestep.obs["red"][0], "XOxo") == lines("""
        O . x
        . X .
        o . .
    """)
    assert seen(timestep.obs["blue"][0], "XOxo") == lines("""
        . x .
        o X .
        . . O
    """)


def test_inner_episodes_begin_anew_and_the_game_ends_after_the_last():
    params = replace(PARAMS, inner_steps=np.int32(3), inner_episodes=np.int32(2))
    state = board("""
        R  .  .
        .  .  .
        .  rb B
    """)
    ends, moments = [], []
    for step in range(8):
        key = jax.random.fold_in(KEY, step)
        before = state
        state, timestep = play(state, STAY, STAY, params=params, key=key)
        ends.append(
            (bool(timestep.info["inner_episode_done"]), bool(timestep.terminated["red"].all()))
        )
        moments.append((int(state.inner_episode), int(state.inner_step)))
        stayed = (state.players == before.players).all()
        assert stayed == (step != 2), "only an inner episode that is followed by another moves"
        assert timestep.terminated["blue"] == timestep.terminated["red"]
    assert moments == [(0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 3), (2, 3), (2, 3)]
    go_on, inner, whole, after = (False, False), (True, False), (True, True), (False, True)
    assert ends == [go_on, go_on, inner, go_on, go_on, whole, after, after]


def test_the_last_step_of_an_inner_episode_pays():
    state = board(
        """
        R r .
        . . .
        . B b
    """,
        inner_step=9,
    )
    _, timestep = play(state, RIGHT, RIGHT)
    assert timestep.info["inner_episode_done"] and rewards(timestep) == [1, 1]


def test_nothing_moves_or_pays_after_the_end():
    state = board(
        """
        R r .
        . . .
        . B b
    """,
        inner_step=10,
        inner_episode=10,
    )
    following, timestep = play(state, RIGHT, RIGHT)
    assert drawn([*following.players, *following.coins], 3, "RBrb") == "R r .\n. . .\n. B b"
    assert rewards(timestep) == [0, 0] and not timestep.info["taken"].any()
    assert timestep.terminated["red"].all() and timestep.terminated["blue"].all()


def test_numbers_may_be_overridden_by_name():
    params = {"payoff": [[1, 1, -1], [2, 3, -4]], "inner_steps": 2, "inner_episodes": 1}
    env = make("envsuite/CoinGame", params=params, size=5)
    state, timestep = jax.jit(env.reset)(KEY, env.default_params())
    for _ in range(2):
        assert not timestep.terminated["red"].any()
        state, timestep = play(state, STAY, STAY, env, env.default_params())
    assert timestep.terminated["red"].all()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"size": 1}, "size must be a whole number from 2 up, not 1"),
        ({"size": True}, "size must be a whole number"),
        ({"observation": "grit"}, "'grit' is unknown: did you mean 'grid'"),
        ({"egocentric": "yes"}, "egocentric must be true or false, not 'yes'"),
    ],
)
def test_what_makes_no_game_is_refused(config, words):
    with pytest.raises(ValueError, match=words):
        CoinGame(**config)


def test_a_payoff_of_another_shape_is_refused():
    params = Params(np.eye(2, dtype=np.float32), np.int32(10), np.int32(10))
    with pytest.raises(ValueError, match=r"payoff has shape \(2, 2\), but is a row for red"):
        GAME.reset(KEY, params)

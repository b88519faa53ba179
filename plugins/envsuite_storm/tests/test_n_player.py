"""Walking and zapping of STORM for any number, by example."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import binomtest, chisquare

from envsuite_storm.n_player import (
    FORWARD,
    STAY,
    TURN_LEFT,
    ZAP_AHEAD,
    ZAP_FAR,
    ZAP_LEFT,
    ZAP_RIGHT,
)
from envsuite_storm.tests.many import KEY, MANY, PARAMS, board, play, rewards
from envsuite_storm.tests.scene import drawn

TELLING = replace(  # every event of every player can be told in a sum of these
    PARAMS, payoff=np.array([[[1, 2], [4, 8]], [[10, 20], [40, 80]]], np.float32)
)

AROUND = """
    .  .  a  .  .
    .  l  n  r  .
    .  .  0^ .  .
    .  .  .  .  .
    2^ .  .  .  .
"""


@pytest.mark.parametrize("zap", [ZAP_AHEAD, ZAP_FAR, ZAP_LEFT, ZAP_RIGHT])
@pytest.mark.parametrize("place", "nalr")
def test_a_zap_acts_on_its_one_cell_but_the_whole_beam_is_lit(zap, place):
    text = AROUND.replace(place, "1v")
    for letter in "alnr":
        text = text.replace(letter, ".")
    state, timestep = play(board(text, {"0": (1, 0), "1": (0, 1)}), zap, STAY, STAY)
    hit = {ZAP_AHEAD: "n", ZAP_FAR: "a", ZAP_LEFT: "l", ZAP_RIGHT: "r"}[zap] == place
    assert rewards(timestep) == ([0, 5, 0] if hit else [0, 0, 0])
    assert state.frozen.tolist() == [[0, 5 * hit, 0], [5 * hit, 0, 0], [0, 0, 0]]
    lit = [(0, 2), (1, 1), (1, 2), (1, 3)]
    lit.remove(tuple(state.places[1].tolist()))
    assert np.argwhere(state.beams).tolist() == list(map(list, lit))


@pytest.mark.parametrize(
    ("text", "zap"),
    [
        (".  .  .  1^ 0>", ZAP_AHEAD),  # before the border there is nothing ahead
        (".  .  .  0> 1^", ZAP_FAR),  # FAR is shortened
        (".  .  .  0> 1^", ZAP_LEFT),  # what would lie outside falls on AHEAD
        ("0< .  .  .  1^", ZAP_LEFT),
    ],
)
def test_at_the_border_a_beam_falls_back(text, zap):
    text += "\n2^ . . . ." + "\n. . . . ." * 3
    _, timestep = play(board(text, {"0": (1, 0), "1": (0, 1)}), zap, STAY, STAY)
    assert timestep.info["interactions"] == ("0> 1^" in text)


def test_whoever_zaps_is_the_row_player():
    state = board(
        """
        .  .  .  .  .
        .  .  .  .  .
        0> 1< .  .  2^
        .  .  .  .  .
        .  .  .  .  .
        """,
        {"0": (1, 0), "1": (0, 1)},
    )
    _, timestep = play(state, ZAP_AHEAD, STAY, STAY, params=TELLING)
    assert rewards(timestep) == [2, 20, 0]  # 0 cooperates as row player, 1 defects as column player
    _, timestep = play(state, STAY, ZAP_AHEAD, STAY, params=TELLING)
    assert rewards(timestep) == [40, 4, 0]


def test_two_who_zap_each_other_interact_once():
    state = board(
        """
        .  .  .  .  .
        .  .  .  .  .
        .  1> 0< .  2^
        .  .  .  .  .
        .  .  .  .  .
        """,
        {"0": (1, 0), "1": (0, 1)},
    )
    _, timestep = play(state, ZAP_AHEAD, ZAP_AHEAD, STAY, params=TELLING)
    assert rewards(timestep) == [2, 20, 0] and timestep.info["interactions"] == 1
    _, timestep = play(state, ZAP_AHEAD, ZAP_AHEAD, STAY)
    assert rewards(timestep) == [0, 5, 0]


def test_rewards_of_a_chain_add_up():
    state = board(
        """
        .  .  .  .  .
        .  .  .  .  .
        0> 1> 2^ .  .
        .  .  .  .  .
        .  .  .  .  .
        """,
        {"0": (1, 0), "1": (0, 1), "2": (3, 0)},
    )
    state, timestep = play(state, ZAP_AHEAD, ZAP_AHEAD, STAY, params=TELLING)
    assert rewards(timestep) == [2, 20 + 4, 40] and timestep.info["interactions"] == 2
    assert state.frozen.tolist() == [[0, 5, 0], [5, 0, 5], [0, 5, 0]]


def test_of_several_who_zap_one_the_nearest_does():
    near = board(
        """
        .  .  1v .  .
        .  .  .  .  .
        .  .  0^ 2< .
        .  .  .  .  .
        .  .  .  .  .
        """,
        {"0": (1, 0), "1": (1, 0), "2": (1, 0)},
    )
    for key in jax.random.split(KEY, 8):
        state, _ = play(near, STAY, ZAP_FAR, ZAP_AHEAD, key=key)
        assert state.frozen.tolist() == [[0, 0, 5], [0, 0, 0], [5, 0, 0]]


def test_and_of_those_as_near_either():
    even = board(
        """
        .  .  1v .  .
        .  .  .  .  .
        2> .  0^ .  .
        .  .  .  .  .
        .  .  .  .  .
        """,
        {"0": (1, 0), "1": (1, 0), "2": (1, 0)},
    )
    action = {"player": jnp.array([STAY, ZAP_FAR, ZAP_FAR])}
    states, timesteps = MANY(jax.random.split(KEY, 1500), even, action, PARAMS)
    by_one = int((np.asarray(states.frozen)[:, 0, 1] > 0).sum())
    assert binomtest(by_one, 1500, 0.5).pvalue > 1e-3
    assert (np.asarray(timesteps.info["interactions"]) == 1).all()


@pytest.mark.parametrize(
    ("held", "frozen"),
    [
        ({"0": (1, 0)}, {}),
        ({"1": (1, 0)}, {}),
        ({"0": (1, 0), "1": (1, 0)}, {"12": 3}),
        ({"0": (1, 0), "1": (1, 0)}, {"02": 3}),
    ],
)
def test_both_must_hold_coins_and_neither_be_frozen(held, frozen):
    state = board(
        """
        .  .  .  .  .
        .  .  .  .  .
        .  0> 1^ .  2^
        .  .  .  .  .
        .  .  .  .  .
        """,
        held,
        frozen,
    )
    after, timestep = play(state, ZAP_AHEAD, STAY, STAY)
    assert rewards(timestep) == [0, 0, 0]
    assert after.beams.any() == ("0" in held and "02" not in frozen)


def test_whoever_walks_into_the_cell_of_one_sent_back_is_sent_back_too():
    state = board("""
        .  .  .  .  .
        .  .  .  .  .
        2> 1> 0^ .  .
        .  .  .  .  .
        .  .  .  .  .
    """)
    after, _ = play(state, TURN_LEFT, FORWARD, FORWARD)
    assert drawn(after, "012").split("\n")[2] == "2> 1> 0< . ."
    after, _ = play(board(drawn(state, "012").replace("^", ">")), FORWARD, FORWARD, FORWARD)
    assert drawn(after, "012").split("\n")[2] == ". 2> 1> 0> ."


def test_of_three_who_walk_into_one_cell_each_gets_it_as_often():
    state = board("""
        .  .  .  .  .
        .  .  1v .  .
        .  0> .  2< .
        .  .  .  .  .
        .  .  .  .  .
    """)
    action = {"player": jnp.full(3, FORWARD)}
    states, _ = MANY(jax.random.split(KEY, 1500), state, action, PARAMS)
    there = (np.asarray(states.places) == [2, 2]).all(-1)
    assert (there.sum(1) == 1).all() and chisquare(there.sum(0)).pvalue > 1e-3

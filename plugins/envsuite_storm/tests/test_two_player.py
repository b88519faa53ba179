"""Walking, coins, beams and payoffs of STORM for two, by example."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest
from scipy.stats import binomtest

from envsuite_storm.tests.scene import lines
from envsuite_storm.tests.two import FACING, KEY, MANY, PARAMS, corner, joint, play, rewards, small
from envsuite_storm.two_player import FORWARD, INTERACT, STAY, TURN_LEFT, TURN_RIGHT


def test_one_walks_where_one_heads_and_the_border_stops():
    state = small("""
        R^ .  .
        .  .  .
        .  B< .
    """)
    state, _ = play(state, FORWARD, FORWARD)
    assert corner(state, 3) == lines("""
        R^ .  .
        .  .  .
        B< .  .
    """)
    state, _ = play(state, TURN_RIGHT, TURN_LEFT)
    state, _ = play(state, FORWARD, STAY)
    assert corner(state, 3) == lines("""
        .  R> .
        .  .  .
        Bv .  .
    """)


@pytest.mark.parametrize(("turn", "headings"), [(TURN_LEFT, "<v>^"), (TURN_RIGHT, ">v<^")])
def test_four_turns_are_a_circle(turn, headings):
    state = small("R^ . .\n. . .\n. . B^")
    for heading in headings:
        state, _ = play(state, turn, turn)
        assert corner(state, 3) == f"R{heading} . .\n. . .\n. . B{heading}"


def test_whoever_stays_keeps_its_cell():
    state = small("R> B^ .")
    for blue in (STAY, TURN_LEFT, INTERACT, FORWARD):  # forward too, for the border stops it
        after, _ = play(state, FORWARD, blue)
        assert after.places.tolist() == [[0, 0], [0, 1]]


def test_of_two_who_walk_into_one_cell_either_gets_it():
    state = small("R> . B<")
    after, _ = MANY(jax.random.split(KEY, 1200), state, joint(FORWARD, FORWARD), PARAMS)
    columns = np.asarray(after.places)[:, :, 1].tolist()
    assert all(pair in ([1, 2], [0, 1]) for pair in columns)
    assert binomtest(columns.count([1, 2]), 1200, 0.5).pvalue > 1e-3


def test_two_may_swap_cells():
    after, _ = play(small("R> B<"), FORWARD, FORWARD)
    assert corner(after, 2) == "B< R>\n. ."


def test_a_coin_is_taken_by_walking_onto_it():
    state = small("""
        R> c  d
        .  .  .
        Bv .  .
    """)
    state, timestep = play(state, FORWARD, STAY)
    assert timestep.info["cooperation"] == 1
    state, timestep = play(state, FORWARD, STAY)
    assert state.inventories.tolist() == [[1, 1], [0, 0]]
    assert not state.lying.any() and rewards(timestep) == [0, 0]
    assert timestep.info["cooperation"] == 0.5


def test_a_beam_lights_the_empty_cells_it_reaches_for_a_step():
    state = small("""
        .  .  .  .  .
        .  .  c  .  .
        .  .  R^ .  .
        .  .  .  .  .
        .  .  .  .  B^
    """)
    state, _ = play(state, INTERACT, STAY)
    assert corner(state, 5) == lines("""
        .  .  *  .  .
        .  *  c  *  .
        .  .  R^ .  .
        .  .  .  .  .
        .  .  .  .  B^
    """)
    state, _ = play(state, FORWARD, STAY)  # a beam stops nobody, and is gone
    assert corner(state, 5) == lines("""
        .  .  .  .  .
        .  .  R^ .  .
        .  .  .  .  .
        .  .  .  .  .
        .  .  .  .  B^
    """)


@pytest.mark.parametrize(
    "picture",
    [
        """
        .  .  x  .  .
        .  x  x  x  .
        .  .  R^ .  .
        .  .  .  .  .
        .  .  .  .  .
        """,
        """
        .  .  .  .  .
        .  x  .  .  .
        x  x  R< .  .
        .  x  .  .  .
        .  .  .  .  .
        """,
        """
        .  .  .  .  .
        .  .  .  .  .
        .  .  Rv .  .
        .  x  x  x  .
        .  .  x  .  .
        """,
        """
        .  .  .  .  .
        .  .  .  x  .
        .  .  R> x  x
        .  .  .  x  .
        .  .  .  .  .
        """,
    ],
)
def test_a_beam_reaches_four_cells(picture):
    cells = [line.split() for line in lines(picture).split("\n")]
    for row in range(5):
        for column in range(5):
            word = cells[row][column]
            if word[0] == "R":
                continue
            board = [[cell.replace("x", ".") for cell in line] for line in cells]
            board[row][column] = "B^"
            text = "\n".join(" ".join(line) for line in board)
            _, timestep = play(small(text, {"R": (1, 0), "B": (1, 0)}), INTERACT, STAY)
            assert timestep.info["interactions"] == (word == "x"), (row, column)


def test_nothing_in_between_stops_a_beam():
    state = small("R> c B^", {"R": (1, 0), "B": (1, 0)})
    assert play(state, INTERACT, STAY)[1].info["interactions"] == 1


@pytest.mark.parametrize(
    ("red", "blue", "due"),
    [
        ((1, 0), (1, 0), (3, 3)),  # both cooperate
        ((1, 0), (0, 1), (0, 5)),
        ((0, 1), (1, 0), (5, 0)),
        ((0, 2), (0, 1), (1, 1)),  # both defect
        # shares 2/3, 1/3 against 1/2, 1/2: red 3/3 + 0 + 5/6 + 1/6, blue 3/3 + 5/3 + 0 + 1/6
        ((2, 1), (1, 1), (2, 17 / 6)),
    ],
)
@pytest.mark.parametrize("zaps", [(INTERACT, STAY), (STAY, INTERACT), (INTERACT, INTERACT)])
def test_what_was_gathered_is_played_and_one_beam_suffices(red, blue, due, zaps):
    state, timestep = play(small(FACING, {"R": red, "B": blue}), *zaps)
    assert rewards(timestep) == pytest.approx(due, abs=1e-6)
    assert timestep.info["interactions"] == 1
    assert state.frozen.tolist() == [[0, 5], [5, 0]]


@pytest.mark.parametrize("held", [{"R": (1, 0)}, {"B": (0, 3)}, {}])
def test_both_must_hold_coins(held):
    state, timestep = play(small(FACING, held), INTERACT, INTERACT)
    assert rewards(timestep) == [0, 0] and timestep.info["interactions"] == 0
    assert not state.frozen.any()


def test_payoffs_go_to_the_right_player():
    payoff = [[[1, 2], [3, 4]], [[10, 20], [30, 40]]]
    params = replace(PARAMS, payoff=np.array(payoff, np.float32))
    for red in (0, 1):
        for blue in (0, 1):
            held = {"R": np.eye(2, dtype=int)[red], "B": np.eye(2, dtype=int)[blue]}
            for zaps in ((INTERACT, STAY), (STAY, INTERACT)):
                _, timestep = play(small(FACING, held), *zaps, params=params)
                assert rewards(timestep) == [payoff[0][red][blue], payoff[1][red][blue]]

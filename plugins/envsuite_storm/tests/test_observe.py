"""What players see, drawn with ahead above and left on the left."""

from __future__ import annotations

import jax
import numpy as np

from envsuite_storm.n_player import NPlayerSTORM
from envsuite_storm.tests.scene import lines, scene
from envsuite_storm.two_player import TwoPlayerSTORM

BOARD = """
    .  d  .  .  .
    .  .  .  2> .
    c  .  1< .  .
    *  .  0^ .  .
    .  .  .  .  .
"""
HELD = {"0": (2, 1), "1": (0, 3), "2": (1, 0)}
N_PLAYER = ["#", "*", "c", "d", "X", "O", "^", "<", "v", ">", "e"]  # and what is held, and frozen
TWO_PLAYER = ["X", "O", "c", "d", "#", "*", "^", "<", "v", ">"]


def picture(planes, letters):
    """A word for each cell: the letters of its planes; planes beyond those by `:` and a number."""
    planes = np.asarray(planes)
    words = []
    for ahead in reversed(range(planes.shape[1])):
        row = []
        for across in reversed(range(planes.shape[0])):
            cell = planes[across, ahead]
            word = "".join(letter for letter, shown in zip(letters, cell, strict=False) if shown)
            rest = cell[len(letters) :].astype(int).tolist()
            row.append((word + "".join(f":{number}" for number in rest * any(rest))) or ".")
        words.append(" ".join(row))
    return "\n".join(words)


def test_each_of_many_sees_the_cells_ahead():
    game = NPlayerSTORM(players=3, size=5, coins=2)
    state = scene(BOARD, HELD, {"01": 4}, coins=2)
    obs = jax.jit(game.observe)(state).reshape(3, 5, 5, 14)
    # 1 heads to the left of 0 and is frozen with it, so that what it holds is seen; 2 is not
    assert picture(obs[0], N_PLAYER) == lines("""
        #  #  #         #   #
        .  d  .         .   .
        .  .  .         O>e .
        c  .  O<e:0:3:1 .   .
        *  .  Xe:2:1:0  .   .
    """)
    # 1 looks west: north is on its right
    assert picture(obs[1], N_PLAYER) == lines("""
        #  #  #         #   #
        #  #  #         #   #
        .  *  c         .   .
        .  .  .         .   d
        .  O>e:2:1:1 Xe:0:3:0 . .
    """)
    # 2 looks over the eastern border, with the northern one on its left
    assert picture(obs[2], N_PLAYER) == lines("""
        #  #  #         #   #
        #  #  #         #   #
        #  #  #         #   #
        #  .  .         .   .
        #  .  Xe:1:0:0  .   .
    """)


def test_sight_may_be_shorter():
    game = NPlayerSTORM(players=3, size=5, coins=2, sight=3)
    state = scene(BOARD, HELD, {"02": 1}, coins=2)
    obs = jax.jit(game.observe)(state).reshape(3, 3, 3, 14)
    assert picture(obs[0], N_PLAYER) == lines("""
        .  .   O>e:1:0:1
        .  O<e .
        .  Xe:2:1:0 .
    """)


def test_each_of_two_sees_the_cells_ahead_and_what_both_hold():
    observe = jax.jit(TwoPlayerSTORM().observe)
    text = """
        .  .  .  .  .  .  .  .
        .  .  .  .  .  .  .  .
        .  .  .  c  .  .  .  .
        .  .  .  .  Bv d  .  .
        .  .  .  *  .  .  .  .
        .  .  .  R^ .  .  .  .
        .  .  .  .  .  .  .  .
        .  .  .  .  .  .  .  .
    """
    for clock in (0, 2):
        state = scene(text, {"R": (1, 2)}, {"RB": clock})
        obs = np.asarray(observe(state))
        planes, facts = obs[:, :250].reshape(2, 5, 5, 10), obs[:, 250:].tolist()
        assert picture(planes[0], TWO_PLAYER) == lines("""
            .  .  .  .  .
            .  .  c  .  .
            .  .  .  Ov d
            .  .  *  .  .
            .  .  X  .  .
        """)
        assert picture(planes[1], TWO_PLAYER) == lines("""
            .  .  .  .  .
            .  .  .  .  .
            .  .  .  Ov .
            .  .  .  *  .
            .  d  X  .  .
        """)
        # one's own coins, whether oneself and the other could interact, the other's coins if frozen
        assert facts[0] == [1, 2, 1, 0, 0, 0]
        assert facts[1] == [0, 0, 0, 1, *([1, 2] if clock else [0, 0])]

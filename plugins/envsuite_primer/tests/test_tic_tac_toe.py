"""The rules of tic-tac-toe, by example and by counting every position there is."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_primer.tic_tac_toe import PASS, State, TicTacToe

KEY = jax.random.key(0)
GAME = TicTacToe()
PARAMS = GAME.default_params()
STEP = jax.jit(GAME.step)


def board(picture: str) -> State:
    """Read a board: `X` cross, `O` nought, `.` a free cell."""
    cells = np.array(list("".join(picture.split())))
    return State(jnp.array([cells == "X", cells == "O"]))


def drawn(state: State) -> str:
    """Draw a board in one line."""
    return "".join(".XO"[cross + 2 * nought] for cross, nought in np.asarray(state.marks).T)


def move(state: State, cell: int):
    """Whoever is to move marks `cell`; the other passes."""
    cross_moves = int(state.marks.sum()) % 2 == 0
    cells = (cell, PASS) if cross_moves else (PASS, cell)
    action = {"cross": jnp.array([cells[0]]), "nought": jnp.array([cells[1]])}
    return STEP(KEY, state, action, PARAMS)


def test_cross_begins_and_nought_can_only_pass():
    _, timestep = GAME.reset(KEY, PARAMS)
    assert timestep.to_act is not None and timestep.legal is not None
    assert timestep.to_act["cross"].tolist() == [True]
    assert timestep.to_act["nought"].tolist() == [False]
    assert timestep.legal["cross"].tolist() == [[True] * 9 + [False]]
    assert timestep.legal["nought"].tolist() == [[False] * 9 + [True]]


def test_they_take_turns_and_the_others_action_is_ignored():
    state = board("... ... ...")
    both = {"cross": jnp.array([4]), "nought": jnp.array([0])}
    state, timestep = STEP(KEY, state, both, PARAMS)
    assert drawn(state) == "....X...."
    assert timestep.to_act["nought"].tolist() == [True]
    state, _ = STEP(KEY, state, both, PARAMS)
    assert drawn(state) == "O...X...."


def test_each_sees_its_own_marks_first():
    state = board("""
        X . .
        . O .
        . . .
    """)
    _, timestep = move(state, 8)
    cross, nought = [1, 0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert timestep.obs["cross"].tolist() == [cross + nought]
    assert timestep.obs["nought"].tolist() == [nought + cross]


@pytest.mark.parametrize(
    ("before", "cell", "score"),
    [
        ("XX. OO. ...", 2, 1),  # a row for cross
        ("XXO X.O ...", 8, -1),  # a column for nought
        ("X.O OX. ...", 8, 1),  # one diagonal
        ("XXO .OX ...", 6, -1),  # the other for nought
        ("XX. .OO ...", 8, None),  # nobody has three yet
        ("XOX XOO OX.", 8, 0),  # the board is full and nobody has three
        ("XX. OO. XO.", 2, 1),  # three in a row
        ("XOX OXO OX.", 8, 1),  # full, and cross has three with the last mark
    ],
)
def test_three_in_a_row_wins(before, cell, score):
    state, timestep = move(board(before), cell)
    ended = score is not None
    assert (
        timestep.terminated["cross"].tolist() == timestep.terminated["nought"].tolist() == [ended]
    )
    assert timestep.reward["cross"].tolist() == [score or 0]
    assert timestep.reward["nought"].tolist() == [-(score or 0)]
    flags = [bool(timestep.info[name]) for name in ("cross_won", "nought_won", "draw")]
    assert flags == [score == 1, score == -1, score == 0]


def test_a_finished_game_stays_as_it_is_and_pays_no_more():
    state, _ = move(board("XX. OO. ..."), 2)
    following, timestep = move(state, 5)
    assert drawn(following) == drawn(state) == "XXXOO...."
    assert timestep.terminated["cross"].all()
    assert timestep.reward["cross"].tolist() == timestep.reward["nought"].tolist() == [0]
    for group in GAME.agents:
        assert not timestep.to_act[group].any()
        assert timestep.legal[group].tolist() == [[False] * 9 + [True]]


@pytest.mark.parametrize("cell", [0, PASS])
def test_an_illegal_move_changes_nothing(cell):
    state = board("XO. ... ...")
    following, timestep = move(state, cell)
    assert drawn(following) == drawn(state)
    assert timestep.to_act["cross"].all()


def test_the_game_has_as_many_positions_as_is_known():
    """Every legal move from every position, ply by ply: 5478 boards, of which 958 are ends."""
    most = 1520  # positions after six marks, the most of any ply
    actions = jnp.arange(9)

    def follow(marks, cell):
        both = {"cross": cell[None], "nought": cell[None]}
        state, timestep = GAME.step(KEY, State(marks), both, PARAMS)
        won = timestep.info["cross_won"] + 2 * timestep.info["nought_won"]
        return state.marks, won + 4 * timestep.info["draw"]

    expand = jax.jit(jax.vmap(jax.vmap(follow, (None, 0)), (0, None)))
    going_on, ends = 0, {1: 0, 2: 0, 4: 0}  # cross has won, nought has, nobody
    frontier = np.zeros((1, 2, 9), bool)
    while len(frontier):
        going_on += len(frontier)
        padded = np.zeros((most, 2, 9), bool)
        padded[: len(frontier)] = frontier
        marks, results = (np.asarray(leaf)[: len(frontier)] for leaf in expand(padded, actions))
        legal = ~frontier.any(axis=1)
        boards, first = np.unique(marks[legal].reshape(-1, 18), axis=0, return_index=True)
        results = results[legal][first]
        for result in ends:
            ends[result] += int((results == result).sum())
        frontier = boards[results == 0].reshape(-1, 2, 9)
    assert ends == {1: 626, 2: 316, 4: 16}
    assert going_on + sum(ends.values()) == 5478


def test_what_is_seen_lies_in_the_space():
    _, timestep = move(board("XO. ... ..."), 2)
    for group, space in GAME.observation_space.items():
        assert space.contains(np.asarray(timestep.obs[group][0]))

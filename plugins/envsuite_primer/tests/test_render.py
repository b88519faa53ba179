"""What happens in the primer's games can be seen in their pictures, and where it happens."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import jax
import numpy as np
import pytest

from envsuite.drawing import GRID, MARGIN, ORANGE, SIDE, SKY, WALL
from envsuite_primer import render
from envsuite_primer.bandit import Bandit
from envsuite_primer.bandit import Params as Chances
from envsuite_primer.bandit import State as Shown
from envsuite_primer.gridwalk import GridWalk
from envsuite_primer.gridwalk import State as Walker
from envsuite_primer.gridwalk_level import level_from_text
from envsuite_primer.guess import Guess
from envsuite_primer.guess import Params as Words
from envsuite_primer.guess import State as Told
from envsuite_primer.pursuit import Pursuit
from envsuite_primer.pursuit import State as Chase
from envsuite_primer.tic_tac_toe import State as Board
from envsuite_primer.tic_tac_toe import TicTacToe

NOTHING: Any = None  # for params that a picture has no use for


def cells(picture: np.ndarray, rows: int, columns: int, color) -> np.ndarray:
    """How many pixels of a colour lie in each cell of the square, `i64[rows, columns]`."""
    square = (picture[MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE] == color).all(-1)
    row_of = np.arange(SIDE) * rows // SIDE
    column_of = np.arange(SIDE) * columns // SIDE
    counts = np.zeros((rows, columns), int)
    np.add.at(counts, (row_of[:, None], column_of[None]), square)
    return counts


def where(picture: np.ndarray, rows: int, columns: int, color, least: int = 20) -> list[list[int]]:
    """The cells that hold at least so many pixels of a colour."""
    return np.argwhere(cells(picture, rows, columns, color) >= least).tolist()


def caption(picture: np.ndarray) -> np.ndarray:
    """The words under the square."""
    return picture[MARGIN + SIDE + 4 :]


@pytest.mark.parametrize(
    ("env", "draw"),
    [
        (Pursuit(), render.pursuit),
        (Pursuit(size=30, hunters=12, prey=9), render.pursuit),
        (TicTacToe(), render.tic_tac_toe),
        (Bandit(), render.bandit),
        (Bandit(contexts=1, arms=40), render.bandit),
        (GridWalk(), render.gridwalk),
        (GridWalk(size=3, sight=5), render.gridwalk),
        (Guess(), render.guess),
    ],
)
def test_every_game_can_be_drawn_from_the_start_and_always_alike(env, draw):
    params = env.default_params()
    if isinstance(env, Guess):
        state, _ = env.reset(0, params)
    else:
        state, _ = jax.jit(env.reset)(jax.random.key(0), params)
    picture = draw(env, state, params)
    assert picture.dtype == np.uint8 and picture.shape == (432, 400, 3)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 5
    assert np.array_equal(picture, draw(env, state, params))
    if not isinstance(env, Guess):
        assert np.array_equal(picture, draw(env, jax.tree.map(np.asarray, state), params))


def chase(hunters, prey, alive) -> Any:
    """A state of Pursuit in NumPy."""
    fields: dict[str, Any] = dict(
        hunters=np.array(hunters), prey=np.array(prey), alive=np.array(alive)
    )
    return Chase(**fields)


def test_hunters_and_prey_stand_where_they_are():
    env = Pursuit(size=5, hunters=2, prey=2)
    picture = render.pursuit(env, chase([[0, 1], [4, 4]], [[2, 2], [3, 0]], [True, True]), NOTHING)
    assert where(picture, 5, 5, SKY) == [[0, 1], [4, 4]]
    assert where(picture, 5, 5, ORANGE) == [[2, 2], [3, 0]]


def test_caught_prey_fades_to_a_cross():
    env = Pursuit(size=5, hunters=2, prey=2)
    places = ([[0, 1], [4, 4]], [[2, 2], [3, 0]])
    before = render.pursuit(env, chase(*places, [True, True]), NOTHING)
    after = render.pursuit(env, chase(*places, [True, False]), NOTHING)
    assert where(after, 5, 5, ORANGE) == [[2, 2]]
    square = np.s_[MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE]
    changed = (before[square] != after[square]).any(-1).reshape(SIDE, SIDE)
    row_of = np.arange(SIDE) * 5 // SIDE
    rows, columns = np.nonzero(changed)
    assert set(row_of[rows]) == {3} and set(row_of[columns]) == {0}
    assert (caption(before) != caption(after)).any()


def test_pieces_in_one_cell_can_all_be_seen():
    env = Pursuit(size=5, hunters=2, prey=1)
    shared = render.pursuit(env, chase([[2, 2], [2, 2]], [[2, 2]], [True]), NOTHING)
    assert where(shared, 5, 5, SKY) == [[2, 2]] and where(shared, 5, 5, ORANGE) == [[2, 2]]
    lonely = render.pursuit(env, chase([[2, 2], [0, 0]], [[4, 4]], [True]), NOTHING)

    # two discs leave a gap between them along the cell's rows or columns; one disc leaves none
    def gaps(picture: np.ndarray) -> int:
        side = SIDE // 5
        low = MARGIN + 2 * side
        cell = (picture[low : low + side, low : low + side] == SKY).all(-1)
        return max(int(np.abs(np.diff(line.astype(int))).sum()) for line in (*cell, *cell.T))

    assert gaps(shared) >= 4 and gaps(lonely) == 2


def board(text: str) -> Any:
    """A state of TicTacToe from its picture."""
    cells = np.array(list("".join(text.split())))
    marks: Any = np.stack([cells == "X", cells == "O"])
    return Board(marks)


def test_marks_stand_in_their_cells():
    picture = render.tic_tac_toe(TicTacToe(), board("X.O .X. ..."), NOTHING)
    assert where(picture, 3, 3, SKY) == [[0, 0], [1, 1]]
    assert where(picture, 3, 3, ORANGE) == [[0, 2]]


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("... ... ...", SKY),  # cross to move
        ("X.. ... ...", ORANGE),  # nought to move
        ("XXX OO. ...", SKY),  # cross wins
        ("XX. OOO X..", ORANGE),  # nought wins
        ("XOX OXO OXX", SKY),  # cross wins on the last free cell
        ("XOX XOO OXX", None),  # draw
    ],
)
def test_the_caption_has_the_colour_of_whom_it_names(text, color):
    words = caption(render.tic_tac_toe(TicTacToe(), board(text), NOTHING))
    for other in (SKY, ORANGE):
        assert ((words == other).all(-1).sum() > 5) == (other == color)


@pytest.mark.parametrize(
    ("text", "through"),
    [
        ("XXX OO. ...", [(0, 0), (0, 1), (0, 2)]),
        (".OX .OX .O.", [(0, 1), (1, 1), (2, 1)]),
        ("XO. OX. ..X", [(0, 0), (1, 1), (2, 2)]),
        ("OOX OX. X..", [(0, 2), (1, 1), (2, 0)]),
    ],
)
def test_three_in_a_row_are_struck_through(text, through):
    picture = render.tic_tac_toe(TicTacToe(), board(text), NOTHING)
    struck = cells(picture, 3, 3, render.WORDS) > 20
    assert sorted(map(tuple, np.argwhere(struck).tolist())) == sorted(through)


def test_bars_are_as_high_as_the_chances_in_the_context_shown():
    chances: Any = np.array([[0.0, 0.5, 1.0], [0.2, 0.2, 0.2]])
    context: Any = np.int32(0)
    pulled: Any = np.bool_(False)
    picture = render.bandit(Bandit(contexts=2, arms=3), Shown(context, pulled), Chances(chances))
    bars = cells(picture, 2, 3, SKY)
    assert bars[0, 0] == 0 and (bars[1] == 0).all()
    assert bars[0, 1] / bars[0, 2] == pytest.approx(0.5, abs=0.02)
    assert where(picture, 2, 3, ORANGE) == [[0, 2]]  # the dot of the best arm


def test_the_bandit_picture_follows_the_context_and_the_pull():
    env = Bandit()
    params = env.default_params()
    pictures = []
    for context, pulled in ((0, False), (2, False), (2, True)):
        shown: Any = (np.int32(context), np.bool_(pulled))
        pictures.append(render.bandit(env, Shown(*shown), params))
    rows = [{row for row, _ in where(picture, 3, 5, SKY)} for picture in pictures]
    assert rows == [{0}, {2}, {2}]
    assert (caption(pictures[1]) != caption(pictures[2])).any()


LEVEL = """
    S . # . .
    . . # . .
    # . . . .
    . . # # .
    . . . G .
"""


def walker(place, arrived=False) -> Any:
    """A state of GridWalk in NumPy."""
    fields: dict[str, Any] = dict(place=np.array(place), arrived=np.bool_(arrived))
    return Walker(**fields)


def test_a_level_is_drawn_as_it_is_written():
    env, level = GridWalk(size=5, sight=1), level_from_text(LEVEL)
    picture = render.gridwalk(env, walker([2, 2]), level)
    assert where(picture, 5, 5, WALL, 500) == [[0, 2], [1, 2], [2, 0], [3, 2], [3, 3]]
    assert where(picture, 5, 5, ORANGE, 500) == [[4, 3]]
    assert where(picture, 5, 5, SKY, 400) == [[2, 2]]
    moved = render.gridwalk(env, walker([2, 3]), level)
    assert where(moved, 5, 5, SKY, 400) == [[2, 3]]


def test_the_frame_shows_how_far_the_walker_sees():
    env, level = GridWalk(size=5, sight=1), level_from_text(LEVEL)
    for place, (top, left, bottom, right) in (([2, 2], (1, 1, 4, 4)), ([4, 0], (3, 0, 5, 2))):
        picture = render.gridwalk(env, walker(place), level)
        rows, columns = np.nonzero((picture == SKY).all(-1))
        box = [rows.min(), columns.min(), rows.max(), columns.max()]
        expected = MARGIN + np.array([top, left, bottom, right]) * SIDE / 5
        assert box == pytest.approx(expected.tolist(), abs=3)


def test_arriving_is_announced():
    env, level = GridWalk(size=5), level_from_text(LEVEL)
    going = render.gridwalk(env, walker([4, 3]), level)
    there = render.gridwalk(env, walker([4, 3], arrived=True), level)
    assert (caption(going) != caption(there)).any()


def test_letters_have_the_colours_of_their_marks():
    # secret c r a n e
    # guess  c a n e s: c in place, a n e elsewhere, s absent
    env = Guess(letters=5, tries=5)
    state = Told("crane", ("canes =+++.", "That is no word of 5 letters a to z."), 1)
    picture = render.guess(env, state, Words(("crane",)))
    assert where(picture, 5, 5, SKY, 500) == [[0, 0]]
    assert where(picture, 5, 5, ORANGE, 500) == [[0, 1], [0, 2], [0, 3]]
    assert where(picture, 5, 5, GRID, 800) == [[0, 4]]


def test_the_secret_shows_only_when_the_game_is_lost():
    env, words = Guess(letters=5, tries=2), Words(("crane", "slate"))
    running = [render.guess(env, Told(secret, ("bound .....",)), words) for secret in words.words]
    lost = [render.guess(env, Told(secret, ("bound .....",) * 2), words) for secret in words.words]
    assert np.array_equal(running[0], running[1])
    assert (caption(lost[0]) != caption(lost[1])).any()
    won = render.guess(env, Told("crane", ("crane =====",), 0, True), words)
    assert ((caption(won) == SKY).all(-1)).sum() > 5


def test_drawing_opens_no_window_system_and_importing_it_no_device():
    script = """
import sys
import envsuite_primer.render as render
assert "jax" not in sys.modules, "jax"
from envsuite_primer.guess import Guess
env = Guess()
params = env.default_params()
render.guess(env, env.reset(0, params)[0], params)
heavy = {"pygame", "matplotlib", "tkinter", "cv2"} & set(sys.modules)
assert not heavy, heavy
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr

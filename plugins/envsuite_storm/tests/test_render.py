"""What happens in STORM can be seen in its pictures, and where it happens."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from envsuite.drawing import MARGIN, SIDE
from envsuite_storm.n_player import NPlayerSTORM
from envsuite_storm.render import (
    BLUE,
    COOPERATE,
    DEFECT,
    EDGE,
    RED,
    frame,
    names_and_colors,
)
from envsuite_storm.state import State
from envsuite_storm.tests.scene import scene
from envsuite_storm.two_player import TwoPlayerSTORM

TEXT = """
    .  .  .  .  .  .  .  .
    .  c  .  .  .  .  .  .
    .  .  .  .  .  .  d  .
    .  .  .  *  .  .  .  .
    .  .  *  R^ B< .  .  .
    .  .  .  .  .  .  .  .
    .  .  .  .  .  .  .  .
    c  .  .  .  .  .  .  .
"""


def picture(state: State) -> np.ndarray:
    env = TwoPlayerSTORM()
    return frame(env, jax.tree.map(np.asarray, state), env.default_params())


def where(image: np.ndarray, color, size: int = 8, least: int = 30) -> list[tuple[int, int]]:
    """The cells of the board that show a colour."""
    board = (image[MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE] == color).all(-1)
    cell = np.arange(SIDE) * size // SIDE
    counts = np.zeros((size, size), int)
    np.add.at(counts, (cell[:, None], cell[None]), board)
    return [(row, column) for row, column in np.argwhere(counts >= least).tolist()]


def test_everything_is_where_it_is():
    image = picture(scene(TEXT))
    assert image.shape == (432, 576, 3) and image.dtype == np.uint8
    assert where(image, COOPERATE) == [(1, 1), (7, 0)]
    assert where(image, DEFECT) == [(2, 6)]
    assert where(image, RED) == [(4, 3)] and where(image, BLUE) == [(4, 4)]


def test_a_beam_lights_its_cells():
    lit, dark = picture(scene(TEXT)), picture(scene(TEXT.replace("*", ".")))
    changed = (lit != dark).any(-1)[MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE]
    rows, columns = np.nonzero(changed)
    cells = {
        (row * 8 // SIDE, column * 8 // SIDE) for row, column in zip(rows, columns, strict=True)
    }
    assert cells == {(3, 3), (4, 2)}


def test_whoever_holds_coins_has_a_white_edge_and_the_frozen_are_joined():
    assert where(picture(scene(TEXT)), EDGE, least=1) == []
    assert where(picture(scene(TEXT, {"B": (0, 2)})), EDGE, least=20) == [(4, 4)]
    apart = TEXT.replace("R^ B<", "R^ .").replace("d", "B<")  # two rows up and three columns on
    joined = picture(scene(apart, {"R": (1, 0), "B": (0, 1)}, {"RB": 3}))
    free = picture(scene(apart, {"R": (1, 0), "B": (0, 1)}))
    assert (3, 4) in where(joined, EDGE) and (3, 4) not in where(free, EDGE)


def test_an_arrowhead_points_where_its_player_heads():
    """Turned by a quarter, the picture of a player is turned by a quarter."""
    tokens = []
    for heading in "^<v>":
        image = picture(scene(TEXT.replace("R^", f"R{heading}")))
        low = MARGIN + np.array([4, 3]) * SIDE // 8
        token = (image[low[0] : low[0] + 46, low[1] : low[1] + 46] == RED).all(-1)
        tokens.append(token)
    for turns, token in enumerate(tokens):
        differ = (np.rot90(tokens[0], turns) != token).mean()
        assert differ < 0.05 < (np.rot90(tokens[0], turns + 1) != token).mean()


def test_the_panel_tells_what_is_held_and_for_how_long():
    panels = [
        picture(scene(TEXT, held, frozen))[:, MARGIN + SIDE :]
        for held, frozen in (
            ({"R": (1, 0), "B": (0, 1)}, {}),
            ({"R": (2, 0), "B": (0, 1)}, {}),
            ({"R": (2, 0), "B": (0, 1)}, {"RB": 4}),
        )
    ]
    assert (panels[0] != panels[1]).any() and (panels[1] != panels[2]).any()


@pytest.mark.parametrize(("players", "size"), [(2, 8), (10, 13), (30, 20)])
def test_any_number_has_room(players, size):
    env = NPlayerSTORM(players=players, size=size)
    params = env.default_params()
    state = jax.tree.map(np.asarray, jax.jit(env.reset)(jax.random.key(0), params)[0])
    image = frame(env, state, params)
    assert image.shape == (432, 576, 3)
    colors = names_and_colors(env)[1]
    assert len(set(colors)) == players
    for place, color in zip(state.places.tolist(), colors, strict=True):
        assert where(image, color, size, least=10) == [tuple(place)]

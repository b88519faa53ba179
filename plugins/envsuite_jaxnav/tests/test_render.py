"""What happens to robots can be seen in the picture, and where."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.drawing import MARGIN, ORANGE, SIDE, SKY, SURROUNDINGS, WALL, mix
from envsuite_jaxnav.env import JaxNav
from envsuite_jaxnav.render import FIELD, frame
from envsuite_jaxnav.tests.scene import ONE, TWO, scene

CELL = SIDE / 7


def cells(picture: np.ndarray, color, least: int = 30) -> set[tuple[int, int]]:
    """Column and row, from the lower left, of the cells with so many pixels of a colour."""
    square = (picture[MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE] == color).all(-1)
    row, column = np.nonzero(square)
    found: dict[tuple[int, int], int] = {}
    for cell in zip((column // CELL).astype(int), 6 - (row // CELL).astype(int), strict=True):
        found[cell] = found.get(cell, 0) + 1
    return {cell for cell, count in found.items() if count >= least}


@pytest.mark.parametrize(
    "env",
    [ONE, JaxNav("Corridor4"), JaxNav("CircleCross", robot="circle", finished="vanish")],
)
def test_every_game_can_be_drawn_and_always_alike(env):
    params = env.default_params()
    state, _ = jax.jit(env.reset)(jax.random.key(0), params)
    picture = frame(env, state, params)
    assert picture.dtype == np.uint8 and picture.shape == (432, 400, 3)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 5
    assert np.array_equal(picture, frame(env, jax.tree.map(np.asarray, state), params))


def test_walls_robots_and_goals_stand_where_they_are():
    room = """
        #######
        #.....#
        #.....#
        #.#...#
        #.....#
        #.....#
        #######
    """
    state, params = scene(TWO, [(1.5, 1.5, 0), (4.5, 2.5, 2)], [(5.5, 5.5), (1.5, 4.5)], room=room)
    picture = frame(TWO, state, params)
    inner = {cell for cell in cells(picture, WALL, 1000) if 0 < min(cell) and max(cell) < 6}
    assert inner == {(2, 3)}
    assert cells(picture, SKY, 120) == {(1, 1), (5, 5)}
    assert cells(picture, ORANGE, 120) == {(4, 2), (1, 4)}


def test_beams_end_at_walls():
    state, params = scene(ONE, [(3.5, 3.5, 0)], [(5.5, 5.5)])
    beam = mix(FIELD, SKY, 0.22)
    picture = frame(ONE, state, params)
    assert (1, 3) in cells(picture, beam, 5) and (5, 3) in cells(picture, beam, 5)
    assert not {cell for cell in cells(picture, beam, 1) if 0 in cell or 6 in cell}


def test_a_crash_and_an_arrival_are_told():
    def picture(**moment):
        state, params = scene(ONE, [(3.5, 3.5, 0)], [(3.6, 3.5)], **moment)
        return frame(ONE, state, params)

    going, crashed, there = picture(), picture(hit_map=[True]), picture(reached=[True])
    assert (3, 3) in cells(crashed, SURROUNDINGS, 20) and not cells(going, SURROUNDINGS, 20)
    assert (3, 3) in cells(there, mix(FIELD, SKY, 0.35), 100)
    words = [one[MARGIN + SIDE + 4 :] for one in (going, crashed, there)]
    assert not np.array_equal(words[0], words[1]) and not np.array_equal(words[1], words[2])


def test_obstacles_are_filled_and_who_has_vanished_is_not_drawn():
    env = JaxNav(size=(7, 7), robots=2, obstacles=1, corners=3, finished="vanish")
    triangle = jnp.array([[(2.0, 2.0), (4.0, 2.0), (3.0, 4.0)]])
    poses, goals = [(1.5, 1.5, 0), (5.5, 3.5, 0)], [(5.5, 5.5), (1.5, 5.5)]
    state, params = scene(env, poses, goals, obstacles=triangle, hit_map=[False, True])
    picture = frame(env, state, params)
    assert {(2, 2), (3, 2)} <= cells(picture, WALL, 500)
    assert cells(picture, SKY, 120) == {(1, 1), (5, 5)} and cells(picture, ORANGE, 120) == {(1, 5)}

"""A robot can be told at a glance: who drives which limb, and where it is."""

from __future__ import annotations

from types import SimpleNamespace

import jax
import numpy as np
import pytest

from envsuite.drawing import GREEN, MARGIN, ORANGE, PINK, SIDE, SKY, WALL
from envsuite_mabrax.env import MABrax
from envsuite_mabrax.physics import simulator
from envsuite_mabrax.render import frame
from envsuite_mabrax.robots import robots
from envsuite_mabrax.state import State


def at_rest(game: MABrax, *, moved: tuple[float, float, float] = (0, 0, 0)) -> State:
    """The robot as MuJoCo's file has it, moved by so many metres, without compiling physics."""
    import mujoco

    model = simulator(game.robot, game.backend).sys.mj_model
    data = mujoco.MjData(model)  # pyright: ignore[reportAttributeAccessIssue] - compiled
    mujoco.mj_kinematics(model, data)  # pyright: ignore[reportAttributeAccessIssue] - compiled
    links = SimpleNamespace(pos=data.xpos[1:] + np.array(moved), rot=data.xquat[1:])
    return State(SimpleNamespace(pipeline_state=SimpleNamespace(x=links)))


def drawn(game: MABrax, state: State) -> np.ndarray:
    return frame(game, state, game.default_params())


def places(picture: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    """Column and row of the field's pixels of a colour."""
    field = picture[MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE]
    return np.argwhere((field == color).all(-1))[:, ::-1]


@pytest.mark.parametrize("robot", list(robots()))
def test_every_agent_is_seen(robot):
    game = MABrax(robot, next(iter(robots()[robot].partitions)))
    picture = drawn(game, at_rest(game))
    assert picture.shape == (432, 400, 3) and picture.dtype == np.uint8
    for color in (SKY, ORANGE, GREEN, PINK)[: len(game.parts)]:
        assert len(places(picture, color)) > 100
    assert len(places(picture, WALL)) > 100, "the torso"


def test_limbs_hang_where_they_should():
    game = MABrax("hopper", "3x1")
    picture = drawn(game, at_rest(game))
    rows = [places(picture, color)[:, 1].mean() for color in (WALL, SKY, ORANGE, GREEN)]
    assert rows == sorted(rows), "torso above thigh above leg above foot"
    assert np.ptp(places(picture, GREEN)[:, 0]) > 2 * np.ptp(places(picture, GREEN)[:, 1])


def test_the_picture_goes_along_but_not_up():
    game = MABrax("hopper", "3x1")
    here, there, above = (
        drawn(game, at_rest(game, moved=moved)) for moved in ((0, 0, 0), (7, 0, 0), (0, 0, 0.3))
    )
    np.testing.assert_array_equal(places(here, SKY), places(there, SKY))
    assert not np.array_equal(here, there), "the numbers on the ground"
    risen = places(here, SKY)[:, 1].mean() - places(above, SKY)[:, 1].mean()
    assert risen == pytest.approx(0.3 * SIDE / 2.4, abs=1)


def test_what_nobody_drives_is_grey():
    whole = MABrax("ant", {"front": ["hip_1", "ankle_1", "hip_4", "ankle_4"]})
    picture, full = (drawn(game, at_rest(game)) for game in (whole, MABrax("ant", "4x2")))
    assert len(places(picture, ORANGE)) == 0 and len(places(full, ORANGE)) > 100
    assert len(places(picture, WALL)) > len(places(full, WALL)) + 100


def test_a_state_that_was_played_is_drawn():
    game = MABrax("hopper", "3x1")
    state, _ = jax.jit(game.reset)(jax.random.key(0), game.default_params())
    played, standing = drawn(game, state), drawn(game, at_rest(game))
    for color in (SKY, WALL):  # it begins within half a hundredth of its rest
        center = places(played, color).mean(0)
        np.testing.assert_allclose(center, places(standing, color).mean(0), atol=3)

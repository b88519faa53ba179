"""What happens in classic control can be seen in its pictures, and where it happens."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from envsuite.drawing import MARGIN, ORANGE, SIDE, SKY, VERMILION, YELLOW
from envsuite_classic_control import acrobot, cartpole, pendulum, render, valley
from envsuite_classic_control.mountain_car import MountainCar
from envsuite_classic_control.mountain_car_continuous import MountainCarContinuous


def picture(draw: Callable[..., np.ndarray], game: Any, state: Any) -> np.ndarray:
    """The field alone, without the words."""
    drawn = draw(game, state, game.default_params())
    assert drawn.shape == (432, 400, 3) and drawn.dtype == np.uint8
    return drawn[MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE]


def state_of(kind: Any, *numbers: float) -> Any:
    """A state of NumPy's numbers."""
    return kind(*map(np.float32, numbers))


def middle(field: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    """Where a colour lies in the mean: to the right and down, -1 to 1."""
    places = np.argwhere((field == color).all(-1))
    assert len(places) > 20
    return places.mean(0)[::-1] / SIDE * 2 - 1


def test_the_cart_is_where_it_is_and_the_pole_leans_as_it_leans():
    game = cartpole.CartPole()
    for side in (-1, 1):
        state = state_of(cartpole.State, side, 0, side * 0.15, 0)
        field = picture(render.cartpole, game, state)
        cart, pole = middle(field, SKY), middle(field, ORANGE)
        assert abs(cart[0] - side * 2 * 0.34 / 2.4) < 0.05
        assert side * (pole[0] - cart[0]) > 0.02 and pole[1] < cart[1]
    still = state_of(cartpole.State, 0, 0, 0, 0)
    fallen = state_of(cartpole.State, 0, 0, 0.25, 0)
    words = [
        render.cartpole(game, state, game.default_params())[MARGIN + SIDE :]
        for state in (still, fallen)
    ]
    red = [(each == VERMILION).all(-1).sum() for each in words]
    assert red[0] == 0 and red[1] > 0


def test_links_hang_down_and_stand_up():
    game = acrobot.Acrobot()
    hanging = state_of(acrobot.State, 0, 0, 0, 0)
    field = picture(render.acrobot, game, hanging)
    upper, lower = middle(field, SKY), middle(field, ORANGE)
    np.testing.assert_allclose([upper[0], lower[0]], 0, atol=0.02)
    assert 0 < upper[1] < lower[1]
    bent = state_of(acrobot.State, math.pi / 2, math.pi / 2, 0, 0)
    field = picture(render.acrobot, game, bent)
    upper, lower = middle(field, SKY), middle(field, ORANGE)
    assert abs(upper[1]) < 0.02 and upper[0] > 0.1, "to the right"
    assert lower[1] < -0.1 and lower[0] > upper[0], "and up from there"


@pytest.mark.parametrize("game", [MountainCar(), MountainCarContinuous()])
def test_the_car_is_in_its_valley_and_the_flag_at_the_goal(game: Any):
    seen = []
    for position in (-1.1, -0.5, 0.4):
        state = state_of(valley.State, position, -0.05)
        field = picture(render.mountain_car, game, state)
        car = middle(field, SKY)
        assert abs(car[0] - ((position + 1.2) / 1.8 * 2 - 1)) < 0.12
        seen.append(car[1])
        assert middle(field, ORANGE)[0] < 0, "backwards"
        assert middle(field, YELLOW)[0] > 0.75
    assert seen[2] < seen[0] < seen[1], "the right is highest, the middle lowest"


def test_the_rod_stands_at_0_and_the_torque_turns_either_way():
    game = pendulum.Pendulum()
    up = state_of(pendulum.State, 0, 0, 0)
    field = picture(render.pendulum, game, up)
    assert middle(field, SKY)[1] < -0.2 and not (field == ORANGE).all(-1).any()
    left = state_of(pendulum.State, math.pi / 2, 0, 1.5)
    right = state_of(pendulum.State, math.pi / 2, 0, -1.5)
    fields = [picture(render.pendulum, game, state) for state in (left, right)]
    assert middle(fields[0], SKY)[0] < -0.2
    heads = [middle(each, ORANGE)[0] for each in fields]
    assert heads[0] < heads[1], "the arrow's head is where it turns to"

"""What happens in the switch riddle can be seen in its pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from envsuite.drawing import MARGIN, SIDE
from envsuite_switch_riddle.env import State, SwitchRiddle
from envsuite_switch_riddle.render import DEAD, LIGHT, ROOM, VISITED, frame


def picture(bulb, occupant, visited, day, told, game: SwitchRiddle | None = None) -> np.ndarray:
    fields: Any = [np.array(value) for value in (bulb, occupant, visited, day, told)]
    game = game or SwitchRiddle()
    return frame(game, State(*fields), game.default_params())


def shows(part: np.ndarray, color) -> int:
    return int((part == color).all(-1).sum())


def room(image: np.ndarray) -> np.ndarray:
    return image[MARGIN : MARGIN + ROOM]


def cells(image: np.ndarray) -> np.ndarray:
    return image[MARGIN + ROOM : MARGIN + SIDE]


def caption(image: np.ndarray) -> np.ndarray:
    return image[MARGIN + SIDE :]


def test_the_light_shines_when_it_is_on():
    on, off = (picture(bulb, 0, [False] * 3, 0, False) for bulb in (True, False))
    assert on.shape == (432, 400, 3) and on.dtype == np.uint8
    assert shows(room(on), LIGHT) > 500 and shows(off, LIGHT) == 0


def test_the_occupant_is_in_the_room_and_whoever_has_been_there_is_blue():
    images = [picture(False, 0, visited, 2, False) for visited in ([0, 0, 0], [0, 1, 0], [0, 1, 1])]
    blue = [shows(cells(image), VISITED) for image in images]
    assert blue[0] == 0 and blue[1] > 500 and blue[2] == pytest.approx(2 * blue[1], rel=0.1)
    assert all(shows(room(image), VISITED) > 500 for image in images), "today counts"


def test_the_end_is_told():
    won = picture(False, 1, [1, 1, 1], 4, True)
    lost = picture(False, 1, [1, 0, 1], 4, True)
    late = picture(False, 1, [1, 1, 1], 6, False)
    going = picture(False, 1, [1, 1, 1], 5, False)
    assert shows(caption(won), VISITED) > 5 and shows(won, DEAD) == 0
    assert shows(caption(lost), DEAD) > 5 and shows(cells(lost), VISITED) == 0
    assert (caption(late) != caption(going)).any() and shows(room(late), VISITED) == 0


def test_there_is_room_for_many():
    game = SwitchRiddle(60)
    image = picture(True, 7, np.ones(60, int), 3, False, game)
    assert image.shape == (432, 400, 3)
    assert shows(cells(image), VISITED) > 59 * 40

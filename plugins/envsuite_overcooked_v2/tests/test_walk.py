"""Who walks where, with two cooks and with more."""

from __future__ import annotations

import numpy as np
import pytest

from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.tests.scene import ACTIONS, DRAWING, play, scene

HALL = OvercookedV2(
    drawing="""
        XXPXDXX
        a1234.S
        X.....R
        XXXXXXX
    """
)


@pytest.mark.parametrize(
    ("picture", "actions", "first", "second"),
    [
        ("a1.X2.S b..P..X", "WE", (1, 1), (1, 5)),  # into a pile; onto floor
        ("a12X..S b..P..X", "E.", (1, 1), (1, 2)),  # into one who stands
        ("a12X..S b..P..X", "EW", (1, 1), (1, 2)),  # change places
        ("a12X..S b..P..X", "ES", (1, 2), (2, 2)),  # follow
        ("a12X..S b..P..X", "SW", (2, 1), (1, 1)),  # be followed
        ("a1.X..S b.2P..X", "EN", (1, 1), (2, 2)),  # meet in one cell
        ("a12X..S b..P..X", "EE", (1, 1), (1, 2)),  # into one who is blocked
    ],
)
def test_who_walks_turns_and_goes_on_where_there_is_room(picture, actions, first, second):
    state, _ = play(scene(f"XBPXXXX {picture} XXDXRDX", facing="NN"), actions)
    assert state.places.tolist() == [list(first), list(second)]
    turned = [ACTIONS[action if action != "." else "N"] for action in actions]
    assert state.facings.tolist() == turned


@pytest.mark.parametrize(
    ("before", "actions", "after"),
    [
        ("1234.|.....", "EEEE", ".1234|....."),  # in a row, each into the cell the next leaves
        ("1234.|.....", "EEE.", "1234.|....."),  # the last stands, so all stand
        ("12...|43...", "ESWN", "41...|32..."),  # round in a circle
        ("1.2..|.34..", "EW..", "1.2..|.34.."),  # two meet
        ("1.2..|.3.4.", "EW.N", "1.24.|.3..."),  # two meet, and one is not concerned
        ("1.2.3|4....", "EWWN", "1.23.|4...."),  # one goes into the cell of one who does not leave
        ("12..4|.3...", "EW.W", "12.4.|.3..."),  # two would change places
        ("1.24.|.3...", "EWWW", "1.24.|3...."),  # those who meet go back, so who follows does too
    ],
)
def test_many_cooks(before, actions, after):
    def picture(rows):
        top, bottom = rows.split("|")
        return f"XXPXDXX a{top}S X{bottom}R XXXXXXX"

    moment = scene(picture(before), facing="NNNN", pots=("",), recipe="aaa", env=HALL)
    expected = scene(picture(after), facing="NNNN", pots=("",), recipe="aaa", env=HALL)
    state, _ = play(moment, actions, HALL)
    np.testing.assert_array_equal(state.places, expected.places)


def test_one_acts_where_one_has_turned():
    state, _ = play(scene(DRAWING, facing="NN"), "W.")
    assert state.facings.tolist() == [ACTIONS["W"], ACTIONS["N"]]
    state, _ = play(state, "!.")
    assert state.hands.tolist() == [4, 0]

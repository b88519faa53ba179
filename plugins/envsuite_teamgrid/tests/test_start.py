"""How episodes begin, over many draws, and which options there are."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import numpy as np
import pytest

from envsuite_teamgrid.env import TeamGrid
from envsuite_teamgrid.scenario import shipped_scenarios
from envsuite_teamgrid.start import first_state
from envsuite_teamgrid.state import COLORS

DRAWS = 3000


@cache
def draws(scenario: str, players: int | None = None, goals: int | None = None) -> Any:
    env = TeamGrid(scenario, players=players, goals=goals)
    count, balls = env.agents["agent"], goals or env.rules.goals
    many = jax.jit(jax.vmap(lambda key: first_state(key, env.rules, count, balls)))
    return jax.device_get(many(jax.random.split(jax.random.key(5), DRAWS)))


def cells(places: np.ndarray) -> set[tuple[int, int]]:
    return {(row, column) for row, column in places.reshape(-1, 2).tolist()}


def block(rows: range, columns: range) -> set[tuple[int, int]]:
    return {(row, column) for row in rows for column in columns}


def test_boards_are_as_large_as_teamgrid_s():
    shapes = {name: own.shape[::-1] for name, own in shipped_scenarios().items()}
    assert shapes == {
        "four_rooms": (19, 19),
        "switch": (21, 11),
        "dual_switch": (17, 9),
        "dual_doors": (19, 7),
        "door_ball": (13, 7),
    }  # width and height
    things = {name: (own.switches, own.doors) for name, own in shipped_scenarios().items()}
    red, blue, yellow = (COLORS.index(color) for color in ("red", "blue", "yellow"))
    assert things == {
        "four_rooms": ([], []),
        "switch": ([(5, 0, yellow)], []),
        "dual_switch": ([(4, 0, yellow), (4, 16, yellow)], []),
        "dual_doors": ([(3, 0, blue), (3, 18, red)], [(3, 6, red), (3, 12, blue)]),
        "door_ball": ([(3, 12, blue)], [(3, 6, blue)]),
    }


def test_four_rooms_are_joined_by_one_opening_in_each_half_wall():
    state = draws("four_rooms")
    low, high = range(1, 9), range(10, 18)
    halves = [block(low, range(9, 10)), block(high, range(9, 10))]
    halves += [block(range(9, 10), low), block(range(9, 10), high)]
    assert [cells(state.gaps[:, half]) for half in range(4)] == halves
    counts = np.unique(state.gaps[:, 0, 0], return_counts=True)[1]
    assert counts.min() > 0.7 * DRAWS / 8 and counts.max() < 1.3 * DRAWS / 8
    # anybody anywhere, balls too, in the openings of that start as well, and nobody on another
    rooms = set.union(*(block(rows, columns) for rows in (low, high) for columns in (low, high)))
    both = np.concatenate([state.places, state.balls], axis=1)
    assert cells(state.places) >= rooms and cells(state.balls) >= rooms
    in_gap = (both[:, :, None] == state.gaps[:, None]).all(-1).any(-1)
    assert cells(both[~in_gap]) == rooms
    assert 0.5 < in_gap.mean() / (4 / 260) < 1.5
    numbers = np.sort(both @ [19, 1], axis=1)
    assert (np.diff(numbers, axis=1) > 0).all()


def test_the_ball_lies_in_the_dark_or_in_the_doorway_and_agents_anywhere_else():
    state = draws("switch", goals=3)
    dark = block(range(1, 10), range(11, 20)) | {(5, 10)}
    assert cells(state.balls) == dark
    assert cells(state.places) == dark | block(range(1, 10), range(1, 10))
    both = np.sort(np.concatenate([state.places, state.balls], axis=1) @ [21, 1], axis=1)
    assert (np.diff(both, axis=1) > 0).all() and state.lying.all() and not state.on.any()


def test_each_begins_in_its_room():
    for scenario, left, right in (
        ("dual_switch", block(range(1, 8), range(1, 8)), block(range(1, 8), range(9, 16))),
        ("dual_doors", block(range(1, 6), range(1, 6)), block(range(1, 6), range(13, 18))),
        ("door_ball", block(range(1, 6), range(1, 6)), block(range(1, 6), range(7, 12))),
    ):
        state = draws(scenario)
        assert cells(state.places[:, 0]) == left and cells(state.places[:, 1]) == right
        if scenario == "door_ball":
            assert cells(state.balls) == right
            assert (state.balls[:, 0] != state.places[:, 1]).any(-1).all()
        if scenario == "dual_switch":
            assert not state.lying.any() and not state.taken.any()
        else:
            assert (state.colors == [COLORS.index("red"), COLORS.index("blue")]).all()


def test_headings_and_colours_are_drawn_evenly_and_no_two_colours_are_alike():
    state = draws("four_rooms")
    for drawn, kinds in ((state.headings, 4), (state.colors, 6)):
        values, counts = np.unique(drawn, return_counts=True)
        assert values.tolist() == list(range(kinds))
        assert abs(counts / counts.mean() - 1).max() < 0.1
    assert all(len(set(colors)) == 4 for colors in state.colors.tolist())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scenario": "four_room"}, "mean 'four_rooms'"),
        ({"players": 7}, "from 1 to 6.*colours"),
        ({"goals": 0}, "goals must be a whole number from 1"),
        ({"players": 6, "goals": 251}, "do not fit on 256 cells"),
        ({"scenario": "switch", "goals": 83}, "from 1 to 82"),
        ({"scenario": "dual_doors", "players": 3}, "players in dual_doors is fixed, 2: leave"),
        ({"scenario": "door_ball", "goals": 2}, "goals in door_ball is fixed, 1: leave"),
        ({"goal_pays": "al"}, "mean 'all'"),
        ({"switch_pays": "one"}, "no switches"),
        ({"sight": 6}, "odd number from 3 to 31"),
        ({"sight": 33}, "odd number"),
    ],
)
def test_what_makes_no_world_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        TeamGrid(**options)

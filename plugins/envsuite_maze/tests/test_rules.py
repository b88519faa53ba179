"""The rules on small boards, and quickest ways through the public interface."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import jax
import numpy as np
import pytest

import envsuite
from envsuite_maze.env import Maze
from envsuite_maze.level import level_to_text
from envsuite_maze.paths import best_actions
from envsuite_maze.tests.walk import KEY, RESET, STEP, begin, walk

BOARD = """
    . . # .
    . > . .
    # . . G
"""


def pose(state: Any) -> tuple[int, ...]:
    return (*np.asarray(state.place).tolist(), int(state.heading))


@pytest.mark.parametrize(
    ("actions", "due"),
    [
        ("<", (1, 1, 3)),
        (">", (1, 1, 1)),
        ("<<", (1, 1, 2)),
        ("<<<<", (1, 1, 0)),
        ("^", (1, 2, 0)),
        ("^<^", (1, 2, 3)),  # a wall is in the way
        ("^^^", (1, 3, 0)),  # so is the edge
        (">^>^", (2, 1, 2)),
        ("<^^", (0, 1, 3)),
    ],
)
def test_turns_and_steps(actions, due):
    game, state, _ = begin(BOARD)
    state, timestep = walk(game, state, actions)
    assert pose(state) == due and state.steps == len(actions)
    assert timestep.reward == 0 and not timestep.terminated


def test_reaching_the_goal_pays_by_the_time_it_took():
    game, state, first = begin(BOARD)
    assert not first.info["won"] and not first.terminated
    state, timestep = walk(game, state, "^^>^")
    assert timestep.reward == pytest.approx(1 - 0.9 * 4 / 250, abs=1e-7)
    assert timestep.terminated and timestep.info["won"] and pose(state) == (2, 3, 1)
    state, timestep = walk(game, state, "^<^")
    assert timestep.reward == 0 and timestep.terminated and pose(state) == (2, 3, 1)
    assert state.steps == 4, "nothing happens after the end"
    game, state, _ = begin(BOARD, horizon=10)
    assert walk(game, state, "<<<<^^>^")[1].reward == pytest.approx(1 - 0.9 * 8 / 10, abs=1e-6)


def test_minigrids_other_actions_do_nothing_but_take_time():
    game, state, _ = begin(BOARD, actions="minigrid")
    assert game.action_space.n == 7 and game.noop_action == 6
    for action in (3, 4, 5, 6):
        state, timestep = STEP(game, KEY, state, action, game.default_params())
        assert pose(state) == (1, 1, 0) and timestep.reward == 0
    assert walk(game, state, "^^>^")[1].reward == pytest.approx(1 - 0.9 * 8 / 250, abs=1e-7)
    assert Maze().action_space.n == 3


# a window as one sees it, the farthest row first: `#` wall, `G` goal, `.` empty
POSES = [
    (
        """
        . . . # .
        . # . . .
        . . . ^ .
        G . . . #
        . . . . .
        """,
        "#####\n#####\n..#.#\n#...#\n....#",  # upwards
    ),
    (
        """
        . . . # .
        . # . . .
        . . . > .
        G . . . #
        . . . . .
        """,
        "#####\n#####\n#####\n...#.\n#....",  # to the right: above is on the left
    ),
    (
        """
        . . . # .
        . # . . .
        . . . < .
        G . . . #
        . . . . .
        """,
        "#####\n.G...\n...#.\n.....\n....#",  # to the left: below is on the left
    ),
]


@pytest.mark.parametrize(("board", "seen"), POSES)
def test_what_is_seen(board, seen):
    rows = seen.split("\n")
    cells = [symbol for row in rows for symbol in row]
    codes = {"#": [2, 5, 0], ".": [1, 0, 0], "G": [8, 1, 0]}
    heading = ">v<^".index(next(symbol for symbol in board if symbol in ">v<^"))
    looks = [float(heading == each) for each in range(4)]

    _, _, first = begin(board, observation="codes")
    assert first.obs[:-1].reshape(-1, 3).tolist() == [codes[symbol] for symbol in cells]
    assert first.obs[-1] == heading

    _, _, first = begin(board)
    walls, goal = ([float(symbol == each) for symbol in cells] for each in "#G")
    assert first.obs.tolist() == [*walls, *goal, *looks]

    _, _, first = begin(board, observation="image")
    assert first.obs[:, :, 0].ravel().tolist() == walls
    assert first.obs[:, :, 1].ravel().tolist() == goal
    assert (first.obs[:, :, 2:] == np.array(looks)).all()


# the same where walls hide what is behind them, with what is hidden as `?`
HIDDEN = [
    (
        """
        . # G . .
        . # # # #
        . . . . .
        # # . # #
        . # ^ # .
        """,
        ".#???\n.####\n.....\n?#.#?\n?#.#?",
    ),
    (POSES[0][0], "?????\n#####\n..#.#\n#...#\n....#"),
    (POSES[2][0], POSES[2][1]),
]


@pytest.mark.parametrize(("board", "seen"), HIDDEN)
def test_what_walls_hide(board, seen):
    symbols = [symbol for row in seen.split("\n") for symbol in row]
    walls, goal, hidden = ([symbol == each for symbol in symbols] for each in "#G?")
    blind = {"see_through_walls": False}

    codes = {"#": [2, 5, 0], ".": [1, 0, 0], "G": [8, 1, 0], "?": [0, 0, 0]}
    _, _, first = begin(board, observation="codes", **blind)
    assert first.obs[:-1].reshape(-1, 3).tolist() == [codes[symbol] for symbol in symbols]

    game, _, first = begin(board, **blind)
    assert first.obs[:-4].tolist() == [*walls, *goal, *hidden] and first.obs[-4:].sum() == 1
    assert np.asarray(first.obs) in game.observation_space

    game, _, first = begin(board, observation="image", **blind)
    assert [first.obs[:, :, k].ravel().tolist() for k in range(3)] == [walls, goal, hidden]
    assert np.asarray(first.obs) in game.observation_space


def test_what_is_seen_with_other_eyes():
    _, _, first = begin(POSES[0][0], sight=3)
    assert first.obs[:9].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert begin(POSES[2][0], sight=7)[2].obs.shape == (2 * 49 + 4,)


@pytest.mark.parametrize("backend", ["jax", "numba"])
@pytest.mark.parametrize(
    ("name", "actions"), [("SixteenRooms", 26), ("StandardMaze2", 73), ("MiniMaze", 15)]
)
def test_the_quickest_way_pays_what_it_should(name, actions, backend):
    """Through `gymnasium.make`, from what the level says alone."""
    env = gym.make(f"envsuite/Maze-{name}", backend=backend)
    best = np.asarray(best_actions(Maze(name).default_params()))
    place, heading = Maze(name).default_params().start, int(Maze(name).default_params().heading)
    env.reset(seed=0)
    for step in range(1, actions + 1):
        action = int(best[(heading, *place)])
        _, reward, terminated, truncated, info = env.step(action)
        if action == 2:
            place = place + np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])[heading]
        heading = (heading + (-1, 1, 0)[action]) % 4
        assert terminated == info["won"] == (step == actions) and not truncated
        assert reward == (pytest.approx(1 - 0.9 * actions / 250, abs=1e-6) if terminated else 0)


def test_time_is_up_after_250_steps():
    env = gym.make("envsuite/Maze-Labyrinth")
    env.reset(seed=0)
    ends = [env.step(0)[2:4] for _ in range(250)]
    assert ends[-1] == (False, True) and not any(any(end) for end in ends[:-1])


def test_each_reset_draws_a_level_unless_one_is_given():
    game = Maze()
    keys = jax.random.split(KEY, 3)
    drawn = [RESET(game, key, game.default_params())[0].level for key in keys]
    assert len({level_to_text(level) for level in drawn}) == 3
    for key, level in zip(keys, drawn, strict=True):
        assert level_to_text(game.sample(key)) == level_to_text(level), "as `sample` draws"
    given = game.sample(KEY)
    again = [RESET(game, key, given)[0].level for key in keys]
    assert {level_to_text(level) for level in again} == {level_to_text(given)}


def test_a_corridor_draws_its_goal_at_each_reset():
    game = Maze("SmallCorridor")
    keys = jax.random.split(KEY, 300)
    states, _ = jax.vmap(game.reset, (0, None))(keys, game.default_params())
    goals = {tuple(goal) for goal in np.asarray(states.level.goal).tolist()}
    assert goals == {(row, column) for row in (5, 7) for column in (2, 4, 6, 8, 10)}
    level = game.parse_level(level_to_text(game.sample(KEY)))
    states, _ = jax.vmap(game.reset, (0, None))(keys, level)
    assert len(np.unique(np.asarray(states.level.goal), axis=0)) == 1, "a given one is played"


def test_a_smaller_level_is_walled_in():
    game = Maze(size=6, walls=0)
    level = game.parse_level(BOARD)
    assert level_to_text(level).split() == ["..#.##", ".>..##", "#..G##", *["######"] * 3]
    with pytest.raises(ValueError, match="3 rows and 4 columns does not fit into 3 and 3"):
        Maze(size=3, walls=0).parse_level(BOARD)
    with pytest.raises(ValueError, match=r"shape \(6, 6\) does not fit a maze of \(13, 13\)"):
        Maze().reset(KEY, level)
    assert Maze("MiniMaze", size=6).default_params().walls.shape == (6, 6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"generator": "room"}, "generator 'room' is unknown: did you mean 'rooms'"),
        ({"observation": "flats"}, "did you mean 'flat'"),
        ({"actions": "mini"}, "choose from moves, minigrid"),
        ({"mutation": "flip"}, "did you mean 'flips'"),
        ({"walls": -1}, "walls must be a whole number from 0 up, not -1"),
        ({"walls": 168}, "168 walls leave no room for agent and goal on 13 by 13 cells: give at"),
        ({"sight": 4}, "sight must be odd"),
        ({"see_through_walls": "no"}, "see_through_walls must be true or false, not 'no'"),
        ({"size": 1}, "size must be a whole number from 2 up"),
        ({"size": 8, "generator": "tree"}, "size must be odd for tree, not 8 by 8"),
        ({"size": (9, 7), "generator": "crossings", "walls": 3}, "as many rows as columns"),
        ({"size": 9, "generator": "crossings", "walls": 9}, "room for 8 crossings, not 9"),
        ({"size": 2, "generator": "rooms"}, "four rooms need a size of 3"),
        ({"level": "Labyrinth", "size": 9}, "13 rows and 13 columns, more than size 9"),
        ({"horizon": 0}, "horizon must be a whole number from 1 up"),
    ],
)
def test_what_makes_no_game_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        Maze(**options)


def test_the_suite_of_hold_outs_is_in_the_registry():
    known = envsuite.registry().environments
    held = [id for id, own in known.items() if "holdout" in own.tags]
    assert {"envsuite/Maze-Labyrinth", "envsuite/Maze-PerfectMaze-XL"} < set(held)
    assert "envsuite/Maze" not in held and all("levels" in known[id].tags for id in held)

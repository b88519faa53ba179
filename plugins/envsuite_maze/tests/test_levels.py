"""Levels as text, and the named ones against the figures that are published of them."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from envsuite_maze.drawing import named_drawing, names
from envsuite_maze.env import Maze
from envsuite_maze.level import (
    Level,
    canonical,
    check_level,
    distance,
    level_from_text,
    level_to_text,
    padded,
)
from envsuite_maze.paths import (
    NO_WAY,
    actions_to_goal,
    best_return,
    cells_to_goal,
    fewest_actions,
    path_length,
    solvable,
)
from envsuite_maze.tests.walk import draw, single

# walls, start, first goal, goals, cells to walk, actions: worked out by others than this code
NAMED = {
    "SixteenRooms": (46, (1, 1), (11, 11), 1, {20}, {26}),
    "SixteenRooms2": (53, (1, 1), (11, 11), 1, {22}, {28}),
    "Labyrinth": (72, (12, 0), (6, 6), 1, {96}, {113}),
    "LabyrinthFlipped": (72, (12, 12), (6, 6), 1, {96}, {113}),
    "Labyrinth2": (72, (0, 0), (6, 6), 1, {96}, {113}),
    "StandardMaze": (73, (0, 6), (12, 6), 1, {40}, {54}),
    "StandardMaze2": (72, (6, 0), (4, 12), 1, {56}, {73}),
    "StandardMaze3": (71, (0, 3), (6, 12), 1, {39}, {54}),
    "SmallCorridor": (71, (6, 0), (5, 2), 10, {13, 15, 17, 19, 21}, {16, 18, 20, 22, 24}),
    "LargeCorridor": (161, (9, 0), (8, 2), 16, set(range(19, 34, 2)), set(range(22, 37, 2))),
    "NineRooms": (36, (1, 1), (11, 11), 1, {20}, {24}),
    "NineRoomsFewerDoors": (39, (1, 1), (11, 11), 1, {34}, {42}),
    "MediumMaze": (25, (0, 4), (7, 2), 1, {17}, {25}),
    "MiniMaze": (5, (0, 0), (2, 0), 1, {10}, {15}),
}
RETURNS = {  # at best, for a horizon of 250 and of 450
    "SixteenRooms": (0.9064, 0.9480),
    "SixteenRooms2": (0.8992, 0.9440),
    "Labyrinth": (0.5932, 0.7740),
    "LabyrinthFlipped": (0.5932, 0.7740),
    "Labyrinth2": (0.5932, 0.7740),
    "StandardMaze": (0.8056, 0.8920),
    "StandardMaze2": (0.7372, 0.8540),
    "StandardMaze3": (0.8056, 0.8920),
}
TEXT = """
    . . # .
    . > # G
    . . . .
"""


@pytest.mark.parametrize("name", names())
def test_named_levels_are_those_that_were_published(name):
    walls, start, goal, goals, cells, actions = NAMED[name]
    drawing = named_drawing(name)
    assert drawing.walls.sum() == walls and tuple(drawing.start) == start
    assert tuple(drawing.goals[0]) == goal and len(drawing.goals) == goals
    levels = [Level(drawing.walls, each, drawing.start, drawing.heading) for each in drawing.goals]
    assert {int(path_length(level)) for level in levels} == cells
    assert {int(fewest_actions(level)) for level in levels} == actions
    for due, horizon in zip(RETURNS.get(name, ()), (250, 450), strict=False):
        assert round(float(best_return(levels[0], horizon)), 4) == due


def test_a_level_is_read_and_written_alike():
    level = level_from_text(TEXT)
    assert np.argwhere(level.walls).tolist() == [[0, 2], [1, 2]]
    assert (*level.start, level.heading, *level.goal) == (1, 1, 0, 1, 3)
    assert level_to_text(level) == "..#.\n.>#G\n...."
    for heading, arrow in enumerate(">v<^"):
        assert level_from_text(TEXT.replace(">", arrow)).heading == heading
    check_level(level)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("...\n.x.\n>.G", r"line 2, column 2 of the level holds 'x': the symbols are '#' wall"),
        ("\n . . .\n . . W\n", r"line 3, column 6 of the level holds 'W'"),
        ("...\n.>.\n...", "no goal: draw one, by 'G'"),
        ("...\n.G.\n...", "no agent: draw one, by one of > v < \\^"),
        (">..\n..v\n..G", r"line 2, column 3 .* second agent, 'v'; the first is in line 1, column"),
        (">..\n..\n..G", "line 2 of the level has 2 cells where 3 are due"),
        (" \n", "the level is empty"),
        (">.G\n..G", "the level has 2 goals: draw one"),
    ],
)
def test_a_text_that_is_no_level_is_told_where(text, words):
    with pytest.raises(ValueError, match=words):
        level_from_text(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start": np.array([0, 2])}, r"start \[0, 2\] lies in a wall"),
        ({"goal": np.array([0, 4])}, r"goal \[0, 4\] lies outside the level: give a row from 0 to"),
        ({"goal": np.array([1, 1])}, "start and goal are the same cell"),
        ({"heading": np.int32(4)}, "heading 4 is none of 0"),
        ({"walls": np.zeros(4, bool)}, r"bool\[rows, columns\], not of shape"),
    ],
)
def test_an_ill_formed_level_is_told(change, words):
    level = level_from_text(TEXT)
    fields = {name: getattr(level, name) for name in ("walls", "goal", "start", "heading")}
    with pytest.raises(ValueError, match=words):
        check_level(Level(**{**fields, **change}))


def test_an_unknown_name_names_the_nearest():
    with pytest.raises(ValueError, match="'Labyrinht': did you mean 'Labyrinth'"):
        Maze("Labyrinht")


def test_ways_around_a_wall():
    level = level_from_text(TEXT)
    told = Maze(size=(3, 4), walls=0).measures(level)
    assert {name: float(figure) for name, figure in told.items()} == {"walls": 2, "path": 4}
    assert cells_to_goal(level).tolist() == [[6, 5, -1, 1], [5, 4, -1, 0], [4, 3, 2, 1]]
    # right turn, forward, left turn, two forward, left turn, forward: 7; facing down it takes 6
    assert [int(actions_to_goal(level)[heading, 1, 1]) for heading in range(4)] == [7, 6, 7, 8]


def test_a_level_without_a_way_is_known():
    level = level_from_text("..#.\n.>#G\n..#.")
    check_level(level)
    assert not solvable(level) and best_return(level) == 0
    assert path_length(level) == fewest_actions(level) == NO_WAY
    assert np.isnan(Maze(size=(3, 4), walls=0).measures(level)["path"])
    assert best_return(level_from_text(TEXT), 6) == 0, "it takes 7 actions"


def test_ways_are_those_that_a_search_of_another_kind_finds():
    levels = draw(Maze(size=7, walls=20), 30)
    away = np.asarray(jax.vmap(cells_to_goal)(levels))
    for index in range(30):
        level = single(levels, index)
        nodes = [tuple(place) for place in np.argwhere(~level.walls).tolist()]
        found = {tuple(level.goal.tolist()): 0}
        queue = list(found)
        for row, column in queue:  # breadth first: the queue grows while it is read
            for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                ahead = (row + down, column + right)
                if ahead in nodes and ahead not in found:
                    found[ahead] = found[row, column] + 1
                    queue.append(ahead)
        for row, column in np.ndindex(7, 7):
            assert away[index, row, column] == found.get((row, column), NO_WAY)


def test_a_padded_level_is_the_same_maze():
    level = level_from_text(TEXT)
    larger = padded(level, 5, 6)
    assert level_to_text(larger) == "..#.##\n.>#G##\n....##\n######\n######"
    assert fewest_actions(larger) == fewest_actions(level)
    with pytest.raises(ValueError, match="3 rows and 4 columns does not fit into 3 and 3"):
        padded(level, 3, 3)


def test_the_distance_counts_cells():
    level = level_from_text(TEXT)
    assert distance(level, level) == 0
    assert distance(level, level_from_text("..#.\n.v#G\n....")) == 1, "another heading"
    assert distance(level, level_from_text("..#G\n.>..\n....")) == 3, "goal moved, wall opened"


def test_turned_and_mirrored_levels_are_one():
    level = level_from_text(TEXT)
    same = [
        ". . .\n. v .\n# # .\n. G .",  # mirrored along the diagonal
        "....\nG#<.\n.#..",  # turned by half
        "....\n.>#G\n..#.",  # upside down
    ]
    assert {canonical(level_from_text(text)) for text in same} == {canonical(level)}
    others = ["..#.\n.v#G\n....", "..#.\n.>#.\n...G"]
    assert canonical(level) not in {canonical(level_from_text(text)) for text in others}

"""Drawn and edited levels: their statistics, and what each rule promises."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest
from scipy.stats import chisquare

from envsuite_maze.env import Maze
from envsuite_maze.level import check_level, distance
from envsuite_maze.paths import fewest_actions, path_length, solvable
from envsuite_maze.tests.walk import draw, single

DRAWN = 10_000
KEY = jax.random.key(5)
LENGTHS, ACTIONS = (jax.jit(jax.vmap(each)) for each in (path_length, fewest_actions))


@pytest.mark.parametrize(
    ("options", "walls", "share", "path", "spread", "median", "high", "actions", "best"),
    [
        ({"walls": 25}, 23.31, 0.995, 9.02, 4.41, 9, 17, 11.5, 0.9587),
        pytest.param(
            *({"walls": 50}, 43.4, 0.934, 10.2, 5.4, 10, 20, 13.8, 0.950), marks=pytest.mark.long
        ),
        ({"walls": 60}, 50.6, 0.847, 10.65, 5.96, 10, 21, 14.9, 0.946),
        ({"walls": 60, "generator": "distinct"}, 60, 0.667, 10.5, 6.3, 10, 22, 14.7, 0.947),
        ({"walls": 60, "wall_count": "uniform"}, 26.2, 0.972, 9.32, 4.77, 9, 18, 12.2, 0.956),
    ],
)
def test_ten_thousand_levels(options, walls, share, path, spread, median, high, actions, best):
    """Against 10,000 levels that were drawn by other code: within three standard errors of both."""
    levels = draw(Maze(**options), DRAWN)
    found = np.asarray(LENGTHS(levels))
    solved = found >= 0
    built = np.asarray(levels.walls).sum((1, 2))
    error = 3 * np.sqrt(2 / DRAWN)  # both have one
    assert abs(built.mean() - walls) < error * max(built.std(), 1) + 0.05, "the table is rounded"
    assert abs(solved.mean() - share) < error * np.sqrt(share * (1 - share)) + 5e-4
    found = found[solved]
    assert abs(found.mean() - path) < error * spread / np.sqrt(share) + 0.05
    assert abs(found.std() - spread) < 0.25
    assert np.median(found) == median and abs(np.percentile(found, 95) - high) <= 1
    few = jax.tree.map(lambda leaf: leaf[:1000], levels)
    needed = np.asarray(ACTIONS(few))
    reached = needed >= 0
    error = 3 * needed[reached].std() * np.sqrt(1 / 1000 + 1 / DRAWN)
    assert abs(needed[reached].mean() - actions) < error + 0.05
    assert abs(1 - 0.9 * needed[reached].mean() / 250 - best) < 0.9 / 250 * error + 1e-3
    if options == {"walls": 25}:
        due = 169 * (1 - (168 / 169) ** 25)  # of 25 drawn with replacement
        assert abs(built.mean() - due) < 3 * built.std() / np.sqrt(DRAWN)


def test_places_and_headings_are_even():
    levels = draw(Maze(size=5, walls=0), 5000)
    for place in (levels.goal, levels.start):
        counts = np.bincount(np.asarray(place) @ [5, 1], minlength=25)
        assert chisquare(counts).pvalue > 1e-3
    assert chisquare(np.bincount(np.asarray(levels.heading), minlength=4)).pvalue > 1e-3
    assert not np.asarray(levels.walls).any()


@pytest.mark.parametrize(
    "options",
    [
        {"generator": "rooms", "size": (9, 11)},
        {"generator": "crossings", "size": 9, "walls": 5},
        {"generator": "tree", "size": (9, 13)},
        {"generator": "distinct", "size": (4, 6), "walls": 22},
        {"generator": "scattered", "size": 2, "walls": 2},
    ],
)
def test_levels_of_every_rule_are_well_formed(options):
    levels = draw(Maze(**options), 200)
    for index in range(200):
        check_level(single(levels, index))
    if options["generator"] in ("rooms", "crossings", "tree"):
        assert np.asarray(jax.vmap(solvable)(levels)).all()


def test_rooms_have_four_doors():
    walls = np.asarray(draw(Maze(generator="rooms", size=9), 500).walls)
    cross = np.zeros((9, 9), bool)
    cross[4], cross[:, 4] = True, True
    assert not (walls & ~cross).any() and (walls.sum((1, 2)) == 17 - 4).all()
    for half in (walls[:, 4, :4], walls[:, 4, 5:], walls[:, :4, 4], walls[:, 5:, 4]):
        assert ((~half).sum(1) == 1).all()
        assert chisquare((~half).sum(0)).pvalue > 1e-3


def test_crossings_have_one_opening_each():
    levels = draw(Maze(generator="crossings", size=9, walls=5), 300)
    walls = np.asarray(levels.walls)
    across, down = walls.sum(2) >= 6, walls.sum(1) >= 6  # lines of which more than half is wall
    assert (across.sum(1) + down.sum(1) == 5).all()
    assert not across[:, ::2].any() and not down[:, ::2].any(), "they are on odd lines"
    union = across[:, :, None] | down[:, None, :]
    assert not (walls & ~union).any() and ((union & ~walls).sum((1, 2)) == 5).all()
    assert (np.asarray(levels.start) == 0).all() and (np.asarray(levels.goal) == 8).all()
    # five of eight lines, each as often: the number of those across is hypergeometric
    assert abs(across.sum(1).mean() - 2.5) < 0.15 and set(across.sum(1)) == {1, 2, 3, 4}


def test_a_tree_has_one_way_between_any_two_cells():
    levels = draw(Maze(generator="tree", size=9), 400)
    walls = np.asarray(levels.walls)
    assert not walls[:, ::2, ::2].any() and walls[:, 1::2, 1::2].all()
    # 25 nodes that all hang together by 24 edges are a tree
    assert ((~walls).sum((1, 2)) == 25 + 24).all()
    filled = np.asarray(jax.vmap(solvable)(levels))
    assert filled.all()
    corners = {(0, 0), (0, 8), (8, 0), (8, 8)}
    for place in (levels.goal, levels.start):
        assert {tuple(each) for each in np.asarray(place).tolist()} == corners


def test_trees_are_those_of_kruskal():
    """On four nodes Kruskal takes three of four edges, so each is left out as often."""
    walls = np.asarray(draw(Maze(generator="tree", size=3), 2000).walls)
    left_out = walls[:, [0, 1, 1, 2], [1, 0, 2, 1]]
    assert (left_out.sum(1) == 1).all() and chisquare(left_out.sum(0)).pvalue > 1e-3


@pytest.mark.parametrize("mutation", ["flips", "contents", "pieces"])
def test_neighbours_are_well_formed_and_near(mutation):
    game = Maze(size=5, walls=6, mutation=mutation, edits=3)
    levels = draw(game, 300)
    edited = jax.jit(jax.vmap(game.mutate))(jax.random.split(jax.random.key(1), 300), levels)
    far = np.asarray(jax.vmap(distance)(levels, edited))
    assert far.max() <= 8 and 1 < far.mean() < 5
    for index in range(300):
        check_level(single(edited, index))
    moved = np.abs(np.asarray(edited.start) - np.asarray(levels.start)).sum(1) > 0
    assert moved.any() == (mutation != "flips"), "only flips leave the agent where it is"
    same = replace(game, edits=0).mutate(KEY, single(levels, 0))
    assert distance(same, single(levels, 0)) == 0


def test_edits_are_as_likely_as_is_said():
    game = Maze(size=5, walls=6, edits=1)
    level = single(draw(game, 1), 0)
    edited = jax.jit(jax.vmap(game.mutate, (0, None)))(
        jax.random.split(jax.random.key(1), 3000), level
    )
    flipped = (np.asarray(edited.walls) != level.walls).any((1, 2))
    moved = (np.asarray(edited.goal) != level.goal).any(1)
    kinds = [(~flipped & ~moved).sum(), flipped.sum(), moved.sum()]
    assert chisquare(kinds).pvalue > 1e-3 and not (flipped & moved).any()


def test_a_crowded_level_has_little_to_edit():
    for mutation in ("flips", "contents", "pieces"):
        game = Maze(size=2, walls=2, mutation=mutation, edits=9)
        level = game.parse_level("># \n#G")
        for seed in range(8):
            check_level(jax.tree.map(np.asarray, game.mutate(jax.random.key(seed), level)))

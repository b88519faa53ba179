"""The rules of GridWalk and its levels, drawn."""

from __future__ import annotations

from collections import deque

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envsuite.core.env import Levels
from envsuite_primer.gridwalk import EAST, NORTH, SOUTH, STAY, WEST, GridWalk, State
from envsuite_primer.gridwalk_level import (
    Level,
    check_level,
    level_from_text,
    level_to_text,
    reachable,
    solvable,
)

KEY = jax.random.key(0)
GAME = GridWalk(size=4, sight=1)
ROOM = level_from_text("""
    S # . .
    . # . .
    . . . #
    . . # G
""")
DOOR = level_from_text("""
    S # . .
    . # . .
    . . . .
    . . # G
""")
RESET = jax.jit(GridWalk.reset, static_argnums=0)  # compiled once for each configuration
STEP = jax.jit(GAME.step)


def walk(*actions: int):
    """Walk through DOOR; the last state and timestep, and the rewards on the way."""
    state, timestep = RESET(GAME, KEY, DOOR)
    rewards = []
    for action in actions:
        state, timestep = STEP(KEY, state, jnp.int32(action), DOOR)
        rewards.append(float(timestep.reward))
    return state, timestep, rewards


@pytest.mark.parametrize(
    ("actions", "place"),
    [
        ([STAY], [0, 0]),
        ([SOUTH], [1, 0]),
        ([SOUTH, NORTH], [0, 0]),
        ([SOUTH, SOUTH, EAST], [2, 1]),
        ([SOUTH, SOUTH, EAST, WEST], [2, 0]),
        ([EAST], [0, 0]),  # a wall
        ([NORTH], [0, 0]),  # the edge
        ([WEST], [0, 0]),  # the edge
    ],
)
def test_one_walks_unless_something_is_in_the_way(actions, place):
    assert walk(*actions)[0].place.tolist() == place


def test_arriving_pays_once_and_ends_the_game():
    way = [SOUTH, SOUTH, EAST, EAST, EAST, SOUTH]
    state, timestep, rewards = walk(*way, NORTH)
    assert rewards == [0, 0, 0, 0, 0, 1, 0]
    assert state.place.tolist() == [3, 3], "nobody leaves the goal"
    assert timestep.terminated and timestep.info["won"]
    assert not walk(*way[:-1])[1].terminated


def test_one_sees_the_walls_around_and_the_way_to_the_goal():
    _, timestep, _ = walk()
    corner = [1, 1, 1, 1, 0, 1, 1, 0, 1]  # beyond the edge all is wall
    np.testing.assert_allclose(timestep.obs, [*corner, 1, 1])
    _, timestep, _ = walk(SOUTH, SOUTH, EAST)
    middle = [0, 1, 0, 0, 0, 0, 0, 0, 1]
    np.testing.assert_allclose(timestep.obs, [*middle, 1 / 3, 2 / 3], rtol=1e-6)
    assert GAME.observation_space.contains(np.asarray(timestep.obs))


def test_the_way_to_the_goal_may_be_backwards():
    level = level_from_text("""
        G . .
        . . .
        . . S
    """)
    game = GridWalk(size=3, sight=1)
    _, timestep = RESET(game, KEY, level)
    assert timestep.obs[-2:].tolist() == [-1, -1]
    assert game.observation_space.contains(np.asarray(timestep.obs))


def test_a_batch_of_levels_is_a_batch_of_params():
    levels = jax.tree.map(lambda *leaves: jnp.stack(leaves), ROOM, DOOR)
    state = State(jnp.array([2, 2]), jnp.bool_(False))
    step = jax.vmap(GAME.step, (None, None, None, 0))
    following, _ = step(KEY, state, jnp.int32(EAST), levels)
    assert following.place.tolist() == [[2, 2], [2, 3]]


def test_the_default_level_can_be_solved_at_any_size():
    for size in (3, 4, 5):
        check_level(GridWalk(size=size).default_params())
    assert level_to_text(GridWalk(size=3).default_params()) == "S#.\n...\n.#G"


def test_a_level_is_read_as_it_is_drawn():
    assert level_to_text(DOOR) == "S#..\n.#..\n....\n..#G"
    assert DOOR.start.tolist() == [0, 0] and DOOR.goal.tolist() == [3, 3]


@settings(max_examples=40, deadline=None)
@given(
    walls=st.lists(st.booleans(), min_size=25, max_size=25),
    start=st.tuples(st.integers(0, 4), st.integers(0, 4)),
)
def test_the_flood_reaches_what_a_search_reaches(walls, start):
    grid = np.array(walls).reshape(5, 5)
    found, queue = set(), deque([start] if not grid[start] else [])
    while queue:
        place = queue.popleft()
        if place in found or min(place) < 0 or max(place) > 4 or grid[place]:
            continue
        found.add(place)
        queue.extend((place[0] + down, place[1]) for down in (-1, 1))
        queue.extend((place[0], place[1] + right) for right in (-1, 1))
    flooded = reachable(jnp.array(grid), jnp.array(start, jnp.int32))
    assert {tuple(cell) for cell in np.argwhere(flooded).tolist()} == found


@pytest.fixture(scope="module")
def drawn() -> Level:
    """A batch of levels, on the host."""
    return _drawn(0.3)


def _drawn(wall_share: float) -> Level:
    game = GridWalk(size=5, wall_share=wall_share)
    assert isinstance(game, Levels)
    return jax.device_get(jax.jit(jax.vmap(game.sample))(jax.random.split(KEY, 200)))


def test_levels_can_be_solved_and_survive_their_picture(drawn):
    pictures = set()
    for walls, start, goal in zip(drawn.walls, drawn.start, drawn.goal, strict=True):
        level = Level(walls, start, goal)
        check_level(level)
        again = level_from_text(level_to_text(level))
        np.testing.assert_array_equal(again.walls, walls)
        assert (again.start.tolist(), again.goal.tolist()) == (start.tolist(), goal.tolist())
        pictures.add(level_to_text(level))
    assert len(pictures) == 200


def test_levels_have_about_the_share_of_walls_asked_for(drawn):
    # two cells of 25 are freed, which leaves 0.3 * 23 / 25; four standard errors of 200 levels
    error = (0.3 * 0.7 / (200 * 23)) ** 0.5
    assert abs(drawn.walls.mean() - 0.3 * 23 / 25) < 4 * error


def test_there_is_somewhere_to_go_even_in_solid_rock():
    levels = _drawn(1.0)
    assert (levels.walls.sum(axis=(1, 2)) == 23).all()
    assert (np.abs(levels.start - levels.goal).sum(axis=1) == 1).all()


def test_a_mutant_differs_in_one_wall_or_not_at_all_and_can_be_solved():
    keys = jax.random.split(KEY, 300)
    mutants = jax.jit(jax.vmap(GAME.mutate, (0, None)))(keys, DOOR)
    assert jax.vmap(solvable)(mutants).all()
    changed = np.asarray(mutants.walls != DOOR.walls).sum(axis=(1, 2))
    assert set(changed.tolist()) == {0, 1}
    # one way leads from start to goal, south and then east; a wall anywhere on it shuts it
    only_way = {(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (2, 3), (3, 3)}
    flipped = {tuple(cell) for cell in np.argwhere(mutants.walls != DOOR.walls)[:, 1:].tolist()}
    everywhere = {(row, column) for row in range(4) for column in range(4)}
    assert flipped == everywhere - only_way


def test_a_level_of_another_size_is_refused():
    with pytest.raises(ValueError, match="give one of 9 rows and columns, or another size"):
        GridWalk().reset(KEY, ROOM)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"size": 2}, "size must be a whole number from 3 up, not 2"),
        ({"sight": 0}, "sight must be a whole number from 1 up, not 0"),
        ({"wall_share": 1.5}, "wall_share must lie between 0 and 1, not 1.5"),
    ],
)
def test_numbers_that_make_no_level_are_refused(config, words):
    with pytest.raises(ValueError, match=words):
        GridWalk(**config)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        ("S..\n.G.", "row 1 of the level has 3 cells where 2 are due"),
        ("S.\n.", "row 2 of the level has 1 cells where 2 are due"),
        ("S.\n.x", "row 2 of the level holds 'x'"),
        ("..\n.G", "0 cells 'S': draw one start"),
        ("SG\n.G", "2 cells 'G': draw one goal"),
    ],
)
def test_a_picture_of_no_level_is_refused(picture, words):
    with pytest.raises(ValueError, match=words):
        level_from_text(picture)


def test_a_level_that_cannot_be_played_is_refused():
    with pytest.raises(ValueError, match="no way leads from start to goal"):
        check_level(ROOM)
    inside = jnp.array([0, 1])
    outside = jnp.array([0, 4])
    with pytest.raises(ValueError, match=r"start \[0, 1\] lies in a wall"):
        check_level(Level(DOOR.walls, inside, DOOR.goal))
    with pytest.raises(ValueError, match=r"goal \[0, 4\] lies outside the level"):
        check_level(Level(DOOR.walls, DOOR.start, outside))
    with pytest.raises(ValueError, match="the same cell"):
        check_level(Level(DOOR.walls, DOOR.start, DOOR.start))
    with pytest.raises(ValueError, match=r"not of shape \(3, 4\)"):
        check_level(Level(DOOR.walls[:3], DOOR.start, DOOR.goal))

"""The rules of the fruit choice, by example; what a level is, and what its choice is worth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.core.curriculum import Belief, Optimum
from envsuite.core.env import Levels
from envsuite_fruit_choice.env import EAST, NORTH, SOUTH, STAY, WEST, FruitChoice
from envsuite_fruit_choice.level import fruit, start, walls

KEY = jax.random.key(0)
ROOM, CORRIDOR = FruitChoice(), FruitChoice(corridor=2)
STEP = jax.jit(CORRIDOR.step)


def play(level: Any, actions: list[int]) -> tuple[Any, Any, float]:
    """Walk in the corridor; the last state and timestep, and all that was paid."""
    state, timestep = CORRIDOR.reset(KEY, level)
    paid = 0.0
    for action in actions:
        assert not timestep.terminated
        state, timestep = STEP(KEY, state, jnp.int32(action), level)
        paid += float(timestep.reward)
    return state, timestep, paid


def picture(level: Any) -> str:
    """Walls, the start, the apple and the banana."""
    cells = np.where(walls(level), "#", ".")
    cells[tuple(start(level))] = "S"
    for letter, place in zip("AB", np.asarray(fruit(level)), strict=True):
        cells[tuple(place)] = letter
    return "\n".join("".join(row) for row in cells)


def corridor(doors: tuple[int, int], rooms: int, **changes: Any) -> Any:
    level = replace(CORRIDOR.default_params(), doors=jnp.array(doors), rooms=jnp.int32(rooms))
    return replace(level, **{name: jnp.bool_(value) for name, value in changes.items()})


def test_rooms_lie_in_a_row_and_the_fruit_in_the_last():
    assert picture(corridor((0, 2), 2)) == ".......#.A.\n.S.#...#...\n...#.....B."
    assert (
        picture(corridor((1, 1), 1, apple_above=False)) == "...#...#.B.\n.....S.....\n...#...#.A."
    )
    assert picture(replace(ROOM.default_params())) == ".A.\n.S.\n.B."


@pytest.mark.parametrize(
    ("banana_right", "last", "paid"),
    [(False, NORTH, 3.0), (False, SOUTH, 0.0), (True, NORTH, 0.0), (True, SOUTH, 10.0)],
)
def test_the_right_fruit_pays_and_either_ends_the_game(banana_right, last, paid):
    level = corridor((1, 1), 1, banana_right=banana_right)
    _, timestep, earned = play(level, [EAST] * 4 + [last])
    assert earned == paid and timestep.terminated
    assert bool(timestep.info["won"]) == (paid > 0)


def test_walls_stop_and_doors_do_not():
    level = corridor((0, 2), 2)
    state, timestep, _ = play(level, [EAST, EAST, EAST])  # the door is a row to the north
    assert state.place.tolist() == [1, 2]
    state, *_ = play(level, [EAST, NORTH, EAST, EAST])
    assert state.place.tolist() == [0, 4]
    state, *_ = play(level, [WEST, WEST, WEST, NORTH, NORTH, NORTH])
    assert state.place.tolist() == [0, 0]
    state, *_ = play(level, [STAY])
    assert state.place.tolist() == [1, 1] and not timestep.terminated


def test_after_the_meal_nothing_more_is_paid():
    level = ROOM.default_params()
    state, _ = ROOM.reset(KEY, level)
    state, first = ROOM.step(KEY, state, jnp.int32(NORTH), level)
    for action in (SOUTH, SOUTH):
        state, later = ROOM.step(KEY, state, jnp.int32(action), level)
        assert later.reward == 0 and later.terminated and later.info["won"]
    assert first.reward == 3 and state.place.tolist() == [0, 1]


def test_what_is_hidden_is_not_seen():
    for apple_above in (False, True):
        seen = []
        for banana_right in (False, True):
            level = corridor((0, 2), 1, apple_above=apple_above, banana_right=banana_right)
            seen.append([play(level, [EAST] * steps)[1].obs for steps in range(5)])
        np.testing.assert_array_equal(seen[0], seen[1])


def test_one_sees_five_cells_each_way_walls_first_then_the_fruit():
    _, timestep = ROOM.reset(KEY, ROOM.default_params())
    planes = np.asarray(timestep.obs).reshape(3, 5, 5)
    room = np.ones((5, 5))
    room[1:4, 1:4] = 0
    np.testing.assert_array_equal(planes[0], room)
    assert np.argwhere(planes[1]).tolist() == [[1, 2]]
    assert np.argwhere(planes[2]).tolist() == [[3, 2]]


def test_levels_are_drawn_as_the_field_says():
    game = FruitChoice(corridor=8, apple_chance=0.8)
    assert isinstance(game, Levels) and isinstance(game, Belief) and isinstance(game, Optimum)
    levels = jax.jit(jax.vmap(game.sample))(jax.random.split(KEY, 20_000))
    for share, chance in (
        ((~levels.banana_right).mean(), 0.8),
        (levels.apple_above.mean(), 0.5),
        *(((levels.rooms == rooms).mean(), 1 / 9) for rooms in range(9)),
        *(((levels.doors == row).mean(), 1 / 3) for row in range(3)),
    ):
        assert abs(float(share) - chance) < 4 * (chance * (1 - chance) / 20_000) ** 0.5
    best = jax.vmap(game.optimum)(levels)
    np.testing.assert_array_equal(best, np.where(levels.banana_right, 10, 3))


def test_a_change_changes_one_thing_and_all_that_can_be_changed():
    level = corridor((0, 2), 1)
    mutants = jax.jit(jax.vmap(CORRIDOR.mutate, (0, None)))(jax.random.split(KEY, 400), level)
    seen = set()
    for row in range(400):
        own = jax.tree.map(lambda leaf, row=row: np.asarray(leaf[row]).tolist(), mutants)
        seen.add((tuple(own.doors), own.rooms, own.apple_above, own.banana_right))
        assert (own.apple_reward, own.banana_reward) == (3, 10)
    plain = ((0, 2), 1, True, False)
    doors = [(1, 2), (2, 2), (0, 0), (0, 1)]
    expected = {(door, *plain[1:]) for door in doors}
    expected |= {(plain[0], rooms, *plain[2:]) for rooms in (0, 2)}
    expected |= {(*plain[:2], False, False), (*plain[:3], True)}
    assert seen == expected


def test_mutants_of_the_lone_room_change_as_well():
    level = ROOM.default_params()
    mutants = jax.vmap(ROOM.mutate, (0, None))(jax.random.split(KEY, 50), level)
    changed = (mutants.banana_right != level.banana_right).astype(int)
    changed += (mutants.apple_above != level.apple_above).astype(int)
    assert changed.tolist() == [1] * 50


def test_a_curriculum_by_true_regret_has_its_equilibrium_at_ten_thirteenths():
    """A matrix game, solved from the game's own payoffs.

    Rows are the player's pure choices, columns the two kinds of level, entries the regret. The
    player mixes so that both kinds of level are as bad; the curriculum so that both choices are.
    """
    regret = np.zeros((2, 2))
    for column, banana_right in enumerate((False, True)):
        level = replace(ROOM.default_params(), banana_right=jnp.bool_(banana_right))
        for row, action in enumerate((NORTH, SOUTH)):
            state, _ = ROOM.reset(KEY, level)
            reward = ROOM.step(KEY, state, jnp.int32(action), level)[1].reward
            regret[row, column] = ROOM.optimum(level) - reward
    np.testing.assert_array_equal(regret, [[0, 10], [3, 0]])
    (a, b), (c, d) = regret
    banana = (b - a) / (b - a + c - d)  # equal columns
    right = (c - a) / (c - a + b - d)  # equal rows
    assert banana == pytest.approx(10 / 13) and right == pytest.approx(3 / 13)
    utility = (1 - banana) * 0.7 * 3 + banana * 0.3 * 10
    assert utility == pytest.approx(2.79, abs=0.005)  # where 3.0 is possible


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"corridor": -1}, "corridor must be a whole number from 0 up, not -1"),
        ({"apple_chance": 1.2}, "apple_chance must lie between 0 and 1, not 1.2"),
    ],
)
def test_numbers_that_make_no_level_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        FruitChoice(**options)


def test_a_level_of_another_corridor_is_refused():
    with pytest.raises(ValueError, match="a level with 2 doors does not fit .* give one of 0"):
        ROOM.reset(KEY, CORRIDOR.default_params())

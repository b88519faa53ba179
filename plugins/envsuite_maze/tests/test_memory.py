"""The maze with something to remember, on its one plan."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

import envsuite
from envsuite_maze.memory import GREEN, RED, MemoryMaze
from envsuite_maze.render import memory
from envsuite_maze.tests.walk import SYMBOLS

KEY = jax.random.key(0)
STEP = jax.jit(MemoryMaze.step, static_argnums=0)
RESET = jax.jit(MemoryMaze.reset, static_argnums=0)
AHEAD = "^" * 9


def begin(clue: int, **options: Any) -> tuple[MemoryMaze, Any, Any]:
    """A game whose clue has that colour, its first state and its first timestep."""
    game = MemoryMaze(**options)
    params = game.default_params()
    for seed in range(64):
        state, first = RESET(game, jax.random.key(seed), params)
        if state.clue == clue:
            return game, state, first
    raise AssertionError("no such clue among 64")


def walk(game: MemoryMaze, state: Any, actions: str) -> tuple[Any, Any]:
    """State and timestep after the actions that a text says."""
    timestep: Any = None
    for symbol in actions:
        state, timestep = STEP(game, KEY, state, SYMBOLS[symbol], game.default_params())
    return state, timestep


# what minimax 0.2.0 paid and ended for the same actions
@pytest.mark.parametrize(
    ("clue", "actions", "paid", "ends"),
    [
        (RED, AHEAD + "<^^", 0.9568, True),
        (RED, AHEAD + ">^^", 0, True),
        (GREEN, AHEAD + "<^^", 0, True),
        (GREEN, AHEAD + ">^^", 0.9568, True),
        (RED, AHEAD + "<^", 0, False),
        (GREEN, "<^^", 0, False),  # the clue is in the way
    ],
)
def test_the_right_thing_pays_and_either_ends(clue, actions, paid, ends):
    game, state, _ = begin(clue)
    state, timestep = walk(game, state, actions)
    assert timestep.reward == pytest.approx(paid, abs=1e-6)
    assert timestep.terminated == ends and timestep.info["won"] == (paid > 0)
    if actions.startswith("<"):
        assert state.place.tolist() == [7, 0]
    else:
        row = 6 if "<" in actions else 8
        assert state.place.tolist() == [row, 9], "things are in the way"
    after, timestep = walk(game, state, "^")
    if ends:
        assert timestep.reward == 0 and timestep.terminated and after.steps == state.steps


@pytest.mark.parametrize("clue", [RED, GREEN])
def test_the_clue_is_seen_at_first_and_both_things_before_the_turn(clue):
    own = "rg"[clue]
    codes = {"#": [2, 5, 0], ".": [1, 0, 0], "r": [8, 0, 0], "g": [8, 1, 0]}
    views = {
        "": ".#.#.\n##.##\n#...#\n#...#\n#" + own + "..#",
        "^" * 7: ".....\n#####\nr...g\n##.##\n.#.#.",
    }
    for actions, text in views.items():
        symbols = [symbol for row in text.split("\n") for symbol in row]
        for observation in ("codes", "flat", "image"):
            game, state, timestep = begin(clue, observation=observation)
            if actions:
                state, timestep = walk(game, state, actions)
            seen = np.asarray(timestep.obs)
            assert seen in game.observation_space
            if observation == "codes":
                assert seen[:-1].reshape(-1, 3).tolist() == [codes[each] for each in symbols]
                continue
            planes = seen[:-4].reshape(3, -1) if seen.ndim == 1 else seen[..., :3].reshape(-1, 3).T
            assert planes.tolist() == [[each == kind for each in symbols] for kind in "#rg"]
            looks = seen[-4:] if seen.ndim == 1 else seen[0, 0, 3:]
            assert looks.tolist() == [1, 0, 0, 0]


def test_either_colour_is_as_likely_or_as_the_params_say():
    game, keys = MemoryMaze(), jax.random.split(KEY, 2000)
    draw = jax.jit(jax.vmap(game.reset, (0, None)))
    default = game.default_params()
    assert abs(np.mean(draw(keys, default)[0].clue) - 0.5) < 0.04
    assert np.all(draw(keys, type(default)(np.float32(1)))[0].clue == GREEN)


def test_the_picture_shows_the_three_things():
    game, state, _ = begin(GREEN)
    one = memory(game, state, game.default_params())
    other = memory(game, begin(RED)[1], game.default_params())
    assert one.shape == (432, 400, 3) and one.dtype == np.uint8
    rows, columns = np.nonzero((one != other).any(-1))
    cell = 368 / 15
    assert set(((rows - 16) // cell).astype(int)) == {6} and set((columns - 16) // cell) == {0}


def test_it_is_registered_and_refuses_what_it_has_not():
    assert envsuite.spec("envsuite/Maze-Memory").max_steps == 250
    refused: list[tuple[dict[str, Any], str]] = [
        ({"sight": 4}, "sight must be odd"),
        ({"observation": "flats"}, "did you mean 'flat'"),
        ({"actions": "mini"}, "choose from moves, minigrid"),
        ({"horizon": 0}, "horizon must be a whole number from 1 up"),
    ]
    for options, words in refused:
        with pytest.raises(ValueError, match=words):
            MemoryMaze(**options)

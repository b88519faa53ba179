"""The teacher's game: every action in turn, and what comes of any."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from envsuite_maze.editor import MazeEditor
from envsuite_maze.level import check_level, level_to_text
from envsuite_maze.tests.walk import KEY

PARAMS = MazeEditor().default_params()
STEP = jax.jit(MazeEditor.step, static_argnums=0)


def edit(editor: MazeEditor, cells: list[int]):
    state, timestep = editor.reset(KEY, editor.default_params())
    seen = [timestep]
    for cell in cells:
        state, timestep = STEP(editor, KEY, state, cell, editor.default_params())
        seen.append(timestep)
    return state, seen


def drawn(editor: MazeEditor, cells: list[int]) -> str:
    """The level, whatever way the agent looks."""
    level = editor.level(edit(editor, cells)[0])
    check_level(jax.tree.map(np.asarray, level))
    text = level_to_text(level).replace("\n", " ")
    return "".join("A" if symbol in ">v<^" else symbol for symbol in text)


def test_walls_then_goal_then_agent():
    editor = MazeEditor(size=3, walls=3)
    assert drawn(editor, [1, 4, 1, 2, 0]) == "A#G .#. ..."  # the same wall twice is one
    assert drawn(editor, [1, 4, 5, 4, 5]) == ".#. .GA ...", "both take the place of walls"


def test_goal_then_agent_then_walls():
    editor = MazeEditor(size=3, walls=3, order="first")
    assert drawn(editor, [2, 0, 1, 4, 5]) == "A#G .## ..."
    assert drawn(editor, [2, 0, 2, 0, 1]) == "A#G ... ...", "walls on them are lost"


@pytest.mark.parametrize("order", ["last", "first"])
def test_an_agent_on_the_goal_comes_to_a_free_cell(order):
    editor = MazeEditor(size=2, walls=2, order=order)
    cells = [1, 2, 3, 3] if order == "last" else [3, 3, 1, 2]
    if order == "last":
        assert drawn(editor, cells) == "A# #G"
    else:
        assert drawn(editor, cells).count("A") == 1 and drawn(editor, cells)[-1] == "G"


def test_it_ends_with_the_level_and_pays_nothing():
    editor = MazeEditor(size=3, walls=1, noise=4)
    state, seen = edit(editor, [4, 8, 0, 5])
    assert [bool(timestep.terminated) for timestep in seen] == [False, False, False, True, True]
    assert not any(timestep.reward for timestep in seen)
    assert drawn(editor, [4, 8, 0, 5]) == "A.. .#. ..G", "nothing is built after the end"
    obs = np.asarray(seen[3].obs)
    planes = obs[:27].reshape(3, 9)
    assert [np.flatnonzero(plane).tolist() for plane in planes] == [[4], [8], [0]]
    times = [float(timestep.obs[27]) for timestep in seen]
    np.testing.assert_allclose(times, [0, 1 / 3, 2 / 3, 1, 1], atol=1e-6)
    np.testing.assert_array_equal(obs[28:], state.noise)


def test_the_noise_is_noise():
    """JaxUED's is always zero."""
    editor = MazeEditor()
    keys = jax.random.split(KEY, 200)
    states, _ = jax.vmap(editor.reset, (0, None))(keys, editor.default_params())
    noise = np.asarray(states.noise)
    assert noise.shape == (200, 50) and abs(noise.mean() - 0.5) < 0.02
    assert abs(noise.std() - 12**-0.5) < 0.01 and len(np.unique(noise)) > 9000


def test_any_actions_draw_a_well_formed_level():
    editor = MazeEditor(size=4, walls=14)

    @jax.jit
    @jax.vmap
    def play(key):
        action_key, key = jax.random.split(key)
        cells = jax.random.randint(action_key, (editor.steps,), 0, 16)
        state = editor.reset(key, editor.default_params())[0]
        keys = jax.random.split(key, editor.steps)
        follow = lambda state, given: (editor.step(given[0], state, given[1], PARAMS)[0], None)  # noqa: E731 - a line
        return editor.level(jax.lax.scan(follow, state, (keys, cells))[0])

    levels = play(jax.random.split(KEY, 200))
    for index in range(200):
        check_level(jax.tree.map(lambda leaf, index=index: np.asarray(leaf[index]), levels))
    assert len(set(np.asarray(levels.heading).tolist())) == 4


def test_what_makes_no_editor_is_refused():
    with pytest.raises(ValueError, match="15 walls leave no room for agent and goal on 4 by 4"):
        MazeEditor(size=4, walls=15)
    with pytest.raises(ValueError, match="did you mean 'first'"):
        MazeEditor(order="firs")

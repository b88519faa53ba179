"""Levels as text, in and out, under every API; and levels of their own for each copy."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import envsuite
from envsuite.core.env import LevelText
from envsuite.functional.transform import unwrapped

# the same level for both games, with other symbols
GAMES = {"envsuite/Primer-GridWalk": "SG", "envsuite/Maze": ">G"}
NEAR = "S G .\n. # .\n. . ."
FAR = "S # .\n. # .\n. . G"


def options(id: str) -> dict[str, Any]:
    return {"size": 3, **({"walls": 0} if id == "envsuite/Maze" else {})}


def written(id: str, text: str) -> str:
    return text.replace("S", GAMES[id][0])


def tight(text: str) -> str:
    return text.replace(" ", "")


@pytest.mark.parametrize("backend", ["auto", "jax"])
@pytest.mark.parametrize("id", GAMES)
def test_gymnasium_takes_and_tells_a_level_as_text(id, backend):
    env = gym.make(id, backend=backend, **options(id))
    assert isinstance(unwrapped(envsuite.make(id)), LevelText)
    near = written(id, NEAR)
    _, info = env.reset(seed=0, options={"level": near})
    assert info["level"] == tight(near)
    action = 4 if "Grid" in id else 2  # one cell to the east
    _, _, terminated, _, info = env.step(action)
    assert terminated and info["won"] and "level" not in info
    _, info = env.reset()
    assert info["level"] == tight(near), "the task is kept"


def test_gymnasium_tells_the_level_that_a_reset_has_drawn():
    env = gym.make("envsuite/Maze")
    drawn = [env.reset(seed=seed)[1]["level"] for seed in (1, 2, 1)]
    assert drawn[0] == drawn[2] != drawn[1]
    seen = env.reset(options={"level": drawn[0]})[0]
    np.testing.assert_array_equal(seen, gym.make("envsuite/Maze").reset(seed=1)[0])


@pytest.mark.parametrize("backend", ["auto", "jax"])
@pytest.mark.parametrize("id", GAMES)
def test_vectors_take_a_text_for_all_or_one_for_each(id, backend):
    env: Any = gym.make_vec(id, num_envs=3, backend=backend, **options(id))
    near, far = written(id, NEAR), written(id, FAR)
    env.reset(seed=0, options={"level": [near, far, near]})
    assert env.unwrapped.levels() == (tight(near), tight(far), tight(near))
    _, _, terminated, _, _ = env.step(np.full(3, 4 if "Grid" in id else 2))
    assert terminated.tolist() == [True, False, True]
    env.reset(options={"level": far, "reset_mask": np.array([True, False, False])})
    assert env.unwrapped.levels() == (tight(far), tight(far), tight(near))
    game = unwrapped(envsuite.make(id, **options(id)))
    assert isinstance(game, LevelText)
    env.reset(options={"level": [game.parse_level(near), far, near]})
    assert env.unwrapped.levels() == (tight(near), tight(far), tight(near))
    with pytest.raises(ValueError, match="2 tasks for 3 copies: give one for each copy"):
        env.reset(options={"level": [near, far]})


@pytest.mark.parametrize("id", GAMES)
def test_pettingzoo_takes_and_tells_a_level_as_text(id):
    for api in ("pettingzoo", "pettingzoo-aec"):
        env: Any = envsuite.make_as(id, api, **options(id))
        near, action = written(id, NEAR), 4 if "Grid" in id else 2
        env.reset(seed=0, options={"level": near})
        agent = env.agents[0]
        assert env.infos[agent]["level"] == tight(near) if api.endswith("aec") else True
        if api == "pettingzoo":
            _, infos = env.reset(seed=0, options={"level": near})
            assert infos[agent]["level"] == tight(near)
            terminations, infos = env.step({agent: action})[2::2]
            assert terminations[agent] and "level" not in infos[agent]
        else:
            env.step(action)
            assert env.terminations[agent]


@pytest.mark.parametrize("id", GAMES)
def test_stable_baselines_takes_and_tells_levels_as_text(id):
    venv: Any = envsuite.make_as(id, "sb3", num_envs=2, **options(id))
    near, far = written(id, NEAR), written(id, FAR)
    venv.set_options([{"level": near}, {"level": far}])
    venv.reset()
    assert venv.get_attr("level") == [tight(near), tight(far)]
    dones = venv.step(np.full(2, 4 if "Grid" in id else 2))[2]
    assert dones.tolist() == [True, False]
    venv.set_options({"level": far})
    venv.reset()
    assert venv.get_attr("level", 1) == [tight(far)]


def test_a_text_that_is_no_level_is_told_where_it_is_wrong():
    env = gym.make("envsuite/Maze")
    with pytest.raises(ValueError, match="line 1, column 2 of the level holds 'x'"):
        env.reset(options={"level": ">x\n.G"})
    with pytest.raises(ValueError, match="more|does not fit into 13 and 13"):
        env.reset(options={"level": "\n".join([">" + "." * 13, *["." * 13 + "G"]])})


def test_a_game_of_levels_that_are_no_text_says_so():
    env = gym.make("envsuite/JaxNav-Single")
    with pytest.raises(ValueError, match="JaxNav-Single reads no levels as text: give its params"):
        env.reset(options={"level": "> G"})
    with pytest.raises(AttributeError, match="has no attribute 'level'"):
        envsuite.make_as("envsuite/CartPole", "sb3").get_attr("level")
    with pytest.raises(TypeError, match="CartPole writes no levels as text"):
        vector: Any = gym.make_vec("envsuite/CartPole", num_envs=2)
        vector.reset(seed=0)
        vector.unwrapped.levels()

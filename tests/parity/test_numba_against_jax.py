"""The compiled twins against the JAX rules: the same seed is the same episode on both engines."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

import envsuite
from envsuite.testing.host_play import host_actions

IDS = [id for id, own in envsuite.registry().environments.items() if own.numba]
STEPS = 110
# The vectors of the processor take copies by fours. XLA rounds the odd ones, which are left over,
# otherwise (it fuses other products into sums), and crowded battles magnify the last bit of a
# float beyond 1e-5 within some dozens of steps.
COPIES = 4
DUEL = "envsuite/SMAX-3m"


def compare(id: str, steps: int = STEPS, **options: Any) -> int:
    """Play both engines side by side, ends and all; returns how many episodes ended.

    Discrete figures are equal, floats within 1e-5.
    """
    twin: Any = envsuite.make_engine(id, COPIES, "numba", **options)
    rules: Any = envsuite.make_engine(id, COPIES, "jax", **options)
    ours, theirs = twin.reset(seed=11), rules.reset(seed=11)
    assert_alike(ours, theirs, "reset")
    played, ends = np.zeros(COPIES, int), 0
    for step in range(steps):
        action = host_actions(rules, theirs, played.tolist())
        played += 1
        ours, theirs = twin.step(action), rules.step(action)
        assert_alike(ours, theirs, f"step {step}")
        ends += int(ours.info["over"].sum())
    return ends


def assert_alike(ours: Any, theirs: Any, when: str) -> None:
    final = {"final_obs", "final_info"} & set(theirs.info)
    plain = {name: value for name, value in theirs.info.items() if name not in final}
    assert set(ours.info) == set(theirs.info), when
    pairs = [
        (getattr(ours, name), getattr(theirs, name))
        for name in ("obs", "reward", "terminated", "truncated", "legal")
    ]
    pairs += [(ours.info[name], value) for name, value in plain.items()]
    where = np.asarray(theirs.info["over"]) if final else np.zeros(COPIES, bool)
    for name in final:  # what ended episodes showed last is meaningful where one has ended
        cut = [jax.tree.map(lambda a: np.asarray(a)[where], x.info[name]) for x in (ours, theirs)]
        pairs.append((cut[0], cut[1]))
    for mine, other in pairs:
        left = jax.tree_util.tree_flatten_with_path(mine)[0]
        right = jax.tree.leaves(other)
        assert len(left) == len(right), when
        for (path, a), b in zip(left, right, strict=True):
            b, told = np.asarray(b), f"{when} {jax.tree_util.keystr(path)}"
            assert a.dtype == b.dtype and a.shape == b.shape, told
            if a.dtype.kind == "f":
                np.testing.assert_allclose(a, b, rtol=0, atol=1e-5, err_msg=told)
            else:
                np.testing.assert_array_equal(a, b, err_msg=told)


@pytest.mark.parametrize("id", IDS)
def test_whole_episodes(id):
    assert compare(id) >= COPIES


@pytest.mark.parametrize(
    "options",
    [
        {"enemy": "learner", "allies": ["marine", "zealot"], "enemies": ["stalker"] * 3},
        {"attack_mode": "random", "see_enemy_actions": False, "allies": ["zergling"] * 4},
        {"walls_cause_death": False, "map_width": 12, "self_play_reward": True, "spawn": "peer"},
        {"allies": ["random"] * 2, "enemies": ["random"] * 4, "positions": "surround_or_reflect"},
    ],
    ids=lambda options: " ".join(options),
)
def test_other_configurations(options):
    assert compare(DUEL, **options) >= 1


def test_other_tasks_for_each_copy():
    game: Any = envsuite.make(DUEL)
    tasks = jax.tree.map(
        lambda leaf: np.repeat(np.asarray(leaf)[None], COPIES, 0), game.default_params()
    )
    tasks.health[1] *= 2
    tasks.speed[2] /= 2
    twin: Any = envsuite.make_engine(DUEL, COPIES, "numba")
    rules: Any = envsuite.make_engine(DUEL, COPIES, "jax")
    ours, theirs = twin.reset(3, params=tasks), rules.reset(3, params=tasks)
    for step in range(30):
        assert_alike(ours, theirs, f"step {step}")
        action = host_actions(rules, theirs, [step] * COPIES)
        ours, theirs = twin.step(action), rules.step(action)


def test_results_do_not_depend_on_the_number_of_threads(monkeypatch):
    seen = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("ENVSUITE_THREADS", threads)
        engine: Any = envsuite.make_engine(DUEL, 400, "numba")
        shown = engine.reset(0)
        for step in range(20):
            shown = engine.step(host_actions(engine, shown, [step] * 400))
        seen.append(shown)
    for other in seen[1:]:
        for a, b in zip(jax.tree.leaves(seen[0]), jax.tree.leaves(other), strict=True):
            np.testing.assert_array_equal(a, b)


def test_what_has_no_twin_says_so():
    with pytest.raises(TypeError, match='no compiled twin: take backend="jax"'):
        envsuite.make_engine("envsuite/Primer-Pursuit", backend="numba")
    with pytest.raises(TypeError, match="continuous"):
        envsuite.make_engine(DUEL, backend="numba", actions="continuous")
    with pytest.raises(TypeError, match="JAX policies"):
        envsuite.make_engine(DUEL, backend="numba", enemy="learner", view="team")


def test_gymnasium_plays_on_it_as_on_jax():
    import gymnasium as gym

    one, other = (gym.make(DUEL, backend=backend) for backend in ("numba", "jax"))
    a, b = one.reset(seed=4), other.reset(seed=4)
    one.action_space.seed(0)
    for _ in range(25):
        np.testing.assert_allclose(a[0], b[0], atol=1e-5)
        action = one.action_space.sample()
        a, b = one.step(action), other.step(action)
        assert a[2:4] == b[2:4]
        if a[2] or a[3]:
            a, b = one.reset(), other.reset()

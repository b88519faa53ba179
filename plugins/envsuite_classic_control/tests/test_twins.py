"""The compiled twins beside the JAX rules: the same seeds are the same episodes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

import envsuite
from envsuite_classic_control.tests.peer import BY_NAME

COPIES = 8
TWINS = [name for name in BY_NAME if envsuite.registry().environments[f"envsuite/{name}"].numba]


@pytest.fixture(autouse=True, scope="module")
def full_compilation(quick_compilation: None) -> None:
    """Compile as for users: which products are fused into sums is a matter of optimisation."""
    jax.config.update("jax_disable_most_optimizations", False)  # the other fixture restores it


def compare(name: str, steps: int, skilled: bool, params: Any = None) -> int:
    """Play both engines side by side, ends and all; returns how many episodes ended."""
    engines: list[Any] = [
        envsuite.make_engine(f"envsuite/{name}", COPIES, backend) for backend in ("numba", "jax")
    ]
    shown = [engine.reset(5, params=params) for engine in engines]
    engines[0].action_space.seed(0)
    ended = 0
    for step in range(steps):
        ours, theirs = shown
        for field in ("obs", "reward"):
            mine, other = (np.asarray(getattr(each, field)) for each in shown)
            assert mine.dtype == other.dtype == np.float32
            np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-5, err_msg=f"{step}")
        np.testing.assert_array_equal(ours.terminated, theirs.terminated)
        np.testing.assert_array_equal(ours.truncated, theirs.truncated)
        ended += int(np.asarray(theirs.info["over"]).sum()) if step else 0
        if skilled:
            action = np.stack([BY_NAME[name].skilled(obs) for obs in np.asarray(theirs.obs)])
        else:
            action = np.stack([engines[0].action_space.sample() for _ in range(COPIES)])
        shown = [engine.step(action) for engine in engines]
    return ended


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("skilled", [False, True], ids=["random", "skilled"])
def test_whole_episodes(name: str, skilled: bool):
    limit = envsuite.registry().environments[f"envsuite/{name}"].max_steps
    assert limit is not None
    assert compare(name, limit + 10, skilled) >= COPIES


@pytest.mark.parametrize("name", TWINS)
def test_each_copy_may_have_physics_of_its_own(name: str):
    default = BY_NAME[name].game.default_params()
    params = jax.tree.map(lambda leaf: np.full(COPIES, leaf, np.float32), default)
    params = replace(params, gravity=params.gravity * np.linspace(0.5, 2, COPIES, dtype=np.float32))
    compare(name, 60, False, params)

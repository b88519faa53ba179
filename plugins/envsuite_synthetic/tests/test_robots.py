"""Worlds of Brax's robots are sought as arXiv:2406.12589 sought them; none ships."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

from envsuite_synthetic.presets import plan

# generations, steps in worlds of the whole search, generation and horizon half-way
PUBLISHED = {
    "hopper": (2000, 5.12e9, 1000, 550),
    "swimmer": (2000, 2.56e9, 1000, 550),
    "halfcheetah": (2000, 2.56e9, 1000, 550),
    "humanoidstandup": (1000, 1.28e9, 500, 550),
    "walker2d": (1000, 1.28e9, 500, 550),
}


@pytest.mark.parametrize("robot", PUBLISHED)
def test_a_search_is_as_long_as_the_published_one(robot):
    generations, steps, half, horizon = PUBLISHED[robot]
    own = plan(f"Brax-{robot}", "paper")
    assert [apprentice.name for apprentice in own.problem.apprentices] == [
        "ppo", "sac", "ddpg", "td3",
    ]  # fmt: skip
    each = {apprentice.learner.steps for apprentice in own.problem.apprentices}
    assert each == {10_000} and own.search.generations == generations
    assert own.search.population * own.search.generations * 10_000 == steps
    at = own.problem.horizon.at
    assert [int(at(jnp.int32(g))) for g in (0, half, generations)] == [100, horizon, 1000]


@pytest.mark.long
@pytest.mark.parametrize("variant", range(4))
def test_every_apprentice_is_scored_by_the_robot(variant):
    """Traced, not compiled: that would take minutes."""
    problem = plan("Brax-hopper", "paper").problem
    world = problem.start(jax.random.key(0))
    assert world.start.out_bias.shape == (11,) and world.reward.hidden_weights.shape == (14, 32)
    score = jax.eval_shape(
        lambda key, world: problem.score(key, world, variant, jnp.int32(0)),
        jax.random.key(0),
        world,
    )
    assert score.shape == () and score.dtype == jnp.float32

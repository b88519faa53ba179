"""The search for a world, in miniature."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from typer.testing import CliRunner

from envsuite.evolution.search import Search
from envsuite_synthetic.command import app
from envsuite_synthetic.presets import plan
from envsuite_synthetic.problem import Apprentice, Horizon


def test_the_horizon_goes_in_a_straight_line_between_two_generations():
    horizon = Horizon(1000, 200, begin=200, end=800)
    steps = [int(horizon.at(jnp.int32(g))) for g in (0, 200, 350, 500, 800, 999)]
    assert steps == [1000, 1000, 800, 600, 200, 200]


def test_settings_are_drawn_evenly_from_their_ranges():
    ppo = plan("CartPole").problem.apprentices[0]
    draw = jax.vmap(ppo.settings)(jax.random.split(jax.random.key(0), 2000))
    rates, counts = np.unique(np.asarray(draw.learning_rate), return_counts=True)
    np.testing.assert_allclose(rates, [1e-4, 5e-4, 1e-3, 5e-3, 1e-2])
    assert counts.min() > 330 and counts.max() < 470  # 400 expected, 18 the standard deviation
    assert np.unique(np.asarray(draw.discount)).size == 1


@pytest.fixture(scope="module")
def small():
    """The CPU preset of CartPole, with one learner that learns little."""
    own = plan("CartPole", population=8, generations=2, judge_every=1, trials=4)
    ppo = own.problem.apprentices[0]
    shorter: Any = ppo.learner  # a dataclass, which the protocol does not ask for
    learner = replace(shorter, steps=200, num_envs=2, rollout_steps=50, epochs=2, minibatches=2)
    little = (Apprentice("ppo", learner, ppo.ranges),)
    return replace(own, problem=replace(own.problem, apprentices=little, episodes=2))


def test_a_search_leaves_a_world_and_a_record(small, tmp_path):
    world, record = small.search.run(
        small.problem, about=small.about, seed=0, folder=tmp_path, progress=False
    )
    initial = small.problem.start(jax.random.key(0))
    assert jax.tree.structure(world) == jax.tree.structure(initial)
    assert record["id"] == "envsuite/CartPole" and record["config"]["preset"] == "cpu"
    assert len(record["history"]) == 2 and record["best"]["score"] > 0


def test_members_of_a_generation_share_their_luck(small):
    key, generation = jax.random.key(1), jnp.int32(0)
    world = small.problem.start(jax.random.key(0))
    score = jax.jit(lambda world: small.problem.score(key, world, 0, generation))
    assert float(score(world)) == float(score(world)) > 0


@pytest.mark.parametrize(
    "words, error",
    [
        (["CartPol"], "did you mean 'CartPole'"),
        (["CartPole", "--preset", "cpus"], "did you mean 'cpu'"),
        (["CartPole", "--kind", "game"], "no kind 'game' of world"),
    ],
)
def test_the_command_names_what_is_wrong(words, error, monkeypatch):
    monkeypatch.setattr("envsuite.evolution.devices.use_cores", lambda cores: None)
    result = CliRunner().invoke(app, ["train", *words], env={"COLUMNS": "200"})
    assert result.exit_code == 2 and error in result.output


def test_a_plan_refuses_what_a_search_does_not_have():
    with pytest.raises(TypeError, match="populations"):
        plan("CartPole", populations=3)
    assert isinstance(plan("CartPole", population=16).search, Search)

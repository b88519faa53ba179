"""Scores of levels, worked by hand from published formulas."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.functional.advantages import advantages
from envsuite.functional.outcomes import outcome
from envsuite_curricula.scores import SCORES, check_score, score_levels
from envsuite_fruit_choice.env import FruitChoice
from envsuite_primer.bandit import Bandit
from envsuite_primer.gridwalk import GridWalk

GAME = FruitChoice()


def scores(value: tuple[float, ...], best: float | None = None) -> dict[str, float]:
    """All scores of one episode of three steps that ends with .8, discount .995, decay .95."""
    values = jnp.array(value)[:, None]
    reward, ended = jnp.array([[0.0], [0.0], [0.8]]), jnp.array([[False], [False], [True]])
    following = jnp.concatenate([values[1:], values[:1]])
    advantage = advantages(reward, ended, ended, values, following, 0.995, 0.95)
    came = outcome(reward, ended, ended, values, advantage)
    level = GAME.default_params()
    batch = type(level)(**{name: jnp.asarray(leaf)[None] for name, leaf in vars(level).items()})
    seen = came.best_return if best is None else jnp.array([best])
    return {name: float(score_levels(name, GAME, batch, came, seen)[0]) for name in SCORES}


def test_scores_worked_by_hand():
    first = scores((0.2, 0.4, 0.5))
    assert first["positive_value_loss"] == pytest.approx(0.413095, abs=1e-6)
    assert first["max_monte_carlo"] == pytest.approx(0.433333, abs=1e-6)
    second = scores((0.6, 0.9, 0.7), best=0.9)
    assert second["positive_value_loss"] == pytest.approx(0.097497, abs=1e-6)
    assert second["absolute_value_loss"] == pytest.approx(0.133822, abs=1e-6)
    assert second["signed_value_loss"] == pytest.approx(0.061172, abs=1e-6)
    assert second["max_monte_carlo"] == pytest.approx(0.166667, abs=1e-6)
    assert second["range_regret"] == pytest.approx(0.1, abs=1e-6)
    assert second["true_regret"] == pytest.approx(3 - 0.8, abs=1e-6)  # the apple is right
    assert second["learnability"] == 0


def test_learnability_is_highest_where_half_of_the_episodes_are_solved():
    ended = jnp.ones((4, 5), bool)
    won = jnp.arange(4)[:, None] < jnp.arange(5)[None]
    came = outcome(jnp.zeros((4, 5)), ended, won)
    best = jnp.zeros(5)
    own = score_levels("learnability", GAME, None, came, best)
    np.testing.assert_allclose(own, [0, 3 / 16, 1 / 4, 3 / 16, 0])


def test_without_a_critic_the_scores_that_need_one_are_unknown():
    came = outcome(jnp.ones((2, 1)), jnp.ones((2, 1), bool))
    for name, score in SCORES.items():
        if score.needs == "values":
            assert np.isnan(score_levels(name, GAME, None, came, came.best_return)[0]), name
    assert score_levels("range_regret", GAME, None, came, came.best_return)[0] == 0


@pytest.mark.parametrize(
    ("name", "game", "words"),
    [
        ("max_montecarlo", GAME, "score 'max_montecarlo' is unknown: did you mean 'max_monte_ca"),
        ("true_regret", GridWalk(), "GridWalk does not tell what is possible .* 'range_regret'"),
    ],
)
def test_a_score_that_cannot_be_given_is_refused(name, game, words):
    with pytest.raises(ValueError, match=words):
        check_score(name, game)


def test_a_game_that_knows_no_victory_has_no_learnability():
    class Quiet(Bandit):
        def sample(self, key):
            return self.default_params()

    with pytest.raises(ValueError, match=r"Quiet does not say in info\['won'\]"):
        check_score("learnability", Quiet())
    check_score("learnability", GridWalk())

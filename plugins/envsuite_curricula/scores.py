"""How much a level is worth playing again: scores by name, functions of what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.curriculum import Optimum, Outcome
from envsuite.core.errors import nearest
from envsuite.functional.transform import unwrapped

Function = Callable[[Outcome, jax.Array, jax.Array], jax.Array]


@dataclass(frozen=True)
class Score:
    """A score.

    Attributes:
        function: From an outcome, the best return ever seen in the level and the best that is
            possible in it (NaN where the game does not tell), each `[n]`, to `f32[n]`. NaN where
            the outcome lacks what it takes.
        needs: What it takes: `"values"` of a critic, `"won"` in the game's info, the `"optimum"`
            of a level, or nothing but returns.
    """

    function: Function
    needs: str = ""


def positive_value_loss(outcome: Outcome, best: jax.Array, optimum: jax.Array) -> jax.Array:
    """The mean of what went better than foreseen: of `max(advantage, 0)` (arXiv:2110.02439)."""
    return outcome.positive_advantage


def absolute_value_loss(outcome: Outcome, best: jax.Array, optimum: jax.Array) -> jax.Array:
    """The mean of `|advantage|`, the L1 value loss of arXiv:2010.03934."""
    return outcome.absolute_advantage


def signed_value_loss(outcome: Outcome, best: jax.Array, optimum: jax.Array) -> jax.Array:
    """The mean advantage."""
    return outcome.advantage


def max_monte_carlo(outcome: Outcome, best: jax.Array, optimum: jax.Array) -> jax.Array:
    """The best return ever seen in the level less the mean of the values (arXiv:2110.02439)."""
    return best - outcome.value


def range_regret(outcome: Outcome, best: jax.Array, optimum: jax.Array) -> jax.Array:
    """The best return ever seen in the level less the mean return; needs no critic."""
    return best - outcome.mean_return


def true_regret(outcome: Outcome, best: jax.Array, optimum: jax.Array) -> jax.Array:
    """The best expected return that is possible in the level less the mean return."""
    return optimum - outcome.mean_return


def learnability(outcome: Outcome, best: jax.Array, optimum: jax.Array) -> jax.Array:
    """`p (1 - p)`, where p is the share of episodes that were solved (arXiv:2408.15099)."""
    return outcome.solved * (1 - outcome.solved)


SCORES: Mapping[str, Score] = {
    "positive_value_loss": Score(positive_value_loss, "values"),
    "absolute_value_loss": Score(absolute_value_loss, "values"),
    "signed_value_loss": Score(signed_value_loss, "values"),
    "max_monte_carlo": Score(max_monte_carlo, "values"),
    "range_regret": Score(range_regret),
    "true_regret": Score(true_regret, "optimum"),
    "learnability": Score(learnability, "won"),
}


def check_score(name: str, levels: Any) -> None:
    """Raise `ValueError` unless `name` is a score that the game's levels can be given."""
    if name not in SCORES:
        near = nearest(str(name), SCORES)
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(f"score {name!r} is unknown: {hint}choose from {', '.join(SCORES)}")
    game, needs = type(unwrapped(levels)).__name__, SCORES[name].needs
    if needs == "optimum" and not isinstance(unwrapped(levels), Optimum):
        raise ValueError(
            f"{game} does not tell what is possible in a level (envsuite.Optimum), "
            f"which score {name!r} needs: take 'range_regret', which goes by what was seen"
        )
    if needs == "won" and not _says_won(levels):
        raise ValueError(
            f"{game} does not say in info['won'] whether an episode was solved, which score "
            f"{name!r} needs: take 'range_regret', which needs returns alone"
        )


def score_levels(
    name: str, levels: Any, batch: Any, outcome: Outcome, best: jax.Array
) -> jax.Array:
    """The scores of a batch, `f32[n]`.

    Args:
        name: One of `SCORES`.
        levels: The game.
        batch: Its levels that were played, leading axis `[n]`.
        outcome: What came of them.
        best: `f32[n]`: the best return ever seen in each.
    """
    score, game = SCORES[name], unwrapped(levels)
    if score.needs == "optimum" and isinstance(game, Optimum):
        optimum = jax.vmap(game.optimum)(batch)
    else:
        optimum = jnp.full_like(best, jnp.nan)
    return score.function(outcome, best, optimum)


def _says_won(levels: Any) -> bool:
    game: Any = unwrapped(levels)

    def info(key: jax.Array) -> Any:
        return game.reset(key, game.sample(key))[1].info

    return "won" in jax.eval_shape(info, jax.random.key(0))

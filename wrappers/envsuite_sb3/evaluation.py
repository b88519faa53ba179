"""How well a model plays: fresh episodes, and figures with 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from sb3_contrib import MaskablePPO
from scipy import stats
from stable_baselines3.common.base_class import BaseAlgorithm

from envsuite.core.spec import EnvSpec
from envsuite_sb3.vec_env import EngineVecEnv, make
from envsuite_sb3.views import ViewName

CONFIDENCE = 0.95
# Seeds of training are below 2**32, for NumPy's global generator takes no others; episodes judged
# are seeded from here on, so that none of them was ever trained on.
FIRST_SEED = 2**33


def evaluate(
    model: BaseAlgorithm,
    id: str | EnvSpec,
    *,
    episodes: int = 200,
    seed: int = 0,
    deterministic: bool = True,
    num_envs: int = 128,
    view: ViewName = "seats",
    **options: Any,
) -> dict[str, Any]:
    """Play fresh episodes, each from a seed of its own, and report what came of them.

    Every copy plays one episode to its end, in as many rounds as it takes; so short episodes do
    not count more often than long ones.

    Args:
        model: Of any Stable-Baselines3 algorithm; one that takes action masks is given them.
        id: The game.
        episodes: How many are played.
        seed: Episode `i` has the seed `2**33 + seed + i`, which training never uses.
        deterministic: Take the likeliest action rather than a drawn one.
        num_envs: How many are played at once; what the last round plays beyond `episodes` is not
            counted. The number that training used saves compiling the game once more.
        view: The view that the model was trained with.
        **options: Those of `make`.

    Returns:
        `id`, `version`, `episodes`, `seed` and `deterministic`; `return` and `length`, each with
        `mean`, `low` and `high` of a 95 % t interval (the last two `None` for a single episode);
        and, where the game says who `won`, `win_rate` with `rate`, `low` and `high` of a 95 %
        Wilson interval. The return is the sum over time of the team's mean reward.

    Raises:
        ValueError: For less than one episode, or a model trained on other spaces.
    """
    if episodes < 1:
        raise ValueError(f"episodes must be at least 1, not {episodes}")
    venv = make(id, num_envs=num_envs, view=view, **options)
    _check_spaces(model, venv)
    rounds = [
        _play_round(model, venv, FIRST_SEED + seed + first, deterministic)
        for first in range(0, episodes, num_envs)
    ]
    returns, lengths, wins = (
        np.concatenate([played[name] for played in rounds])[:episodes]
        for name in ("returns", "lengths", "wins")
    )
    figures: dict[str, Any] = {
        "id": venv.spec.id,
        "version": venv.spec.version,
        "episodes": episodes,
        "seed": seed,
        "deterministic": deterministic,
        "return": mean_interval(returns),
        "length": mean_interval(lengths),
    }
    if not np.isnan(wins).any():
        figures["win_rate"] = rate_interval(wins == 1)
    return figures


def rate_interval(hits: np.ndarray) -> Mapping[str, float]:
    """How often something happened, with Wilson's interval, which holds near 0 and 1 as well.

    Args:
        hits: `bool[n]`, at least one.

    Returns:
        `rate`, `low` and `high`.
    """
    result = stats.binomtest(int(np.sum(hits)), len(hits))
    interval = result.proportion_ci(CONFIDENCE, method="wilson")
    return {"rate": float(np.mean(hits)), "low": float(interval.low), "high": float(interval.high)}


def mean_interval(samples: np.ndarray) -> Mapping[str, float | None]:
    """The mean of a sample, with Student's t interval.

    Args:
        samples: `f64[n]`, at least one.

    Returns:
        `mean`, `low` and `high`; the last two are `None` for a single sample.
    """
    mean = float(np.mean(samples))
    if len(samples) == 1:
        return {"mean": mean, "low": None, "high": None}
    error = float(np.std(samples, ddof=1)) / math.sqrt(len(samples))
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(samples) - 1)) * error
    return {"mean": mean, "low": mean - reach, "high": mean + reach}


def choose(
    model: BaseAlgorithm,
    obs: Any,
    memory: Any,
    starts: np.ndarray,
    masks: np.ndarray | None,
    *,
    deterministic: bool,
) -> tuple[np.ndarray, Any]:
    """The model's actions and its memory, with masks if it is a model that takes them."""
    taken = {"action_masks": masks} if isinstance(model, MaskablePPO) else {}
    return model.predict(
        obs, state=memory, episode_start=starts, deterministic=deterministic, **taken
    )


def _play_round(
    model: BaseAlgorithm, venv: EngineVecEnv, seed: int, deterministic: bool
) -> dict[str, np.ndarray]:
    """One episode in every copy: `returns`, `lengths` and `wins` (NaN if unsaid), `f64[copies]`."""
    copies = venv.engine.num_envs
    share = venv.num_envs // copies
    venv.seed(seed)
    obs = venv.reset()
    masked = venv.has_attr("action_masks")
    returns, lengths = np.zeros(copies), np.zeros(copies)
    wins = np.full(copies, np.nan)
    playing = np.ones(copies, bool)
    starts, memory = np.ones(venv.num_envs, bool), None
    while playing.any():
        masks = venv.action_masks() if masked else None
        actions, memory = choose(model, obs, memory, starts, masks, deterministic=deterministic)
        obs, rewards, starts, infos = venv.step(actions)
        returns += playing * rewards.reshape(copies, share).mean(axis=1)
        lengths += playing
        ended = playing & starts[::share]
        for copy in np.flatnonzero(ended):
            wins[copy] = infos[copy * share].get("is_success", np.nan)
        playing &= ~ended
    return {"returns": returns, "lengths": lengths, "wins": wins}


def _check_spaces(model: BaseAlgorithm, venv: EngineVecEnv) -> None:
    for kind in ("observation_space", "action_space"):
        own, due = getattr(model, kind), getattr(venv, kind)
        if own.shape != due.shape or type(own) is not type(due):
            raise ValueError(
                f"the model's {kind.replace('_', ' ')} is {own}, but {venv.spec.id} has {due}: "
                "take the id, view and options that it was trained with"
            )

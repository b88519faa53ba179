"""Suites: named lists of environments, and how many of each a trained agent solves.

An environment joins the suite `NAME` by the tag `suite:NAME` in its registry entry, whoever brings
it; so there is no other list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from envsuite.core.env import OwnLevel
from envsuite.core.errors import unknown_name
from envsuite.core.policy import Policy
from envsuite.factory import make
from envsuite.functional import unwrapped
from envsuite.functional.transform import Transform
from envsuite.registry import registry, resolve
from envsuite.runs.intervals import interquartile_interval

TAG = "suite:"
Loader = Callable[[Any, str], Policy[Any]]
"""From a game and a group (`""` for a single agent), who plays it."""


def suites() -> Mapping[str, tuple[str, ...]]:
    """The ids of each suite, by its name, both in alphabetical order."""
    found: dict[str, list[str]] = {}
    for id, own in registry().environments.items():
        for tag in own.tags:
            if tag.startswith(TAG):
                found.setdefault(tag.removeprefix(TAG), []).append(id)
    return {name: tuple(found[name]) for name in sorted(found)}


def suite(name: str) -> tuple[str, ...]:
    """The ids of a suite.

    Raises:
        UnknownNameError: If there is no such suite; it names the nearest.
    """
    known = suites()
    if name not in known:
        raise unknown_name("suite", name, known, listing="envsuite list --json")
    return known[name]


def evaluate_suite(
    name: str,
    runs: Sequence[Loader],
    *,
    attempts: int = 10,
    seed: int = 0,
    evaluator: str = "returns",
    tell: Callable[[str, list[float]], None] | None = None,
    **options: Any,
) -> Mapping[str, Any]:
    """How many attempts at each environment of a suite are won, by each of several runs.

    An attempt is won if `info["won"]` holds at its end. Levels of one shape are played by one game,
    as its params, and what was compiled for one of them serves all.

    Args:
        name: The suite.
        runs: What was trained, once for each seed; each is loaded once for each such game.
        attempts: How often each run plays each environment. Where neither the game nor the policy
            leaves anything to chance, all end alike.
        seed: Where all chance comes from.
        evaluator: A registered one whose figures hold `rates`, as those of `returns` do.
        tell: Called with each id when all runs have played it, and their rates.
        **options: Those of `envsuite.make`, for all environments: `max_steps`, in place of each
            one's own limit; `observation`, as it was in training, ...

    Returns:
        `suite`, `runs` and `attempts`; `levels`, by id: `rates`, one a run, their `mean`, and
        `max_steps`, how long an attempt may last; over all runs and environments the `mean` and
        `interquartile` mean (25 % trimmed), each with `mean`, `low` and `high` of the 95 %
        stratified bootstrap interval over runs (`None` for a single run; Agarwal et al.,
        arXiv:2108.13264). All are plain numbers, fit for JSON.

    Raises:
        UnknownNameError: For an unknown suite or evaluator.
        ValueError: Without runs or attempts; if a game does not say whether it was won.
    """
    if not runs:
        raise ValueError("nothing to evaluate: give at least one run")
    if attempts < 1:
        raise ValueError(f"attempts must be at least 1, not {attempts}")
    judge = registry().evaluators[evaluator]
    judging = resolve(judge.target)(**judge.config)
    members = suite(name)
    games: dict[Any, list[str]] = {}  # by the game that plays them, ids
    for id in members:
        games.setdefault(_without_level(make(id, view="team", **options)), []).append(id)
    levels: dict[str, dict[str, Any]] = {}
    for env, ids in games.items():
        groups = env.agents or [""]
        teams = [{group: load(env, group) for group in groups} for load in runs]
        for id in ids:
            params = make(id, view="team", **options).default_params()
            rates = []
            for run, policies in enumerate(teams):
                key = jax.random.fold_in(jax.random.key(seed), members.index(id))
                key = jax.random.fold_in(key, run)
                figures = judging.evaluate(key, env, params, policies, attempts)
                if "won" not in figures["rates"]:
                    raise ValueError(
                        f"{id} does not say whether it was won: `info` of "
                        f"{type(unwrapped(env)).__name__} needs a flag `won` to be in a suite"
                    )
                rates.append(float(figures["rates"]["won"]["rate"]))
            limit = options.get("max_steps", registry().environments[id].max_steps)
            levels[id] = {"rates": rates, "mean": float(np.mean(rates)), "max_steps": limit}
            if tell is not None:
                tell(id, rates)
    levels = {id: levels[id] for id in members}
    scores = np.array([own["rates"] for own in levels.values()]).T
    return {
        "suite": name,
        "runs": len(runs),
        "attempts": attempts,
        "levels": levels,
        "mean": interquartile_interval(scores, cut=0),
        "interquartile": interquartile_interval(scores),
    }


def _without_level(env: Any) -> Any:
    """The game that plays the level of `env` as params; one for all levels of one shape."""
    if isinstance(env, Transform):
        return replace(env, env=_without_level(env.env))
    return env.without_level() if isinstance(env, OwnLevel) else env


def picture_suite(
    name: str, run: Loader, path: str | Path, *, seed: int = 0, columns: int = 5, **options: Any
) -> None:
    """Draw one attempt at each environment of a suite, side by side, and write the picture.

    Args:
        name: The suite.
        run: Who plays.
        path: A PNG file; its folder is made if missing.
        seed: Where all chance comes from.
        columns: How many pictures stand side by side.
        **options: Those of `envsuite.make`.

    Raises:
        UnknownNameError: For an unknown suite.
        TypeError: If the registry names no drawing for an environment.
    """
    from envsuite.contact_sheet import contact_sheet
    from envsuite.showing import picture_episode

    pictures = [
        (id.partition("/")[2], picture_episode(id, run, seed, **options)) for id in suite(name)
    ]
    contact_sheet(pictures, path, columns=columns)

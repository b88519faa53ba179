"""Suites: named lists of environments, and how many of each a trained agent solves.

An environment joins the suite `NAME` by the tag `suite:NAME` in its registry entry, whoever brings
it; so there is no other list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from envsuite.core.errors import unknown_name
from envsuite.core.policy import Policy
from envsuite.factory import make
from envsuite.functional import unwrapped
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

    An attempt is won if `info["won"]` holds at its end.

    Args:
        name: The suite.
        runs: What was trained, once for each seed.
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
    levels: dict[str, dict[str, Any]] = {}
    for number, id in enumerate(suite(name)):
        env = make(id, view="team", **options)
        params = env.default_params()
        rates = []
        for run, load in enumerate(runs):
            policies = {group: load(env, group) for group in env.agents or [""]}
            key = jax.random.fold_in(jax.random.fold_in(jax.random.key(seed), number), run)
            figures = judging.evaluate(key, env, params, policies, attempts)
            if "won" not in figures["rates"]:
                game = type(unwrapped(env)).__name__
                raise ValueError(
                    f"{id} does not say whether it was won: `info` of {game} "
                    "needs a flag `won` to be in a suite"
                )
            rates.append(float(figures["rates"]["won"]["rate"]))
        limit = options.get("max_steps", registry().environments[id].max_steps)
        levels[id] = {"rates": rates, "mean": float(np.mean(rates)), "max_steps": limit}
        if tell is not None:
            tell(id, rates)
    scores = np.array([own["rates"] for own in levels.values()]).T
    return {
        "suite": name,
        "runs": len(runs),
        "attempts": attempts,
        "levels": levels,
        "mean": interquartile_interval(scores, cut=0),
        "interquartile": interquartile_interval(scores),
    }


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

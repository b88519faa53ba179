"""How each task's world is sought, as the presets say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from envsuite.core.errors import nearest
from envsuite.evolution.search import Search
from envsuite.factory import make, spec
from envsuite.registry import resolve
from envsuite_synthetic.env import Kind, Synthetic
from envsuite_synthetic.problem import Apprentice, Horizon, WorldProblem

HERE = Path(__file__).parent


@dataclass(frozen=True, eq=False)
class Plan:
    """A search, what it searches for, and all of it in plain values for a record."""

    search: Search
    problem: WorldProblem
    about: Mapping[str, Any]

    @property
    def cost(self) -> dict[str, int]:
        """Steps of a whole search, per generation: in the worlds, and at most in the real task."""
        problem, search = self.problem, self.search
        agents = search.population * problem.rollouts
        steps = [apprentice.learner.steps for apprentice in problem.apprentices]
        longest = max(problem.horizon.first, problem.horizon.last)
        return {
            "synthetic": agents * sum(steps) // len(steps),
            "real": agents * problem.episodes * longest,
        }


def plan(task: str, preset: str = "cpu", *, kind: Kind = "bandit", **search: Any) -> Plan:
    """What a preset says of a task.

    Args:
        task: Such as `"CartPole"`, which stands for `envsuite/CartPole`.
        preset: A name in `presets.yaml`.
        kind: Of the world.
        **search: Fields of `Search` that are to be otherwise.

    Raises:
        ValueError: For a preset or a task that there is not; it names the nearest.
        TypeError: For a field that a search does not have.
    """
    presets = _read("presets.yaml")
    own = _chosen(presets, preset, "preset")
    differing = _chosen(own["tasks"], task, f"task in the preset {preset!r}")
    chosen = {**own, **differing}
    real = spec(f"envsuite/{task}")
    looking = {**own["search"], **differing.get("search", {}), **search}
    problem = WorldProblem(
        world=Synthetic(real=real.id, kind=kind),
        real=make(real, max_steps=None),
        apprentices=tuple(_apprentice(name, config) for name, config in chosen["learners"].items()),
        episodes=chosen["episodes"],
        rollouts=chosen["rollouts"],
        horizon=Horizon(**chosen["horizon"]),
        max_steps=None if kind == "bandit" else real.max_steps,
        greedy=chosen.get("greedy", False),
    )
    shared = ("learners", "episodes", "rollouts", "horizon")
    config = {"preset": preset, "kind": kind, **{name: chosen[name] for name in shared}}
    config["greedy"] = problem.greedy
    return Plan(Search(**looking), problem, {"id": real.id, "version": 0, "config": config})


def _apprentice(name: str, config: Mapping[str, Any]) -> Apprentice:
    config = dict(config)
    target, own = config.pop("target"), config.pop("ranges", {})
    ranges = {key: tuple(values) for key, values in {**_read("ranges.yaml")[name], **own}.items()}
    return Apprentice(name, resolve(target, needed_by=name)(**config), ranges)


def _chosen(known: Mapping[str, Any], name: str, what: str) -> Any:
    if name not in known:
        near = nearest(name, known)
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(f"no {what} is called {name!r}: {hint}There are {sorted(known)}")
    return known[name]


@lru_cache(maxsize=4)
def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load((HERE / name).read_text("utf-8"))

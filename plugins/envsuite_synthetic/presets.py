"""How each task's world is sought, as the presets say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import jax
import yaml

from envsuite.core.errors import nearest
from envsuite.evolution.search import Search
from envsuite.factory import make, spec
from envsuite.registry import resolve
from envsuite_synthetic.env import Kind, Synthetic
from envsuite_synthetic.ideal import IdealProblem
from envsuite_synthetic.network import World
from envsuite_synthetic.problem import Apprentice, Horizon, WorldProblem
from envsuite_synthetic.units import Units

HERE = Path(__file__).parent
IDEAL = "ideal"  # the folder, in a run's, of the search that comes before


@dataclass(frozen=True, eq=False)
class Plan:
    """A search, what it searches for, and all of it in plain values for a record.

    `ideal` is the search that comes before, if there is one, and what that searches for.
    """

    search: Search
    problem: WorldProblem
    about: Mapping[str, Any]
    ideal: tuple[Search, IdealProblem] | None = None

    def run(self, *, seed: int, folder: Path) -> tuple[World, dict[str, Any]]:
        """Search, and leave a record and checkpoints in `folder`; the same again goes on.

        Returns:
            The world, in the units of the real task, and the record of `Search.run`; with an ideal
            search, `ideal` in it is that search's record.
        """
        problem, before = self.problem, None
        if self.ideal is not None:
            looking, ideal = self.ideal
            reward, before = looking.run(ideal, about=self.about, seed=seed, folder=folder / IDEAL)
            problem = replace(problem, found=ideal.taught(jax.random.key(seed), reward))
        weights, record = self.search.run(problem, about=self.about, seed=seed, folder=folder)
        return problem.shown(weights), {**record, **({"ideal": before} if before else {})}

    def cost(self, record: Mapping[str, Any]) -> dict[str, int]:
        """Steps that a search took, by its record: in worlds, and at most in the real task."""
        own = self._each()
        cost = {name: record["generations"] * steps for name, steps in own.items()}
        if self.ideal is not None:
            search, ideal = self.ideal
            longest = max(ideal.horizon.first, ideal.horizon.last)
            episodes = record["ideal"]["generations"] * search.population * ideal.episodes
            cost["real_steps_at_most"] += episodes * longest
        return cost

    def _each(self) -> dict[str, int]:
        """Steps of one generation."""
        problem, search = self.problem, self.search
        agents = search.population * problem.rollouts
        steps = [apprentice.learner.steps for apprentice in problem.apprentices]
        longest = max(problem.horizon.first, problem.horizon.last)
        return {
            "synthetic_steps": agents * sum(steps) // len(steps),
            "real_steps_at_most": agents * problem.episodes * longest,
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
        units=Units(**chosen["units"]) if "units" in chosen else None,
    )
    shared = ("learners", "episodes", "rollouts", "horizon", "units", "ideal")
    own = {name: chosen[name] for name in shared if name in chosen}
    config = {"preset": preset, "kind": kind, **own, "greedy": problem.greedy}
    about = {"id": real.id, "version": 0, "config": config}
    return Plan(Search(**looking), problem, about, _ideal(problem, chosen))


def _ideal(problem: WorldProblem, chosen: Mapping[str, Any]) -> tuple[Search, IdealProblem] | None:
    """The search for what is worth teaching, of a preset that has one."""
    if "ideal" not in chosen:
        return None
    own = chosen["ideal"]
    ideal = IdealProblem(
        world=problem.world,
        real=problem.real,
        units=problem.units,
        horizon=Horizon(**own.get("horizon", chosen["horizon"])),
        **own["policy"],
    )
    return Search(**own["search"]), ideal


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

"""Distils a set for a task: settings in, a file out."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.evolution.search import Search
from envsuite.factory import make, spec
from envsuite.runs.same_run import as_json
from envsuite_distill.distilled_set import FEWEST, KINDS, MOST, DistilledSet, Kind
from envsuite_distill.problem import (
    DirectEvolution,
    Distillation,
    Playing,
    action_space,
    count_actions,
)
from envsuite_distill.recipe import ACTIVATIONS, Activation, Recipe, check_activation, check_layers

SET = "set.json"
NETWORKS = ((64, 64), (16,), (16, 16, 16), (512,))


@dataclass(frozen=True)
class Distiller:
    """Distils sets.

    Attributes:
        task: The id of a game of one agent whose observations are one row of numbers.
        gymnasium_id: The same task in Gymnasium, where agents are made of the set; `""` if none.
        pairs: How many pairs a set has.
        kind: Of its targets; `"labels"`, or `"actions"` where actions are numbers, if not given.
        mean: Of the normaliser; zeros if not given.
        scale: Of the normaliser; ones if not given.
        mirrored: Figures that change sign in a state's mirror image, where the action does too (or
            the order of choices); half of the set is then the mirror image of the other half.
        recipe: How an agent is made of the set.
        networks: Hidden layers of the kinds of network in the search; only the recipe's if empty.
        together: Whether each candidate trains all kinds in every generation; else they take
            turns.
        activations: That are drawn from; only the recipe's if empty.
        learning_rates: Between which the rate is drawn; only the recipe's if empty.
        initialisations: Networks of a kind that each candidate trains.
        initial_seed: Of the only network there is (HaDES-F); `None` for fresh ones (HaDES-R).
        episodes: That each network plays.
        horizon: Steps after which an episode of the search is broken off; the task's own limit
            if not given.
        greedy: Whether the search plays without exploring; the judgement always does.
        search: The outer loop.

    Raises:
        ValueError: On construction, for settings that distil nothing.
    """

    task: str
    gymnasium_id: str = ""
    pairs: int = 2
    kind: Kind | None = None
    mean: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    mirrored: tuple[int, ...] = ()
    recipe: Recipe = field(default_factory=Recipe)
    networks: tuple[tuple[int, ...], ...] = NETWORKS
    together: bool = True
    activations: tuple[Activation, ...] = ACTIVATIONS
    learning_rates: tuple[float, ...] = (1e-3, 1e-1)
    initialisations: int = 2
    initial_seed: int | None = None
    episodes: int = 4
    horizon: int | None = None
    greedy: bool = True
    search: Search = field(default_factory=Search)

    def __post_init__(self) -> None:
        """Refuse settings that distil nothing; accept lists."""
        for name in ("mean", "scale", "mirrored", "activations", "learning_rates"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "networks", tuple(tuple(layers) for layers in self.networks))
        if not FEWEST <= self.pairs <= MOST:
            raise ValueError(f"pairs must be {FEWEST} to {MOST}, not {self.pairs}")
        if self.kind is not None and self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind!r}")
        if self.mirrored and self.pairs % 2:
            raise ValueError(f"a set half of which mirrors the other has no {self.pairs} pairs")
        for name in ("initialisations", "episodes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        for layers in self.networks:
            check_layers("networks", layers)
        for activation in self.activations:
            check_activation(activation)
        rates = self.learning_rates
        if rates and (len(rates) != 2 or not 0 < rates[0] <= rates[1]):
            raise ValueError(f"learning_rates must be two, the lower first, not {rates}")
        randomised = self.networks or self.activations or self.learning_rates
        if self.initial_seed is not None and randomised:
            raise ValueError(
                "one network (initial_seed) cannot be of many kinds: "
                "give networks, activations and learning_rates as []"
            )

    def distil(self, *, seed: int, folder: Path, progress: bool = True) -> DistilledSet:
        """Search for a set and leave it in `folder/set.json`, beside what `Search.run` leaves.

        Called again on the same folder it goes on from the last checkpoint.

        Raises:
            UnknownNameError: For an unknown task.
            TypeError: For a task whose spaces do not fit.
            ValueError: If `folder` holds another search, or a damaged file.
        """
        problem = self.problem()
        about = self._about("distillation", problem.kind)
        best, record = self.search.run(
            problem, about=about, seed=seed, folder=folder, progress=progress
        )
        imitated = problem.imitated(best)
        made = DistilledSet(
            task=self.task,
            task_version=spec(self.task).version,
            gymnasium_id=self.gymnasium_id,
            kind=problem.kind,
            states=np.asarray(imitated.states),
            targets=np.asarray(imitated.targets),
            mean=np.array(problem.playing.mean, np.float32),
            scale=np.array(problem.playing.scale, np.float32),
            recipe=self.recipe,
            initial_seed=self.initial_seed,
            card=self._card(record, seed),
        )
        made.save(folder / SET)
        return made

    def directly(
        self, *, deviation: float, seed: int, folder: Path, progress: bool = True
    ) -> tuple[Any, dict[str, Any]]:
        """Evolve the weights of the recipe's network instead, with as many episodes.

        Args:
            deviation: Of the first generation; weights want a smaller one than states.
            seed: Of everything.
            folder: Made if missing.
            progress: Whether to show a bar.

        Returns:
            The best network, and the record of the search.
        """
        playing = self._playing()
        kinds = max(len(self.networks), 1) if self.together else 1
        whole = replace(playing, episodes=self.episodes * self.initialisations * kinds)
        problem = DirectEvolution(whole, self.recipe)
        search = replace(self.search, deviation=deviation)
        about = self._about("direct evolution", None)
        return search.run(problem, about=about, seed=seed, folder=folder, progress=progress)

    def problem(self) -> Distillation:
        """What is searched for.

        Raises:
            UnknownNameError: For an unknown task.
            TypeError: For a task whose spaces do not fit.
        """
        playing = self._playing()
        discrete = isinstance(action_space(playing.env), spaces.Discrete)
        kind: Kind = self.kind or ("labels" if discrete else "actions")
        if (kind == "actions") == discrete:
            raise TypeError(
                f"{kind} are no targets for {self.task}, with {playing.env.action_space}"
            )
        figures = len(playing.mean)
        for figure in self.mirrored:
            if not 0 <= figure < figures or playing.mean[figure] != 0:
                raise ValueError(
                    f"mirrored names figures from 0 to {figures - 1} whose mean is 0, not {figure}"
                )
        if kind == "labels" and self.pairs < count_actions(playing.env):
            raise ValueError(
                f"{self.pairs} pairs cannot show all {count_actions(playing.env)} choices of "
                f"{self.task}: give as many pairs, or learn soft labels"
            )
        rate = self.recipe.learning_rate
        return Distillation(
            playing=playing,
            pairs=self.pairs,
            kind=kind,
            mirrored=self.mirrored,
            recipe=self.recipe,
            networks=self.networks or (self.recipe.layers,),
            together=self.together,
            activations=self.activations or (self.recipe.activation,),
            learning_rates=(self.learning_rates[0], self.learning_rates[-1])
            if self.learning_rates
            else (rate, rate),
            initialisations=self.initialisations,
            initial_seed=self.initial_seed,
        )

    def _playing(self) -> Playing:
        env: Env[Any, Any] = make(self.task, max_steps=None)
        limit = spec(self.task).max_steps
        if limit is None:
            raise TypeError(f"{self.task} has no time limit: its episodes may never end")
        action_space(env)
        sees = env.observation_space
        if not isinstance(sees, spaces.Box) or len(sees.shape) != 1:
            raise TypeError(
                f"a set is distilled for observations that are one row of numbers, not for {sees}"
            )
        figures = sees.shape[0]
        mean, scale = self.mean or (0.0,) * figures, self.scale or (1.0,) * figures
        for name, value in (("mean", mean), ("scale", scale)):
            if len(value) != figures:
                raise ValueError(f"{name} has {len(value)} figures, {self.task} shows {figures}")
        horizon = self.horizon or limit
        return Playing(env, mean, scale, self.episodes, horizon, limit, self.greedy)

    def _about(self, what: str, kind: Kind | None) -> dict[str, Any]:
        own = asdict(self)
        del own["search"], own["task"]
        about = {**own, "kind": kind, "what": what}
        return {"id": self.task, "version": spec(self.task).version, "config": about}

    def steps_at_most(self, generations: int) -> dict[str, int]:
        """The most steps of the task that a search of so many generations can have taken.

        An episode that ends early counts as if it had not.
        """
        playing, search = self._playing(), self.search
        kinds = max(len(self.networks), 1)
        members = search.population * self.initialisations * (kinds if self.together else 1)
        judgements = -(-generations // search.judge_every)
        return {
            "search": generations * members * self.episodes * playing.horizon,
            "judgement": judgements * search.trials * kinds * self.episodes * playing.limit,
        }

    def as_json(self) -> dict[str, Any]:
        """All settings, fit for JSON."""
        return as_json(asdict(self))

    def command(self, seed: int) -> str:
        """The command that distils this set; it names what differs from the settings at hand."""
        short = self.task.removeprefix("envsuite/")
        name = short if short in _presets() else self.task
        usual, own = distiller(name)._flat(), self._flat()
        changed = [
            f"{key}={json.dumps(value)}" for key, value in own.items() if value != usual[key]
        ]
        words = ["envsuite", "distill", "train", name, "--seed", str(seed)]
        return shlex.join([*words, *(word for each in changed for word in ("--set", each))])

    def _flat(self) -> dict[str, Any]:
        """All settings by the names that the command knows."""
        own = self.as_json()
        nested = own.pop("search") | own.pop("recipe")
        del own["task"]
        return own | nested

    def _card(self, record: Mapping[str, Any], seed: int) -> dict[str, Any]:
        return {
            "command": self.command(seed),
            "seed": seed,
            "generations": record["generations"],
            "best_generation": record["best"]["generation"],
            "seconds": record["seconds"],
            "judged": record["best"]["score"],
            "task_steps_at_most": self.steps_at_most(record["generations"]),
            "settings": self.as_json(),
            "versions": record["versions"],
            "commit": record["commit"],
        }


def distiller(task: str, **settings: Any) -> Distiller:
    """A distiller with the settings with which the shipped sets were made.

    Args:
        task: A name of `tasks.yaml`, such as `"CartPole"`, or any id.
        **settings: Fields of `Distiller`, of its `Search` and of its `Recipe`, which take their
            places.

    Raises:
        TypeError: For a setting that there is not; it names the nearest.
        ValueError: For a value that is refused, and a name that is neither a task nor an id; it
            names the nearest task.
    """
    known = _presets()
    short = task.removeprefix("envsuite/")
    if short not in known and "/" not in task:
        match = nearest(task, known)
        hint = f"did you mean {match!r}? " if match else ""
        raise ValueError(f"no task {task!r}: {hint}Name one of {sorted(known)}, or any id")
    own = {name: value for name, value in known.get(short, {}).items() if name != "search"}
    search = dict(known.get(short, {}).get("search", {}))
    recipe = dict(own.pop("recipe", {}))
    kinds = {"search": Search, "recipe": Recipe, "own": Distiller}
    places = {"search": search, "recipe": recipe, "own": own}
    nested = {"task", "search", "recipe"}
    names = {
        field.name: place
        for place, kind in kinds.items()
        for field in fields(kind)
        if field.name not in nested
    }
    for name, value in settings.items():
        if name not in names:
            match = nearest(name, names)
            suggestion = f": did you mean {match!r}?" if match else ""
            raise TypeError(f"a distiller has no setting {name!r}{suggestion}")
        places[names[name]][name] = value
    id = f"envsuite/{short}" if short in known else task
    return Distiller(id, recipe=Recipe(**recipe), search=Search(**search), **own)


def tasks() -> list[str]:
    """The tasks that there are settings for."""
    return list(_presets())


@cache
def _presets() -> Mapping[str, Any]:
    return yaml.safe_load(Path(__file__).with_name("tasks.yaml").read_text("utf-8"))

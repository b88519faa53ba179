"""A distilled set as a value and as a file; it needs NumPy and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from envsuite.core.errors import nearest
from envsuite_distill.recipe import Recipe

Kind = Literal["labels", "soft labels", "actions"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FORMAT, FORMAT_VERSION = "envsuite distilled set", 1
SETS = Path(__file__).parent / "sets"
FEWEST, MOST = 2, 64


@dataclass(frozen=True, eq=False)
class DistilledSet:
    """A few states, what to do in each, and how an agent is made of them.

    Attributes:
        task: The id of the game it was made for.
        task_version: Of that game's rules.
        gymnasium_id: The same task in Gymnasium.
        kind: `"labels"`: a fixed choice for each state; `"soft labels"`: learned chances of each
            choice; `"actions"`: learned continuous actions.
        states: `f32[pairs, figures]`, normalised: what the network is shown.
        targets: `f32[pairs, actions]`: the chance of each choice, or the action itself.
        mean: `f32[figures]`; an observation is normalised by `(observation - mean) / scale`.
        scale: `f32[figures]`, above 0.
        recipe: How an agent is made of it.
        initial_seed: Of the one network it was made for, if it was made for one; such a set
            teaches no other network.
        card: Where it comes from and what it is worth; fit for JSON.

    Raises:
        ValueError: On construction, for arrays that do not fit each other.
    """

    task: str
    task_version: int
    gymnasium_id: str
    kind: Kind
    states: np.ndarray
    targets: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    recipe: Recipe = field(default_factory=Recipe)
    initial_seed: int | None = None
    card: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what is no set of pairs."""
        for name in ("states", "targets", "mean", "scale"):
            value = np.asarray(getattr(self, name), np.float32)
            object.__setattr__(self, name, value)
            if not np.isfinite(value).all():
                raise ValueError(f"{name} hold what is no number")
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind!r}")
        pairs, figures = self.states.shape if self.states.ndim == 2 else (0, 0)
        if not FEWEST <= pairs <= MOST or self.targets.ndim != 2 or len(self.targets) != pairs:
            raise ValueError(
                f"a set has {FEWEST} to {MOST} states, and a target for each: "
                f"these are {self.states.shape} and {self.targets.shape}"
            )
        for name in ("mean", "scale"):
            if getattr(self, name).shape != (figures,):
                raise ValueError(
                    f"{name} of shape {getattr(self, name).shape} does not fit states of "
                    f"{figures} figures"
                )
        if not (self.scale > 0).all():
            raise ValueError("the scale must be above 0 in every figure")
        chances = self.kind != "actions"
        if chances and not np.allclose(self.targets.sum(1), 1, atol=1e-4):
            raise ValueError("the chances of a state's choices must add up to 1")

    @property
    def observations(self) -> np.ndarray:
        """The states in the task's own units, `f32[pairs, figures]`."""
        return self.states * self.scale + self.mean

    @property
    def actions(self) -> np.ndarray:
        """What is done: the likeliest choice, `i64[pairs]`, or `f32[pairs, numbers]`."""
        return self.targets if self.kind == "actions" else self.targets.argmax(1)

    def save(self, path: str | Path) -> None:
        """Write it as JSON, atomically; every figure comes back to the last bit."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.part")
        unfinished.write_text(_as_text(self.as_json()), encoding="utf-8")
        os.replace(unfinished, path)

    def as_json(self) -> dict[str, Any]:
        """The set as it stands in a file."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "task": self.task,
            "task_version": self.task_version,
            "gymnasium_id": self.gymnasium_id,
            "kind": self.kind,
            "normaliser": {"mean": self.mean.tolist(), "scale": self.scale.tolist()},
            "states": self.states.tolist(),
            "targets": self.targets.tolist(),
            "recipe": self.recipe.as_json(),
            "initial_seed": self.initial_seed,
            "card": dict(self.card),
        }


def load(name: str | Path, *, task: str | None = None, version: int | None = None) -> DistilledSet:
    """Read a set: a shipped one by its name, such as `"CartPole"`, or a file.

    Args:
        name: Of a shipped set, or the path of a file.
        task: The id it must be for, if any will not do.
        version: The version of that task's rules which it must be for.

    Raises:
        FileNotFoundError: If there is neither; it names the nearest shipped one.
        ValueError: For a damaged file, or a set for another task or version.
    """
    path = Path(name)
    if path.suffix != ".json":
        path = SETS / f"{name}.json"
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        match = nearest(str(name), shipped())
        suggestion = f"did you mean {match!r}? " if match else ""
        raise FileNotFoundError(
            f"no distilled set {str(name)!r}: {suggestion}shipped are {', '.join(shipped())}"
        ) from None
    found = _from_text(text, path)
    if task is not None and found.task != task:
        raise ValueError(f"{path} is a set for {found.task}, not for {task}")
    if version is not None and found.task_version != version:
        raise ValueError(
            f"{path} was made for version {found.task_version} of {found.task}; its rules are at "
            f"version {version}: distil it anew"
        )
    return found


def shipped() -> list[str]:
    """The names of the sets that come with envsuite."""
    return sorted(path.stem for path in SETS.glob("*.json"))


def _from_text(text: str, path: Path) -> DistilledSet:
    try:
        kept = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{path} is damaged, or cut short: {error}") from error
    if not isinstance(kept, dict) or kept.get("format") != FORMAT:
        raise ValueError(f"{path} is no distilled set: its format is not {FORMAT!r}")
    if kept.get("format_version") != FORMAT_VERSION:
        raise ValueError(
            f"{path} is of format version {kept.get('format_version')!r}; "
            f"this envsuite reads version {FORMAT_VERSION}"
        )
    try:
        return from_json(kept)
    except KeyError as error:
        raise ValueError(f"{path} is damaged: it has no {error}") from error
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is damaged: {error}") from error


def from_json(kept: Mapping[str, Any]) -> DistilledSet:
    """A set as it stood in a file.

    Raises:
        KeyError: If something is missing.
        TypeError: If something is of another kind.
        ValueError: If it is no set.
    """
    return DistilledSet(
        task=kept["task"],
        task_version=kept["task_version"],
        gymnasium_id=kept["gymnasium_id"],
        kind=kept["kind"],
        states=np.array(kept["states"], np.float32),
        targets=np.array(kept["targets"], np.float32),
        mean=np.array(kept["normaliser"]["mean"], np.float32),
        scale=np.array(kept["normaliser"]["scale"], np.float32),
        recipe=Recipe.from_json(kept["recipe"]),
        initial_seed=kept["initial_seed"],
        card=kept["card"],
    )


def _as_text(value: Mapping[str, Any]) -> str:
    """JSON with each row of numbers on one line, for people who look into the file."""
    rows: list[str] = []

    def mark(inner: Any) -> Any:
        if isinstance(inner, Mapping):
            return {key: mark(child) for key, child in inner.items()}
        if isinstance(inner, list | tuple):
            if not any(isinstance(child, list | tuple | Mapping) for child in inner):
                rows.append(json.dumps(list(inner)))
                return f"@row{len(rows) - 1}@"
            return [mark(child) for child in inner]
        return inner

    text = json.dumps(mark(value), indent=1)
    for index, row in enumerate(rows):
        text = text.replace(f'"@row{index}@"', row, 1)
    return text + "\n"

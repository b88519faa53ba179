"""Sets to and from datasets of Minari, the Farama Foundation's format of offline data."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from envsuite_distill.distilled_set import MOST, DistilledSet, from_json
from envsuite_distill.recipe import Recipe

if TYPE_CHECKING:
    from minari import MinariDataset

KEY = "envsuite_distilled_set"


def to_minari(pairs: DistilledSet, dataset_id: str) -> MinariDataset:
    """Write a set as a dataset of Minari, each pair an episode of one step.

    Observations are in the task's own units. The reward is 0, for nothing is known of it, and the
    observation after the step is the one before it, for the same reason. The set itself, with its
    normaliser, recipe and card, stands in the dataset's metadata.

    Args:
        pairs: The set.
        dataset_id: Such as `"distilled/cartpole-v0"`; it must not be there yet.

    Raises:
        ModuleNotFoundError: If Minari is not installed; it names the extra.
        ValueError: If there is such a dataset, or the set's task is not in Gymnasium.
    """
    minari = _minari()
    from minari.data_collector import EpisodeBuffer

    if not pairs.gymnasium_id:
        raise ValueError(f"the card names no environment of Gymnasium for {pairs.task}")
    action_space = gym.make(pairs.gymnasium_id).action_space
    actions = pairs.actions.reshape(len(pairs.states), *(action_space.shape or ()))
    episodes = [
        EpisodeBuffer(
            id=index,
            observations=[seen, seen],  # pyright: ignore[reportArgumentType] - a list will do
            actions=[action],
            rewards=[0.0],
            terminations=[True],
            truncations=[False],
        )
        for index, (seen, action) in enumerate(zip(pairs.observations, actions, strict=True))
    ]
    dataset = minari.create_dataset_from_buffers(
        dataset_id,
        episodes,
        eval_env=pairs.gymnasium_id,
        observation_space=spaces.Box(-np.inf, np.inf, pairs.mean.shape, np.float32),
        action_space=action_space,
        algorithm_name="behaviour distillation",
        description=f"{len(pairs.states)} learned pairs that teach {pairs.task} by imitation.",
    )
    dataset.storage.update_metadata({KEY: json.dumps(pairs.as_json())})
    return dataset


def from_minari(
    dataset: str | MinariDataset,
    *,
    task: str = "",
    gymnasium_id: str = "",
    mean: np.ndarray | None = None,
    scale: np.ndarray | None = None,
    recipe: Recipe | None = None,
) -> DistilledSet:
    """Read a dataset of Minari as a set: every step of every episode is a pair.

    What `to_minari` wrote comes back with its normaliser, recipe and card; the pairs themselves
    are always read from the data.

    Args:
        dataset: It, or its id.
        task: The id it is for; needed unless `to_minari` wrote it.
        gymnasium_id: The same task in Gymnasium; the dataset's own if not given.
        mean: Of the normaliser; that of the observations if not given.
        scale: Of the normaliser; the deviation of the observations if not given.
        recipe: How an agent is made of it; the usual one if not given.

    Raises:
        ModuleNotFoundError: If Minari is not installed; it names the extra.
        TypeError: If observations are not rows of numbers, or actions not choices or rows.
        ValueError: If there are more steps than a set may have pairs, or no task is named.
    """
    minari = _minari()
    found: Any = minari.load_dataset(dataset) if isinstance(dataset, str) else dataset
    sees, does = found.observation_space, found.action_space
    rows = isinstance(sees, spaces.Box) and len(sees.shape) == 1
    if not rows or not isinstance(does, spaces.Discrete | spaces.Box):
        raise TypeError(f"no pairs of rows of numbers and actions: {sees} and {does}")
    if found.total_steps > MOST:
        raise ValueError(
            f"{found.id} has {found.total_steps} steps, and a set at most {MOST} pairs"
        )
    episodes = list(found.iterate_episodes())
    seen = np.concatenate([np.asarray(episode.observations)[:-1] for episode in episodes])
    done = np.concatenate([np.asarray(episode.actions) for episode in episodes])
    if isinstance(does, spaces.Discrete):
        targets = np.eye(int(does.n), dtype=np.float32)[done - does.start]
    else:
        targets = done.reshape(len(done), -1)
    kept = found.storage.metadata.get(KEY)
    if kept is not None:
        own = from_json(json.loads(kept))
        states = (seen - own.mean) / own.scale
        soft = own.kind == "soft labels"  # of which an action is but the likeliest
        return replace(own, states=states, targets=own.targets if soft else targets)
    if not task:
        raise ValueError(f"{found.id} does not say which task of envsuite it is for: name one")
    middle = seen.mean(0) if mean is None else mean
    spread = np.maximum(seen.std(0), 1e-6) if scale is None else scale
    spec = found.env_spec
    return DistilledSet(
        task=task,
        task_version=_version(task),
        gymnasium_id=gymnasium_id or (spec.id if spec else ""),
        kind="labels" if isinstance(does, spaces.Discrete) else "actions",
        states=(seen - middle) / spread,
        targets=targets,
        mean=middle,
        scale=spread,
        recipe=recipe or Recipe(),
        card={"from": f"the Minari dataset {found.id}"},
    )


def _minari() -> Any:
    try:
        import minari
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"{error.name} is missing: install envsuite[minari]") from error
    return minari


def _version(task: str) -> int:
    from envsuite.factory import spec

    return spec(task).version

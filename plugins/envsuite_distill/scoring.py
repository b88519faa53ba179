"""What a set is worth: agents made of it by someone else's cloning, in someone else's task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from envsuite_distill.distilled_set import DistilledSet
from envsuite_distill.figures import interquartile_mean

FIRST_EPISODE = 10_000  # episodes are seeded from here on, networks from 0


def score(
    pairs: DistilledSet,
    cloned: Callable[..., Any],
    play: Callable[..., np.ndarray],
    *,
    seeds: int = 10,
    episodes: int = 10,
    seed: int = 0,
    **recipe: Any,
) -> dict[str, Any]:
    """Make agents of a set and play them.

    Args:
        pairs: The set.
        cloned: Makes an agent: `envsuite_sb3.cloning.cloned`, or what is called like it.
        play: Plays it: `envsuite_sb3.cloning.play`, or what is called like it.
        seeds: How many agents are made.
        episodes: That each plays.
        seed: Of the first agent; the others count up.
        **recipe: Fields of the recipe that are changed.

    Returns:
        `iqm`, `low` and `high` over the agents, the mean return of each of the `networks`, the
        `recipe`, `episodes` and `gymnasium_id`.

    Raises:
        TypeError: For a field that the recipe lacks, or a change to a set for one network.
        ValueError: For a value that is refused, or a set whose task is not in Gymnasium.
    """
    import gymnasium as gym

    if not pairs.gymnasium_id:
        raise ValueError(f"the card names no environment of Gymnasium for {pairs.task}")
    if recipe and pairs.initial_seed is not None:
        raise TypeError("the set teaches one network only: its recipe cannot be changed")
    changed = replace(pairs.recipe, **recipe)
    initial = initial_weights(pairs)
    env = gym.make(pairs.gymnasium_id)
    returns = []
    for own in range(seed, seed + seeds):
        model = cloned(pairs, changed, env, seed=own, initial=initial)
        first = FIRST_EPISODE + own * episodes
        returns.append(play(model, pairs.gymnasium_id, episodes=episodes, seed=first))
    means = np.array(returns, float).mean(1)
    return {
        **interquartile_mean(means),
        "networks": np.round(means, 3).tolist(),
        "episodes": episodes,
        "recipe": changed.as_json(),
        "gymnasium_id": pairs.gymnasium_id,
    }


def initial_weights(pairs: DistilledSet) -> list[tuple[np.ndarray, np.ndarray]] | None:
    """The layers of the one network that a set is for, `(f32[in, out], f32[out])` each; or none."""
    if pairs.initial_seed is None:
        return None
    import jax

    from envsuite_distill.cloning import initial_network

    figures, actions = pairs.states.shape[1], pairs.targets.shape[1]
    key = jax.random.key(pairs.initial_seed)
    network = initial_network(key, figures, actions, pairs.recipe.layers)
    return [(np.asarray(layer.weights), np.asarray(layer.biases)) for layer in network.layers]

"""Pictures of one episode, one after each step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from envsuite.core.policy import Policy
from envsuite.engines.base import Engine
from envsuite.factory import make_engine
from envsuite.functional.played_by import only
from envsuite.testing.host_play import host_actions

MOST_FRAMES = 2000  # a film of a game without an end


def play_episode(
    id: str, policy: Callable[[Any, str], Policy[Any]], seed: int = 0, **options: Any
) -> Iterator[np.ndarray]:
    """Play one episode of the team view and draw every state, `u8[height, width, 3]`.

    Args:
        id: An id of the registry.
        policy: Called with the game and a group (`""` for a single agent). Games of words are
            played with random words instead: policies see arrays only.
        seed: Where all chance comes from.
        **options: Those of `make_engine`.
    """
    engine = make_engine(id, 1, autoreset="disabled", **{"view": "team", **options})
    shown = engine.reset(seed)
    yield engine.frame()
    act = _random_words(engine) if isinstance(shown.obs, list) else _player(engine, policy, seed)
    for step in range(MOST_FRAMES):
        shown = engine.step(act(shown, step))
        yield engine.frame()
        if np.asarray(shown.info["over"]).all():
            return


def _random_words(engine: Engine) -> Callable[[Any, int], Any]:
    return lambda shown, step: host_actions(engine, shown, [step])


def _player(
    engine: Engine, policy: Callable[[Any, str], Policy[Any]], seed: int
) -> Callable[[Any, int], Any]:
    """Chooses actions for the one copy by a policy for each group."""
    groups = dict(engine.agents) or {"": 1}
    policies = {group: policy(engine.env, group) for group in groups}
    keys = iter(jax.random.split(jax.random.key(seed), MOST_FRAMES + 1))
    start = next(keys)
    memories = {group: policies[group].reset(start, size) for group, size in groups.items()}

    @jax.jit
    def choose(key: jax.Array, memories: Any, shown: Any) -> Any:
        own = jax.tree.map(lambda leaf: leaf[0], shown)
        actions, kept = {}, {}
        for index, group in enumerate(groups):
            kept[group], action = policies[group].act(
                jax.random.fold_in(key, index), memories[group], only(own, group)
            )
            actions[group] = action[None]
        return kept, actions if engine.agents else actions[""]

    def act(shown: Any, step: int) -> Any:
        nonlocal memories
        memories, actions = choose(next(keys), memories, shown)
        return actions

    return act

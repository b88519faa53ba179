"""Pictures of one episode: one after each step, or one of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from envsuite.core.policy import Policy
from envsuite.core.spec import EnvSpec
from envsuite.engines.base import Engine
from envsuite.engines.picture import draw
from envsuite.factory import make, make_engine, spec
from envsuite.functional import game_state, is_text, only, over, unwrapped
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


def picture_episode(
    id: str | EnvSpec, policy: Callable[[Any, str], Policy[Any]], seed: int = 0, **options: Any
) -> np.ndarray:
    """Play one episode and draw it as a whole, `u8[height, width, 3]`.

    By what the registry names as `picture`; where it names none, the last state is drawn.

    Args:
        id: An id of the registry, or a spec.
        policy: As for `play_episode`.
        seed: Where all chance comes from.
        **options: Those of `make`.

    Raises:
        TypeError: For a game of words; if the registry names no drawing.
    """
    own = spec(id)
    env: Any = make(own, **{"view": "team", **options})
    if is_text(env):
        raise TypeError(f"{own.id} is a game of words: there is nothing to draw")
    params, groups = env.default_params(), dict(env.agents) or {"": 1}
    policies = {group: policy(env, group) for group in groups}
    key, reset_key, memory_key = jax.random.split(jax.random.key(seed), 3)
    memories = {group: policies[group].reset(memory_key, size) for group, size in groups.items()}

    @jax.jit
    def advance(key: jax.Array, state: Any, shown: Any, memories: Any) -> Any:
        step_key, *keys = jax.random.split(key, 1 + len(groups))
        actions, kept = {}, {}
        for group, act_key in zip(groups, keys, strict=True):
            kept[group], actions[group] = policies[group].act(
                act_key, memories[group], only(shown, group)
            )
        following = env.step(step_key, state, actions if env.agents else actions[""], params)
        return *following, kept

    state, shown = jax.jit(env.reset)(reset_key, params)
    states = [jax.device_get(game_state(env, state))]
    while not over(shown) and len(states) <= MOST_FRAMES:
        step_key = jax.random.fold_in(key, len(states))
        state, shown, memories = advance(step_key, state, shown, memories)
        states.append(jax.device_get(game_state(env, state)))
    return _picture(own, env, states, params)


def picture_level(id: str | EnvSpec, level: Any, **options: Any) -> np.ndarray:
    """Draw a level before anything is played in it, `u8[height, width, 3]`; see `picture_episode`.

    Args:
        id: An id of the registry, or a spec, of a game with levels.
        level: Params of the game.
        **options: Those of `make`.
    """
    own = spec(id)
    env: Any = make(own, **options)
    state, _ = env.reset(jax.random.key(0), level)
    return _picture(own, env, [jax.device_get(game_state(env, state))], level)


def picture_levels(id: str | EnvSpec, levels: Any, **options: Any) -> list[np.ndarray]:
    """Draw many levels, leading axis `[n]`, each as `picture_level` does, and faster."""
    own = spec(id)
    env: Any = make(own, **options)
    begin = jax.jit(jax.vmap(lambda level: game_state(env, env.reset(jax.random.key(0), level)[0])))
    states, levels = jax.device_get((begin(levels), levels))
    rows = [
        jax.tree.map(lambda leaf, place=place: leaf[place], (states, levels))
        for place in range(len(jax.tree.leaves(states)[0]))
    ]
    return [_picture(own, env, [state], level) for state, level in rows]


def _picture(own: EnvSpec, env: Any, states: list[Any], params: Any) -> np.ndarray:
    game = unwrapped(env)
    if own.picture is None:
        return draw(own, game, states[-1], params)
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *states)
    return draw(replace(own, render=own.picture), game, stacked, params)

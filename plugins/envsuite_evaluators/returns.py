"""Returns: what policies earn, how long they play and how often they win."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.core.policy import Policy
from envsuite.core.timestep import Timestep
from envsuite.functional import is_text, only, over, struct
from envsuite.runs.intervals import mean_interval, rate_interval


@struct
class Playing:
    """An episode under way."""

    key: jax.Array
    state: Any
    timestep: Timestep[Any]
    memories: dict[str, Any]
    returns: dict[str, jax.Array]  # f32[] by group
    steps: jax.Array  # i32[]


@dataclass(frozen=True)
class Returns:
    """Plays whole episodes and reports undiscounted return, length and the rates of `info`.

    The return of a group is the sum over time of the mean reward of its agents, so that a reward
    which all share counts once. Every flag in `info` (`bool[]`, such as `won`) is reported as the
    share of episodes in which it holds at the end.

    Attributes:
        parallel: How many episodes are played at once; more need more memory.
        max_steps: How long an episode may last before it is taken never to end.

    Raises:
        ValueError: On construction, for a number below 1.
    """

    parallel: int = 256
    max_steps: int = 100_000

    def __post_init__(self) -> None:
        """Refuse numbers that play nothing."""
        for name in ("parallel", "max_steps"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be a whole number from 1 up, not {value!r}")

    def evaluate(
        self,
        key: jax.Array,
        env: Env[Any, Any],
        params: Any,
        policies: Mapping[str, Policy[Any]],
        episodes: int,
    ) -> Mapping[str, Any]:
        """Play `episodes`, each to its end; the same `key` plays the same ones.

        Args:
            key: Where all chance comes from.
            env: The game, with its time limit if it needs one.
            params: Its numbers, the same for all episodes.
            policies: By group, for all groups; under `""` for a single agent.
            episodes: How many are played.

        Returns:
            `episodes`; `return`, by group, and `length`, each with `mean`, `std`,
            `standard_error`, and `low` and `high` of a 95 % t interval (`None` where there is but
            one episode); `rates`, by name, each with `rate`, and `low` and `high` of a 95 % Wilson
            interval. All are plain numbers, fit for JSON.

        Raises:
            ValueError: If there is nothing to play, or not one policy for each group.
            TypeError: For a game of words.
            RuntimeError: If an episode has not ended after `max_steps` steps.
        """
        _check(env, policies, episodes)
        # equal batches, for a smaller last one would be compiled apart; what is too much is cut
        rounds = -(-episodes // self.parallel)
        batch = -(-episodes // rounds)

        played = _Played(env, tuple(policies[group] for group in env.agents or {"": 1}))
        play_all = _compiled(played, batch, self.max_steps)
        keys = jax.vmap(jax.random.fold_in, (None, 0))(key, jnp.arange(rounds * batch))
        outcomes = jax.tree.map(
            lambda leaf: leaf[:episodes], jax.device_get(play_all(keys, params))
        )
        returns, steps, flags, ended = outcomes
        if unfinished := int(np.sum(~ended)):
            raise RuntimeError(
                f"{unfinished} of {episodes} episodes had not ended after {self.max_steps} steps: "
                "put the game in a TimeLimit, or raise max_steps"
            )
        return {
            "episodes": episodes,
            "return": {
                group: mean_interval(earned.astype(np.float64)) for group, earned in returns.items()
            },
            "length": mean_interval(steps.astype(np.float64)),
            "rates": {name: rate_interval(hits) for name, hits in flags.items()},
        }


class _Played:
    """A game and its policies, the same only as the same objects: policies may hold arrays."""

    def __init__(self, env: Env[Any, Any], policies: tuple[Policy[Any], ...]) -> None:
        self.env, self.policies = env, policies
        self._parts = tuple(map(id, (env, *policies)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Played) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)


@lru_cache(maxsize=32)
def _compiled(played: _Played, batch: int, max_steps: int) -> Any:
    """A function of keys and params that plays an episode for each key, `batch` of them at once.

    It is kept, so that the same policies in the same game with other params (another level) are
    not compiled again.
    """
    env = played.env
    policies = dict(zip(env.agents or {"": 1}, played.policies, strict=True))

    def play(key: jax.Array, params: Any) -> Playing:
        return jax.lax.while_loop(
            lambda playing: ~over(playing.timestep) & (playing.steps < max_steps),
            lambda playing: _step(env, params, policies, playing),
            _begin(env, params, policies, key),
        )

    @jax.jit
    def play_all(
        keys: jax.Array, params: Any
    ) -> tuple[Any, jax.Array, Mapping[str, jax.Array], jax.Array]:
        def outcome(key: jax.Array) -> Any:
            last = play(key, params)
            return last.returns, last.steps, _flags(last.timestep), over(last.timestep)

        return jax.lax.map(outcome, keys, batch_size=batch)

    return play_all


def _check(env: Env[Any, Any], policies: Mapping[str, Policy[Any]], episodes: int) -> None:
    """Refuse what cannot be played."""
    if is_text(env):
        raise TypeError(f"{env} is a game of words: Returns plays games of arrays")
    if episodes < 1:
        raise ValueError(f"episodes must be at least 1, not {episodes}")
    groups = env.agents or {"": 1}
    for group in policies:
        if group not in groups:
            match = nearest(group, groups)
            hint = f"did you mean {match!r}? " if match else ""
            raise ValueError(
                f"a policy for {group!r}, which does not play: {hint}"
                f"The groups are {sorted(groups)}"
            )
    if missing := sorted(set(groups) - set(policies)):
        raise ValueError(f"no policy for {missing}: give one for each group")


def _begin(
    env: Env[Any, Any], params: Any, policies: Mapping[str, Policy[Any]], key: jax.Array
) -> Playing:
    """An episode at its first step."""
    key, game_key, policy_key = jax.random.split(key, 3)
    groups = env.agents or {"": 1}
    state, timestep = env.reset(game_key, params)
    memories = {
        group: policies[group].reset(jax.random.fold_in(policy_key, index), size)
        for index, (group, size) in enumerate(groups.items())
    }
    returns = {group: jnp.float32(0) for group in groups}
    return Playing(key, state, timestep, memories, returns, jnp.int32(0))


def _step(
    env: Env[Any, Any], params: Any, policies: Mapping[str, Policy[Any]], playing: Playing
) -> Playing:
    """One step of an episode, everyone acting on what they last saw."""
    key, game_key, policy_key = jax.random.split(playing.key, 3)
    memories, actions = {}, {}
    for index, group in enumerate(playing.returns):
        memories[group], actions[group] = policies[group].act(
            jax.random.fold_in(policy_key, index),
            playing.memories[group],
            only(playing.timestep, group),
        )
    state, timestep = env.step(
        game_key, playing.state, actions if env.agents else actions[""], params
    )
    returns = {
        group: earned + jnp.mean(only(timestep, group).reward)
        for group, earned in playing.returns.items()
    }
    return Playing(key, state, timestep, memories, returns, playing.steps + 1)


def _flags(timestep: Timestep[Any]) -> Mapping[str, jax.Array]:
    """The entries of `info` that are `bool[]`."""
    return {
        name: value
        for name, value in timestep.info.items()
        if isinstance(value, jax.Array) and value.shape == () and value.dtype == bool
    }

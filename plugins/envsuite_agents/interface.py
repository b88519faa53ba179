"""What a single agent's game shows and takes, as the flat arrays that networks read and write."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.functional import is_text, unwrapped


@dataclass(frozen=True, eq=False)
class Choices:
    """Discrete actions; the networks count them from 0."""

    space: spaces.Discrete

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.space.n)

    def played(self, action: jax.Array) -> jax.Array:
        """As the game takes them: counted from where its space begins."""
        return action.astype(jnp.int32) + int(self.space.start)


@dataclass(frozen=True, eq=False)
class Bounds:
    """Actions in a bounded box; the networks see them flat."""

    space: spaces.Box

    @property
    def size(self) -> int:
        """How many numbers an action has."""
        return math.prod(self.space.shape)

    def clipped(self, action: jax.Array) -> jax.Array:
        """Flat actions `[..., size]` as the game takes them: clipped into the box."""
        low, high = self._limits
        return self._shaped(jnp.clip(action, low, high))

    def scaled(self, action: jax.Array) -> jax.Array:
        """Flat actions from -1 to 1, `[..., size]`, as the game takes them: spread over the box."""
        low, high = self._limits
        # clipped as well, for rounding may carry the sum past an end of the box
        return self._shaped(jnp.clip(low + (action + 1) * ((high - low) / 2), low, high))

    @property
    def _limits(self) -> tuple[np.ndarray, np.ndarray]:
        low, high = self.space.low.ravel(), self.space.high.ravel()
        return low.astype(np.float32), high.astype(np.float32)

    def _shaped(self, action: jax.Array) -> jax.Array:
        return action.reshape(*action.shape[:-1], *self.space.shape).astype(self.space.dtype)


@dataclass(frozen=True, eq=False)
class Interface:
    """What the agent sees, and what it may do."""

    observation_shape: tuple[int, ...]
    actions: Choices | Bounds

    @property
    def observation_size(self) -> int:
        """How many numbers it sees."""
        return math.prod(self.observation_shape)

    @property
    def discrete(self) -> bool:
        """Whether it chooses rather than measures."""
        return isinstance(self.actions, Choices)

    def played(self, action: jax.Array) -> jax.Array:
        """Actions as the game takes them: from where its space begins, or clipped into the box."""
        if isinstance(self.actions, Bounds):
            return self.actions.clipped(action)
        return self.actions.played(action)


def interface(
    env: Env[Any, Any], learner: str, *, discrete: bool = True, bounded: bool = True
) -> Interface:
    """What `learner` will see and do in a game.

    Args:
        env: The game.
        learner: Its name, for errors.
        discrete: Whether it can choose among discrete actions.
        bounded: Whether it can act in a bounded box.

    Raises:
        TypeError: For a game of words, a game with groups, observations that are no box, and
            actions that the learner cannot take.
    """
    name = type(unwrapped(env)).__name__
    if is_text(env):
        raise TypeError(f"{name} is a game of words: {learner} plays games of arrays")
    if env.agents:
        raise TypeError(
            f"{learner} plays games of a single agent, and {name} has the groups "
            f"{dict(env.agents)}: take the agent 'maskable-ppo'"
        )
    sees, does = env.observation_space, env.action_space
    if not isinstance(sees, spaces.Box):
        raise TypeError(f"{learner} sees a Box, and the observations of {name} are {sees}")
    if discrete and isinstance(does, spaces.Discrete):
        return Interface(sees.shape, Choices(does))
    if bounded and isinstance(does, spaces.Box):
        if np.issubdtype(does.dtype, np.floating) and does.is_bounded():
            return Interface(sees.shape, Bounds(does))
    fits = [words for words, fit in _FIT.items() if (discrete, bounded)[fit]]
    raise TypeError(
        f"{learner} takes {' or '.join(fits)}, and the actions of {name} are {does}"
        + _other(does, discrete, bounded)
    )


_FIT = {"Discrete actions": 0, "a bounded Box of floats": 1}


def _other(does: spaces.Space[Any], discrete: bool, bounded: bool) -> str:
    """Who could take them, if one of our learners can."""
    if isinstance(does, spaces.Discrete) and not discrete:
        return ": take 'ppo', 'dqn' or 'sac'"
    if isinstance(does, spaces.Box) and does.is_bounded() and not bounded:
        return ": take 'ppo', 'sac', 'ddpg' or 'td3'"
    return ""


def flat(obs: Any, axes: int) -> jax.Array:
    """Observations as rows of numbers, `f32[..., k]`; the first `axes` axes stay."""
    obs = jnp.asarray(obs)
    return obs.reshape(*obs.shape[:axes], -1).astype(jnp.float32)

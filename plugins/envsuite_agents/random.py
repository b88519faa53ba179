"""The random agent: what every other agent has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.core.timestep import Timestep
from envsuite.functional import is_text


@dataclass(frozen=True)
class RandomPolicy:
    """Each agent draws for itself, evenly, among the actions that are legal for it.

    Discrete actions are drawn among those the mask allows, or among all where there is no mask;
    continuous ones anywhere in their space. It remembers nothing.

    Attributes:
        env: The game.
        group: Whom it plays; `""` for the single agent.

    Raises:
        ValueError: On construction, if the game has no such group.
        TypeError: On construction, for a game of words, or actions that cannot be drawn evenly.
    """

    env: Env[Any, Any]
    group: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be played."""
        if is_text(self.env):
            raise TypeError(
                f"{self.env} is a game of words, which has no random player: "
                "draw from its action_space instead"
            )
        groups = self.env.agents or {"": 1}
        if self.group not in groups:
            match = nearest(self.group, groups)
            hint = f"did you mean {match!r}? " if match else ""
            raise ValueError(f"no group {self.group!r}: {hint}The groups are {sorted(groups)}")
        space = self._space
        if isinstance(space, spaces.Box):
            known = np.issubdtype(space.dtype, np.floating) and space.is_bounded()
        else:
            known = isinstance(space, spaces.Discrete | spaces.MultiDiscrete)
        if not known:
            raise TypeError(
                f"there is no even draw from {space}: "
                "the actions must be Discrete, MultiDiscrete or a bounded Box of floats"
            )

    def reset(self, key: jax.Array, agents: int) -> None:
        """There is nothing to remember."""

    def act(self, key: jax.Array, memory: None, timestep: Timestep[Any]) -> tuple[None, jax.Array]:
        """Draw the actions of all agents: `[k, ...]`, or `[...]` of the single one."""
        space = self._space
        agents = jnp.shape(timestep.reward)
        if isinstance(space, spaces.Box):
            shape = (*agents, *space.shape)
            return None, jax.random.uniform(key, shape, space.dtype, space.low, space.high)
        if isinstance(space, spaces.MultiDiscrete):
            shape = (*agents, *space.shape)
            drawn = jax.random.randint(key, shape, 0, jnp.asarray(space.nvec), jnp.int32)
            return None, drawn + jnp.asarray(space.start, jnp.int32)
        assert isinstance(space, spaces.Discrete)
        if timestep.legal is None:
            drawn = jax.random.randint(key, agents, 0, int(space.n), jnp.int32)
        else:
            likelihood = jnp.where(timestep.legal, 0.0, -jnp.inf)
            drawn = jax.random.categorical(key, likelihood, axis=-1).astype(jnp.int32)
        return None, drawn + int(space.start)

    @property
    def _space(self) -> spaces.Space[Any]:
        """The actions of one agent."""
        space = self.env.action_space
        return space[self.group] if isinstance(space, spaces.Dict) else space

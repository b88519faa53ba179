"""An environment around another: forwards all that it does not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
from gymnasium.spaces import Space

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep


@dataclass(frozen=True)
class Transform(Env[Any, Any]):
    """Forwards everything to `env`; a subclass says what it changes."""

    env: Env[Any, Any]

    @property
    def agents(self) -> Mapping[str, int]:
        """The agents of the game."""
        return self.env.agents

    @property
    def noop_action(self) -> int:
        """The no-op of the game."""
        return self.env.noop_action

    @property
    def observation_space(self) -> Space[Any]:
        """The observation space of the game."""
        return self.env.observation_space

    @property
    def action_space(self) -> Space[Any]:
        """The action space of the game."""
        return self.env.action_space

    def default_params(self) -> Any:
        """The params of the game."""
        return self.env.default_params()

    def reset(self, key: jax.Array, params: Any) -> tuple[Any, Timestep[Any]]:
        """Begin an episode."""
        return self.env.reset(key, params)

    def step(
        self, key: jax.Array, state: Any, action: Any, params: Any
    ) -> tuple[Any, Timestep[Any]]:
        """Play one step."""
        return self.env.step(key, state, action, params)


def unwrapped(env: Env[Any, Any]) -> Env[Any, Any]:
    """The game under all transforms."""
    while isinstance(env, Transform):
        env = env.env
    return env

"""An environment around another: forwards all that it does not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from envsuite.core.env import Env, TextEnv
from envsuite.core.timestep import Timestep

Game = Env[Any, Any] | TextEnv[Any, Any]


@dataclass(frozen=True)
class Transform(Env[Any, Any]):
    """Forwards everything to `env`; a subclass says what it changes.

    A transform may stand around a `TextEnv` as well, if it works on host values too.
    """

    env: Any  # Env or TextEnv: the two share the calls a transform makes

    @property
    def agents(self) -> Mapping[str, int]:
        """The agents of the game."""
        return {} if is_text(self.env) else self.env.agents

    @property
    def noop_action(self) -> int:
        """The no-op of the game."""
        return 0 if is_text(self.env) else self.env.noop_action

    @property
    def observation_space(self) -> Any:
        """The observation space of the game."""
        return self.env.observation_space

    @property
    def action_space(self) -> Any:
        """The action space of the game."""
        return self.env.action_space

    def default_params(self) -> Any:
        """The params of the game."""
        return self.env.default_params()

    def reset(self, key: Any, params: Any) -> tuple[Any, Timestep[Any]]:
        """Begin an episode."""
        return self.env.reset(key, params)

    def step(self, key: Any, state: Any, action: Any, params: Any) -> tuple[Any, Timestep[Any]]:
        """Play one step."""
        return self.env.step(key, state, action, params)

    def inner_state(self, state: Any) -> Any:
        """The state of `env` inside the state of this transform."""
        return state


def unwrapped(env: Game) -> Game:
    """The game under all transforms."""
    while isinstance(env, Transform):
        env = env.env
    return env


def game_state(env: Game, state: Any) -> Any:
    """The state of the game inside the state of all transforms around it."""
    while isinstance(env, Transform):
        env, state = env.env, env.inner_state(state)
    return state


def is_text(env: Game) -> bool:
    """Whether the game under all transforms is one of words, played on the host."""
    return isinstance(unwrapped(env), TextEnv)

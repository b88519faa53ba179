"""Synthetic: a learned world that stands for a real task."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import is_text, struct
from envsuite_synthetic.network import World, random_world

Kind = Literal["bandit", "mdp"]


@struct
class State:
    """What is seen, and whether it is over."""

    observation: jax.Array  # f32[observation]
    ended: jax.Array  # bool[]


@dataclass(frozen=True)
class Synthetic(Env[State, World]):
    """A world of small networks, in which an agent learns what it needs in a real task.

    The worlds of Liesen, Lu, Lupu, Foerster, Sprekeler and Lange, "Discovering Minimal
    Reinforcement Learning Environments" (arXiv:2406.12589): networks give the first observation
    (from normal noise), the reward of an action, and, unless the world is a bandit, how the
    observation changes and whether the episode ends. The networks' weights are the params, so a
    population of worlds is a stacked pytree. The spaces have the shapes of the real task, so that a
    policy moves there as it is; observations are learned, so they have no bounds, and lie far from
    the real task's where that teaches more.

    Attributes:
        real: The id of the task that it stands for: a single agent, its observations a vector,
            its actions choices or a bounded vector.
        kind: `"bandit"`: an episode is one step; `"mdp"`: until the world ends it, or time is up.
        hidden: Units of each network's hidden layer.
        weights: The name of the file in `weights/`, without its suffix, that `default_params`
            reads; `None`: a world that has learned nothing.

    Raises:
        ValueError: On construction, for an unknown kind or no hidden units; in `default_params`,
            if the file is damaged or of another world.
        TypeError: On construction, for a task whose spaces do not fit.
        UnknownNameError: On construction, for an unknown task.
    """

    real: str = "envsuite/CartPole"
    kind: Kind = "bandit"
    hidden: int = 32
    weights: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no world can stand for."""
        if self.kind not in ("bandit", "mdp"):
            raise ValueError(f"no kind {self.kind!r} of world: the kinds are 'bandit' and 'mdp'")
        if not isinstance(self.hidden, int) or self.hidden < 1:
            raise ValueError(f"hidden must be a whole number from 1 up, not {self.hidden!r}")
        real_spaces(self.real)

    @property
    def bandit(self) -> bool:
        """Whether every episode is one step long."""
        return self.kind == "bandit"

    @property
    def observation_space(self) -> spaces.Box:
        """As many numbers as the real task shows, of any size."""
        seen, _ = real_spaces(self.real)
        return spaces.Box(-np.inf, np.inf, seen.shape, np.float32)

    @property
    def action_space(self) -> spaces.Discrete | spaces.Box:
        """The real task's."""
        return real_spaces(self.real)[1]

    @property
    def action_size(self) -> int:
        """The numbers by which the networks are told of an action."""
        action = self.action_space
        return int(action.n) if isinstance(action, spaces.Discrete) else int(action.shape[0])

    def initial(self, key: jax.Array) -> World:
        """A world that has learned nothing yet."""
        seen = self.observation_space.shape[0]
        return random_world(key, seen, self.action_size, self.hidden, bandit=self.bandit)

    def default_params(self) -> World:
        """The weights of the named file."""
        if self.weights is None:
            return self.initial(jax.random.key(0))
        from envsuite_synthetic.shipped import load_shipped

        return jax.tree.map(jnp.asarray, load_shipped(self))

    def reset(self, key: jax.Array, params: World) -> tuple[State, Timestep[Any]]:
        """Draw a first observation."""
        noise = jax.random.normal(key, self.observation_space.shape, jnp.float32)
        state = State(params.start(noise), jnp.bool_(False))
        return state, _timestep(state, jnp.float32(0))

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: World
    ) -> tuple[State, Timestep[Any]]:
        """Pay for an action; a world that has ended pays nothing and stays as it is."""
        told = jnp.concatenate([state.observation, self._as_numbers(action)])
        reward = jnp.where(state.ended, jnp.float32(0), params.reward(told)[0])
        if params.change is None or params.end is None:
            following = State(state.observation, jnp.bool_(True))
        else:
            moved = state.observation + params.change(told)
            observation = jnp.where(state.ended, state.observation, moved)
            ended = state.ended | (params.end(observation)[0] > 0)
            following = State(observation, ended)
        return following, _timestep(following, reward)

    def _as_numbers(self, action: jax.Array) -> jax.Array:
        space = self.action_space
        if isinstance(space, spaces.Discrete):
            return jax.nn.one_hot(action - int(space.start), int(space.n), dtype=jnp.float32)
        return jnp.asarray(action, jnp.float32)


def _timestep(state: State, reward: jax.Array) -> Timestep[Any]:
    return Timestep(obs=state.observation, reward=reward, terminated=state.ended)


@lru_cache(maxsize=64)
def real_spaces(real: str) -> tuple[spaces.Box, spaces.Discrete | spaces.Box]:
    """Observation and action space of a real task that a learned world can stand for.

    Raises:
        UnknownNameError: For an unknown id.
        TypeError: For a task whose spaces do not fit; it names them.
    """
    from envsuite.factory import make

    env = make(real)
    if is_text(env) or env.agents:
        raise TypeError(f"{real} is no task of a single agent; a learned world stands for one")
    seen, done = env.observation_space, env.action_space
    if not isinstance(seen, spaces.Box) or len(seen.shape) != 1:
        raise TypeError(f"{real} is seen as {seen}; a learned world shows a Box of one axis")
    if isinstance(done, spaces.Discrete):
        return seen, done
    if isinstance(done, spaces.Box) and len(done.shape) == 1 and done.is_bounded():
        return seen, done
    raise TypeError(
        f"{real} is acted on by {done}; a learned world takes Discrete or a bounded Box of one axis"
    )

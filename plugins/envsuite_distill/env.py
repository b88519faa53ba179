"""A distilled set as a game of one step: a state of the set is shown, and what to do is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.factory import make
from envsuite.functional import struct
from envsuite_distill.distilled_set import DistilledSet, load


@struct
class Params:
    """The pairs of a set."""

    observations: jax.Array  # f32[pairs, figures], in the task's own units
    targets: jax.Array  # f32[pairs, actions]: chances of choices, or actions


@struct
class State:
    """Which state is shown, what was answered, and whether it was."""

    pair: jax.Array  # i32[]
    action: jax.Array  # i32[] or f32[actions]; zeros before the answer
    answered: jax.Array  # bool[]


@dataclass(frozen=True)
class Distilled(Env[State, Params]):
    """Supervised learning as an environment: see a state of a set, answer; that is the episode.

    States are drawn evenly. A choice earns 1 if it is the set's likeliest, else 0; continuous
    actions earn minus the squared error, summed over their numbers. An agent that answers well
    has learned the task itself, which it has never played (Lupu et al., "Behaviour Distillation",
    ICLR 2024); the task's own actions are its actions, and the task's own observations may be
    shown to it afterwards.

    Observations are `f32[figures]`. States are learned, and may lie where the task never goes, so
    the space is not the task's but knows no bounds.

    Attributes:
        source: A shipped set by its name, or the path of a file.

    Raises:
        FileNotFoundError: On construction, if there is no such set.
        ValueError: If the file is damaged, or the set does not fit its task.
    """

    source: str = "CartPole"

    def __post_init__(self) -> None:
        """Refuse a set that does not fit its task."""
        pairs, space = _read(self.source), self.action_space
        actions = int(space.n) if isinstance(space, spaces.Discrete) else int(np.prod(space.shape))
        if pairs.targets.shape[1] != actions or isinstance(space, spaces.Box) != _continuous(pairs):
            raise ValueError(f"the set {self.source!r} does not fit {pairs.task}, with {space}")

    @property
    def observation_space(self) -> spaces.Box:
        """As many figures as a state of the task has, without bounds."""
        return spaces.Box(-np.inf, np.inf, _read(self.source).mean.shape, np.float32)

    @property
    def action_space(self) -> spaces.Discrete | spaces.Box:
        """The task's."""
        space: Any = _space(_read(self.source).task)
        return space

    def default_params(self) -> Params:
        """The set."""
        pairs = _read(self.source)
        return Params(jnp.asarray(pairs.observations), jnp.asarray(pairs.targets))

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Draw a pair and show its state."""
        pair = jax.random.randint(key, (), 0, params.observations.shape[0])
        space = self.action_space
        kind = jnp.int32 if isinstance(space, spaces.Discrete) else jnp.float32
        nothing = jnp.zeros(space.shape, kind)
        state = State(pair, nothing, jnp.bool_(False))
        return state, self._timestep(state, jnp.float32(0), params)

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Judge the answer; a second one earns nothing."""
        target = params.targets[state.pair]
        if isinstance(self.action_space, spaces.Discrete):
            earned = (action == jnp.argmax(target)).astype(jnp.float32)
        else:
            earned = -jnp.square(jnp.ravel(action) - target).sum()
        reward = jnp.where(state.answered, 0.0, earned)
        answer = jnp.where(state.answered, state.action, action).astype(state.action.dtype)
        following = State(state.pair, answer, jnp.bool_(True))
        return following, self._timestep(following, reward, params)

    def _timestep(self, state: State, reward: jax.Array, params: Params) -> Timestep[Any]:
        """What is seen of a state."""
        seen = params.observations[state.pair]
        return Timestep(obs=seen, reward=reward, terminated=state.answered)


@cache
def _read(source: str) -> DistilledSet:
    return load(source)


@cache
def _space(task: str) -> spaces.Space[Any]:
    return make(task).action_space


def _continuous(pairs: DistilledSet) -> bool:
    return pairs.kind == "actions"

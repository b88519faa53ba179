"""Bandit, a single agent's game of one step: each context has its own best arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct


@struct
class Params:
    """How often each arm pays in each context."""

    chances: jax.Array  # f32[contexts, arms], from 0 to 1


@struct
class State:
    """The context shown, and whether the one pull is spent."""

    context: jax.Array  # i32[]
    pulled: jax.Array  # bool[]


@dataclass(frozen=True)
class Bandit(Env[State, Params]):
    """See a context, pull one arm, win 1 or nothing; that is the whole episode.

    Observations are `f32[contexts]`, 1 at the context and 0 elsewhere; contexts are equally
    likely. Actions are the arms. `info` holds `best` (`bool[]`): whether the arm pulled was a best
    one of its context.

    Attributes:
        contexts: How many there are.
        arms: How many there are.

    Raises:
        ValueError: On construction, without a context or a choice of arms; in `reset`, if the
            params are of another shape.
    """

    contexts: int = 3
    arms: int = 5

    def __post_init__(self) -> None:
        """Refuse numbers that leave nothing to learn."""
        for name, least in (("contexts", 1), ("arms", 2)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number from {least} up, not {value!r}")

    @property
    def observation_space(self) -> spaces.Box:
        """One place for each context."""
        return spaces.Box(0.0, 1.0, (self.contexts,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """One action for each arm."""
        return spaces.Discrete(self.arms)

    def default_params(self) -> Params:
        """One arm pays nine times in ten, the others once; another arm in the next context."""
        best = jnp.arange(self.contexts)[:, None] % self.arms == jnp.arange(self.arms)
        return Params(jnp.where(best, 0.9, 0.1).astype(jnp.float32))

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Draw a context."""
        if jnp.shape(params.chances) != (self.contexts, self.arms):
            raise ValueError(
                f"chances of shape {jnp.shape(params.chances)} do not fit {self}: "
                f"give an array of shape {(self.contexts, self.arms)}"
            )
        state = State(jax.random.randint(key, (), 0, self.contexts), jnp.bool_(False))
        return state, self._timestep(state, jnp.float32(0), jnp.bool_(False))

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Pull an arm; a second pull wins nothing."""
        chances = params.chances[state.context]
        paid = jax.random.bernoulli(key, chances[action]) & ~state.pulled
        best = chances[action] >= chances.max()
        following = State(state.context, jnp.bool_(True))
        return following, self._timestep(following, paid.astype(jnp.float32), best)

    def _timestep(self, state: State, reward: jax.Array, best: jax.Array) -> Timestep[Any]:
        """What is seen of a state."""
        return Timestep(
            obs=jax.nn.one_hot(state.context, self.contexts, dtype=jnp.float32),
            reward=reward,
            terminated=state.pulled,
            info={"best": best},
        )

"""A game with levels, and a curriculum, small enough to work out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.curriculum import Outcome, Proposal
from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct


@struct
class Wage:
    """A level: what each step pays."""

    pay: jax.Array  # f32[]


@struct
class Day:
    """How many steps were worked."""

    steps: jax.Array  # i32[]


@dataclass(frozen=True)
class Work(Env[Day, Wage]):
    """Each step pays the wage of the level, whatever is done; it never ends of itself.

    Who imagines takes the wage for `rumour` times what it is. A level counts as won if it pays
    well, 5 or more. Observations are `f32[2]`: whether it is the first step, and the opposite.
    """

    rumour: float = 1.0

    @property
    def observation_space(self) -> spaces.Box:
        """First or later."""
        return spaces.Box(0.0, 1.0, (2,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Two ways of doing the same."""
        return spaces.Discrete(2)

    def default_params(self) -> Wage:
        """Nothing is paid."""
        return Wage(jnp.float32(0))

    def sample(self, key: jax.Array) -> Wage:
        """A whole wage below 10."""
        return Wage(jax.random.randint(key, (), 0, 10).astype(jnp.float32))

    def mutate(self, key: jax.Array, level: Wage) -> Wage:
        """A rise."""
        return Wage(level.pay + 1)

    def imagine(self, key: jax.Array, state: Day, level: Wage) -> tuple[Day, Wage]:
        """What is rumoured."""
        return state, Wage(level.pay * self.rumour)

    def reset(self, key: jax.Array, params: Wage) -> tuple[Day, Timestep[Any]]:
        """Begin a day."""
        return self._seen(jnp.int32(0), jnp.float32(0), params)

    def step(
        self, key: jax.Array, state: Day, action: jax.Array, params: Wage
    ) -> tuple[Day, Timestep[Any]]:
        """Be paid."""
        return self._seen(state.steps + 1, params.pay, params)

    def _seen(self, steps: jax.Array, reward: jax.Array, level: Wage) -> Any:
        obs = jnp.stack([steps == 0, steps > 0]).astype(jnp.float32)
        info = {"won": level.pay >= 5}
        return Day(steps), Timestep(obs, reward, jnp.bool_(False), info=info)


@struct
class Seen:
    """What a `Ladder` remembers."""

    cycle: jax.Array  # i32[]
    outcome: Outcome  # the last


@dataclass(frozen=True)
class Ladder:
    """Slot `i` of cycle `c` plays the wage `i + c`; every second cycle is only looked at."""

    levels: Any
    slots: int
    gated: bool = True
    grounded: bool = False
    needs_values: bool = False

    def init(self, key: jax.Array) -> Seen:
        """Nothing was seen."""
        unknown = jnp.zeros(self.slots)
        return Seen(jnp.int32(0), Outcome(jnp.zeros(self.slots, jnp.int32), *(unknown,) * 7))

    def propose(self, key: jax.Array, state: Seen, num: int) -> tuple[Seen, Proposal[Wage]]:
        """The next rung."""
        slots = jnp.arange(num, dtype=jnp.int32)
        wages = Wage((slots + state.cycle).astype(jnp.float32))
        return state, Proposal(wages, slots, state.cycle % 2 == 0)

    def learn(
        self, key: jax.Array, state: Seen, proposal: Proposal[Wage], outcome: Outcome
    ) -> Seen:
        """Climb."""
        return Seen(state.cycle + 1, outcome)

    def figures(self, state: Seen) -> Mapping[str, jax.Array]:
        """How high it has come."""
        return {"rung": state.cycle.astype(jnp.float32)}

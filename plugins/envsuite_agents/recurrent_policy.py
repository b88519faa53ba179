"""A trained network with a memory as a `Policy`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.timestep import Timestep
from envsuite_agents.interface import flat
from envsuite_agents.lstm import Memory, blank

Choose = Callable[[jax.Array, Any, Memory, jax.Array, jax.Array | None], tuple[Memory, jax.Array]]
"""From key, weights, memory, `f32[..., size]` and masks: the memory after it, and the actions."""


@dataclass(frozen=True, eq=False)
class RecurrentPolicy:
    """What a recurrent learner plays with the weights it has learned.

    Its memory begins blank with each episode. The weights may be traced, so that a population of
    policies plays inside `jit` and `vmap`.
    """

    weights: Any
    units: int  # of the memory
    choose: Choose

    def reset(self, key: jax.Array, agents: int) -> Memory:
        """Remember nothing."""
        return blank(self.units)

    def act(
        self, key: jax.Array, memory: Memory, timestep: Timestep[Any]
    ) -> tuple[Memory, jax.Array]:
        """The action of the single agent."""
        obs = flat(timestep.obs, jnp.ndim(timestep.terminated))
        return self.choose(key, self.weights, memory, obs, timestep.legal)

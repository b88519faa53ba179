"""A trained network as a `Policy`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.timestep import Timestep
from envsuite_agents.interface import flat

Choose = Callable[[jax.Array, Any, jax.Array, jax.Array | None], jax.Array]
"""From a key, the weights, observations `f32[..., size]` and masks, the actions to play."""


@dataclass(frozen=True, eq=False)
class NetworkPolicy:
    """What a learner plays with the weights it has learned; it has no memory.

    The weights may be traced, so that a population of policies plays inside `jit` and `vmap`.
    """

    weights: Any
    choose: Choose

    def reset(self, key: jax.Array, agents: int) -> None:
        """There is nothing to remember."""

    def act(self, key: jax.Array, memory: None, timestep: Timestep[Any]) -> tuple[None, jax.Array]:
        """The action of the single agent."""
        obs = flat(timestep.obs, jnp.ndim(timestep.terminated))
        return None, self.choose(key, self.weights, obs, timestep.legal)

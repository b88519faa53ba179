"""JaxMARL 0.2.0's particle environments, compiled, its states written by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxmarl import make

KEYS = jax.random.split(jax.random.PRNGKey(0), 200)
FAR = [(50.0 + 5 * index, 50.0) for index in range(6)]


class Theirs:
    """One of the peer's environments, its reset and its step compiled."""

    def __init__(self, name: str, **options: Any) -> None:
        """Make it by the peer's own names."""
        self.env: Any = make(f"MPE_{name}", **options)
        self.reset = jax.jit(self.env.reset)
        self.step_env = jax.jit(self.env.step_env)
        self.still: Any = {
            agent: 0 if hasattr(space, "n") else np.zeros(space.shape, np.float32)
            for agent in self.env.agents
            if (space := self.env.action_space(agent))
        }

    @cached_property
    def first(self) -> Any:
        """A first state, of one type with all that follow."""
        shapes = jax.eval_shape(self.env.reset, KEYS[0])[1]
        return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)

    def moment(self, positions: Any, **more: Any) -> Any:
        """Everyone at places, at rest unless more is said."""
        fields = {"p_pos": positions, **more}
        typed = {name: jnp.asarray(value, jnp.float32) for name, value in fields.items()}
        return replace(self.first, **typed)

    def step(self, state: Any, **actions: Any) -> tuple[Any, ...]:
        """Observations, state, rewards and dones."""
        return self.step_env(KEYS[0], state, {**self.still, **actions})[:4]

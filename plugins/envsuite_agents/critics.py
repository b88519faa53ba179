"""Several networks of one shape that judge actions, each for itself."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from envsuite_agents.networks import Layers, forward, uniform_layers


def critic_layers(key: jax.Array, count: int, sizes: Sequence[int]) -> Layers:
    """`count` networks with weights of their own, stacked: every leaf has a leading axis."""
    return jax.vmap(lambda key: uniform_layers(key, sizes))(jax.random.split(key, count))


def judge(critics: Layers, inputs: jax.Array, activation: str) -> jax.Array:
    """What each critic says of the same inputs, `f32[count, ..., outputs]`."""
    return jax.vmap(lambda layers: forward(layers, inputs, activation))(critics)


def judge_pair(critics: Layers, obs: jax.Array, action: jax.Array, activation: str) -> jax.Array:
    """What each critic says of `action: f32[..., n]` after `obs: f32[..., k]`."""
    return judge(critics, jnp.concatenate([obs, action], axis=-1), activation)[..., 0]

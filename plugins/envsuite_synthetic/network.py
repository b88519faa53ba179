"""The networks that a learned world is made of: one hidden layer each."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax.nn.initializers import lecun_normal

from envsuite.functional import struct


@struct
class Network:
    """One hidden layer of rectified units; nothing bounds what comes out."""

    hidden_weights: Any  # f32[inputs, hidden]
    hidden_bias: Any  # f32[hidden]
    out_weights: Any  # f32[hidden, outputs]
    out_bias: Any  # f32[outputs]

    def __call__(self, inputs: jax.Array) -> jax.Array:
        """`f32[inputs]` to `f32[outputs]`."""
        hidden = jax.nn.relu(inputs @ self.hidden_weights + self.hidden_bias)
        return hidden @ self.out_weights + self.out_bias


@struct
class World:
    """A learned world; its weights are the params of `Synthetic`.

    `change` and `end` are `None` in a bandit, whose episodes are one step long.
    """

    start: Network  # a draw from a normal distribution to the first observation
    reward: Network  # observation and action to the reward
    change: Network | None = None  # observation and action to the change of the observation
    end: Network | None = None  # the following observation to a number; the end if above 0


def random_network(key: jax.Array, inputs: int, hidden: int, outputs: int) -> Network:
    """Weights of variance 1 / inputs (LeCun's), no biases."""
    draw = lecun_normal()
    first, second = jax.random.split(key)
    return Network(
        draw(first, (inputs, hidden), jnp.float32),
        jnp.zeros(hidden, jnp.float32),
        draw(second, (hidden, outputs), jnp.float32),
        jnp.zeros(outputs, jnp.float32),
    )


def random_world(
    key: jax.Array, observation: int, action: int, hidden: int, *, bandit: bool
) -> World:
    """A world that has learned nothing yet.

    Args:
        key: Of the weights.
        observation: Numbers of an observation.
        action: Numbers of an action: choices of a discrete one.
        hidden: Units of each hidden layer.
        bandit: Whether it needs neither change nor end.
    """
    keys = jax.random.split(key, 4)
    start = random_network(keys[0], observation, hidden, observation)
    reward = random_network(keys[1], observation + action, hidden, 1)
    if bandit:
        return World(start, reward)
    change = random_network(keys[2], observation + action, hidden, observation)
    return World(start, reward, change, random_network(keys[3], observation, hidden, 1))

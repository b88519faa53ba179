"""The network of the recurrent learner: what is seen, what is remembered, two heads."""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from envsuite.functional import struct
from envsuite_agents.lstm import LSTM, Memory, lstm, remember, unroll
from envsuite_agents.networks import ACTIVATIONS, Layers, forward, orthogonal_layers

WINDOW = 3  # rows and columns that a filter sees


@struct
class Weights:
    """One network that remembers, with a head for what to do and one for what is to come."""

    filters: Layers  # one layer over the windows of an image; none for numbers in a row
    dense: Layers  # none, or what makes of the seen what the memory takes
    memory: LSTM
    policy: Layers  # to scores of the actions, or to the mean of a Gaussian
    value: Layers
    log_std: jax.Array | None  # f32[actions], of a Gaussian


def is_image(seen: tuple[int, ...]) -> bool:
    """Whether observations of this shape are images, large enough for a filter."""
    return len(seen) == 3 and min(seen[:2]) >= WINDOW


def as_seen(obs: jax.Array, seen: tuple[int, ...]) -> jax.Array:
    """Flat observations as the network takes them: images in their shape, all others in a row."""
    return obs.reshape(*obs.shape[:-1], *seen) if is_image(seen) else obs


@dataclass(frozen=True)
class RecurrentNetwork:
    """An encoder, a long short-term memory, and two heads that see what it shows.

    The student of Dennis et al., arXiv:2012.02096, and of Jiang et al., arXiv:2110.02439: `filters`
    of 3 by 3 over an image and a rectifier, a memory of 256 units, heads with a layer of 32 and
    the hyperbolic tangent. Everything begins orthogonal: gain sqrt(2) inside, 1 in the memory and
    to the value, 0.01 to the actions.

    Observations come in a row, `f32[..., size]`, or as images, `f32[..., rows, columns, planes]`;
    see `as_seen`.

    Attributes:
        filters: How many filters go over an image.
        encoder: The sizes of dense layers between what is seen and the memory.
        units: Of the memory.
        heads: The sizes of the hidden layers of policy and value alike.
        activation: What follows each dense layer but the last of a head.
    """

    filters: int
    encoder: tuple[int, ...]
    units: int
    heads: tuple[int, ...]
    activation: str

    def fresh(
        self, key: jax.Array, seen: tuple[int, ...], actions: int, *, discrete: bool
    ) -> Weights:
        """Weights to begin with, for observations of the shape `seen`."""
        keys = jax.random.split(key, 5)
        size, filters, dense = math.prod(seen), (), ()
        if is_image(seen):
            rows, columns, planes = seen
            inputs = WINDOW * WINDOW * planes
            filters = orthogonal_layers(keys[0], (inputs, self.filters), math.sqrt(2))
            size = (rows - WINDOW + 1) * (columns - WINDOW + 1) * self.filters
        if self.encoder:
            dense = orthogonal_layers(keys[1], (size, *self.encoder), math.sqrt(2))
            size = self.encoder[-1]
        return Weights(
            filters=filters,
            dense=dense,
            memory=lstm(keys[2], size, self.units),
            policy=orthogonal_layers(keys[3], (self.units, *self.heads, actions), 0.01),
            value=orthogonal_layers(keys[4], (self.units, *self.heads, 1), 1.0),
            log_std=None if discrete else jnp.zeros(actions),
        )

    def encoded(self, weights: Weights, obs: jax.Array) -> jax.Array:
        """Observations as the memory takes them, `f32[..., k]`."""
        if weights.filters:
            high, wide = obs.shape[-3] - WINDOW + 1, obs.shape[-2] - WINDOW + 1
            # the windows side by side make of the convolution one product
            windows = [
                obs[..., row : row + high, column : column + wide, :]
                for row in range(WINDOW)
                for column in range(WINDOW)
            ]
            found = jax.nn.relu(forward(weights.filters, jnp.concatenate(windows, -1), "relu"))
            obs = found.reshape(*obs.shape[:-3], -1)
        if weights.dense:
            obs = ACTIVATIONS[self.activation](forward(weights.dense, obs, self.activation))
        return obs

    def remembered(self, weights: Weights, memory: Memory, obs: jax.Array) -> Memory:
        """The memory `[..., units]` once `obs` is seen as well."""
        return remember(weights.memory, memory, self.encoded(weights, obs))

    def unrolled(
        self, weights: Weights, memory: Memory, obs: jax.Array, ended: jax.Array
    ) -> jax.Array:
        """What the memory shows after each step, `f32[steps, n, units]`; see `lstm.unroll`."""
        return unroll(weights.memory, memory, self.encoded(weights, obs), ended)

    def scores(self, weights: Weights, shown: jax.Array) -> jax.Array:
        """What the policy's head makes of what the memory shows, `f32[..., actions]`."""
        return forward(weights.policy, shown, self.activation)

    def value(self, weights: Weights, shown: jax.Array) -> jax.Array:
        """What the value's head makes of it, `f32[...]`."""
        return forward(weights.value, shown, self.activation)[..., 0]

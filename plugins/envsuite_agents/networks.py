"""Small networks as plain pytrees: layers of weights and biases."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.errors import nearest

Layers = tuple[tuple[jax.Array, jax.Array], ...]
"""For each layer its weights `f32[inputs, outputs]` and biases `f32[outputs]`."""

ACTIVATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "tanh": jax.nn.tanh,
    "relu": jax.nn.relu,
    "leaky_relu": jax.nn.leaky_relu,
    "elu": jax.nn.elu,
    "silu": jax.nn.silu,
    "gelu": jax.nn.gelu,
    "sigmoid": jax.nn.sigmoid,
}


def check_network(hidden: Sequence[int], activation: str) -> None:
    """Raise `ValueError` unless layers of these sizes can be built with that activation."""
    if any(size < 1 for size in hidden):
        raise ValueError(f"hidden layers have at least 1 unit, not {tuple(hidden)}")
    if activation not in ACTIVATIONS:
        match = nearest(activation, ACTIVATIONS)
        hint = f"did you mean {match!r}? " if match else ""
        raise ValueError(f"no activation {activation!r}: {hint}There are {sorted(ACTIVATIONS)}")


def orthogonal_layers(key: jax.Array, sizes: Sequence[int], last_gain: float) -> Layers:
    """Orthogonal weights of gain sqrt(2), of the last layer `last_gain`; biases are zero.

    Saxe, McClelland and Ganguli, arXiv:1312.6120.
    """
    gains = [math.sqrt(2)] * (len(sizes) - 2) + [last_gain]
    keys = jax.random.split(key, len(gains))
    return tuple(
        (gain * _orthogonal(own, inputs, outputs), jnp.zeros(outputs))
        for own, gain, inputs, outputs in zip(keys, gains, sizes[:-1], sizes[1:], strict=True)
    )


def _orthogonal(key: jax.Array, inputs: int, outputs: int) -> jax.Array:
    """Evenly drawn among the matrices whose columns, or rows if fewer, are orthonormal.

    By Gram and Schmidt. LAPACK's QR, mapped over a population, can lock up XLA's pool of threads
    for good: each call waits there for others that wait for a thread.
    """
    rows, columns = min(inputs, outputs), max(inputs, outputs)
    drawn = jax.random.normal(key, (rows, columns))

    def straighten(row: jax.Array, done: jax.Array) -> jax.Array:
        own = drawn[row]
        for _ in range(2):  # the second pass takes off what rounding left of the first
            own = own - (done @ own) @ done
        return done.at[row].set(own / jnp.linalg.norm(own))

    done = jax.lax.fori_loop(0, rows, straighten, jnp.zeros_like(drawn))
    return done if inputs <= outputs else done.T


def uniform_layers(key: jax.Array, sizes: Sequence[int]) -> Layers:
    """Weights and biases even between plus and minus 1 / sqrt(inputs), PyTorch's default."""
    layers = []
    keys = jax.random.split(key, len(sizes) - 1)
    for own, inputs, outputs in zip(keys, sizes[:-1], sizes[1:], strict=True):
        reach = 1 / math.sqrt(inputs)
        drawn = jax.random.uniform(own, (inputs + 1, outputs), minval=-reach, maxval=reach)
        layers.append((drawn[:-1], drawn[-1]))
    return tuple(layers)


def forward(layers: Layers, inputs: jax.Array, activation: str) -> jax.Array:
    """`f32[..., inputs]` to `f32[..., outputs]`; every layer but the last is activated."""
    for weights, biases in layers[:-1]:
        inputs = ACTIVATIONS[activation](inputs @ weights + biases)
    weights, biases = layers[-1]
    return inputs @ weights + biases


def moved(old: Any, new: Any, rate: jax.Array | float) -> Any:
    """Weights that have gone the share `rate` of the way from `old` to `new`."""
    return jax.tree.map(lambda a, b: (1 - rate) * a + rate * b, old, new)

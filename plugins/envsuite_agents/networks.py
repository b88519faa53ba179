"""Small networks as plain pytrees: layers of weights and biases."""

from __future__ import annotations

import itertools
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
    shapes = list(zip(sizes[:-1], sizes[1:], strict=True))
    # one draw for all layers: each draw is compiled apart
    drawn = _cut(jax.random.normal(key, (sum(map(math.prod, shapes)),)), shapes)
    gains = [math.sqrt(2)] * (len(shapes) - 1) + [last_gain]
    return tuple(
        (gain * _straightened(own), jnp.zeros(own.shape[1]))
        for gain, own in zip(gains, drawn, strict=True)
    )


def _straightened(drawn: jax.Array) -> jax.Array:
    """A Gaussian matrix made one whose columns, or rows if fewer, are orthonormal, evenly drawn.

    By Gram and Schmidt. LAPACK's QR, mapped over a population, can lock up XLA's pool of threads
    for good: each call waits there for others that wait for a thread.
    """
    rows = drawn if drawn.shape[0] <= drawn.shape[1] else drawn.T

    def straighten(row: jax.Array, done: jax.Array) -> jax.Array:
        own = rows[row]
        for _ in range(2):  # the second pass takes off what rounding left of the first
            own = own - (done @ own) @ done
        return done.at[row].set(own / jnp.linalg.norm(own))

    done = jax.lax.fori_loop(0, len(rows), straighten, jnp.zeros_like(rows))
    return done if rows is drawn else done.T


def uniform_layers(key: jax.Array, sizes: Sequence[int]) -> Layers:
    """Weights and biases even between plus and minus 1 / sqrt(inputs), PyTorch's default."""
    shapes = [(inputs + 1, outputs) for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True)]
    drawn = jax.random.uniform(key, (sum(map(math.prod, shapes)),), minval=-1, maxval=1)
    scaled = [own / math.sqrt(len(own) - 1) for own in _cut(drawn, shapes)]
    return tuple((own[:-1], own[-1]) for own in scaled)


def _cut(numbers: jax.Array, shapes: Sequence[tuple[int, int]]) -> list[jax.Array]:
    """A row of numbers cut into arrays of these shapes."""
    ends = list(itertools.accumulate(map(math.prod, shapes)))
    return [
        numbers[end - math.prod(shape) : end].reshape(shape)
        for end, shape in zip(ends, shapes, strict=True)
    ]


def forward(layers: Layers, inputs: jax.Array, activation: str) -> jax.Array:
    """`f32[..., inputs]` to `f32[..., outputs]`; every layer but the last is activated."""
    for weights, biases in layers[:-1]:
        inputs = ACTIVATIONS[activation](inputs @ weights + biases)
    weights, biases = layers[-1]
    return inputs @ weights + biases


def moved(old: Any, new: Any, rate: jax.Array | float) -> Any:
    """Weights that have gone the share `rate` of the way from `old` to `new`."""
    return jax.tree.map(lambda a, b: (1 - rate) * a + rate * b, old, new)

"""A long short-term memory as a pytree, Hochreiter and Schmidhuber (1997)."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite.functional import struct, tree_where
from envsuite_agents.networks import orthogonal_layers


@struct
class LSTM:
    """The weights; gates lie side by side, in PyTorch's order: in, forget, cell, out."""

    inward: jax.Array  # f32[inputs, 4 * units]
    recurrent: jax.Array  # f32[units, 4 * units]
    biases: jax.Array  # f32[4 * units]


@struct
class Memory:
    """What is remembered between two steps."""

    hidden: jax.Array  # f32[..., units]: what the rest of the network sees of it
    cell: jax.Array  # f32[..., units]


def lstm(key: jax.Array, inputs: int, units: int) -> LSTM:
    """Fresh weights: orthogonal gate by gate; biases are zero."""

    def gates(key: jax.Array, rows: int) -> jax.Array:
        own = jax.vmap(lambda key: orthogonal_layers(key, (rows, units), 1.0)[0][0])
        return jnp.concatenate(list(own(jax.random.split(key, 4))), axis=1)

    inward_key, recurrent_key = jax.random.split(key)
    return LSTM(gates(inward_key, inputs), gates(recurrent_key, units), jnp.zeros(4 * units))


def blank(*shape: int) -> Memory:
    """A memory of nothing, `f32[*shape]`."""
    return Memory(jnp.zeros(shape), jnp.zeros(shape))


def remember(weights: LSTM, memory: Memory, inputs: jax.Array) -> Memory:
    """The memory `[..., units]` after one more step, in which `inputs: f32[..., k]` are seen."""
    return _turn(weights, memory, inputs @ weights.inward + weights.biases)


def unroll(weights: LSTM, memory: Memory, inputs: jax.Array, ended: jax.Array) -> jax.Array:
    """What is shown of the memory after each step, `f32[steps, n, units]`.

    Args:
        weights: Of the network.
        memory: Before the first step, `[n, units]`.
        inputs: `f32[steps, n, k]`.
        ended: `bool[steps, n]`: where a step was the last of its episode; the next begins blank.
    """

    def step(memory: Memory, seen: tuple[jax.Array, jax.Array]) -> tuple[Memory, jax.Array]:
        pushed, ended = seen
        after = _turn(weights, memory, pushed)
        return forget(after, ended), after.hidden

    # the inputs of all steps in one product; what is left to the loop is the recurrent one
    pushed = inputs @ weights.inward + weights.biases
    return jax.lax.scan(step, memory, (pushed, ended))[1]


def forget(memory: Memory, ended: jax.Array) -> Memory:
    """A blank memory where `ended: bool[n]`, the same elsewhere."""
    return tree_where(ended, jax.tree.map(jnp.zeros_like, memory), memory)


def _turn(weights: LSTM, memory: Memory, pushed: jax.Array) -> Memory:
    gates = pushed + memory.hidden @ weights.recurrent
    enter, keep, new, out = jnp.split(gates, 4, axis=-1)
    cell = jax.nn.sigmoid(keep) * memory.cell + jax.nn.sigmoid(enter) * jnp.tanh(new)
    return Memory(jax.nn.sigmoid(out) * jnp.tanh(cell), cell)

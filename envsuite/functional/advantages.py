"""Generalised advantage estimation."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def advantages(
    reward: jax.Array,
    terminated: jax.Array,
    ended: jax.Array,
    value: jax.Array,
    next_value: jax.Array,
    discount: jax.Array | float,
    trace_decay: jax.Array | float,
) -> jax.Array:
    """How much better each step went than was foreseen, `f32[steps, ...]`.

    Equations 11 to 16 of Schulman et al., arXiv:1506.02438. After the game's own end nothing is to
    come. At a time limit the value of what the step led to stands for what was cut off. In either
    case the sum over later steps stops there.

    Args:
        reward: `f32[steps, ...]`, in the order of time.
        terminated: `bool[steps, ...]`: the game itself ended.
        ended: `bool[steps, ...]`: terminated, or cut off by the time limit.
        value: `f32[steps, ...]`: of what was seen before each step.
        next_value: `f32[steps, ...]`: of what each step led to, within the same episode.
        discount: Often called gamma.
        trace_decay: Often called lambda.
    """
    surprise = reward + discount * jnp.where(terminated, 0, next_value) - value
    decay = jnp.where(ended, 0, discount * trace_decay)

    def back(later: jax.Array, step: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        surprise, decay = step
        own = surprise + decay * later
        return own, own

    return jax.lax.scan(back, jnp.zeros_like(surprise[0]), (surprise, decay), reverse=True)[1]

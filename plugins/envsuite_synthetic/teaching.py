"""From what is worth teaching to a first world that teaches it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from envsuite_synthetic.network import Network

FITTING_STEPS = 4000
FITTING_RATE = 3e-3
FITTING_BATCH = 256  # contexts of a step, each with all actions


def normal_contexts(seen: np.ndarray, hidden: int, spread: float) -> Network:
    """A start network whose contexts are normal, with the mean and covariance of what was seen.

    A pair of rectified units passes one number of the noise on as it is, so nothing need be
    learned.

    Args:
        seen: Observations, `f32[count, size]`.
        hidden: Units of the network.
        spread: By how much contexts lie farther from the mean than what was seen.

    Raises:
        ValueError: If there are fewer than two hidden units for each number of an observation.
    """
    size = seen.shape[1]
    if hidden < 2 * size:
        raise ValueError(f"contexts of {size} numbers need {2 * size} hidden units, not {hidden}")
    # a task's figures may depend on one another (a sine on its cosine): keep the root real
    covariance = np.atleast_2d(np.cov(seen, rowvar=False)) + 1e-6 * np.eye(size)
    root = spread * np.linalg.cholesky(covariance).T
    both = np.zeros((size, hidden))
    both[:, : 2 * size] = np.concatenate([np.eye(size), -np.eye(size)], 1)
    out = np.zeros((hidden, size))
    out[: 2 * size] = np.concatenate([root, -root])
    return Network(
        jnp.asarray(both, jnp.float32),
        jnp.zeros(hidden, jnp.float32),
        jnp.asarray(out, jnp.float32),
        jnp.asarray(seen.mean(0), jnp.float32),
    )


def advantage(
    key: jax.Array, reward: Network, contexts: jax.Array, told: np.ndarray, deviation: float
) -> Network:
    """A reward network that pays what an action is worth beside the others, and no more.

    What a state is worth by itself changes no policy, but drowns the difference that learners are
    to see. The network is fitted to the difference by least squares (Adam), beginning as it is.

    Args:
        key: Of the batches.
        reward: What was found.
        contexts: `f32[count, size]`.
        told: All actions that are compared, `f32[actions, size]`.
        deviation: Of the rewards over all contexts and actions.
    """

    def paid(network: Network, contexts: jax.Array) -> jax.Array:
        def one(context: jax.Array) -> jax.Array:
            return jax.vmap(lambda told: network(jnp.concatenate([context, told]))[0])(told)

        return jax.vmap(one)(contexts)

    def differences(contexts: jax.Array) -> jax.Array:
        rewards = paid(reward, contexts)
        return rewards - rewards.mean(-1, keepdims=True)

    size = 1 / (differences(contexts).std() + 1e-6)
    optimizer = optax.adam(optax.cosine_decay_schedule(FITTING_RATE, FITTING_STEPS))

    @jax.jit
    def fit(network: Any, key: jax.Array) -> Network:
        def loss(network: Network, batch: jax.Array) -> jax.Array:
            wanted = size * differences(batch)
            return ((paid(network, batch) - wanted) ** 2).mean()

        def step(carry: tuple, key: jax.Array) -> tuple:
            network, moments = carry
            batch = contexts[jax.random.randint(key, (FITTING_BATCH,), 0, len(contexts))]
            change, moments = optimizer.update(jax.grad(loss)(network, batch), moments)
            return (optax.apply_updates(network, change), moments), None

        keys = jax.random.split(key, FITTING_STEPS)
        return jax.lax.scan(step, (network, optimizer.init(network)), keys)[0][0]

    fitted = fit(_times(reward, size), key)  # at a size at which its rate serves
    return _times(fitted, deviation)


def _times(network: Network, factor: Any) -> Network:
    out_weights, out_bias = network.out_weights * factor, network.out_bias * factor
    return replace(network, out_weights=out_weights, out_bias=out_bias)

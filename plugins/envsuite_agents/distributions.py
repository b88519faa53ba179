"""What a policy draws its actions from: a choice among scores, or a Gaussian."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

FORBIDDEN = -1e9  # finite, so that neither an entropy nor a gradient becomes NaN


def masked(scores: jax.Array, legal: jax.Array | None) -> jax.Array:
    """Scores of which no illegal one can be the greatest, or be drawn."""
    return scores if legal is None else jnp.where(legal, scores, FORBIDDEN)


def choice_log_likelihood(scores: jax.Array, choice: jax.Array) -> jax.Array:
    """The log-likelihood of `choice: i32[...]` under the softmax of `scores: f32[..., n]`."""
    likelihoods = jax.nn.log_softmax(scores)
    # a product with one-hot rows, whose gradient is cheaper than that of a gather
    return (likelihoods * jax.nn.one_hot(choice, scores.shape[-1])).sum(-1)


def choice_entropy(scores: jax.Array) -> jax.Array:
    """The entropy of the softmax of `scores: f32[..., n]`, `f32[...]`."""
    likelihoods = jax.nn.log_softmax(scores)
    return -(jnp.exp(likelihoods) * likelihoods).sum(-1)


def gaussian_log_likelihood(mean: jax.Array, log_std: jax.Array, drawn: jax.Array) -> jax.Array:
    """The log-density at `drawn: f32[..., n]`, `f32[...]`; its dimensions are independent."""
    distance = (drawn - mean) * jnp.exp(-log_std)
    return (-0.5 * distance**2 - log_std - 0.5 * math.log(2 * math.pi)).sum(-1)


def gaussian_entropy(log_std: jax.Array) -> jax.Array:
    """The entropy for `log_std: f32[n]`, `f32[]`."""
    return (log_std + 0.5 * math.log(2 * math.pi * math.e)).sum(-1)


def noise(key: jax.Array, discrete: bool, shape: tuple[int, ...]) -> jax.Array:
    """What `drawn` adds to scores or to the mean to draw: Gumbel's or Gaussian noise."""
    return (jax.random.gumbel if discrete else jax.random.normal)(key, shape)


def drawn(
    scores: jax.Array, log_std: jax.Array | None, legal: jax.Array | None, noise: jax.Array
) -> jax.Array:
    """The action that `noise` makes of a policy's outputs; zeros make the likeliest.

    Args:
        scores: `f32[..., actions]`: scores of a choice, or the mean of a Gaussian.
        log_std: `f32[actions]` of a Gaussian; `None` says that it is a choice.
        legal: `bool[..., actions]` or `None`.
        noise: `f32[..., actions]`.
    """
    if log_std is None:
        return jnp.argmax(masked(scores + noise, legal), axis=-1).astype(jnp.int32)
    return scores + jnp.exp(log_std) * noise


def likelihood_and_entropy(
    scores: jax.Array, log_std: jax.Array | None, legal: jax.Array | None, action: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The log-likelihood `f32[...]` of actions, and the entropy of what they are drawn from."""
    if log_std is None:
        scores = masked(scores, legal)
        return choice_log_likelihood(scores, action), choice_entropy(scores)
    return gaussian_log_likelihood(scores, log_std, action), gaussian_entropy(log_std)

"""The clipped objective of proximal policy optimisation."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp


def surrogate(now: jax.Array, then: jax.Array, advantage: jax.Array, clip_range: Any) -> jax.Array:
    """What a policy gains, `f32[]`: equation 7 of Schulman et al., arXiv:1707.06347.

    Args:
        now: `f32[...]`: the log-likelihoods of actions under the policy as it is.
        then: `f32[...]`: under the policy that played them.
        advantage: `f32[...]`; normalised here, over all that is given.
        clip_range: How far the likelihood ratio may move.
    """
    ratio = jnp.exp(now - then)
    near = jnp.clip(ratio, 1 - clip_range, 1 + clip_range)
    gain = advantage - advantage.mean()
    gain = gain / (advantage.std(ddof=1) + 1e-8)
    return jnp.minimum(gain * ratio, gain * near).mean()

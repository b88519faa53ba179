"""How often each kept level is drawn: by its score, and by how long it was not drawn.

Section 3 of Jiang, Grefenstette and Rocktäschel, arXiv:2010.03934.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from envsuite.core.errors import nearest

KINDS = ("rank", "proportional", "uniform")


@dataclass(frozen=True)
class Priorities:
    """A mixture: `(1 - staleness)` of the draws go by score, `staleness` of them by age.

    By score, a level's weight is `(1 / rank) ** (1 / temperature)`, where the best has rank 1;
    or, proportionally, `score ** (1 / temperature)`, where negative scores count as 0; or the same
    for all. By age, it is the number of cycles since the level was last drawn. Where all weights
    of a kind are 0, all levels get the same.

    Attributes:
        kind: `"rank"`, `"proportional"` or `"uniform"`.
        temperature: Low ones make the best levels frequent; often called beta.
        staleness: The share of draws that go by age; often called rho.

    Raises:
        ValueError: On construction, for an unknown kind or a number out of range.
    """

    kind: str = "rank"
    temperature: float = 1.0
    staleness: float = 0.3

    def __post_init__(self) -> None:
        """Refuse what gives no probabilities."""
        if self.kind not in KINDS:
            near = nearest(str(self.kind), KINDS)
            hint = f"did you mean {near!r}? " if near else ""
            raise ValueError(
                f"prioritisation {self.kind!r} is unknown: {hint}choose from {', '.join(KINDS)}"
            )
        if not self.temperature > 0:
            raise ValueError(f"temperature must be above 0, not {self.temperature!r}")
        if not 0 <= self.staleness <= 1:
            raise ValueError(f"staleness must lie between 0 and 1, not {self.staleness!r}")


def by_rank(score: jax.Array, size: jax.Array) -> jax.Array:
    """All places, `i32[capacity]`: the best first, of equals the first; then those not taken."""
    places = jnp.arange(score.shape[0], dtype=jnp.int32)
    return jax.lax.sort((jnp.where(places < size, -score, jnp.inf), places), num_keys=1)[1]


def probabilities(
    priorities: Priorities,
    score: jax.Array,
    drawn: jax.Array,
    size: jax.Array,
    clock: jax.Array,
    order: jax.Array | None = None,
) -> jax.Array:
    """How likely each kept level is to be drawn, `f32[capacity]`; the first `size` sum to 1.

    Args:
        priorities: Says how.
        score: `f32[capacity]`.
        drawn: `i32[capacity]`: when each was last drawn.
        size: `i32[]`: so many are kept, in the first places.
        clock: `i32[]`: what time it is now.
        order: What `by_rank` says, where a caller has asked it already.
    """
    kept = jnp.arange(score.shape[0]) < size
    if priorities.kind == "rank" and order is None:
        order = by_rank(score, size)
    by_score = _shares(_weights(priorities, score, kept, order), kept)
    by_age = _shares((clock - drawn).astype(jnp.float32), kept)
    return (1 - priorities.staleness) * by_score + priorities.staleness * by_age


def draw(
    key: jax.Array, chances: jax.Array, size: jax.Array, num: int, *, replacement: bool
) -> jax.Array:
    """Draw places, `i32[num]`.

    Args:
        key: For the draws.
        chances: `f32[capacity]`, zero from `size` on.
        size: `i32[]`, at least 1.
        num: How many.
        replacement: Whether each draw is among all. Otherwise no level comes twice before each
            has come once: one after the other is drawn from those that are left.
    """
    if replacement:
        sums = jnp.cumsum(chances)
        at = jax.random.uniform(key, (num,)) * sums[-1]
        places = jnp.searchsorted(sums, at, side="right")
        return jnp.minimum(places, size - 1).astype(jnp.int32)
    capacity = chances.shape[0]
    count = min(num, capacity)
    # the largest of logarithms with Gumbel's noise are a draw one after the other; the least float
    # stands for chances that are too small for one
    least = jnp.finfo(jnp.float32).tiny
    logs = jnp.where(jnp.arange(capacity) < size, jnp.log(jnp.maximum(chances, least)), -jnp.inf)
    _, order = jax.lax.top_k(logs + jax.random.gumbel(key, (capacity,)), count)
    return order[jnp.arange(num) % jnp.minimum(size, count)].astype(jnp.int32)


def _weights(
    priorities: Priorities, score: jax.Array, kept: jax.Array, order: jax.Array | None
) -> jax.Array:
    power = 1 / priorities.temperature
    if priorities.kind == "rank":
        ranks = jnp.arange(1, score.shape[0] + 1, dtype=jnp.float32)
        return jnp.zeros_like(score).at[order].set((1 / ranks) ** power)
    if priorities.kind == "proportional":
        score = jnp.where(kept, jnp.maximum(score, 0), 0)
        # in shares of the highest, so that no power of it is too large for a float
        return (score / jnp.maximum(score.max(), jnp.finfo(jnp.float32).tiny)) ** power
    return jnp.ones_like(score)


def _shares(weights: jax.Array, kept: jax.Array) -> jax.Array:
    """Weights as parts of 1; all the same where they are all 0."""
    weights = jnp.where(kept, weights, 0)
    even = kept / jnp.maximum(kept.sum(), 1)
    total = weights.sum()
    return jnp.where(total > 0, weights / jnp.where(total > 0, total, 1), even)

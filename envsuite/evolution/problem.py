"""What an evolution strategy improves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import jax

V = TypeVar("V")


class Problem(Protocol[V]):
    """A search for a value by which agents learn well: a world to train in, a set to imitate.

    Both functions are pure and compiled; they are mapped over many candidates at once.
    """

    @property
    def variants(self) -> int:
        """How many kinds of score take turns: generation `g` uses variant `g % variants`."""
        ...

    def start(self, key: jax.Array) -> V:
        """Where the search begins: a pytree of float arrays."""
        ...

    def score(self, key: jax.Array, candidate: V, variant: int, generation: jax.Array) -> jax.Array:
        """Train with a candidate and measure what came of it: `f32[]`, larger is better.

        All candidates of a generation are given the same key (common random numbers), so that
        they differ by what they are, not by luck.
        """
        ...

    def judge(self, key: jax.Array, candidate: V, variant: int) -> jax.Array:
        """One fresh trial of the search's mean, as it will be used: `f32[]`, larger is better."""
        ...

"""One step of Adam along clipped gradients."""

from __future__ import annotations

from typing import Any, Protocol

import jax
import optax


class Descent(Protocol):
    """The numbers that a step takes."""

    @property
    def learning_rate(self) -> Any:
        """The step size."""
        ...

    @property
    def gradient_norm(self) -> Any:
        """Gradients longer than this are shortened to it; infinite: none is."""
        ...

    @property
    def adam_epsilon(self) -> Any:
        """What keeps Adam from dividing by zero."""
        ...


def start(weights: Any, settings: Descent) -> optax.OptState:
    """The moments that Adam begins with."""
    return _optimizer(settings).init(weights)


def descend(
    weights: Any, moments: optax.OptState, gradients: Any, settings: Descent
) -> tuple[Any, optax.OptState]:
    """Weights and moments after one step."""
    updates, moments = _optimizer(settings).update(gradients, moments)
    return jax.tree.map(lambda old, change: old + change, weights, updates), moments


def _optimizer(settings: Descent) -> optax.GradientTransformation:
    return optax.chain(
        optax.clip_by_global_norm(settings.gradient_norm),
        optax.adam(settings.learning_rate, eps=settings.adam_epsilon),
    )

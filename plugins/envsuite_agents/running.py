"""A whole run of a learner, in one compiled loop."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import jax

from envsuite.core.env import Env

S = TypeVar("S")
W = TypeVar("W", covariant=True)
H = TypeVar("H", contravariant=True)


class Resumable(Protocol[S, W, H]):
    """A learner in pieces, so that a run can be kept and gone on with between two updates."""

    @property
    def update_steps(self) -> int:
        """Environment steps between two updates, of all copies together."""
        ...

    @property
    def iterations(self) -> int:
        """How many updates a run has."""
        ...

    def init(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: H) -> S:
        """The state with which a run begins."""
        ...

    def update(self, state: S, env: Env[Any, Any], params: Any, settings: H) -> S:
        """Play on for a while, and learn from it."""
        ...

    def weights(self, state: S) -> W:
        """What has been learned so far."""
        ...


def run(
    learner: Resumable[S, W, H], key: jax.Array, env: Env[Any, Any], params: Any, settings: H
) -> W:
    """Learn from the first update to the last; return the weights."""

    def update(state: S, _: None) -> tuple[S, None]:
        return learner.update(state, env, params, settings), None

    state = learner.init(key, env, params, settings)
    return learner.weights(jax.lax.scan(update, state, length=learner.iterations)[0])


def check_counts(learner: Any, *names: str) -> None:
    """Raise `ValueError` unless the fields of these names are whole numbers from 1 up."""
    for name in names:
        value = getattr(learner, name)
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number from 1 up, not {value!r}")

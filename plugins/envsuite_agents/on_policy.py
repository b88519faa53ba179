"""Learners whose update falls into two: a rollout, and what is learned from it."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import jax

from envsuite.core.env import Env
from envsuite.functional import struct
from envsuite_agents.playing import Played, Playing

S = TypeVar("S")
H = TypeVar("H", contravariant=True)


@struct
class Rollout:
    """What was played by one policy, and judged by its critic; leading axes `[steps, copies]`."""

    obs: jax.Array  # f32[..., size]
    legal: jax.Array | None  # bool[..., actions]
    action: jax.Array  # i32[...] or f32[..., actions], before it is clipped into the box
    log_likelihood: jax.Array  # f32[...]: of the action, under the policy that played it
    played: Played
    value: jax.Array  # f32[...]: the critic's, before the step
    advantage: jax.Array  # f32[...]
    memory: Any  # with which each copy began, leading axis `[copies]`; None without one


class OnPolicy(Protocol[S, H]):
    """A `Resumable` learner in two halves, so that somebody else may choose what is played.

    Its state is a struct with the fields `weights` and `playing`.
    """

    @property
    def num_envs(self) -> int:
        """How many copies of the game are played at once."""
        ...

    @property
    def gradient_steps(self) -> int:
        """How often the weights change in one update."""
        ...

    def restart(self, state: S, playing: Playing) -> S:
        """The same learner before episodes that have just begun."""
        ...

    def collect(
        self,
        keys: tuple[jax.Array, jax.Array],
        state: S,
        env: Env[Any, Any],
        params: Any,
        settings: H,
        *,
        each: bool = False,
        grounded: bool = False,
    ) -> tuple[S, Rollout]:
        """Play a rollout with the present weights, and judge it.

        Args:
            keys: For the game, and for the draws of actions.
            state: Whose copies play on.
            env: The game, with its time limit.
            params: Shared by all copies.
            settings: The learner's numbers.
            each: Whether `params` have a leading axis `[copies]`, one set for a copy.
            grounded: Whether advantages come from imagined transitions (see `Belief`).
        """
        ...

    def improve(self, key: jax.Array, state: S, rollout: Rollout, settings: H) -> S:
        """Learn from a rollout: all of the gradient steps of an update."""
        ...

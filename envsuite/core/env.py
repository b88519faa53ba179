"""A game as pure functions: the protocol every environment of the suite follows."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, runtime_checkable

from gymnasium.spaces import Space

from envsuite.core.timestep import Timestep

if TYPE_CHECKING:  # the core itself needs no JAX
    import jax

S = TypeVar("S")
P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)
S_contra = TypeVar("S_contra", contravariant=True)


class Env(abc.ABC, Generic[S, P]):
    """A game as pure functions. It never batches, never resets itself, never keeps time.

    Subclasses are frozen dataclasses, so that equal configurations compare and hash equal. What
    changes a shape is a field of the class; what changes a number belongs to `params`, a pytree
    one may vmap and differentiate. There is nothing to override but the abstract members; to
    change a game, wrap it (see `envsuite.functional`).
    """

    @property
    def agents(self) -> Mapping[str, int]:
        """Group name to group size; empty for a single agent (arrays then have no agent axis)."""
        return {}

    @property
    def noop_action(self) -> int:
        """The discrete action that stands in for an illegal one, wherever it is itself legal."""
        return 0

    @property
    @abc.abstractmethod
    def observation_space(self) -> Space[Any]:
        """What one agent sees; with groups, a `spaces.Dict` by group."""

    @property
    @abc.abstractmethod
    def action_space(self) -> Space[Any]:
        """What one agent may do; with groups, a `spaces.Dict` by group."""

    @abc.abstractmethod
    def default_params(self) -> P:
        """The numbers of the game: physics, rewards, a level, a network's weights."""

    @abc.abstractmethod
    def reset(self, key: jax.Array, params: P) -> tuple[S, Timestep[Any]]:
        """Begin an episode: the first state, and what the agents see of it."""

    @abc.abstractmethod
    def step(self, key: jax.Array, state: S, action: Any, params: P) -> tuple[S, Timestep[Any]]:
        """Play one step: `action` is an array, or `{group: array[n, ...]}`."""


class TextEnv(abc.ABC, Generic[S, P]):
    """A game of words: the protocol of `Env` on the host, with `str` for arrays, `int` for keys.

    One agent; states are frozen Python values. Observations and actions are strings inside their
    `gymnasium.spaces.Text` spaces; rewards and flags are NumPy scalars.
    """

    @property
    @abc.abstractmethod
    def observation_space(self) -> Space[Any]:
        """Every observation lies in this `Text` space."""

    @property
    @abc.abstractmethod
    def action_space(self) -> Space[Any]:
        """Every action lies in this space, usually `Text`."""

    @abc.abstractmethod
    def default_params(self) -> P:
        """Words, cases, rewards: whatever an episode is made from."""

    @abc.abstractmethod
    def reset(self, key: int, params: P) -> tuple[S, Timestep[str]]:
        """Begin an episode; the same `key` begins the same one."""

    @abc.abstractmethod
    def step(self, key: int, state: S, action: Any, params: P) -> tuple[S, Timestep[str]]:
        """Play one step."""


@runtime_checkable
class Levels(Protocol[P]):
    """An environment whose `params` are levels: what unsupervised environment design needs."""

    def sample(self, key: jax.Array) -> P:
        """Draw a level."""
        ...

    def mutate(self, key: jax.Array, level: P) -> P:
        """Draw a neighbour of a level."""
        ...


@runtime_checkable
class OwnLevel(Protocol):
    """An environment that may be given a level of its own, as `default_params()`."""

    def without_level(self) -> Env[Any, Any]:
        """The game that plays that level, and any other of its shape, if given as params.

        Games with levels of one shape are then one and the same (`==`), so that what was compiled
        for one of them serves all. A game whose own level is part of its rules returns itself.
        """
        ...


@runtime_checkable
class LevelText(Protocol[S_contra, P]):
    """An environment whose levels can be read and written as text.

    Every API then takes a text wherever it takes a level, and tells which level is played.
    """

    def parse_level(self, text: str) -> P:
        """Read a level.

        Raises:
            ValueError: If the text is no level of this game; it says what is wrong with it.
        """
        ...

    def level_text(self, level: P) -> str:
        """Write a level, so that `parse_level` reads the same one."""
        ...

    def played_level(self, state: S_contra, params: P) -> P:
        """The level that is played: the params, unless a reset has drawn another.

        It chooses leaves and computes nothing, so that it serves batches too.
        """
        ...


@runtime_checkable
class World(Protocol[S_contra]):
    """An environment that can show its whole state, for centralised critics."""

    @property
    def world_space(self) -> Space[Any]:
        """Every value of `world` lies in this `Box`."""
        ...

    def world(self, state: S_contra) -> jax.Array:
        """The global state as one vector, `f32[k]`."""
        ...

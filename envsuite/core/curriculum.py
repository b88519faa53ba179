"""Who chooses the levels, what is told of them, and what a level's game may offer beyond playing.

A curriculum proposes levels, somebody plays them (a compiled learner, Stable-Baselines3, a bare
loop), and tells what came of each. Both messages are plain values of arrays, so that the same
curriculum serves them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    import jax

C = TypeVar("C")
P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)
P_contra = TypeVar("P_contra", contravariant=True)
C_contra = TypeVar("C_contra", contravariant=True)
S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)


@dataclass(frozen=True, eq=False)
class Proposal(Generic[P]):
    """Levels to be played next, one for each slot. A pytree.

    Attributes:
        levels: Params with leading axis `[n]`.
        tickets: `i32[n]`: what the curriculum knows them by; nobody else reads it.
        trained: `bool[]`: whether a learner may learn from what is played in them. Robust
            curricula only look at new levels (Jiang et al., arXiv:2110.02439).
    """

    levels: P
    tickets: Any
    trained: Any


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of `n` levels. A pytree; all but `episodes` are `f32[n]`, NaN where not known.

    Means of values and advantages are over the steps of an episode, then over the episodes that
    ended in a level. A learner that has no values leaves those NaN.

    Attributes:
        episodes: `i32[n]`: how many episodes ended in the level. With none, all else is NaN.
        mean_return: The mean of their undiscounted returns.
        best_return: The highest of them.
        solved: The share of them that were solved: `info["won"]` at the end, where a game has it.
        value: The mean of the critic's values.
        advantage: The mean of the generalised advantages.
        positive_advantage: The mean of `max(advantage, 0)`.
        absolute_advantage: The mean of `|advantage|`.
    """

    episodes: Any
    mean_return: Any
    best_return: Any
    solved: Any
    value: Any
    advantage: Any
    positive_advantage: Any
    absolute_advantage: Any


@dataclass(frozen=True, eq=False)
class KeptLevels(Generic[P]):
    """The levels that a curriculum keeps, the best-scored first. A pytree.

    Attributes:
        levels: Params with leading axis `[capacity]`; what lies beyond `size` means nothing.
        score: `f32[capacity]`.
        solved: `f32[capacity]`: the share solved when it was last played; NaN where not known.
        age: `i32[capacity]`: how many cycles ago it was last proposed.
        serial: `i32[capacity]`: its number among all that ever came.
        parent: `i32[capacity]`: the serial of the level it was made from; -1 if of none.
        size: `i32[]`: how many there are.
    """

    levels: P
    score: Any
    solved: Any
    age: Any
    serial: Any
    parent: Any
    size: Any


@runtime_checkable
class Curriculum(Protocol[C, P]):
    """Chooses levels for a learner, in pure functions; what it remembers is the state `C`.

    A registered curriculum is a callable `target(levels, **config)` that returns one, where
    `levels` is a game that satisfies `Levels`. One cycle is a proposal, a rollout in it, and the
    outcome: `propose`, play, `learn`.
    """

    @property
    def needs_values(self) -> bool:
        """Whether it cannot do without the critic's part of an `Outcome`."""
        ...

    @property
    def gated(self) -> bool:
        """Whether it is wrong to learn from proposals that are not to be `trained` on."""
        ...

    @property
    def grounded(self) -> bool:
        """Whether advantages must come from imagined transitions (SAMPLR; see `Belief`)."""
        ...

    def init(self, key: jax.Array) -> C:
        """The first state."""
        ...

    def propose(self, key: jax.Array, state: C, num: int) -> tuple[C, Proposal[P]]:
        """Choose `num` levels."""
        ...

    def learn(self, key: jax.Array, state: C, proposal: Proposal[P], outcome: Outcome) -> C:
        """Take note of what came of a proposal; levels without a finished episode teach nothing."""
        ...

    def figures(self, state: C) -> Mapping[str, jax.Array]:
        """Figures for a log, each `f32[]`: the fill of a buffer, the mean score, ..."""
        ...


@runtime_checkable
class Keeper(Protocol[C_contra, P]):
    """A curriculum that keeps levels, and can show them: what galleries and plots are made from."""

    def kept(self, state: C_contra) -> KeptLevels[P]:
        """The levels that it keeps, the best-scored first; jittable, as all of a curriculum."""
        ...


@runtime_checkable
class Editor(Protocol[S_contra, P_co]):
    """A game in which one builds a level for another game: what a teacher plays in PAIRED.

    Its episodes are all of one length, and each ends with a level (Dennis et al.,
    arXiv:2012.02096). It pays nothing of its own: who trains a teacher pays it by what came of the
    level.
    """

    def level(self, state: S_contra) -> P_co:
        """The level as it stands, params of the other game."""
        ...


@runtime_checkable
class Belief(Protocol[S, P]):
    """A game with hidden parts whose true distribution is known: what SAMPLR needs.

    The hidden parts are the aleatoric parameters of Jiang et al., arXiv:2207.05219.
    """

    def imagine(self, key: jax.Array, state: S, level: P) -> tuple[S, P]:
        """Draw the hidden parts anew, by what their player can know.

        Drawn from the posterior, given what has been seen in the episode, under the true
        distribution rather than the curriculum's. Everything that was seen stays as it is.
        """
        ...


@runtime_checkable
class Optimum(Protocol[P_contra]):
    """A game that knows what is possible in its levels, so that regret need not be guessed."""

    def optimum(self, level: P_contra) -> jax.Array:
        """The highest expected undiscounted return of any player of a level, `f32[]`."""
        ...


@runtime_checkable
class Measured(Protocol[P_contra]):
    """A game that can say how complex a level is, for plots; curricula never ask."""

    def measures(self, level: P_contra) -> Mapping[str, jax.Array]:
        """Figures of a level by the words for them, each `f32[]`; NaN where it has none.

        Such as the walls, and the length of the shortest way, which not every level has.
        """
        ...

"""The search for a world: train in it, and see what the agent earns in the real task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.env import Env
from envsuite.core.policy import Learner
from envsuite.evolution.returns import mean_return
from envsuite.functional import TimeLimit
from envsuite_synthetic.env import Synthetic
from envsuite_synthetic.network import World
from envsuite_synthetic.units import Units


@dataclass(frozen=True)
class Horizon:
    """How long an episode of the real task may be, over the generations.

    A task whose reward is far away is begun with long episodes, in which an agent that has learned
    little still finds it; another with short ones, which cost less.

    Attributes:
        first: Steps at the start.
        last: Steps at the end.
        begin: The generation up to which it is `first`.
        end: The generation from which it is `last`; between the two it goes in a straight line.
    """

    first: int
    last: int
    begin: int = 0
    end: int = 1

    def at(self, generation: jax.Array) -> jax.Array:
        """The steps of a generation, `i32[]`."""
        part = jnp.clip((generation - self.begin) / max(self.end - self.begin, 1), 0.0, 1.0)
        return jnp.round(self.first + part * (self.last - self.first)).astype(jnp.int32)


@dataclass(frozen=True, eq=False)
class Apprentice:
    """A learner, and the ranges from which its numbers are drawn.

    Attributes:
        name: By which it is known.
        learner: It learns for a set number of steps.
        ranges: For a field of its settings, the values that are drawn evenly.
    """

    name: str
    learner: Learner[Any, Any]
    ranges: Mapping[str, tuple[float, ...]]

    def settings(self, key: jax.Array) -> Any:
        """Draw its numbers."""
        drawn = {
            name: jax.random.choice(jax.random.fold_in(key, k), jnp.asarray(values, jnp.float32))
            for k, (name, values) in enumerate(sorted(self.ranges.items()))
        }
        return replace(self.learner.default_settings(), **drawn)


@dataclass(frozen=True, eq=False)
class WorldProblem:
    """A world is as good as an agent that was trained in it is in the real task.

    Every generation trains one kind of learner, in turn, with settings drawn anew, for all
    candidates alike (arXiv:2406.12589).

    Attributes:
        world: The kind of world that is sought.
        real: The real task without its time limit.
        apprentices: The learners that take turns.
        episodes: Of the real task, for each trained agent.
        rollouts: Agents trained in each candidate; their mean is its score.
        horizon: Of those episodes.
        max_steps: Of an episode in the world; a bandit's ends by itself.
        greedy: Whether trained agents play their best guess, as they are evaluated in the end, or
            explore as they learned to.
        units: Of the candidates; `None`: those of the real task.
        found: Where the search begins; `None`: at a world that has learned nothing.
    """

    world: Synthetic
    real: Env[Any, Any]
    apprentices: tuple[Apprentice, ...]
    episodes: int
    rollouts: int
    horizon: Horizon
    max_steps: int | None = None
    greedy: bool = False
    units: Units | None = None
    found: World | None = None

    @property
    def variants(self) -> int:
        """The learners."""
        return len(self.apprentices)

    def start(self, key: jax.Array) -> World:
        """A world that has learned nothing, or the one that was found."""
        return self.world.initial(key) if self.found is None else self.found

    def shown(self, candidate: World) -> World:
        """A candidate as agents play it."""
        return candidate if self.units is None else self.units.fold(candidate)

    def score(
        self, key: jax.Array, candidate: World, variant: int, generation: jax.Array
    ) -> jax.Array:
        """The mean return, in the real task, of agents trained in a candidate."""
        horizon = self.horizon.at(generation)
        if self.rollouts == 1:
            return self._trial(key, candidate, variant, horizon)
        keys = jax.random.split(key, self.rollouts)
        trial = jax.vmap(lambda key: self._trial(key, candidate, variant, horizon))
        return trial(keys).mean()

    def judge(self, key: jax.Array, candidate: World, variant: int) -> jax.Array:
        """The mean return of one agent, over episodes as long as they are in the end."""
        return self._trial(key, candidate, variant, jnp.int32(self.horizon.last))

    def _trial(
        self, key: jax.Array, candidate: World, variant: int, horizon: jax.Array
    ) -> jax.Array:
        apprentice = self.apprentices[variant]
        settings_key, learn_key, play_key = jax.random.split(key, 3)
        world = self.world if self.max_steps is None else TimeLimit(self.world, self.max_steps)
        settings = apprentice.settings(settings_key)
        weights = apprentice.learner.learn(learn_key, world, self.shown(candidate), settings)
        return mean_return(
            play_key,
            self.real,
            self.real.default_params(),
            apprentice.learner.policy(self.real, weights, greedy=self.greedy),
            episodes=self.episodes,
            horizon=horizon,
        )

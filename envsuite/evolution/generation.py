"""One generation as compiled functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh

from envsuite.evolution.problem import Problem
from envsuite.evolution.spread import everywhere, spread
from envsuite.evolution.strategy import make_strategy

if TYPE_CHECKING:
    from envsuite.evolution.search import Search

# On two cores, programs with several loops side by side now and then wait for each other for ever
# if XLA splits single operations among threads too. These are too small to gain by that.
_OPTIONS = {"xla_cpu_multi_thread_eigen": False}


class Generation:
    """What happens between two states of the strategy; every draw follows from seed and number."""

    def __init__(self, search: Search, problem: Problem[Any], seed: int, mesh: Mesh) -> None:
        """Prepare; nothing is compiled yet."""
        self._search = search
        self._problem = problem
        self._mesh = mesh
        self._key = jax.random.key(seed)
        start = problem.start(jax.random.fold_in(self._key, 0))
        self._strategy, self._params = make_strategy(
            search.strategy, search.population, start, search.deviation, search.learning_rate
        )
        self._start = start

    def begin(self) -> Any:
        """The strategy's first state."""
        key = jax.random.fold_in(self._key, 1)
        state = self._strategy.init(key, self._start, self._params)
        # of definite types, as later states are, or the second generation would be compiled anew
        state = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.asarray(leaf).dtype), state)
        return everywhere(self._mesh, state)

    def mean(self, state: Any) -> Any:
        """The search's mean, as a candidate in NumPy."""
        return jax.tree.map(np.asarray, self._strategy.get_mean(state))

    def play(self, state: Any, number: int) -> tuple[Any, np.ndarray]:
        """Propose, score and recombine: the next state, and the scores `f32[population]`.

        A candidate whose score is no number counts as the worst; if none is one, the state is
        what it was.
        """
        variant = number % self._problem.variants
        key, index = everywhere(self._mesh, (self._stream(2, number), jnp.int32(number)))
        state, scores = self._play(state, key, index, variant)
        return state, np.asarray(scores)

    def judge(self, state: Any, number: int) -> np.ndarray:
        """Fresh trials of the mean: `f32[variants, trials]`."""
        key = everywhere(self._mesh, self._stream(3, number))
        rows = [
            np.asarray(self._judge(state, key, variant))
            for variant in range(self._problem.variants)
        ]
        return np.stack(rows)

    def _stream(self, which: int, number: int) -> jax.Array:
        return jax.random.fold_in(jax.random.fold_in(self._key, which), number)

    @partial(jax.jit, static_argnums=(0, 4), compiler_options=_OPTIONS)
    def _play(
        self, state: Any, key: jax.Array, number: jax.Array, variant: int
    ) -> tuple[Any, jax.Array]:
        ask_key, score_key, tell_key = jax.random.split(key, 3)
        candidates, asked = self._strategy.ask(ask_key, state, self._params)

        def score(shared: Any, candidate: Any) -> jax.Array:
            common, number = shared
            return self._problem.score(common, candidate, variant, number)

        scores = spread(score, self._mesh, self._search.batch)((score_key, number), candidates)
        good = ~jnp.isnan(scores)
        cost = jnp.where(good, -scores, jnp.inf)
        told, _ = self._strategy.tell(tell_key, candidates, cost, asked, self._params)
        kept = jax.tree.map(lambda new, old: jnp.where(good.any(), new, old), told, state)
        return kept, scores

    @partial(jax.jit, static_argnums=(0, 3), compiler_options=_OPTIONS)
    def _judge(self, state: Any, key: jax.Array, variant: int) -> jax.Array:
        mean = self._strategy.get_mean(state)

        def trial(mean: Any, key: jax.Array) -> jax.Array:
            return self._problem.judge(key, mean, variant)

        keys = jax.random.split(key, self._search.trials)
        return spread(trial, self._mesh, min(self._search.batch, self._search.trials))(mean, keys)

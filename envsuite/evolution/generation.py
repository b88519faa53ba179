"""One generation as compiled functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jax.sharding import Mesh

from envsuite.evolution.problem import Problem
from envsuite.evolution.spread import everywhere, gathered, spread
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
        """The strategy's first state, in NumPy."""
        state = self._strategy.init(jax.random.fold_in(self._key, 1), self._start, self._params)
        return jax.tree.map(np.asarray, state)

    def mean(self, state: Any) -> Any:
        """The search's mean, as a candidate in NumPy."""
        return jax.tree.map(np.asarray, self._strategy.get_mean(state))

    def play(self, state: Any, number: int) -> tuple[Any, np.ndarray]:
        """Propose, score and recombine: the next state, and the scores `f32[population]`.

        A candidate whose score is no number counts as the worst; if none is one, the state is
        what it was.
        """
        ask_key, score_key, tell_key = jax.random.split(self._stream(2, number), 3)
        candidates, asked = self._ask(ask_key, state)
        candidates = jax.tree.map(np.asarray, candidates)
        own = (_words(score_key), np.int32(number))
        shared, spread_out = everywhere(self._mesh, (own, candidates))
        variant = number % self._problem.variants
        results = self._score(shared, spread_out, variant)
        scores = gathered(results, self._search.population)
        if np.isnan(scores).all():
            return state, scores
        cost = np.where(np.isnan(scores), np.inf, -scores)
        return jax.tree.map(np.asarray, self._tell(tell_key, candidates, cost, asked)), scores

    def judge(self, state: Any, number: int) -> np.ndarray:
        """Fresh trials of the mean: `f32[variants, trials]`."""
        trials = self._search.trials
        keys = jax.random.split(self._stream(3, number), trials)
        mean, keys = everywhere(self._mesh, (self.mean(state), _words(keys)))
        rows = [
            gathered(self._judge(mean, keys, variant), trials)
            for variant in range(self._problem.variants)
        ]
        return np.stack(rows)

    def _stream(self, which: int, number: int) -> jax.Array:
        return jax.random.fold_in(jax.random.fold_in(self._key, which), number)

    @partial(jax.jit, static_argnums=0)
    def _ask(self, key: jax.Array, state: Any) -> Any:
        return self._strategy.ask(key, state, self._params)

    @partial(jax.jit, static_argnums=0)
    def _tell(self, key: jax.Array, candidates: Any, cost: jax.Array, asked: Any) -> Any:
        return self._strategy.tell(key, candidates, cost, asked, self._params)[0]

    @partial(jax.jit, static_argnums=(0, 3), compiler_options=_OPTIONS)
    def _score(self, shared: Any, candidates: Any, variant: int) -> jax.Array:
        def score(shared: Any, candidate: Any) -> jax.Array:
            words, number = shared
            key = jax.random.wrap_key_data(words, impl="threefry2x32")
            return self._problem.score(key, candidate, variant, number)

        return spread(score, self._mesh, self._search.batch)(shared, candidates)

    @partial(jax.jit, static_argnums=(0, 3), compiler_options=_OPTIONS)
    def _judge(self, mean: Any, keys: jax.Array, variant: int) -> jax.Array:
        def trial(mean: Any, words: jax.Array) -> jax.Array:
            key = jax.random.wrap_key_data(words, impl="threefry2x32")
            return self._problem.judge(key, mean, variant)

        return spread(trial, self._mesh, min(self._search.batch, self._search.trials))(mean, keys)


def _words(keys: jax.Array) -> np.ndarray:
    """Keys as the words that they are made of, which may be handed to several processes."""
    return np.asarray(jax.random.key_data(keys))

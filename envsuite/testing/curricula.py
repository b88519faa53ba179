"""What every curriculum promises."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.core.curriculum import Curriculum, Keeper, Outcome
from envsuite.functional.struct import tree_where
from envsuite.functional.transform import unwrapped
from envsuite.runs.tree_file import read_tree, write_tree

SLOTS = 4
CYCLES = 16


@dataclass(frozen=True)
class Led:
    """A curriculum on its way through a few cycles.

    Attributes:
        curriculum: The curriculum.
        levels: Its game.
    """

    curriculum: Any
    levels: Any

    @cached_property
    def init(self) -> Callable[..., Any]:
        """Compiled, as are the others, so that each is compiled once."""
        return jax.jit(self.curriculum.init)

    @cached_property
    def propose(self) -> Callable[..., Any]:
        """Of the key and the state, for `SLOTS` slots."""
        return jax.jit(lambda key, state: self.curriculum.propose(key, state, SLOTS))

    @cached_property
    def learn(self) -> Callable[..., Any]:
        """Of the key, the state, the proposal and the outcome."""
        return jax.jit(self.curriculum.learn)

    @cached_property
    def start(self) -> Any:
        """The first state."""
        return self.init(jax.random.key(0))

    @cached_property
    def middle(self) -> Any:
        """The state after `CYCLES` cycles."""
        return self.cycles(self.start, range(CYCLES))[-1][0]

    def cycles(self, state: Any, numbers: range) -> list[tuple[Any, Any]]:
        """States after, and proposals of, the cycles of these numbers."""
        led = []
        for number in numbers:
            propose_key, learn_key = jax.random.split(jax.random.fold_in(jax.random.key(1), number))
            state, proposal = self.propose(propose_key, state)
            state = self.learn(learn_key, state, proposal, _outcome(number))
            led.append((state, proposal))
        return led


def lead(curriculum: Any, levels: Any) -> Led:
    """Put a curriculum to the test."""
    return Led(curriculum, levels)


def _outcome(number: int) -> Outcome:
    """Something that may well have come of a rollout; one slot has finished no episode."""
    drawn = np.random.default_rng(number).uniform(0.1, 0.9, (7, SLOTS)).astype(np.float32)
    episodes = np.arange(1, SLOTS + 1, dtype=np.int32)
    episodes[number % SLOTS] = 0
    drawn[:, number % SLOTS] = np.nan
    drawn[1] = np.maximum(drawn[0], drawn[1])
    return Outcome(jnp.asarray(episodes), *(jnp.asarray(row) for row in drawn))


def it_is_a_curriculum(led: Led) -> None:
    """It has the members of a curriculum, and its three flags are bool."""
    assert isinstance(led.curriculum, Curriculum), type(led.curriculum)
    for name in ("needs_values", "gated", "grounded"):
        assert isinstance(getattr(led.curriculum, name), bool), name


def proposals_have_a_level_a_slot(led: Led) -> None:
    """A proposal has one level of the game a slot, `i32[n]` tickets and a `bool[]` flag."""
    game: Any = unwrapped(led.levels)
    single = jax.eval_shape(game.sample, jax.random.key(0))
    for num in (SLOTS, SLOTS + 1):

        def propose(key: jax.Array, state: Any, num: int = num) -> Any:
            return led.curriculum.propose(key, state, num)

        _, proposal = jax.eval_shape(propose, jax.random.key(2), led.start)
        levels = proposal.levels
        assert jax.tree.structure(levels) == jax.tree.structure(single), "not levels of the game"
        for one, many in zip(jax.tree.leaves(single), jax.tree.leaves(levels), strict=True):
            assert many.shape == (num, *one.shape) and many.dtype == one.dtype, many
        tickets, trained = proposal.tickets, proposal.trained
        assert tickets.shape == (num,) and tickets.dtype == jnp.int32, f"tickets are {tickets}"
        assert trained.shape == () and trained.dtype == jnp.bool_, f"trained is {trained}"


def proposed_levels_can_be_played(led: Led) -> None:
    """Every level that is proposed can be played."""
    reset = jax.jit(jax.vmap(led.levels.reset))
    keys = jax.random.split(jax.random.key(3), SLOTS)
    for _, proposal in led.cycles(led.start, range(CYCLES)):
        _, timestep = reset(keys, proposal.levels)
        for leaf in jax.tree.leaves(timestep.terminated):
            assert not leaf.any(), "a level begins at its end"


def a_first_state_can_be_donated(led: Led) -> None:
    """No two leaves of the first state are one array, so that a learner may donate it."""
    leaves = jax.tree.leaves(led.curriculum.init(jax.random.key(0)))
    assert len({id(leaf) for leaf in leaves}) == len(leaves), "an array serves two leaves"


def it_is_pure(led: Led) -> None:
    """The same keys lead to the same proposals; what came of one changes no state before it."""
    before = _copy(led.start)
    once, twice = (led.cycles(led.start, range(CYCLES)) for _ in range(2))
    _assert_same(once, twice)
    _assert_same(before, led.start)


def it_runs_in_a_scan(led: Led) -> None:
    """State and proposals keep their shapes, so that cycles run in one compiled loop."""

    def cycle(state: Any, key: jax.Array) -> tuple[Any, Any]:
        propose_key, learn_key = jax.random.split(key)
        state, proposal = led.curriculum.propose(propose_key, state, SLOTS)
        state = led.curriculum.learn(learn_key, state, proposal, _outcome(0))
        return state, proposal.tickets

    keys = jax.random.split(jax.random.key(4), CYCLES)
    jax.eval_shape(lambda state: jax.lax.scan(cycle, state, keys), led.start)


def no_episode_teaches_nothing(led: Led) -> None:
    """Levels in which no episode ended change nothing, and leave nothing that is not finite."""
    nothing = tree_where(jnp.zeros(SLOTS, bool), _outcome(0), _unknown(0))
    for state in (led.start, led.middle):
        state, proposal = led.propose(jax.random.key(5), state)
        _assert_same(state, led.learn(jax.random.key(6), state, proposal, nothing))


def unknown_figures_do_no_harm(led: Led) -> None:
    """Episodes of which nothing is known leave the figures finite, and proposals go on."""
    state = led.middle
    for number in range(CYCLES):
        key = jax.random.fold_in(jax.random.key(7), number)
        state, proposal = led.propose(key, state)
        state = led.learn(key, state, proposal, _unknown(2))
    _assert_finite(led.curriculum.figures(state))


def figures_are_finite(led: Led) -> None:
    """Figures are finite `f32[]`, from the first state on, and of the same names."""
    first, later = (led.curriculum.figures(state) for state in (led.start, led.middle))
    assert first.keys() == later.keys(), first.keys() ^ later.keys()
    _assert_finite(first)
    _assert_finite(later)


def what_it_keeps_can_be_shown(led: Led) -> None:
    """Where it shows what it keeps: levels of the game with finite scores, the best first."""
    if not isinstance(led.curriculum, Keeper):
        return
    game: Any = unwrapped(led.levels)
    single = jax.eval_shape(game.sample, jax.random.key(0))
    for state in (led.start, led.middle):
        kept = jax.jit(led.curriculum.kept)(state)
        size = int(kept.size)
        scores = np.asarray(kept.score)[:size]
        assert np.isfinite(scores).all() and (np.diff(scores) <= 0).all(), f"scores are {scores}"
        for one, many in zip(jax.tree.leaves(single), jax.tree.leaves(kept.levels), strict=True):
            assert many.shape == (len(kept.score), *one.shape) and many.dtype == one.dtype, many


def it_goes_on_from_a_file(led: Led) -> None:
    """Written to a file and read again, it goes on to the last bit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.npz"
        write_tree(path, led.middle, {})
        again = read_tree(path, led.start)
    later = range(CYCLES, 2 * CYCLES)
    _assert_same(led.cycles(led.middle, later), led.cycles(again, later))


def _unknown(episodes: int) -> Outcome:
    unknown = jnp.full(SLOTS, jnp.nan)
    return Outcome(jnp.full(SLOTS, episodes, jnp.int32), *(unknown,) * 7)


def _assert_finite(figures: Any) -> None:
    for name, figure in figures.items():
        assert jnp.shape(figure) == () and jnp.asarray(figure).dtype == jnp.float32, name
        assert np.isfinite(figure), f"{name} is {figure}"


def _copy(tree: Any) -> Any:
    return jax.tree.map(lambda leaf: np.array(_numbers(leaf)), tree)


def _numbers(leaf: Any) -> Any:
    keys = isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return jax.random.key_data(leaf) if keys else leaf


def _assert_same(one: Any, other: Any) -> None:
    assert jax.tree.structure(_copy(one)) == jax.tree.structure(_copy(other))
    twins = jax.tree.leaves(_copy(other))
    leaves = jax.tree_util.tree_flatten_with_path(_copy(one))[0]
    for (path, leaf), twin in zip(leaves, twins, strict=True):
        same = np.array_equal(leaf, twin, equal_nan=leaf.dtype.kind == "f")
        assert same, f"{jax.tree_util.keystr(path)} differs"


PROMISES = (
    it_is_a_curriculum,
    proposals_have_a_level_a_slot,
    proposed_levels_can_be_played,
    a_first_state_can_be_donated,
    it_is_pure,
    it_runs_in_a_scan,
    no_episode_teaches_nothing,
    unknown_figures_do_no_harm,
    figures_are_finite,
    what_it_keeps_can_be_shown,
    it_goes_on_from_a_file,
)

"""How an episode begins, where that is left to chance."""

from __future__ import annotations

from functools import partial

import jax
import numpy as np
import pytest

from envsuite_overcooked.env import Overcooked
from envsuite_overcooked.kitchen import FLOOR, POT

MANY = 2000


@partial(jax.jit, static_argnums=0)
def starts(env, keys):
    return jax.vmap(lambda key: env.reset(key, env.default_params())[0])(keys)


@pytest.fixture(scope="module")
def drawn():
    env = Overcooked("coordination_ring", start="random", facing="random", contents="random")
    return env, jax.device_get(starts(env, jax.random.split(jax.random.key(3), MANY)))


def shares(values, count):
    """How often each of 0 to `count` - 1 occurs, as shares."""
    return np.bincount(np.ravel(values), minlength=count) / np.size(values)


def test_two_different_cells_of_the_floor_each_pair_as_likely(drawn):
    env, states = drawn
    floor = env.kitchen.cells(FLOOR).tolist()
    number = {tuple(cell): index for index, cell in enumerate(floor)}
    pairs = [[number[tuple(cell)] for cell in places] for places in states.places.tolist()]
    count = len(floor)
    often = np.zeros((count, count))
    np.add.at(often, tuple(np.transpose(pairs)), 1)
    assert not often.diagonal().any()
    apart = often[~np.eye(count, dtype=bool)]
    expected = MANY / apart.size
    # the sum of squares of as many independent counts, chi-squared: mean 55, deviation 10.5
    assert ((apart - expected) ** 2 / expected).sum() < apart.size + 5 * np.sqrt(2 * apart.size)


def test_facings_hands_and_pots_are_as_likely_as_each_other(drawn):
    env, states = drawn
    np.testing.assert_allclose(shares(states.facings, 4), 1 / 4, atol=0.04)
    np.testing.assert_allclose(shares(states.hands, 4), 1 / 4, atol=0.04)
    assert not states.counters.any() and not states.step.any()
    at = (slice(None), *env.kitchen.cells(POT).T)
    onions, remaining = states.onions[at], states.remaining[at]
    # 0, 1 or 2 onions, or soup with 20 to 0 steps to go: 24 states
    clock = np.where(onions == 3, remaining, 23 - onions)
    np.testing.assert_allclose(shares(clock, 24), 1 / 24, atol=0.02)
    assert not remaining[onions < 3].any()
    assert np.all(states.onions[..., env.kitchen.terrain != POT] == 0)
    # the pots, the hands and the facings are drawn apart from each other
    for one, other in ((onions[:, 0], onions[:, 1]), states.hands.T, states.facings.T):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


def test_each_chance_can_be_had_alone():
    keys = jax.random.split(jax.random.key(4), 50)
    plain = Overcooked()
    first = jax.device_get(starts(plain, keys))
    assert (first.places == plain.kitchen.starts).all()
    assert not any(np.any(getattr(first, name)) for name in ("facings", "hands", "onions"))
    for option, changed in (
        ({"start": "random"}, {"places"}),
        ({"facing": "random"}, {"facings"}),
        ({"contents": "random"}, {"hands", "onions", "remaining"}),
    ):
        states = jax.device_get(starts(Overcooked(**option), keys))
        names = ("places", "facings", "hands", "counters", "onions", "remaining", "step")
        differ = {n for n in names if np.any(getattr(states, n) != getattr(first, n))}
        assert differ == changed

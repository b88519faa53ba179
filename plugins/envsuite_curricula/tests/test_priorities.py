"""How often levels are drawn: the published formulas, worked by hand."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_curricula.priorities import Priorities, draw, probabilities

SCORE = jnp.array([0.5, 0.2, 0.9, 0.2001])
DRAWN = jnp.array([3, 9, 7, 1], jnp.int32)


def chances(kind: str, temperature: float, staleness: float, score=SCORE, drawn=DRAWN, size=4):
    priorities = Priorities(kind, temperature, staleness)
    return probabilities(priorities, score, drawn, jnp.int32(size), jnp.int32(10))


@pytest.mark.parametrize(
    ("temperature", "staleness", "expected"),
    [
        (0.3, 0.0, (0.087432, 0.008674, 0.881262, 0.022631)),
        (0.3, 1.0, (0.35, 0.05, 0.15, 0.45)),
        (0.3, 0.3, (0.166203, 0.021072, 0.661884, 0.150842)),
        (1.0, 0.0, (0.24, 0.12, 0.48, 0.16)),
    ],
)
def test_the_mixture_of_rank_and_age(temperature, staleness, expected):
    np.testing.assert_allclose(chances("rank", temperature, staleness), expected, atol=2e-6)


def test_proportional_weights_are_powers_of_the_score_and_negative_ones_count_as_nought():
    score = jnp.array([1.0, 2.0, -3.0, 4.0])
    expected = np.array([1, 4, 0, 16]) / 21
    np.testing.assert_allclose(chances("proportional", 0.5, 0, score), expected, rtol=1e-6)
    # 1e4 to the power of ten is too large for a float; shares are not
    np.testing.assert_allclose(
        chances("proportional", 0.1, 0, 1e4 * score), [4**-10, 2**-10, 0, 1], rtol=2e-3, atol=1e-8
    )


@pytest.mark.parametrize(
    ("kind", "score", "drawn"),
    [("proportional", [-1, 0, -2, 0], [3, 9, 7, 1]), ("rank", [1, 2, 3, 4], [10, 10, 10, 10])],
)
def test_weights_that_are_all_nought_are_all_the_same(kind, score, drawn):
    staleness = 0.0 if kind == "proportional" else 1.0
    own = chances(kind, 0.5, staleness, jnp.array(score, jnp.float32), jnp.array(drawn))
    np.testing.assert_allclose(own, [0.25] * 4)


def test_places_that_are_not_taken_are_never_drawn():
    own = chances("rank", 0.3, 0.3, jnp.array([0.1, 0.2, 9.0, 9.0]), size=2)
    assert own[2:].tolist() == [0, 0] and own.sum() == pytest.approx(1)
    for replacement in (True, False):
        places = draw(jax.random.key(0), own, jnp.int32(2), 64, replacement=replacement)
        assert set(places.tolist()) == {0, 1}
    assert chances("rank", 0.3, 0.3, size=0).tolist() == [0] * 4


@pytest.mark.parametrize(
    ("temperature", "best", "effective"), [(0.3, 0.8716, 1.30), (0.5, 0.608, None), (1, 0.113, 48)]
)
def test_how_many_of_4000_levels_count(temperature, best, effective):
    score = jax.random.normal(jax.random.key(0), (4000,))
    priorities = Priorities("rank", temperature, 0.0)
    own = probabilities(priorities, score, jnp.zeros(4000), jnp.int32(4000), jnp.int32(1))
    assert own.max() == pytest.approx(best, abs=6e-4)
    assert jnp.argmax(own) == jnp.argmax(score)
    if effective:
        assert 1 / (own**2).sum() == pytest.approx(effective, rel=0.01)


def test_a_million_draws_have_the_frequencies_of_their_chances():
    expected = np.asarray(chances("rank", 0.3, 0.3), np.float64)
    places = draw(
        jax.random.key(3), jnp.asarray(expected), jnp.int32(4), 1_000_000, replacement=True
    )
    counts = np.bincount(places, minlength=4)
    chi_squared = ((counts - 1e6 * expected) ** 2 / (1e6 * expected)).sum()
    assert chi_squared < 16.27  # a thousandth of the distribution with three degrees lies above


def test_without_replacement_one_is_drawn_after_the_other_from_those_left():
    own = np.asarray(chances("rank", 1.0, 0.0), np.float64)
    keys = jax.random.split(jax.random.key(4), 100_000)

    def pair(key: jax.Array) -> jax.Array:
        return draw(key, jnp.asarray(own), jnp.int32(4), 2, replacement=False)

    first, second = np.asarray(jax.vmap(pair)(keys)).T
    assert (first != second).all()
    for one in range(4):
        for other in range(4):
            if one != other:
                chance = own[one] * own[other] / (1 - own[one])
                share = ((first == one) & (second == other)).mean()
                assert abs(share - chance) < 4 * (chance / 100_000) ** 0.5


def test_more_slots_than_levels_are_dealt_evenly():
    places = draw(jax.random.key(5), chances("rank", 0.1, 0.0), jnp.int32(4), 10, replacement=False)
    assert sorted(np.bincount(places, minlength=4).tolist()) == [2, 2, 3, 3]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "ranks"}, "prioritisation 'ranks' is unknown: did you mean 'rank'"),
        ({"temperature": 0.0}, "temperature must be above 0, not 0.0"),
        ({"staleness": 1.5}, "staleness must lie between 0 and 1, not 1.5"),
    ],
)
def test_what_gives_no_probabilities_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        Priorities(**options)

"""Spelled-out curves against the exact functions, and their compiled twins bit for bit."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.compiled import curves as twins
from envsuite.functional import curves

heading, softplus = jax.jit(curves.heading), jax.jit(curves.softplus)


def turns() -> np.ndarray:
    """Angles anywhere, at and beside every eighth of a turn, and hardly above 0."""
    eighths = np.arange(9, dtype=np.float32) / 8
    beside = [np.nextafter(eighths, np.float32(to)) for to in (0, 1)]
    tiny = np.float32(2.0) ** -np.arange(1, 127, dtype=np.float32)
    anywhere = np.random.default_rng(0).random(100_000, np.float32)
    return np.concatenate([eighths, *beside, tiny, anywhere])


def depths() -> np.ndarray:
    """Numbers small and large, on both sides of zero."""
    random = np.random.default_rng(1)
    near, far = random.uniform(-12, 12, 50_000), random.uniform(-1200, 1200, 10_000)
    steps = np.log(2) * np.arange(-126, 127)
    return np.concatenate([[0.0], near, far, steps]).astype(np.float32)


def test_a_heading_is_the_cosine_and_the_sine():
    angle = turns().astype(np.float64) * 2 * np.pi
    cosine, sine = (np.asarray(part) for part in heading(turns()))
    np.testing.assert_allclose(cosine, np.cos(angle), rtol=0, atol=1e-7)
    np.testing.assert_allclose(sine, np.sin(angle), rtol=0, atol=1e-7)
    assert np.abs(cosine).max() == np.abs(sine).max() == 1


def test_quarter_turns_are_exact():
    quarters = jnp.array([0, 0.25, 0.5, 0.75, 1], jnp.float32)
    cosine, sine = heading(quarters)
    assert cosine.tolist() == [1, 0, -1, 0, 1]
    assert sine.tolist() == [0, 1, 0, -1, 0]
    there = [twins.heading(quarter) for quarter in np.asarray(quarters)]
    assert there == [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)]


def test_a_softplus_is_the_logarithm():
    exact = np.logaddexp(0, depths().astype(np.float64))
    np.testing.assert_allclose(softplus(depths()), exact, rtol=2.5e-7, atol=2e-37)


def test_the_twins_are_the_same_to_the_last_bit():
    some = turns()[:3000]
    some = some[(some == 0) | (some > 1e-37)]  # XLA takes what is smaller for zero
    there = np.array([twins.heading(turn) for turn in some])
    np.testing.assert_array_equal(there.T, np.stack(heading(some)))
    some = depths()
    there = np.array([twins.softplus(x) for x in some])
    np.testing.assert_array_equal(there, softplus(some))

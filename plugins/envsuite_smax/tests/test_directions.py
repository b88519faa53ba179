"""Sections and distances against the exact functions, and the compiled twins of them."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_smax import directions
from envsuite_smax.compiled import cone, near
from envsuite_smax.view import nearer

section = jax.jit(directions.section)


def places() -> tuple[np.ndarray, np.ndarray]:
    """Places anywhere; on the axes, the diagonals and the origin; and beside every edge."""
    random = np.random.default_rng(1)
    whole = np.stack(np.meshgrid(np.arange(-3, 4), np.arange(-3, 4)), -1).reshape(-1, 2)
    anywhere = random.uniform(-10, 10, (20_000, 2))
    edges = np.repeat(np.arange(32) * np.pi / 16, 40) + random.choice([-2e-6, 2e-6], 32 * 40)
    beside = np.stack([np.cos(edges), np.sin(edges)], -1) * random.uniform(0.1, 12, (edges.size, 1))
    x, y = np.concatenate([whole, anywhere, beside]).astype(np.float32).T
    return x, y


def exact_turn(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The direction in 32nds of a turn, from straight left; pi is -pi."""
    turn = (np.arctan2(y.astype(np.float64), x.astype(np.float64)) / np.pi + 1) * 16
    return np.where(turn == 32, 0, turn)


def test_a_section_is_that_of_the_arctangent() -> None:
    x, y = places()
    turn = exact_turn(x, y)
    where, edge = (np.asarray(part) for part in section(x, y))
    on_edge = (x == 0) | (y == 0) | (np.abs(x) == np.abs(y))
    assert on_edge.sum() == 25 and edge[on_edge].all()
    # whoever is not on an edge is far enough off it for single precision
    np.testing.assert_array_equal(edge, on_edge)
    np.testing.assert_array_equal(where, np.floor(turn))
    assert set(where) == set(range(32))


def test_the_compiled_section_is_the_same() -> None:
    x, y = places()
    tangents = np.concatenate([np.tan(np.arange(1, 8) * np.pi / 16)] * 40).astype(np.float32)
    along = np.random.default_rng(2).uniform(0.1, 9, tangents.size).astype(np.float32)
    for sign in (1, -1):  # as near to an edge as a float can be, or on it
        for step in (-np.inf, np.inf, None):
            across = along * tangents
            across = across if step is None else np.nextafter(across, np.float32(step))
            x, y = np.concatenate([x, sign * along]), np.concatenate([y, across])
    where, edge = section(x, y)
    there = np.array([cone.section(*place) for place in zip(x, y, strict=True)])
    np.testing.assert_array_equal(there[:, 0], where)
    np.testing.assert_array_equal(there[:, 1], edge)


def test_nearer_is_by_the_distance() -> None:
    assert nearer(jnp.float32(3), jnp.float32(4), jnp.float32(5.000001))
    for x, y in ((3, 4), (-4, 3), (0, 5), (-5, 0), (4, 4), (1, 9)):
        assert not nearer(jnp.float32(x), jnp.float32(y), jnp.float32(5))
    assert not nearer(jnp.float32(0), jnp.float32(0), jnp.float32(0))
    random = np.random.default_rng(3)
    x, y, reach = random.uniform(-9, 9, (3, 20_000)).astype(np.float32)
    reach = np.abs(reach)
    exact = np.hypot(x.astype(np.float64), y.astype(np.float64))
    close = np.abs(exact - reach) < 1e-5
    assert close.mean() < 1e-3
    np.testing.assert_array_equal(np.asarray(nearer(x, y, reach))[~close], (exact < reach)[~close])


def test_the_compiled_nearer_is_the_same_at_the_last_bit() -> None:
    random = np.random.default_rng(4)
    x, y = random.uniform(-9, 9, (2, 3000)).astype(np.float32)
    squared = x * x + y * y
    reach: Any = np.sqrt(squared)  # the sums of squares agree to a bit or two with its square
    there = [near.nearer(*place) for place in zip(x, y, reach, strict=True)]
    np.testing.assert_array_equal(there, jax.jit(nearer)(x, y, reach))
    assert 0.1 < np.mean(there) < 0.9

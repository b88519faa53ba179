"""Vectors in compiled kernels, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from envsuite.compiled.cache import kernel
from envsuite.compiled.lanes import (
    LANES,
    fused,
    greater,
    lesser,
    load,
    lowest,
    spread,
    store,
    where,
    without_lowest,
)


@pytest.fixture
def numbers():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, LANES)).astype(np.float32)
    a[3], b[5] = np.nan, a[5]
    return a, b


@kernel()
def arithmetic(a, b, out):
    x, y = load(a, 0), load(b, 0)
    store(out, 0, x + y)
    store(out, LANES, x - y)
    store(out, 2 * LANES, x * y)
    store(out, 3 * LANES, lesser(x, y))
    store(out, 4 * LANES, greater(x, y))
    store(out, 5 * LANES, where(x < y, x, spread(np.float32(7))))
    store(out, 6 * LANES, fused(x, y, x))


@kernel()
def comparisons(a, b):
    x, y = load(a, 0), load(b, 0)
    return x < y, x <= y, x > y, x >= y


@kernel()
def visited(bits, seen):
    count = 0
    while bits:
        seen[count] = lowest(bits)
        bits = without_lowest(bits)
        count += 1
    return count


def test_every_lane_rounds_as_numpy_does(numbers):
    a, b = numbers
    out = np.empty((7, LANES), np.float32)
    arithmetic(a, b, out.reshape(-1))
    due = [a + b, a - b, a * b, np.where(a < b, a, b), np.where(a > b, a, b)]
    due += [np.where(a < b, a, np.float32(7))]
    for row, expected in zip(out, due, strict=False):
        np.testing.assert_array_equal(row, expected)
    # rounded once: as exact as double precision, in which the product is exact
    exact = a.astype(np.float64) * b + a
    np.testing.assert_array_equal(out[6], exact.astype(np.float32))


def test_comparisons_give_a_bit_for_each_lane_and_nan_none(numbers):
    a, b = numbers
    for bits, holds in zip(comparisons(a, b), (a < b, a <= b, a > b, a >= b), strict=True):
        assert bits == sum(1 << lane for lane in np.flatnonzero(holds))


def test_lanes_are_visited_from_the_lowest():
    seen = np.zeros(LANES, np.int64)
    assert visited(np.uint32(0b1000_0100_0000_0011), seen) == 4
    assert seen[:4].tolist() == [0, 1, 10, 15]
    assert visited(np.uint32(0), seen) == 0

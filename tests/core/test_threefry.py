"""The compiled generator against JAX's own, word for word."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envsuite.compiled.threefry import bits, randint, split, uniform, words

WORD = st.integers(0, 2**32 - 1).map(np.uint32)


def key_of(key0, key1) -> jax.Array:
    return jax.random.wrap_key_data(jnp.array([key0, key1], jnp.uint32), impl="threefry2x32")


def test_the_published_words():
    # the known answers of the Random123 library for threefry2x32 with 20 rounds
    zero, ones = np.uint32(0), np.uint32(0xFFFFFFFF)
    assert words(zero, zero, zero, zero) == (0x6B200159, 0x99BA4EFE)
    assert words(ones, ones, ones, ones) == (0x1CB996FC, 0xBB002BE7)


@settings(max_examples=25, deadline=None)
@given(WORD, WORD)
def test_every_draw_is_jaxs(key0, key1):
    key = key_of(key0, key1)
    children = np.asarray(jax.random.key_data(jax.random.split(key, 3)))
    assert [split(key0, key1, i) for i in range(3)] == [tuple(child) for child in children]
    drawn = np.asarray(jax.random.bits(key, (4, 5))).ravel()
    assert [bits(key0, key1, i) for i in range(20)] == drawn.tolist()
    shares = np.asarray(jax.random.uniform(key, (4, 5))).ravel()
    assert [uniform(key0, key1, i) for i in range(20)] == shares.tolist()


@pytest.mark.parametrize("span", [1, 2, 4, 6, 7, 1000, 2**20 + 3])
def test_whole_numbers_are_jaxs(span):
    data = np.asarray(jax.random.key_data(jax.random.key(5)))
    drawn = np.asarray(jax.random.randint(jax.random.key(5), (30,), 0, span))
    assert [randint(data[0], data[1], i, span) for i in range(30)] == drawn.tolist()

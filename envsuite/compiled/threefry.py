"""JAX's numbers, one at a time: the counter-based generator threefry-2x32, compiled.

The JAX rules draw whole arrays; element `i` of a draw is one evaluation of a hash of the key and
`i`, so a kernel evaluates the elements that it needs and no others. Salmon et al., "Parallel
random numbers: as easy as 1, 2, 3" (2011), section 4; how JAX derives keys and floats from the
words (with `jax_threefry_partitionable`, its default) is tested against `jax.random` itself.

Numba widens 32-bit words to 64 bits in every operation; the casts cut them back.
"""

from __future__ import annotations

import numpy as np

from envsuite.compiled.cache import kernel

U = np.uint32


@kernel()
def _mix(x0, x1, a, b, c, d):
    """Four rounds, with their rotations."""
    for turn in (a, b, c, d):
        x0 = U(x0 + x1)
        x1 = U(U((x1 << U(turn)) | (x1 >> U(32 - turn))) ^ x0)
    return x0, x1


@kernel()
def words(key0, key1, counter0, counter1):
    """The two `uint32` words that a key and a counter, two `uint32` words each, hash to."""
    key2 = U(key0 ^ key1 ^ U(0x1BD11BDA))
    x0, x1 = U(counter0 + key0), U(counter1 + key1)
    x0, x1 = _mix(x0, x1, 13, 15, 26, 6)
    x0, x1 = U(x0 + key1), U(x1 + key2 + U(1))
    x0, x1 = _mix(x0, x1, 17, 29, 16, 24)
    x0, x1 = U(x0 + key2), U(x1 + key0 + U(2))
    x0, x1 = _mix(x0, x1, 13, 15, 26, 6)
    x0, x1 = U(x0 + key0), U(x1 + key1 + U(3))
    x0, x1 = _mix(x0, x1, 17, 29, 16, 24)
    x0, x1 = U(x0 + key1), U(x1 + key2 + U(4))
    x0, x1 = _mix(x0, x1, 13, 15, 26, 6)
    return U(x0 + key2), U(x1 + key0 + U(5))


@kernel()
def split(key0, key1, index):
    """Key `index` of `jax.random.split(key, ...)`."""
    return words(key0, key1, U(0), U(index))


@kernel()
def bits(key0, key1, index):
    """Element `index`, in row-major order, of `jax.random.bits(key, ...)`: `uint32`."""
    first, second = words(key0, key1, U(0), U(index))
    return U(first ^ second)


@kernel()
def uniform(key0, key1, index):
    """Element `index` of `jax.random.uniform(key, ...)`: `float32` in [0, 1)."""
    # 23 random bits are the fraction of a number in [1, 2), less 1
    return np.float32(bits(key0, key1, index) >> U(9)) * np.float32(2.0**-23)


@kernel()
def randint(key0, key1, index, span):
    """Element `index` of `jax.random.randint(key, ..., 0, span)`: `int32`, for a `span` above 0."""
    high0, high1 = split(key0, key1, 0)
    low0, low1 = split(key0, key1, 1)
    # two words make the bias of the remainder negligible; 2**32 is reduced by way of 2**16
    factor = U(U(65536) % U(span))
    factor = U(U(factor * factor) % U(span))
    high = U(bits(high0, high1, index) % U(span))
    low = U(bits(low0, low1, index) % U(span))
    return np.int32(U(U(U(high * factor) + low) % U(span)))

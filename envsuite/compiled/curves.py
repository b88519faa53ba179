"""Curves in arithmetic that both engines repeat one by one; see `envsuite.functional.curves`."""

from __future__ import annotations

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite.compiled.coefficients import (
    COSINE,
    DEEPEST,
    EXPONENTIAL,
    LN_2,
    LOG2_E,
    LOGARITHM,
    SINE,
)

F = np.float32


@kernel()
def heading(turns):
    """Cosine and sine of an angle in [0, 1] turns."""
    quarters = np.int32(F(4) * turns + F(0.5))
    rest = F(4) * turns - F(quarters)
    square = rest * rest
    sine = fma(fma(fma(SINE[0], square, SINE[1]), square, SINE[2]), square, SINE[3])
    cosine = fma(fma(COSINE[0], square, COSINE[1]), square, COSINE[2])
    cosine = fma(fma(cosine, square, COSINE[3]), square, COSINE[4])
    sine = sine * rest
    if quarters == 1:
        return -sine, cosine
    if quarters == 2:
        return -cosine, -sine
    if quarters == 3:
        return sine, -cosine
    return cosine, sine


@kernel()
def softplus(x):
    """`log(1 + exp(x))`."""
    depth = min(abs(x), DEEPEST)
    whole = np.floor(F(depth * LOG2_E))
    rest = fma(-whole, LN_2, depth)
    power = EXPONENTIAL[0]
    for coefficient in EXPONENTIAL[1:]:
        power = fma(power, rest, coefficient)
    small = F(power * np.uint32(np.uint32(127 - np.int32(whole)) << np.uint32(23)).view(F))
    part = F(small / F(F(2) + small))
    square = F(part * part)
    series = LOGARITHM[0]
    for coefficient in LOGARITHM[1:]:
        series = fma(series, square, coefficient)
    return fma(F(part + part), series, max(x, F(0)))

"""Numbers of curves, which both engines reckon with: no numba here, for rules import it."""

import math

import numpy as np

# The sine of a quarter turn times r is r P(r^2), its cosine 1 + r^2 Q(r^2), for r in [-1/2, 1/2].
# P and Q interpolate the exact functions of r^2 at the four Chebyshev nodes of [0, 1/4], in double
# precision (`numpy.polynomial.Chebyshev.interpolate`), which leaves an error of 3e-9; these are
# their coefficients, that of the highest power first.
SINE = (
    np.float32(-0.0046021491),
    np.float32(0.0796802193),
    np.float32(-0.6459634900),
    np.float32(1.5707963705),
)
COSINE = (
    np.float32(0.00090673991),
    np.float32(-0.0208615288),
    np.float32(0.2536694109),
    np.float32(-1.2337005138),
    np.float32(1),
)

# exp(-z) = 2^-n exp(-r), n the whole number of times that ln 2 goes into z; exp(-r) by Taylor's
# series, which leaves an error of 7e-9 up to r = ln 2. The highest power comes first.
LOG2_E, LN_2 = np.float32(math.log2(math.e)), np.float32(math.log(2))
EXPONENTIAL = tuple(np.float32((-1) ** k / math.factorial(k)) for k in range(9, -1, -1))
# log(1 + u) = 2 w (1 + w^2 / 3 + w^4 / 5 + ...) with w = u / (2 + u), at most 1/3 for u up to 1,
# which leaves an error of 1e-8.
LOGARITHM = tuple(np.float32(1 / (2 * k + 1)) for k in range(6, -1, -1))
# As if z were no more: past it half of exp(-z) soon has no place in single precision.
DEEPEST = np.float32(85)

"""Numbers of the circle, which both engines reckon with: no numba here, for the rules import it."""

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

# Tangents of the edges between the eight sections of a quarter turn.
EDGES = (
    np.float32(np.tan(1 * np.pi / 16)),
    np.float32(np.tan(2 * np.pi / 16)),
    np.float32(np.tan(3 * np.pi / 16)),
    np.float32(1),
    np.float32(np.tan(5 * np.pi / 16)),
    np.float32(np.tan(6 * np.pi / 16)),
    np.float32(np.tan(7 * np.pi / 16)),
)

"""The twins of `envsuite_classic_control.angles`."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite_classic_control.angles import (
    COSINE,
    QUARTER,
    QUARTERS,
    REST_OF_QUARTER,
    SINE,
    TURNS,
)

F = np.float32
TURN, REST_OF_TURN = F(4 * QUARTER), F(4 * REST_OF_QUARTER)


@kernel()
def wrap(angle):
    """The same direction between -pi and pi."""
    turns = F(np.rint(F(angle * TURNS)))
    return fma(-turns, REST_OF_TURN, fma(-turns, TURN, angle))


@kernel()
def cosine_and_sine(angle):
    """Cosine and sine of an angle in radians."""
    quarters = F(np.rint(F(angle * QUARTERS)))
    rest = fma(-quarters, REST_OF_QUARTER, fma(-quarters, QUARTER, angle))
    square = F(rest * rest)
    sine, cosine = SINE[0], COSINE[0]
    for coefficient in SINE[1:]:
        sine = fma(sine, square, coefficient)
    for coefficient in COSINE[1:]:
        cosine = fma(cosine, square, coefficient)
    sine = F(sine * rest)
    quadrant = np.int32(quarters) & 3
    if quadrant == 0:
        return cosine, sine
    if quadrant == 1:
        return -sine, cosine
    if quadrant == 2:
        return -cosine, -sine
    return sine, -cosine

"""Numbers of the circle, which both engines reckon with: no numba here, for the rules import it."""

import numpy as np

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

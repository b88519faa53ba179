"""What the halves of spaces may be."""

from __future__ import annotations

import math


def check_positive(**numbers: float) -> None:
    """Refuse what cannot be the half width of a space.

    Raises:
        ValueError: For a number that is not finite and above 0, with its name.
    """
    for name, value in numbers.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 < value < math.inf:
            raise ValueError(f"{name} must be a finite number above 0, not {value!r}")

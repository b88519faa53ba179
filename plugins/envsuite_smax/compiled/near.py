"""Whether two places are near each other: in one battle, or in sixteen."""

from envsuite.compiled.cache import kernel


@kernel()
def nearer(x, y, reach):
    """Whether a place x and y away is nearer than `reach`; see `envsuite_smax.view.nearer`.

    Of three vectors it gives the bits of the lanes in which that holds.
    """
    return x * x < (reach - y) * (reach + y)

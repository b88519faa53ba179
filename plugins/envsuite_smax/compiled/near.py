"""Whether two places are near each other."""

from envsuite.compiled.cache import kernel


@kernel()
def nearer(x, y, reach):
    """Whether a place x and y away is nearer than `reach`; see `envsuite_smax.view.nearer`."""
    return x * x < (reach - y) * (reach + y)

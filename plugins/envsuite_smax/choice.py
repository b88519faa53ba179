"""Errors about a choice that is not on offer."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def not_offered(what: str, value: object, offered: Iterable[str], remedy: str = "") -> ValueError:
    """The error for a `value` that is none of those `offered`; it names the nearest of them.

    Args:
        what: What was chosen, e.g. `"unit"`.
        value: What was given.
        offered: What may be given.
        remedy: What else could help, as a whole clause.
    """
    offered = list(offered)
    near = difflib.get_close_matches(str(value), offered, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}? " if near else ""
    rest = f"; {remedy}" if remedy else ""
    return ValueError(f"{what} {value!r} is unknown: {hint}choose from {', '.join(offered)}{rest}")

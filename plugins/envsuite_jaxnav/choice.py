"""Errors about a choice that is not on offer."""

from __future__ import annotations

from collections.abc import Iterable

from envsuite.core.errors import nearest


def not_offered(what: str, value: object, offered: Iterable[str], remedy: str = "") -> ValueError:
    """The error for a `value` that is none of those `offered`; it names the nearest of them."""
    offered = list(offered)
    near = nearest(str(value), offered)
    hint = f"did you mean {near!r}? " if near else ""
    rest = f"; {remedy}" if remedy else ""
    return ValueError(f"{what} {value!r} is unknown: {hint}choose from {', '.join(offered)}{rest}")

"""Errors that name the thing, the nearest valid thing and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, options: Iterable[str]) -> str | None:
    """The option most like `name`, whatever its case; `None` if nothing is like it.

    Ids are compared within their namespace where that is right: `envsuite/` alone does not make
    two ids alike.
    """
    options = list(options)
    namespace = name[: name.rfind("/") + 1]
    siblings = [option for option in options if option.startswith(namespace)]
    start = len(namespace) if siblings else 0
    # The last of two that differ only in case wins; either is a fair suggestion.
    by_lower = {option[start:].lower(): option for option in siblings or options}
    close = difflib.get_close_matches(name[start:].lower(), by_lower, n=1)
    return by_lower[close[0]] if close else None


class UnknownNameError(KeyError):
    """A name that the registry does not hold. Its text is a sentence; see `unknown_name`."""

    def __str__(self) -> str:
        """The sentence itself; a bare `KeyError` would show it in quotes."""
        return str(self.args[0])


class RegistryError(ValueError):
    """A registry file or a spec that cannot be read as one, or a name claimed twice."""


class TargetError(ImportError):
    """A `"module:attribute"` that cannot be imported.

    Attributes:
        extra: The extra of envsuite that brings what is missing, where that is known.
    """

    extra: str | None = None


class PluginError(RuntimeError):
    """A plugin that failed while `ENVSUITE_PLUGINS_STRICT=1` asked for an error."""


class PluginWarning(UserWarning):
    """A plugin that failed, wholly or in part, and was left out."""


def unknown_name(
    kind: str, name: object, options: Iterable[str], *, listing: str
) -> UnknownNameError:
    """The error for a name that is not there.

    Args:
        kind: What was asked for, such as `"environment"`.
        name: What it was called.
        options: The names there are.
        listing: The command that lists them.
    """
    match = nearest(name, options) if isinstance(name, str) else None
    suggestion = f"did you mean {match!r}? " if match else ""
    return UnknownNameError(f"no {kind} is called {name!r}: {suggestion}`{listing}` lists them all")

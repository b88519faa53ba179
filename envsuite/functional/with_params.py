"""Other default numbers for a game."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from envsuite.functional.transform import Transform


@dataclass(frozen=True)
class WithParams(Transform):
    """Replaces some fields of the game's default params.

    A table may be given as an array or, as YAML and JSON have it, in nested lists; it becomes an
    array of the dtype that the game's own has.

    Raises:
        ValueError: On construction, if the game's params have no field of a given name, or what
            is given for an array is none.
    """

    overrides: tuple[tuple[str, Any], ...]

    def __post_init__(self) -> None:
        """Accept a mapping; refuse names that the params do not have; make the rest hashable."""
        given = dict(self.overrides)
        object.__setattr__(
            self, "overrides", tuple((name, _frozen(given[name])) for name in sorted(given))
        )
        known = [field.name for field in fields(self.env.default_params())]
        for name, _ in self.overrides:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]!r}? " if near else ""
                raise ValueError(f"no parameter {name!r}: {hint}The parameters are {known}")
        self.default_params()

    def default_params(self) -> Any:
        """The game's params with the overrides in place."""
        default = self.env.default_params()
        given = {name: _like(name, value, default) for name, value in self.overrides}
        return replace(default, **given)


def _frozen(value: Any) -> Any:
    """Arrays and lists as nested tuples, so that games of equal numbers are equal."""
    if getattr(value, "ndim", 0) > 0:
        value = np.asarray(value).tolist()
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    return value


def _like(name: str, value: Any, default: Any) -> Any:
    """Nested tuples as an array where the default is one."""
    own = getattr(default, name)
    if not isinstance(value, tuple) or not hasattr(own, "dtype"):
        return value
    try:
        return np.asarray(value, own.dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"parameter {name!r} is an array of {own.dtype}, shaped {list(own.shape)} by default; "
            f"{value!r} is no such array: {error}"
        ) from error

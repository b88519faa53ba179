"""Other default numbers for a game."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from envsuite.functional.transform import Transform


@dataclass(frozen=True)
class WithParams(Transform):
    """Replaces some fields of the game's default params.

    Raises:
        ValueError: On construction, if the game's params have no field of a given name.
    """

    overrides: tuple[tuple[str, Any], ...]

    def __post_init__(self) -> None:
        """Accept a mapping; refuse names that the params do not have."""
        if isinstance(self.overrides, Mapping):
            object.__setattr__(self, "overrides", tuple(sorted(self.overrides.items())))
        known = [field.name for field in fields(self.env.default_params())]
        for name, _ in self.overrides:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]!r}? " if near else ""
                raise ValueError(f"no parameter {name!r}: {hint}The parameters are {known}")

    def default_params(self) -> Any:
        """The game's params with the overrides in place."""
        return replace(self.env.default_params(), **dict(self.overrides))

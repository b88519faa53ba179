"""What the registry says of each thing that can be built, and the grammar of ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Gymnasium's grammar without its version suffix: one slash, no colon (its `make` splits there).
# Ids carry no version because Gymnasium refuses `X` beside `X-v0`, and because a result should
# name the version of the rules it was obtained under, which `EnvSpec.version` does.
ID = re.compile(r"(?P<namespace>[A-Za-z0-9_-]+)/(?P<name>[A-Za-z0-9_.-]+)")
VERSION_SUFFIX = re.compile(r".*-v\d+")


def check_id(id: str) -> None:
    """Raise `ValueError` unless `id` reads `namespace/Family-variant` and carries no version."""
    if not ID.fullmatch(id):
        raise ValueError(
            f"{id!r} is not an id: write namespace/Family or namespace/Family-variant, "
            "in letters, digits, '_', '-' and '.'"
        )
    if VERSION_SUFFIX.fullmatch(id):
        raise ValueError(
            f"{id!r} ends in a version: leave it out and set the `version` field of the spec"
        )


@dataclass(frozen=True)
class Spec:
    """Something that can be built by name.

    Attributes:
        id: Its name: `namespace/Family-variant` for an environment, a plain word otherwise.
        target: `"module:attribute"`, imported and called with `config` when it is asked for.
        config: Keyword arguments of the target: static settings, fields of the class.
        summary: One sentence.
        source: The paper and code it follows.
        owner: The plugin that brought it; filled in by the registry.
    """

    id: str
    target: str
    config: Mapping[str, Any] = field(default_factory=dict)
    summary: str = ""
    source: str = ""
    owner: str = ""


@dataclass(frozen=True)
class AdapterSpec(Spec):
    """A foreign API.

    Attributes:
        register: `"module:function"`, called with the specs of all environments when `envsuite`
            is imported, to announce their ids to the foreign registry; must import nothing heavy.
    """

    register: str | None = None


@dataclass(frozen=True)
class EnvSpec(Spec):
    """An environment.

    Attributes:
        numba: `"module:attribute"` of the compiled CPU twin, if there is one.
        render: `"module:function"`, `frame(env, state, params) -> uint8[height, width, 3]`.
        picture: `"module:function"`, `episode(env, states, params) -> uint8[height, width, 3]`: a
            whole episode in one picture, `states` all its states with a leading axis; of a single
            state, the level. Where there is none, `render` draws the last state.
        params: Overrides of fields of `default_params()`.
        max_steps: The time limit; `None` where the game always ends by itself.
        team: The group that a single learner controls; `None` means the first group.
        opponents: Registered policies by group, for the groups that nobody else plays;
            `"random"` where none is named.
        tags: Words to search by; `suite:NAME` makes it a member of a suite, see `envsuite.suites`.
        version: Raised when behaviour changes; written into every result.
    """

    numba: str | None = None
    render: str | None = None
    picture: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    max_steps: int | None = None
    team: str | None = None
    opponents: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    version: int = 0

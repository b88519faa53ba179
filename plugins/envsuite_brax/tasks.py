"""Which tasks of Brax there are, and what is known of them without compiling anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

BACKENDS = ("generalized", "positional", "spring", "mjx")


@dataclass(frozen=True)
class Task:
    """A task's sizes.

    Attributes:
        observation: Numbers that are observed.
        actions: Motors.
        backends: Those of Brax's physics that it can be played on.
    """

    observation: int
    actions: int
    backends: tuple[str, ...] = BACKENDS


TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "halfcheetah": Task(17, 6),
        "hopper": Task(11, 3),
        "humanoidstandup": Task(244, 17),
        "swimmer": Task(8, 2, ("generalized",)),  # a fluid's drag is in none of the others
        "walker2d": Task(17, 6),
    }
)

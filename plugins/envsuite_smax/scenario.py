"""Which squads meet, and where they begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from envsuite_smax.choice import not_offered

RANDOM = "random"
"""The name of a unit whose type is drawn anew for each episode."""

Squad = Sequence[str] | Mapping[str, int]
"""Unit names in order, or how many there are of each."""

POSITIONS = ("fixed", "surround_or_reflect")


@dataclass(frozen=True)
class Scenario:
    """Two squads and how their positions are drawn.

    Attributes:
        allies: Unit names, one each ally; `"random"` for a type drawn each episode.
        enemies: Unit names, one each enemy.
        positions: `"fixed"` (two opposite squads) or `"surround_or_reflect"`.
    """

    allies: tuple[str, ...]
    enemies: tuple[str, ...]
    positions: str = "fixed"


@cache
def shipped_scenarios() -> Mapping[str, Scenario]:
    """The scenarios of `scenarios.yaml` by name."""
    table = yaml.safe_load((files("envsuite_smax") / "scenarios.yaml").read_text())
    return {
        name: Scenario(
            freeze_squad("allies", entry["allies"]),
            freeze_squad("enemies", entry["enemies"]),
            entry.get("positions", "fixed"),
        )
        for name, entry in table.items()
    }


def find_scenario(name: str) -> Scenario:
    """The shipped scenario called `name`.

    Raises:
        ValueError: If there is none; it names the nearest.
    """
    shipped = shipped_scenarios()
    if name not in shipped:
        raise not_offered(
            "scenario", name, shipped, "or give your own squads as `allies` and `enemies`"
        )
    return shipped[name]


def freeze_squad(which: str, squad: Any) -> tuple[str, ...]:
    """Unit names, one each unit, in a form that hashes.

    Args:
        which: `"allies"` or `"enemies"`, for the error.
        squad: Unit names in order, or `{name: count}`.

    Raises:
        ValueError: If it is neither, or names no unit at all.
    """
    remedy = "write ['stalker', 'zealot', 'zealot'] or {'stalker': 1, 'zealot': 2}"
    if isinstance(squad, str) or not isinstance(squad, Iterable):
        raise ValueError(f"{which} {squad!r} is not a squad: {remedy}")
    names: list[str] = []
    if isinstance(squad, Mapping):
        for name, count in squad.items():
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise ValueError(
                    f"{which} has {count!r} of {name!r}, which is not a count: {remedy}"
                )
            names += [name] * count
    else:
        names += squad
    if not names:
        raise ValueError(f"{which} has no units, and a battle needs two squads: {remedy}")
    for name in names:
        if not isinstance(name, str):
            raise ValueError(f"{which} names a unit {name!r}, which is not a word: {remedy}")
    return tuple(names)


def check_squad(which: str, squad: tuple[str, ...], offered: Iterable[str]) -> None:
    """Raise `ValueError` if a unit of the squad is none of those `offered` and not `"random"`."""
    offered = [*offered, RANDOM]
    for name in squad:
        if name not in offered:
            raise not_offered(
                f"unit of {which}", name, offered, "or add it as a new unit type by `units`"
            )

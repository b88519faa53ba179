"""What kinds of units there are, and the numbers of each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from envsuite_smax.choice import not_offered


@dataclass(frozen=True)
class UnitType:
    """One kind of unit.

    Attributes:
        name: What scenarios call it.
        letter: What pictures write on it.
        health: Points at the start of a battle.
        damage: Points one shot takes from its target.
        attack_range: How far it shoots, in map units, centre to centre.
        sight_range: How far it sees, in map units, centre to centre.
        speed: Map units a second.
        radius: Half its width, in map units.
        weapon_cooldown: Seconds between two shots.
    """

    name: str
    letter: str
    health: float
    damage: float
    attack_range: float
    sight_range: float
    speed: float
    radius: float
    weapon_cooldown: float


STATISTICS = tuple(field.name for field in fields(UnitType) if field.name not in ("name", "letter"))
POSITIVE = ("health", "sight_range", "radius", "weapon_cooldown")


@cache
def shipped_unit_types() -> tuple[UnitType, ...]:
    """The unit types of `units.yaml`; their order is the type id."""
    table = yaml.safe_load((files("envsuite_smax") / "units.yaml").read_text())
    return tuple(UnitType(name=name, **values) for name, values in table.items())


def freeze_units(units: Any) -> tuple[tuple[str, tuple[tuple[str, float | str], ...]], ...]:
    """Overrides of unit types in a form that hashes.

    Args:
        units: `{name: {statistic: number}}`, or what this function returned.

    Raises:
        ValueError: If it is neither.
    """
    pairs = units.items() if isinstance(units, Mapping) else units
    try:
        return tuple(
            (
                str(name),
                tuple(
                    (str(key), value if key == "letter" else _number(name, key, value))
                    for key, value in sorted(dict(values).items())
                ),
            )
            for name, values in pairs
        )
    except (TypeError, AttributeError) as error:
        raise ValueError(
            f"units {units!r} cannot be read: write {{name: {{statistic: number}}}}, "
            "for example {'marine': {'health': 60}}"
        ) from error


def unit_types(
    overrides: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...],
) -> tuple[UnitType, ...]:
    """The shipped unit types with `overrides`; new names are appended in the order given.

    Raises:
        ValueError: If a statistic is unknown, or a new unit type lacks one.
    """
    table = {unit.name: unit for unit in shipped_unit_types()}
    for name, values in overrides:
        for key, _ in values:
            if key not in (*STATISTICS, "letter"):
                raise not_offered(f"statistic of unit {name!r}", key, (*STATISTICS, "letter"))
        if name in table:
            table[name] = replace(table[name], **dict(values))
            continue
        missing = [key for key in STATISTICS if key not in dict(values)]
        if missing:
            near = not_offered("unit", name, table)
            raise ValueError(
                f"{near}; or, to add it as a new unit type, also give {', '.join(missing)}"
            )
        table[name] = UnitType(**{"name": name, "letter": name[:1], **dict(values)})
    return tuple(table.values())


def tables(types: tuple[UnitType, ...]) -> dict[str, list[float]]:
    """The statistics by name, each a list over type ids."""
    rows = [asdict(unit) for unit in types]
    return {key: [row[key] for row in rows] for key in STATISTICS}


def _number(name: Any, key: Any, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{key} of unit {name!r} must be a finite number, not {value!r}")
    if value < 0 or (value == 0 and key in POSITIVE):
        raise ValueError(f"{key} of unit {name!r} must be positive, not {value!r}")
    return float(value)

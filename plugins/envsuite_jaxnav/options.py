"""What a configuration may say, checked before anything is built from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from envsuite_jaxnav.choice import not_offered
from envsuite_jaxnav.generate import PLACES
from envsuite_jaxnav.shapes import CORNERS

if TYPE_CHECKING:
    from envsuite_jaxnav.env import JaxNav

FINISHED = ("stop", "drive", "vanish")
CHOICES = {
    "actions": ("continuous", "discrete"),
    "observation": ("normalised", "raw"),
    "finished": FINISHED,
    "shared": ("all", "sparse"),
    "robot": tuple(CORNERS),
    "places": PLACES,
}
POSITIVE = ("radius", "cell_size", "max_speed", "max_turn", "lidar_range", "lidar_arc")
COUNTS = {"lidar_beams": 1, "obstacles": 0, "corners": 3, "edits": 1}


def check_options(env: JaxNav) -> None:
    """Raise `ValueError` about the first thing in the configuration of `env` that cannot be."""
    for name, offered in CHOICES.items():
        if getattr(env, name) not in offered:
            raise not_offered(name, getattr(env, name), offered)
    for name, least in COUNTS.items():
        _check_count(name, getattr(env, name), least)
    for name in POSITIVE:
        if not _is_number(getattr(env, name)) or not 0 < getattr(env, name) < math.inf:
            raise ValueError(f"{name} must be a positive finite number, not {getattr(env, name)!r}")
    if env.lidar_arc > 2 * math.pi:
        raise ValueError(f"lidar_arc is at most a full circle, 2 pi, not {env.lidar_arc!r}")
    if not _is_number(env.min_speed) or not env.min_speed <= env.max_speed:
        raise ValueError(f"min_speed must be at most max_speed, not {env.min_speed!r}")
    if not isinstance(env.solvable, bool):
        raise ValueError(f"solvable must be true or false, not {env.solvable!r}")
    if not _is_number(env.fill) or not 0 <= env.fill <= 1:
        raise ValueError(f"fill must lie between 0 and 1, not {env.fill!r}")
    _check_level(env)
    _check_distance(env)


def _check_level(env: JaxNav) -> None:
    """The number of robots and the size of the map are either given, or those of a level."""
    if env.layout is not None:
        for name, given, own in (
            ("robots", env.robots, len(env.layout.robots)),
            ("size", env.size, env.layout.size),
        ):
            if given is not None and given != own:
                raise ValueError(
                    f"{name} is {given!r}, but the level has {own!r}: leave {name} out, or the "
                    "level"
                )
        return
    if env.robots is not None:
        _check_count("robots", env.robots, 1)
    if env.size is not None:
        if not isinstance(env.size, tuple) or len(env.size) != 2:
            raise ValueError(f"size is rows and columns of the map, not {env.size!r}")
        for length in env.size:
            _check_count("size (rows and columns)", length, 3)
    rows, columns = env.ground.rows - 2, env.ground.columns - 2
    if 2 * env.robot_count > rows * columns:
        raise ValueError(
            f"{env.robot_count} robots and their goals have no room on {rows} by {columns} inner "
            f"cells: take fewer robots, or a larger size"
        )


def _check_distance(env: JaxNav) -> None:
    given = env.goal_distance
    if given is None:
        return
    fits = isinstance(given, tuple) and len(given) == 2 and all(map(_is_number, given))
    if not fits or not 0 <= given[0] <= given[1] < math.inf:
        raise ValueError(
            f"goal_distance is the least and the most, in metres, not {given!r}: give two numbers"
        )


def _check_count(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} must be a whole number from {least} up, not {value!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

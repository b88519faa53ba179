"""What a configuration may say, checked before anything is built from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from envsuite_smax.choice import not_offered
from envsuite_smax.scenario import POSITIONS, RANDOM, check_squad

if TYPE_CHECKING:
    from envsuite_smax.env import SMAX

CHOICES = {
    "enemy": ("scripted", "learner"),
    "attack_mode": ("closest", "random"),
    "observation": ("unit_list", "conic"),
    "actions": ("discrete", "continuous"),
    "spawn": ("inside", "peer"),
    "surplus": ("drawn", "marines"),
    "conic": ("whole", "peer"),
    "continuous": ("aimed", "peer"),
    "world_state": ("normalised", "peer"),
}
FLAGS = ("enemy_shoots", "see_enemy_actions", "walls_cause_death", "self_play_reward")


def check_options(env: SMAX) -> None:
    """Raise `ValueError` about the first thing in the configuration of `env` that cannot be."""
    for name, offered in CHOICES.items():
        if getattr(env, name) not in offered:
            raise not_offered(name, getattr(env, name), offered)
    if env.positions is not None and env.positions not in POSITIONS:
        raise not_offered("positions", env.positions, POSITIONS)
    for name in FLAGS:
        if not isinstance(getattr(env, name), bool):
            raise ValueError(f"{name} must be true or false, not {getattr(env, name)!r}")
    steps = env.world_steps
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise ValueError(f"world_steps must be a whole number of at least 1, not {steps!r}")
    for name in ("map_width", "map_height"):
        _check_number(name, getattr(env, name))
    types = env.unit_types
    for name in ("allies", "enemies"):
        check_squad(name, getattr(env.squads, name), [unit.name for unit in types])
    _check_map(env)
    for name in ("ally_start", "enemy_start"):
        if getattr(env, name) is not None:
            _check_start(env, name)


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError(f"{name} must be a positive finite number, not {value!r}")


def _check_map(env: SMAX) -> None:
    names = {*env.squads.allies, *env.squads.enemies}
    present = [unit for unit in env.unit_types if unit.name in names or RANDOM in names]
    widest = max(present, key=lambda unit: unit.radius)
    if 2 * widest.radius >= min(env.map_width, env.map_height):
        raise ValueError(
            f"a map of {env.map_width} by {env.map_height} has no room for a {widest.name} of "
            f"radius {widest.radius}, which would begin outside it: enlarge map_width and "
            "map_height, or leave that unit out"
        )


def _check_start(env: SMAX, name: str) -> None:
    start = getattr(env, name)
    numbers = isinstance(start, tuple) and len(start) == 2
    if not numbers or any(isinstance(v, bool) or not isinstance(v, int | float) for v in start):
        raise ValueError(f"{name} must be two numbers, x and y, not {start!r}")
    x, y = start
    if not (0 <= x <= env.map_width and 0 <= y <= env.map_height):
        near = (min(max(x, 0), env.map_width), min(max(y, 0), env.map_height))
        raise ValueError(
            f"{name} {start!r} lies outside the map of {env.map_width} by {env.map_height}: the "
            f"nearest place inside is {near!r}; move it there, or enlarge the map"
        )

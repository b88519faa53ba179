"""What `envsuite.make_as` calls."""

from __future__ import annotations

from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec as GymnasiumSpec
from gymnasium.vector import VectorEnv

from envsuite.core.spec import EnvSpec
from envsuite_gymnasium.register import gymnasium_spec

_UNSET: Any = object()


def make(
    spec: EnvSpec, *, max_steps: int | None = _UNSET, **options: Any
) -> gymnasium.Env[Any, Any]:
    """Build a `gymnasium.Env` as `gymnasium.make` does.

    Args:
        spec: What to build.
        max_steps: The time limit; `None` for no limit; the spec's own if not given.
        **options: Those of `GymnasiumEnv`.
    """
    return gymnasium.make(_known(spec), **_limited(max_steps), **options)


def make_vec(
    spec: EnvSpec, num_envs: int = 1, *, max_steps: int | None = _UNSET, **options: Any
) -> VectorEnv[Any, Any, Any]:
    """Build a native `gymnasium.vector.VectorEnv` as `gymnasium.make_vec` does.

    Args:
        spec: What to build.
        num_envs: How many copies.
        max_steps: The time limit; `None` for no limit; the spec's own if not given.
        **options: Those of `GymnasiumVectorEnv`.
    """
    return gymnasium.make_vec(_known(spec), num_envs=num_envs, **_limited(max_steps), **options)


def _known(spec: EnvSpec) -> GymnasiumSpec:
    from envsuite.registry import registry

    environments = registry().environments
    held = spec.id in environments and environments[spec.id] == spec
    return gymnasium_spec(spec, by_value=not held)


def _limited(max_steps: int | None) -> dict[str, int]:
    if max_steps is _UNSET:
        return {}
    return {"max_episode_steps": -1 if max_steps is None else max_steps}  # -1: Gymnasium's "none"

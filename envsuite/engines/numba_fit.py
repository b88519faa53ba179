"""Which games the numba engine can play, and what it has to know of what is around them."""

from __future__ import annotations

from typing import Any

from envsuite.core.spec import EnvSpec
from envsuite.functional.broadcast import Broadcast
from envsuite.functional.played_by import PlayedBy
from envsuite.functional.time_limit import TimeLimit
from envsuite.functional.transform import Transform


def unfit(spec: EnvSpec, env: Any) -> str:
    """Why the numba engine cannot play this game, as the end of a sentence; empty if it can."""
    if spec.numba is None:
        return "has no compiled twin"
    while isinstance(env, Transform):
        if isinstance(env, PlayedBy):
            return "has seats that JAX policies play"
        if isinstance(env, Broadcast):
            return "is played with broadcasts, which the twin does not know"
        env = env.env
    from envsuite.registry import resolve

    return resolve(spec.numba).unfit(env)


def time_limit(env: Any) -> int:
    """The steps of the time limit; 0 for none."""
    while isinstance(env, Transform):
        if isinstance(env, TimeLimit):
            return env.max_steps
        env = env.env
    return 0

"""How fast an id is played: the compiled loop, the engine from Python, the vector API."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from envsuite.factory import make, make_as, make_engine, spec
from envsuite.testing.host_play import host_actions
from envsuite.testing.legal_play import random_actions


def measure(id: str, num_envs: int, seconds: float = 1.0, **options: Any) -> dict[str, float]:
    """Steps a second (copies times steps) of each layer, with random legal actions.

    Args:
        id: An id of the registry.
        num_envs: How many copies.
        seconds: How long each layer is timed, after it has been compiled.
        **options: Those of `make_engine`.

    Returns:
        `loop`: the pure functions under `scan`, of the JAX engine; `engine`: one call of `step`
        from Python a step; `vector`: `gymnasium.make_vec` with NumPy arrays.
    """
    figures = {}
    engine = make_engine(id, num_envs, **options)
    shown = engine.reset(0)
    if hasattr(engine, "program"):
        figures["loop"] = _loop(engine, seconds)
    action = host_actions(engine, shown, [0] * num_envs)

    def step() -> None:
        jax.block_until_ready(engine.step(action).reward)

    figures["engine"] = num_envs * _rate(step, seconds)
    vector = make_as(id, "gymnasium-vector", num_envs=num_envs, **options)
    vector.reset(seed=0)
    vector.action_space.seed(0)
    actions = vector.action_space.sample()
    figures["vector"] = num_envs * _rate(lambda: vector.step(actions), seconds)
    vector.close()
    return figures


def backends(id: str, **options: Any) -> list[str]:
    """The backends of ours that can play an id, the one that is chosen by itself first.

    Args:
        id: An id of the registry.
        **options: Those of `make`.
    """
    from envsuite.engines.numba_fit import unfit

    chosen = make_engine(id, **options).backend
    if chosen == "host":
        return [chosen]
    own = spec(id)
    twin = [] if own.numba is None or unfit(own, make(own, **options)) else ["numba"]
    return sorted(("jax", *twin), key=lambda name: name != chosen)


def _loop(engine: Any, seconds: float, steps: int = 32) -> float:
    """Steps a second of a compiled scan over steps with random legal actions."""
    program, space, agents = engine.program, engine.action_space, engine.agents

    @jax.jit
    def run(slots: Any, shown: Any, key: jax.Array) -> Any:
        def step(carry: Any, key: jax.Array) -> Any:
            slots, shown = carry
            keys = jax.random.split(key, engine.num_envs)
            action = jax.vmap(lambda key, shown: random_actions(key, space, shown, agents))(
                keys, shown
            )
            slots, following = program.play(slots, action)
            return (slots, _like(following, shown)), following.info["over"].sum()

        return jax.lax.scan(step, (slots, shown), jax.random.split(key, steps))

    snapshot = engine.state
    carry = (snapshot.slots, snapshot.shown)
    keys = iter(jax.random.split(jax.random.key(1), 100_000))

    def once() -> None:
        nonlocal carry
        carry, ended = run(*carry, next(keys))
        jax.block_until_ready(ended)

    return engine.num_envs * steps * _rate(once, seconds)


def _like(following: Any, shown: Any) -> Any:
    """The timestep of a step without what only steps show, so that it can be carried."""
    return replace(following, info={name: following.info[name] for name in shown.info})


def _rate(call: Callable[[], Any], seconds: float) -> float:
    """Calls a second: the median over a few stretches, after one call to warm up."""
    call()
    stretches = []
    for _ in range(5):
        count, start = 0, time.perf_counter()
        while (passed := time.perf_counter() - start) < seconds / 5 or not count:
            call()
            count += 1
        stretches.append(count / passed)
    return float(np.median(stretches))

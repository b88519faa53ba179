"""How battles of SMAX end, beside how they end in JaxMARL.

Run as `python benchmarks/smax_statistics.py`; it writes `benchmarks/results/smax_statistics.json`.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
import typer
import yaml

from envsuite.functional import TimeLimit, over
from envsuite_smax.actions import STOP
from envsuite_smax.env import SMAX
from envsuite_smax.scripted import Memory, decide

HERE = Path(__file__).parent
# The reference tests its limit of 100 before it counts a step, and draws starts outside the map.
MAX_STEPS = 101
CONFIG: dict[str, Any] = {"spawn": "peer", "surplus": "marines"}
POLICIES = ("scripted", "random", "stop")
FIGURES = ("return", "won", "length")
# The reference is given to so many digits.
ROUNDING = {"return": 1e-3, "won": 1e-3, "length": 1e-1}


def reference() -> Mapping[str, tuple[int, Mapping[str, list[float]]]]:
    """Episodes and figures by policy, for each scenario."""
    return yaml.safe_load((HERE / "smax_reference.yaml").read_text())


def play(scenario: str, policy: str, *, episodes: int, seed: int) -> dict[str, np.ndarray]:
    """Play battles against scripted enemies; each figure is `f32[episodes]`."""
    keys = jax.random.split(jax.random.key(seed), episodes)
    env = SMAX(scenario, **CONFIG)
    return jax.device_get(jax.jit(jax.vmap(partial(_battle, env, policy)))(keys))


def _battle(env: SMAX, policy: str, key: jax.Array) -> dict[str, jax.Array]:
    game = TimeLimit(env, MAX_STEPS)
    params = jax.tree.map(jnp.asarray, env.default_params())
    size = env.teams["ally"]
    reset_key, key = jax.random.split(key)
    state, timestep = game.reset(reset_key, params)
    opposite = jnp.array([env.map_width, env.map_height]) - state.inner.positions[:size]
    memory = Memory(opposite, jnp.full(size, -1, jnp.int32))

    def choose(key: jax.Array, state: Any, timestep: Any, memory: Memory) -> tuple[Any, Memory]:
        if policy == "scripted":
            draws = jax.random.uniform(key, (size, 2))
            return decide(
                state, memory, draws, params, team="ally", attack_mode="closest", shoots=True
            )
        if policy == "random":
            draws = jax.random.uniform(key, timestep.legal["ally"].shape)
            return jnp.where(timestep.legal["ally"], draws, -1).argmax(1), memory
        return jnp.full(size, STOP), memory

    def step(carry: Any, key: jax.Array) -> tuple[Any, None]:
        state, timestep, memory, figures = carry
        act_key, step_key = jax.random.split(key)
        ended = over(timestep)
        action, memory = choose(act_key, state.inner, timestep, memory)
        following, seen = game.step(step_key, state, {"ally": action}, params)
        figures = {
            "return": figures["return"] + jnp.where(ended, 0.0, seen.reward["ally"][0]),
            "won": jnp.where(ended, figures["won"], seen.info["won"]),
            "length": figures["length"] + ~ended,
        }
        keep = partial(jax.tree.map, partial(jnp.where, ended))
        return (keep(state, following), keep(timestep, seen), memory, figures), None

    figures = {"return": jnp.float32(0), "won": jnp.bool_(False), "length": jnp.int32(0)}
    carry = (state, timestep, memory, figures)
    return jax.lax.scan(step, carry, jax.random.split(key, MAX_STEPS))[0][-1]


def compare(
    ours: Mapping[str, np.ndarray], theirs: list[float], *, episodes: int
) -> dict[str, dict[str, float]]:
    """Each figure's mean, the reference's, and how many standard errors lie between them.

    The reference's spread is not known and is taken to be ours; that of a win rate is the one a
    coin with both sides' pooled rate would have.
    """
    result = {}
    for name, expected in zip(FIGURES, theirs, strict=True):
        values = np.asarray(ours[name], np.float64)
        mean = values.mean()
        variance = values.var(ddof=1)
        if name == "won":
            rate = (values.sum() + expected * episodes) / (values.size + episodes)
            variance = rate * (1 - rate)
        rounding = ROUNDING[name] ** 2 / 12
        error = np.sqrt(variance * (1 / values.size + 1 / episodes) + rounding)
        result[name] = {
            "ours": round(float(mean), 4),
            "reference": expected,
            "standard_errors": round(float(abs(mean - expected) / error), 2),
        }
    return result


def main(
    episodes: Annotated[int, typer.Option(help="At most; the reference's own number if less.")] = (
        1000
    ),
    seed: int = 0,
    out: Path = HERE / "results" / "smax_statistics.json",
) -> None:
    """Play all scenarios with all policies and write how far the figures lie apart."""
    cells = {}
    for scenario, (count, expected) in reference().items():
        for policy in POLICIES:
            ours = play(scenario, policy, episodes=min(count, episodes), seed=seed)
            cell = compare(ours, expected[policy], episodes=count)
            cells[f"{scenario} {policy}"] = {"episodes": min(count, episodes), **cell}
            typer.echo(f"{scenario} {policy}: {cell}")
    distances = [cell[name]["standard_errors"] for cell in cells.values() for name in FIGURES]
    record = {
        "config": {**CONFIG, "max_steps": MAX_STEPS, "seed": seed},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("jax", "jaxlib", "numpy")},
        },
        "device": jax.devices()[0].device_kind,
        "reference": "JaxMARL 0.2.0, benchmarks/smax_reference.yaml",
        "largest_distance_in_standard_errors": max(distances),
        "comparisons": len(distances),
        "beyond_two": sum(distance > 2 for distance in distances),
        "beyond_three": sum(distance > 3 for distance in distances),
        "cells": cells,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    typer.run(main)

"""How often the two engines part: whole episodes of all games that have a twin, on both.

    python benchmarks/agreement.py [--copies 96] [--modes 1]

An episode has parted when anything that is shown differs: discrete figures at all, floats by more
than 1e-5. After that the copy is left out. The counts go to `benchmarks/results/agreement.json`;
`tests/parity` does the same with few copies.
"""

from __future__ import annotations

import time
from typing import Annotated, Any

import jax
import numpy as np
import typer
from gymnasium import spaces
from rich.progress import track

import envsuite
from measure import RESULTS, machine, write

STEPS = 105  # of games that end by themselves
MODES: tuple[dict[str, Any], ...] = (
    {},
    {"actions": "continuous", "enemy": "learner"},
    {"actions": "continuous", "continuous": "peer", "observation": "conic", "conic": "peer"},
    {"observation": "conic", "enemy": "learner", "attack_mode": "random"},
)


def shown(timestep: Any) -> list[np.ndarray]:
    """All that a step shows, but for what ended episodes showed last."""
    info = {k: v for k, v in timestep.info.items() if k not in ("final_obs", "final_info")}
    parts = (timestep.obs, timestep.reward, timestep.terminated, timestep.truncated, info)
    return [np.asarray(leaf) for leaf in jax.tree.leaves((*parts, timestep.legal))]


def draw(engine: Any, timestep: Any, rng: np.random.Generator) -> Any:
    """Random actions, legal ones where there are masks."""
    if not engine.agents:
        return choose(engine.action_space, (engine.num_envs,), timestep.legal, rng)
    return {
        group: choose(
            engine.action_space[group],
            (engine.num_envs, size),
            None if timestep.legal is None else timestep.legal[group],
            rng,
        )
        for group, size in engine.agents.items()
    }


def choose(
    space: Any, shape: tuple[int, ...], legal: Any | None, rng: np.random.Generator
) -> np.ndarray:
    """Actions of one space, `[*shape, ...]`."""
    if isinstance(space, spaces.Box):
        return rng.uniform(space.low, space.high, (*shape, *space.shape)).astype(np.float32)
    if legal is None:
        return rng.integers(0, int(space.n), shape)
    return (rng.random(np.shape(legal)) * np.asarray(legal)).argmax(-1).astype(np.int32)


def compare(id: str, copies: int, seed: int, **options: Any) -> dict[str, Any]:
    """Play both side by side."""
    start = time.perf_counter()
    twin: Any = envsuite.make_engine(id, copies, "numba", **options)
    rules: Any = envsuite.make_engine(id, copies, "jax", **options)
    ours, theirs = twin.reset(seed), rules.reset(seed)
    rng, apart = np.random.default_rng(seed), np.zeros(copies, bool)
    episodes, largest = 0, 0.0
    steps = (envsuite.registry().environments[id].max_steps or STEPS - 5) + 5
    for step in range(steps + 1):
        if step:
            action = draw(rules, theirs, rng)
            ours, theirs = twin.step(action), rules.step(action)
        for a, b in zip(shown(ours), shown(theirs), strict=True):
            gap = np.abs(a.astype(np.float64) - b).reshape(copies, -1).max(1, initial=0.0)
            apart |= ~(gap <= (1e-5 if a.dtype.kind == "f" else 0.0))
            largest = max(largest, float(gap[~apart].max(initial=0.0)))
        if step:
            episodes += int((np.asarray(theirs.info["over"]) & ~apart).sum())
    jax.clear_caches()
    return {
        "id": id,
        "options": options,
        "episodes": episodes + int(apart.sum()),
        "parted": int(apart.sum()),
        "largest_difference": largest,
        "seconds": round(time.perf_counter() - start, 1),
    }


def main(copies: int = 96, modes: Annotated[int, typer.Option(min=1, max=len(MODES))] = 4) -> None:
    """Compare all games, SMAX in so many modes, and write the record."""
    ids = [id for id, spec in envsuite.registry().environments.items() if spec.numba]
    work = [
        (id, mode)
        for id in ids
        for mode in (MODES[:modes] if id.startswith("envsuite/SMAX-") else MODES[:1])
    ]
    rows: list[dict[str, Any]] = []
    record: dict[str, Any] = {}
    for seed, (id, mode) in enumerate(track(work, "games")):
        rows.append(compare(id, copies, seed, **mode))
        record = {
            **machine(),
            "command": f"python benchmarks/agreement.py --copies {copies} --modes {modes}",
            "steps": STEPS,
            "episodes": sum(row["episodes"] for row in rows),
            "parted": sum(row["parted"] for row in rows),
            "largest_difference": max(row["largest_difference"] for row in rows),
            "rows": rows,
        }
        write(RESULTS / "agreement.json", record)
    typer.echo(f"{record['parted']} of {record['episodes']} episodes parted")


if __name__ == "__main__":
    typer.run(main)

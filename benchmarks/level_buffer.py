"""What a cycle of a curriculum costs, by the capacity of its buffer.

    python benchmarks/level_buffer.py

One cycle is a proposal of 32 levels of 13 by 13 cells and the note of what came of it, compiled,
with no game played in between; the buffer is full. Writes a record, from which
`python docs/generate.py` makes a table.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.core.curriculum import Outcome
from envsuite_curricula.domain_randomisation import DomainRandomisation
from envsuite_curricula.plr import PLR
from envsuite_primer.gridwalk import GridWalk

SLOTS, ROUNDS = 32, 30
CAPACITIES = (1_000, 4_000, 16_000, 64_000)
RECORD = Path(__file__).parent / "results" / "level_buffer-cpu.json"


def came(key: jax.Array) -> Outcome:
    """Something that may have come of a rollout."""
    drawn = jax.random.uniform(key, (7, SLOTS))
    return Outcome(jnp.ones(SLOTS, jnp.int32), *drawn)


def cycle(curriculum: Any) -> Any:
    """One cycle, compiled."""

    def run(key: jax.Array, state: Any) -> Any:
        keys = jax.random.split(key, 3)
        state, proposal = curriculum.propose(keys[0], state, SLOTS)
        return curriculum.learn(keys[1], state, proposal, came(keys[2]))

    return jax.jit(run, donate_argnums=1)


def full(curriculum: PLR) -> Any:
    """A state whose buffer is full of different levels."""
    capacity = curriculum.capacity
    state = curriculum.init(jax.random.key(0))
    offer = jax.jit(lambda key, state: _filled(curriculum, key, state))
    for key in jax.random.split(jax.random.key(1), -(-capacity // 1000)):
        state = offer(key, state)
    assert int(state.buffer.size) == capacity
    return state


def _filled(curriculum: PLR, key: jax.Array, state: Any) -> Any:
    state, proposal = replace(curriculum, replay=0.0).propose(key, state, 1000)
    drawn = jax.random.uniform(key, (7, 1000))
    outcome = Outcome(jnp.ones(1000, jnp.int32), *drawn)
    return curriculum.learn(key, state, proposal, outcome)


def milliseconds(step: Any, state: Any) -> float:
    """The middle one of many cycles."""
    taken = []
    for key in jax.random.split(jax.random.key(2), ROUNDS + 3):
        begun = time.perf_counter()
        state = jax.block_until_ready(step(key, state))
        taken.append(1000 * (time.perf_counter() - begun))
    return float(np.median(taken[3:]))


def main() -> None:
    """Measure, and write the record."""
    game = GridWalk(size=13)
    drawn = DomainRandomisation(game)
    base = milliseconds(cycle(drawn), drawn.init(jax.random.key(0)))
    rows = []
    for capacity in CAPACITIES:
        row: dict[str, float] = {"capacity": capacity}
        for name, replay in (("new", 0.0), ("replay", 1.0)):
            own = PLR(game, capacity=capacity, replay=replay, robust=True)
            row[name] = round(milliseconds(cycle(own), full(own)), 3)
        rows.append(row)
        print(row, flush=True)
    record = {"cores": os.cpu_count(), "slots": SLOTS, "dr": round(base, 3), "rows": rows}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

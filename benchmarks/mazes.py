"""How fast mazes are played, drawn, edited and solved, beside JaxUED.

    python benchmarks/mazes.py --seconds 6

Both play random actions in levels of 60 walls, another one at every restart, and write what is
observed in every step. JaxUED, with its own wrapper that restarts, and our JAX engine are a
compiled `scan`; our numba engine is a loop of Python around `engine.step`. What is compared was
timed in turns: ratios are medians over the rounds, with the lowest and the highest. The record is
`benchmarks/results/mazes.json`.

minimax 0.2.0 is not among them: it asks for NumPy 1.25 and TensorFlow Probability 0.23.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxued.environments.maze import (
    Maze,
    MazeSolved,
    make_level_generator,
    make_level_mutator_minimax,
)
from jaxued.wrappers import AutoResetWrapper

import envsuite
from envsuite.functional.transform import unwrapped
from envsuite_maze.paths import actions_to_goal, fewest_actions, path_length
from loops import Loop, Scan, jax_scan, scan_loop
from measure import RESULTS, in_turns, machine, ratio, write

ID = "envsuite/Maze"
COPIES = (1, 16, 64, 256, 1024, 4096)
WALLS, EDITS, STEPS = 60, 20, 64
BATCH = 256
# times JaxUED, at each number of copies; a lone copy's step is little beside its call from Python
AIMS = {"jax": 2, "numba": 5}


def playing(copies: int, seconds: float) -> dict[str, Any]:
    """Steps a second of so many copies, on both engines and in JaxUED."""
    loops = {
        "numba": numba_loop(copies),
        "jax": scan_loop(jax_scan(ID, copies, STEPS), copies, STEPS),
        "jaxued": scan_loop(jaxued_scan(copies), copies, STEPS),
    }
    figures = in_turns(loops, seconds)
    against = {f"{ours}_against_jaxued": ratio(figures, ours, "jaxued") for ours in AIMS}
    return {"copies": copies, **figures, **against}


def numba_loop(copies: int) -> Loop:
    """Our numba engine, stepped from Python with actions drawn beforehand."""
    engine: Any = envsuite.make_engine(ID, copies, "numba")
    engine.reset(0)
    actions = np.random.default_rng(0).integers(0, 3, (64, copies))
    number = iter(range(10**9))

    def play() -> int:
        engine.step(actions[next(number) % 64])
        return copies

    return play


def jaxued_scan(copies: int) -> Scan:
    """The loop of `jax_scan` over JaxUED's maze; of its actions the three that do something."""
    generate: Any = make_level_generator(13, 13, WALLS)
    env: Any = AutoResetWrapper(Maze(), generate)
    params = env.default_params

    def run(carry: Any, key: jax.Array) -> Any:
        def step(carry: Any, key: jax.Array) -> Any:
            state, total = carry
            draw_key, step_key = jax.random.split(key)
            action = jax.random.randint(draw_key, (copies,), 0, 3)
            obs, state, reward, done, _ = jax.vmap(env.step, (0, 0, 0, None))(
                jax.random.split(step_key, copies), state, action, params
            )
            total += sum(leaf.sum() for leaf in jax.tree.leaves((obs, reward)))
            return (state, total), done.sum()

        keys = jax.random.split(jax.random.key_data(key), STEPS)  # it takes keys of the old kind
        return jax.lax.scan(step, carry, keys)

    @jax.jit
    @jax.vmap
    def begin(key: jax.Array) -> Any:
        level_key, reset_key = jax.random.split(key)
        return env.reset_to_level(reset_key, generate(level_key), params)[1]

    return run, (begin(jax.random.split(jax.random.PRNGKey(0), copies)), jnp.float32(0))


def designing(seconds: float) -> Iterable[dict[str, Any]]:
    """Levels a second, in batches: drawn, edited, solved."""
    game: Any = unwrapped(envsuite.make(ID))
    keys = jax.random.split(jax.random.PRNGKey(0), BATCH)
    generate = make_level_generator(13, 13, WALLS)
    ours, theirs = (jax.jit(jax.vmap(draw))(keys) for draw in (game.sample, generate))
    edit: Any = make_level_mutator_minimax(EDITS)
    solver: Any = MazeSolved()
    params = solver.default_params

    def solve(level: Any) -> jax.Array:
        return solver.reset_to_level(jax.random.PRNGKey(0), level, params)[1].min_steps

    pairs = {
        "draw": (_batch(game.sample, keys), _batch(generate, keys)),
        "20 edits": (
            _batch(game.mutate, keys, ours),
            _batch(partial(edit, n=EDITS), keys, theirs),
        ),
        "actions from every pose": (_batch(actions_to_goal, ours), _batch(solve, theirs)),
        "actions from the start": (_batch(fewest_actions, ours), None),
        "cells from the start": (_batch(path_length, ours), None),
    }
    for what, (own, peer) in pairs.items():
        loops = {"ours": own, **({"jaxued": peer} if peer else {})}
        figures = in_turns(loops, seconds)
        micro = {name: 1e6 / each["steps_per_second"] for name, each in figures.items()}
        against = {"against_jaxued": ratio(figures, "ours", "jaxued")} if peer else {}
        yield {"what": what, "batch": BATCH, "microseconds_a_level": micro, **figures, **against}


def _batch(function: Callable[..., Any], *arguments: Any) -> Loop:
    """A compiled function of a batch; a call makes so many levels."""
    compiled = jax.jit(jax.vmap(function))

    def play() -> int:
        jax.block_until_ready(compiled(*arguments))
        return BATCH

    return play


def main() -> None:
    """Measure, and write the record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=6.0, help="for each thing that is timed")
    parser.add_argument("--copies", type=int, nargs="+", default=COPIES)
    parser.add_argument("--out", type=Path, default=RESULTS / "mazes.json")
    given = parser.parse_args()
    # JaxUED calls it by a name that JAX has taken away since
    jax.__dict__.setdefault("tree_map", jax.tree.map)
    record: dict[str, Any] = {"machine": machine(), "aims": AIMS, "seconds": given.seconds}
    record["playing"] = []
    for copies in given.copies:
        row = playing(copies, given.seconds)
        record["playing"].append(row)
        rates = {name: round(row[name]["steps_per_second"]) for name in (*AIMS, "jaxued")}
        print(copies, "copies, steps a second:", rates, flush=True)
        jax.clear_caches()
        gc.collect()
    record["designing"] = []
    for row in designing(given.seconds):
        record["designing"].append(row)
        print(row["what"], row["microseconds_a_level"], flush=True)
    write(given.out, record)


if __name__ == "__main__":
    main()

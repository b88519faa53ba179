"""Where the time of a compiled step of SMAX goes, and how far it is from what the machine can do.

    python benchmarks/parts.py

Each part of the kernel is run by itself on the same battles, again and again on one thread; the
quickest run counts, for what else the machine does can only add to it. The figures go to
`benchmarks/results/parts-cpu.json`, and `benchmarks/notes.md` speaks of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

import envsuite
from envsuite.compiled import book as ledger
from envsuite.compiled.cache import kernel
from envsuite.compiled.lanes import LANES, spread, store
from envsuite.functional.transform import game_state, unwrapped
from envsuite.testing.host_play import host_actions
from envsuite_smax.compiled.combat import (
    O_SPAN,
    SPAN,
    enter,
    fight,
    leave,
    move,
    obey,
    push,
    shoot,
)
from envsuite_smax.compiled.layout import NOISE_HIGH, NOISE_LOW
from envsuite_smax.compiled.play import command, show_team
from envsuite_smax.compiled.scripted import IDEAS, enemy_turn
from envsuite_smax.compiled.sight import (
    choices,
    describe,
    room_for_looks,
    room_for_words,
    unit_list,
)
from measure import RESULTS, machine, write

BATTLES = (("3m", 1024), ("27m_vs_30m", 64))
TICKS = 8
F = np.float32
ALL = np.uint32((1 << LANES) - 1)


@kernel()
def _run_orders(
    book, numbers, marks, tables, allies, plan, actions, keys, field, ideas, sees, hits, orders,
    armed,
):  # fmt: skip
    battles, playing = np.zeros(LANES, np.int64), ALL
    for first in range(0, numbers.shape[0], LANES):
        for lane in range(LANES):
            battles[lane] = first + lane
        command(battles, playing, book, numbers, marks, tables, allies, False, False, actions)
        obey(battles, playing, numbers, marks, allies, 0, allies, field, orders, armed)
        enemy_turn(
            battles, playing, numbers, marks, allies, False, True, keys, field, ideas, sees, hits,
            orders, armed,
        )  # fmt: skip


@kernel()
def _run_lanes(numbers, marks, tables, rules, field, orders):
    battles, playing = np.zeros(LANES, np.int64), ALL
    for first in range(0, numbers.shape[0], LANES):
        for lane in range(LANES):
            battles[lane] = first + lane
        enter(battles, playing, numbers, marks, tables, rules, field)
        leave(battles, playing, numbers, marks, field, orders)


@kernel()
def _run_ticks(which, times, first, field, units, size, noise, keys, orders, armed):
    for _ in range(times):
        field[:] = first
        if which == 0:
            fight(units, TICKS, size, size, True, 1, noise, keys, field, orders, armed)
        for _ in range(TICKS):
            if which == 1:
                shoot(units, 0, noise, keys, field, orders, armed)
            elif which == 2:
                move(units, size, size, True, field)
            elif which == 3:
                push(units, field)


@kernel()
def _run_sight(
    which, numbers, marks, tables, rules, plan, allies, size, field, words, looks, bits, obs, legal
):
    battles, playing = np.zeros(LANES, np.int64), ALL
    units, kinds = numbers.shape[2], tables.shape[2]
    for first in range(0, numbers.shape[0], LANES):
        for lane in range(LANES):
            battles[lane] = first + lane
        if which == 0:
            describe(battles, playing, numbers, marks, tables, allies, False, True, words)
        elif which == 1:
            unit_list(
                battles, playing, numbers, kinds, allies, False, size, size, field, words, looks,
                bits, obs,
            )  # fmt: skip
        elif which == 2:
            choices(battles, playing, units, allies, False, field, bits, legal)
        else:
            show_team(
                battles, playing, numbers, marks, tables, rules, plan, None, False, field, words,
                looks, bits, obs, legal,
            )  # fmt: skip


@kernel()
def _fill(array):
    nothing = spread(F(1))
    for at in range(0, array.size, LANES):
        store(array, at, nothing)


def quickest(run: Callable[[], Any], count: int, before: Callable[[], Any] = lambda: None) -> float:
    """Nanoseconds for each of `count` things that a run does."""
    best = np.inf
    for _ in range(40):
        before()
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return float(best) / count * 1e9


def parts(scenario: str, copies: int) -> Mapping[str, Any]:
    """Nanoseconds a copy of each part of a step."""
    engine: Any = envsuite.make_engine(f"envsuite/SMAX-{scenario}", copies, "numba")
    shown, action = engine.reset(0), {}
    for step in range(12):  # until the squads have met
        action = host_actions(engine, shown, [step] * copies)
        shown = engine.step(action)
    numbers, marks = engine._state
    tables, rules = engine._tables
    book, plan, room = engine._book, engine._kernel._plan, engine._room
    obs, legal = room.shown.obs["ally"], room.shown.legal["ally"]
    units, allies, size = numbers.shape[2], obs.shape[1], F(32)
    asked = action["ally"].astype(np.int32)
    field, orders = np.zeros(units * SPAN, F), np.zeros(units * O_SPAN, np.int32)
    armed, bits = np.zeros(units, np.uint32), np.zeros((units, units), np.uint32)
    words, looks = room_for_words(units, tables.shape[2]), room_for_looks(units)
    sees, hits = np.zeros((2, allies), np.uint32)
    ideas = np.zeros(IDEAS, F)
    noise, keys = np.zeros((2, LANES), F), np.ones((2, LANES), np.uint32)
    noise[0], noise[1] = rules[0, NOISE_LOW], rules[0, NOISE_HIGH]
    kept = numbers.copy(), marks.copy()

    def again() -> None:
        numbers[:], marks[:] = kept

    def ticks(which: int, times: int) -> None:
        _run_ticks(which, times, first, field, units, size, noise, keys, orders, armed)

    def sight(which: int) -> Callable[[], None]:
        board = (numbers, marks, tables, rules, plan, allies, size, field)
        seen = (words, looks, bits, obs, legal)
        return lambda: _run_sight(which, *board, *seen)

    def order() -> None:
        team = (book, numbers, marks, tables, allies, plan, asked, keys)
        _run_orders(*team, field, ideas, sees, hits, orders, armed)

    figures = {
        "into lanes and out": quickest(
            lambda: _run_lanes(numbers, marks, tables, rules, field, orders), copies
        ),
        "orders": quickest(order, copies, again),
    }
    first = field.copy()
    for which, name in enumerate(("all ticks", "ticks: shots", "ticks: moves", "ticks: pushes")):
        figures[name] = quickest(lambda which=which: ticks(which, 50), 50 * LANES)
    again()
    for which, name in enumerate(("descriptions", "unit lists", "masks", "all that is seen")):
        figures[name] = quickest(sight(which), copies)
    book[:, ledger.PLAYS] = 1
    figures["a whole step"] = quickest(lambda: room.advance(0, copies), copies, again)
    book[:, ledger.BEGINS] = 1
    figures["a beginning"] = quickest(lambda: room.begin(0, copies), copies, again)
    written = obs[0].nbytes + legal[0].nbytes
    # a push of a pair: 2 differences, 1 sum, 3 products, 1 fused sum, 1 comparison
    return {
        "scenario": scenario,
        "copies": copies,
        "nanoseconds": figures,
        "bytes_written": written,
        "gigabytes_per_second": written / figures["a whole step"],
        "pair_operations": 8 * TICKS * units * (units - 1) // 2,
    }


def jax_parts(scenario: str, copies: int) -> Mapping[str, Any]:
    """The same of the JAX engine, and what XLA counts of a whole step."""
    engine: Any = envsuite.make_engine(f"envsuite/SMAX-{scenario}", copies, "jax")
    shown, action = engine.reset(0), {}
    for step in range(12):
        action = host_actions(engine, shown, [step] * copies)
        shown = engine.step(action)
    slots, program, params = engine.state.slots, engine.program, engine.params
    game: Any = unwrapped(engine.env)
    state = game_state(engine.env, slots.state)
    keys = jax.random.split(jax.random.key(0), copies)
    asked = jax.device_put(action)
    whole = jax.jit(program.play).lower(slots, asked).compile()
    rules = jax.jit(jax.vmap(game.step, (0, 0, 0, None)))
    seen = jax.jit(jax.vmap(game.timestep, (0, 0, None)))
    fresh = jax.jit(jax.vmap(game.reset, (0, None)))
    nanoseconds = {
        "rules and all that is seen": lambda: rules(keys, state, asked, params),
        "all that is seen": lambda: seen(state, state, params),
        "a beginning": lambda: fresh(keys, params),
        "a whole step": lambda: whole(slots, asked),
    }
    cost: Any = whole.cost_analysis() or {}
    return {
        "scenario": scenario,
        "copies": copies,
        "nanoseconds": {
            name: quickest(lambda run=run: jax.block_until_ready(run()), copies)
            for name, run in nanoseconds.items()
        },
        "operations_counted_by_xla": cost.get("flops", 0.0) / copies,
        "bytes_counted_by_xla": cost.get("bytes accessed", 0.0) / copies,
    }


def main() -> None:
    """Measure, print, write."""
    array = np.zeros(2**24, F)  # 64 MiB: beyond every cache
    small = np.zeros(2**16, F)  # 256 KiB: within the second cache
    record = {
        **machine(),
        "command": "python benchmarks/parts.py",
        "gigabytes_per_second_written": {
            "memory": 4 / quickest(lambda: _fill(array), array.size),
            "cache": 4 / quickest(lambda: _fill(small), small.size),
        },
        "battles": [parts(*battle) for battle in BATTLES],
        "jax": [jax_parts(*battle) for battle in BATTLES],
    }
    write(RESULTS / "parts-cpu.json", record)
    for battle in record["battles"] + record["jax"]:
        print(battle["scenario"])
        for name, figure in battle["nanoseconds"].items():
            print(f"  {name:28} {figure:10.1f} ns")
    print(record["gigabytes_per_second_written"])


if __name__ == "__main__":
    main()

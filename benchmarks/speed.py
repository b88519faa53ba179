"""How fast envsuite is, beside its peers, in one run on one machine.

    python benchmarks/speed.py [SECTION ...]

Peers are timed in turns with ours, and their episodes really end and restart. Each section is
written to `benchmarks/results/speed-<device>.json` as it is finished, so a run that was cut off
is taken up by naming the sections that are missing; `benchmarks/report.py` makes the report of it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import gymnasium as gym
import jax
import numpy as np
import typer
from rich.progress import Progress, TimeElapsedColumn, TimeRemainingColumn

import envsuite
from collecting import collection, foreign_vectors
from families import batches, families
from loops import (
    jax_scan,
    jaxmarl_scan,
    numba_loop,
    scan_loop,
    scan_steps,
)
from measure import RESULTS, fresh_process, fresh_processes, in_turns, machine, ratio, write

COPIES = (1, 4, 16, 64, 256, 1024, 4096, 16384)
UNITS = ("3m", "2s3z", "8m", "10m_vs_11m", "25m", "27m_vs_30m")
LARGE: dict[str, Any] = {
    "allies": {"marine": 100}, "enemies": {"marine": 100}, "map_width": 64.0, "map_height": 64.0
}  # fmt: skip


def copies() -> Iterable[dict[str, Any]]:
    """Steps a second of 3m, by the number of copies."""
    for count in COPIES:
        steps = scan_steps(count, 6)
        loops = {
            "numba": numba_loop("envsuite/SMAX-3m", count),
            "jax": scan_loop(jax_scan("envsuite/SMAX-3m", count, steps), count, steps),
            "jaxmarl": scan_loop(jaxmarl_scan("3m", count, steps), count, steps),
        }
        yield {"copies": count, **_compared(loops)}


def units() -> Iterable[dict[str, Any]]:
    """Steps a second of 256 copies, by the size of the battle; 16 copies of 100 against 100."""
    for scenario in UNITS:
        size = sum(envsuite.make(f"envsuite/SMAX-{scenario}", enemy="learner").agents.values())
        steps = scan_steps(256, size)
        loops = {
            "numba": numba_loop(f"envsuite/SMAX-{scenario}", 256),
            "jax": scan_loop(jax_scan(f"envsuite/SMAX-{scenario}", 256, steps), 256, steps),
            "jaxmarl": scan_loop(jaxmarl_scan(scenario, 256, steps), 256, steps),
        }
        yield {"scenario": scenario, "units": size, "copies": 256, **_compared(loops)}
    loops = {
        "numba": numba_loop("envsuite/SMAX-3m", 16, **LARGE),
        "jax": scan_loop(jax_scan("envsuite/SMAX-3m", 16, 4, **LARGE), 16, 4),
    }
    yield {"scenario": "100 against 100", "units": 200, "copies": 16, **_compared(loops)}


def cores() -> Iterable[dict[str, Any]]:
    """What the second core is worth to the numba engine: to a second thread, and to a process.

    Two processes that know nothing of each other share what the machine's cores share; what they
    gain together is all that a second thread could.
    """
    code = """
import json, sys
sys.path.insert(0, {folder!r})
from loops import numba_loop
from measure import in_turns
print(json.dumps(in_turns({{"numba": numba_loop("envsuite/SMAX-{scenario}", {copies})}}, 3.0)))
"""
    for scenario, count in (("3m", 1024), ("3m", 4096), ("27m_vs_30m", 256)):
        rates: dict[str, list[float]] = {"1": [], "2": [], "processes": []}
        for _ in range(3):  # in turns, as everything here
            for threads, own in rates.items():
                script = code.format(folder=sys.path[0], scenario=scenario, copies=count)
                if threads == "processes":
                    each = fresh_processes(script, 2, ENVSUITE_THREADS="1")
                else:
                    each = [fresh_process(script, ENVSUITE_THREADS=threads)]
                own.append(sum(figures["numba"]["steps_per_second"] for figures in each))
        figures = {
            name: {"steps_per_second": float(np.median(own)), "rounds": own}
            for name, own in rates.items()
        }
        yield {
            "scenario": scenario,
            "copies": count,
            **figures,
            "gain": ratio(figures, "2", "1"),
            "gain_of_processes": ratio(figures, "processes", "1"),
        }


def latency() -> Iterable[dict[str, Any]]:
    """One step of one copy of 3m from Python, observations in NumPy; resets are not timed."""
    players = {
        "gymnasium.make, numba": _gymnasium_step("numba"),
        "gymnasium.make, jax": _gymnasium_step("jax"),
        "PettingZoo, numba": _pettingzoo_step(),
        "JaxMARL, jitted": _jaxmarl_step(),
    }
    seconds: dict[str, list[float]] = {name: [] for name in players}
    for player in players.values():
        player(50)
    for _ in range(7):
        for name, player in players.items():
            seconds[name].append(player(3000 if "numba" in name else 400))
    peer = np.array(seconds["JaxMARL, jitted"])
    for name, own in seconds.items():
        each = peer / np.array(own)
        yield {
            "name": name,
            "microseconds": 1e6 * float(np.median(own)),
            "against_jaxmarl": float(np.median(each)),
            "low": float(each.min()),
            "high": float(each.max()),
        }


def layers() -> Iterable[dict[str, Any]]:
    """What each interface costs over the engine below it, on 1,024 copies of 3m."""
    count, rng = 1024, np.random.default_rng(0)
    actions = rng.integers(0, 5, (64, count, 3))
    engine: Any = envsuite.make_engine("envsuite/SMAX-3m", count, "numba")
    engine.reset(0)
    other: Any = envsuite.make_engine("envsuite/SMAX-3m", count, "jax")
    other.reset(0)
    vector: Any = gym.make_vec("envsuite/SMAX-3m", num_envs=count, autoreset_mode="same-step")
    vector.reset(seed=0)
    bridge = envsuite.make_as("envsuite/SMAX-3m", "sb3", num_envs=count, view="seats")
    bridge.seed(0)
    bridge.reset()
    number = iter(range(10**9))

    def stepped(step: Callable[[np.ndarray], Any]) -> Callable[[], int]:
        def play() -> int:
            step(actions[next(number) % 64])
            return count

        return play

    def on_device(action: np.ndarray) -> None:
        jax.block_until_ready(other.step({"ally": action}).obs)

    figures = in_turns(
        {
            "numba engine": stepped(lambda action: engine.step({"ally": action})),
            "gymnasium.make_vec, numba": stepped(vector.step),
            "Stable-Baselines3 bridge, numba": stepped(lambda a: bridge.step(a.reshape(-1))),
            "jax engine": stepped(on_device),
        },
        4.0,
    )
    for name, own in figures.items():
        yield {"name": name, **own, "share_of_engine": ratio(figures, name, "numba engine")}


def compiling() -> Iterable[dict[str, Any]]:
    """Seconds to the first observation of a step, with an empty cache and with a full one."""
    import tempfile

    for name, code in _FIRST_STEPS.items():
        with tempfile.TemporaryDirectory() as cache:
            settings = {"ENVSUITE_CACHE": cache, "JAX_COMPILATION_CACHE_DIR": f"{cache}/jax"}
            first, second = (fresh_process(code, **settings) for _ in range(2))
        yield {"name": name, "empty": first["seconds"], "full": second["seconds"]}


def memory() -> Iterable[dict[str, Any]]:
    """The most memory a process holds that plays 1,024 copies of 27m_vs_30m."""
    for backend in ("numba", "jax"):
        yield {"backend": backend, **fresh_process(_MEMORY.format(backend=backend))}


SECTIONS: dict[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "copies": copies,
    "units": units,
    "cores": cores,
    "latency": latency,
    "families": families,
    "batches": batches,
    "layers": layers,
    "collection": collection,
    "vectors": foreign_vectors,
    "compiling": compiling,
    "memory": memory,
}


def _compared(loops: dict[str, Callable[[], int]]) -> dict[str, Any]:
    figures = in_turns(loops, 2.0)
    against = {
        f"{ours}_against_jaxmarl": ratio(figures, ours, "jaxmarl")
        for ours in ("numba", "jax")
        if "jaxmarl" in figures
    }
    return {**figures, **against}


def _gymnasium_step(backend: str) -> Callable[[int], float]:
    env = gym.make("envsuite/SMAX-3m", backend=backend)
    env.reset(seed=0)
    actions = np.random.default_rng(0).integers(0, 5, (4096, 3))

    def play(steps: int) -> float:
        passed = 0.0
        for action in actions[:steps]:
            start = time.perf_counter()
            _, _, terminated, truncated, _ = env.step(action)
            passed += time.perf_counter() - start
            if terminated or truncated:
                env.reset()
        return passed / steps

    return play


def _pettingzoo_step() -> Callable[[int], float]:
    env: Any = envsuite.make_as("envsuite/SMAX-3m", "pettingzoo", backend="numba")
    env.reset(seed=0)
    actions = np.random.default_rng(0).integers(0, 5, (4096, 3))

    def play(steps: int) -> float:
        passed = 0.0
        for action in actions[:steps]:
            chosen = {agent: action[int(agent[-1])] for agent in env.agents}
            start = time.perf_counter()
            env.step(chosen)
            passed += time.perf_counter() - start
            if not env.agents:
                env.reset()
        return passed / steps

    return play


def _jaxmarl_step() -> Callable[[int], float]:
    import jaxmarl
    from jaxmarl.environments.smax import map_name_to_scenario

    env = jaxmarl.make("HeuristicEnemySMAX", scenario=map_name_to_scenario("3m"))
    step = jax.jit(env.step)  # restarts by itself
    keys = list(jax.random.split(jax.random.key(1), 4096))
    _, state = jax.jit(env.reset)(jax.random.key(0))
    actions = np.random.default_rng(0).integers(0, 5, (4096, 3)).astype(np.int32)

    def play(steps: int) -> float:
        nonlocal state
        start = time.perf_counter()
        for key, action in zip(keys[:steps], actions, strict=False):
            chosen = {name: action[row] for row, name in enumerate(env.agents)}
            obs, state, _, dones, _ = step(key, state, chosen)
            for name in env.agents:
                np.asarray(obs[name])
            bool(dones["__all__"])
        return (time.perf_counter() - start) / steps

    return play


_FIRST = """
import json, time
start = time.perf_counter()
import numpy as np
{body}
print(json.dumps({{"seconds": time.perf_counter() - start}}))
"""
_OURS = """
import envsuite
engine = envsuite.make_engine("envsuite/SMAX-3m", 64, "{backend}")
engine.reset(0)
np.asarray(engine.step({{"ally": np.full((64, 3), 4)}}).obs["ally"])
"""
_THEIRS = """
import jax, jaxmarl
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
from jaxmarl.environments.smax import map_name_to_scenario
env = jaxmarl.make("HeuristicEnemySMAX", scenario=map_name_to_scenario("3m"))
_, state = jax.jit(jax.vmap(env.reset))(jax.random.split(jax.random.key(0), 64))
actions = {name: np.full(64, 4) for name in env.agents}
obs, *_ = jax.jit(jax.vmap(env.step))(jax.random.split(jax.random.key(1), 64), state, actions)
np.asarray(obs["ally_0"])
"""
_FIRST_STEPS = {
    "numba engine": _FIRST.format(body=_OURS.format(backend="numba")),
    "jax engine": _FIRST.format(body=_OURS.format(backend="jax")),
    "JaxMARL": _FIRST.format(body=_THEIRS),
}
_MEMORY = """
import json
import jax, numpy as np
import envsuite
def peak():  # of this process alone: what `getrusage` tells includes the parent's
    lines = open("/proc/self/status").read().splitlines()
    return 1024 * int([line.split()[1] for line in lines if line.startswith("VmHWM")][0])
engine = envsuite.make_engine("envsuite/SMAX-27m_vs_30m", 1024, "{backend}")
before = peak()
shown = engine.reset(0)
for _ in range(5):
    shown = engine.step({{"ally": np.full((1024, 27), 4, np.int32)}})
jax.block_until_ready(shown.obs)
print(json.dumps({{"before": before, "peak": peak()}}))
"""


def main(
    sections: Annotated[
        list[str] | None, typer.Argument(help=f"Of {', '.join(SECTIONS)}; all if none is named.")
    ] = None,
) -> None:
    """Measure, and write the record."""
    for name in sections or ():
        if name not in SECTIONS:
            raise typer.BadParameter(f"no section {name!r}: there are {', '.join(SECTIONS)}")
    device = jax.devices()[0].platform
    path = RESULTS / f"speed-{device}.json"
    record = json.loads(path.read_text()) if path.exists() else {"sections": {}}
    chosen = sections or list(SECTIONS)
    columns = (*Progress.get_default_columns()[:-1], TimeRemainingColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        bar = progress.add_task("", total=len(chosen))
        for name in chosen:
            progress.update(bar, description=name)
            rows = list(SECTIONS[name]())
            jax.clear_caches()
            record["sections"][name] = {
                "rows": rows, "command": f"python benchmarks/speed.py {name}", **machine()
            }  # fmt: skip
            write(path, record)
            progress.advance(bar)
    typer.echo(f"written to {path}")


if __name__ == "__main__":
    typer.run(main)

"""SMAX beside JaxMARL's, in one run on the same device: steps a second, compile time, memory.

    python benchmarks/smax_against_jaxmarl.py

Both play random legal actions inside one compiled `scan`, both restart every episode that ends,
and both hand the observations of every step to the loop, which sums them so that nothing may be
left out. The two are timed in turns, so that a busy machine slows both. The figures go to
`benchmarks/results/smax_against_jaxmarl-<device>.json`; the ratio is the message.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax.experimental.compilation_cache import compilation_cache

import envsuite
from loops import jax_scan, jaxmarl_scan

RESULTS = Path(__file__).parent / "results"
SCENARIOS = ("3m", "2s3z", "27m_vs_30m")
ROUNDS = 5


def compare(scenario: str, copies: int, seconds: float) -> dict[str, Any]:
    """Time both in turns."""
    steps = 4 if scenario.startswith("27") else 32
    loops, figures = {}, {}
    scans = {
        "envsuite": jax_scan(f"envsuite/SMAX-{scenario}", copies, steps),
        "jaxmarl": jaxmarl_scan(scenario, copies, steps),
    }
    for name, (run, carry) in scans.items():
        start = time.perf_counter()
        compiled = jax.jit(run).lower(carry, jax.random.key(0)).compile()
        figures[name] = {"compile_seconds": time.perf_counter() - start}
        memory = compiled.memory_analysis()
        if memory is not None:
            figures[name]["temporary_bytes"] = memory.temp_size_in_bytes
        carry, ended = compiled(carry, jax.random.key(1))
        jax.block_until_ready(ended)
        loops[name] = [compiled, carry, [], 0]
    keys = iter(jax.random.split(jax.random.key(2), 100_000))
    for _ in range(ROUNDS):
        for loop in loops.values():
            played, start = 0, time.perf_counter()
            while time.perf_counter() - start < seconds / ROUNDS or not played:
                loop[1], ended = loop[0](loop[1], next(keys))
                loop[3] += int(jax.block_until_ready(ended).sum())
                played += steps * copies
            loop[2].append(played / (time.perf_counter() - start))
    for name, (_, _, rates, ended) in loops.items():
        figures[name] |= {
            "steps_per_second": statistics.median(rates),
            "rounds": rates,
            "episodes_ended": ended,
        }
    ratios = np.array(loops["envsuite"][2]) / np.array(loops["jaxmarl"][2])
    return {
        "scenario": scenario,
        "copies": copies,
        "steps_in_a_scan": steps,
        "ratio": float(np.median(ratios)),
        "ratio_lowest": float(ratios.min()),
        "ratio_highest": float(ratios.max()),
        **figures,
    }


MEMORY = """
import jax
import numpy as np
import envsuite
def peak():  # of this process alone: what `getrusage` tells includes the parent's
    lines = open("/proc/self/status").read().splitlines()
    return 1024 * int([line.split()[1] for line in lines if line.startswith("VmHWM")][0])
engine = envsuite.make_engine("envsuite/SMAX-27m_vs_30m", {copies}, "jax")
before = peak()
shown = engine.reset(0)
for _ in range(3):
    shown = engine.step({{"ally": np.full(({copies}, 27), 4, np.int32)}})
jax.block_until_ready(shown.obs)
print(before, peak())
"""


def memory(copies: int) -> dict[str, Any]:
    """Peak memory of a fresh process that plays 27m_vs_30m, on the host."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY.format(copies=copies)],
        capture_output=True,
        text=True,
        check=True,
    )
    before, peak = map(int, done.stdout.split())
    return {"scenario": "27m_vs_30m", "copies": copies, "before": before, "peak": peak}


def main() -> None:
    """Measure, print a table, write the record."""
    parser = argparse.ArgumentParser(description="SMAX beside JaxMARL's.")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each of the two, in all")
    parser.add_argument("--copies", type=int, default=1024)
    parser.add_argument("--scenario", action="append", choices=SCENARIOS)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    # compile times are measured, so nothing may come from an earlier run; a folder that the
    # environment names has been opened by the imports above, and must be let go of
    jax.config.update("jax_enable_compilation_cache", False)
    jax.config.update("jax_compilation_cache_dir", None)
    compilation_cache.reset_cache()
    device = jax.devices()[0]
    rows = []
    for scenario in options.scenario or SCENARIOS:
        row = compare(scenario, options.copies, options.seconds)
        rows.append(row)
        print(
            f"{scenario:12} {row['envsuite']['steps_per_second']:12,.0f}/s  JaxMARL "
            f"{row['jaxmarl']['steps_per_second']:12,.0f}/s  ratio {row['ratio']:.2f} "
            f"({row['ratio_lowest']:.2f} to {row['ratio_highest']:.2f}), compiled in "
            f"{row['envsuite']['compile_seconds']:.1f} s against "
            f"{row['jaxmarl']['compile_seconds']:.1f} s",
            flush=True,
        )
    record = {
        "command": "python benchmarks/smax_against_jaxmarl.py " + " ".join(sys.argv[1:]),
        "device": f"{device.platform} {device.device_kind}",
        "machine": platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "versions": {
            "envsuite": envsuite.__version__,
            "jaxmarl": metadata.version("jaxmarl"),
            "jax": jax.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "rows": rows,
        "memory": memory(1024) if device.platform == "cpu" else None,
        "peak_of_this_process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    out = options.out or RESULTS / f"smax_against_jaxmarl-{device.platform}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(record, indent=2) + "\n")
    print(f"memory: {record['memory']}")
    print(f"written to {out}")


if __name__ == "__main__":
    main()

"""Timing things in turns, and saying on what machine."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    "envsuite", "jaxmarl", "jax", "jaxlib", "numba", "numpy", "gymnasium", "pettingzoo",
    "supersuit", "stable-baselines3", "sb3-contrib", "torch", "optax", "evosax", "flax", "gymnax",
)  # fmt: skip


def in_turns(
    calls: Mapping[str, Callable[[], int]], seconds: float = 2.0, rounds: int = 5
) -> dict[str, dict[str, Any]]:
    """How fast each of several things is done, in turns, so that a busy machine slows all alike.

    Args:
        calls: By name, what to do; each call returns how many steps it has made. The first three
            calls, which may compile, are not timed.
        seconds: For each of them, in all.
        rounds: How many turns each has.

    Returns:
        By name, `steps_per_second`, the median of the rounds, and all `rounds`.
    """
    for call in calls.values():
        for _ in range(
            3
        ):  # what a program hands out may be of another kind than it was given first
            call()
    rates: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            made, start = 0, time.perf_counter()
            while (passed := time.perf_counter() - start) < seconds / rounds or not made:
                made += call()
            rates[name].append(made / passed)
    return {
        name: {"steps_per_second": float(np.median(own)), "rounds": own}
        for name, own in rates.items()
    }


def ratio(figures: Mapping[str, Mapping[str, Any]], ours: str, theirs: str) -> dict[str, float]:
    """How many times faster one is than another: the median over the rounds, and its range."""
    each = np.array(figures[ours]["rounds"]) / np.array(figures[theirs]["rounds"])
    return {"ratio": float(np.median(each)), "low": float(each.min()), "high": float(each.max())}


def machine() -> dict[str, Any]:
    """The machine and the versions, for a record."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"processor": _processor(), "cores": cores, "versions": versions, "commit": _commit()}


def write(path: Path, record: Any) -> None:
    """Write a record as JSON, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".part", delete=False) as beside:
        json.dump(record, beside, indent=1)
        beside.write("\n")
    os.replace(beside.name, path)


def fresh_process(code: str, **environment: str) -> dict[str, Any]:
    """What a fresh Python, given `code`, prints last, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def fresh_processes(code: str, count: int, **environment: str) -> list[dict[str, Any]]:
    """The same of several processes at once."""
    with ThreadPoolExecutor(count) as pool:
        jobs = [pool.submit(fresh_process, code, **environment) for _ in range(count)]
        return [job.result() for job in jobs]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
    )
    return done.stdout.strip()

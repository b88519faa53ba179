"""The table of speeds of the mazes' README, from the record that the benchmark wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
README = ROOT / "plugins" / "envsuite_maze" / "README.md"
RECORD = ROOT / "benchmarks" / "results" / "mazes.json"
BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"


def page() -> str:
    """The README with its tables made anew."""
    before, _, rest = README.read_text().partition(BEGIN)
    return f"{before}{BEGIN}\n{speed()}\n{END}{rest.partition(END)[2]}"


def speed() -> str:
    """How fast mazes are played, and what a level costs."""
    record = json.loads(RECORD.read_text())
    rows = [
        "| copies | numba, steps a second | JAX | JaxUED | numba / JaxUED | JAX / JaxUED |",
        "|---|---|---|---|---|---|",
    ]
    for own in record["playing"]:
        speeds = (f"{own[name]['steps_per_second']:,.0f}" for name in ("numba", "jax", "jaxued"))
        ratios = (_ratio(own[f"{name}_against_jaxued"]) for name in ("numba", "jax"))
        rows.append(f"| {own['copies']:,} | {' | '.join(speeds)} | {' | '.join(ratios)} |")
    rows += ["", "| a level | microseconds | JaxUED |", "|---|---|---|"]
    for own in record["designing"]:
        taken = own["microseconds_a_level"]
        peer = f"{taken['jaxued']:.1f}" if "jaxued" in taken else ""
        rows.append(f"| {own['what']} | {taken['ours']:.1f} | {peer} |")
    told = f"`python benchmarks/mazes.py --seconds {record['seconds']:g}`"
    machine = record["machine"]
    rows += [
        "",
        f"{machine['processor']}, {machine['cores']} cores, commit {machine['commit']}, {told}.",
    ]
    return "\n".join(rows)


def _ratio(found: dict[str, Any]) -> str:
    return f"**{found['ratio']:.1f}** ({found['low']:.1f} to {found['high']:.1f})"

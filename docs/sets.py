"""The table of the distilled sets' README, from the cards that their commands wrote."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "plugins" / "envsuite_distill"
README = PLUGIN / "README.md"
AIMS = yaml.safe_load((ROOT / "benchmarks" / "distilled_aims.yaml").read_text())


def page() -> str:
    """The README with its table made anew."""
    before, begin, rest = README.read_text().partition("<!-- sets: begin -->")
    _, end, after = rest.partition("<!-- sets: end -->")
    return f"{before}{begin}\n{table()}\n{end}{after}"


def table() -> str:
    """What agents earn that imitate a set, and what it cost."""
    rows = [
        "| task | pairs | to be reached | return in Gymnasium (IQM, 95 % interval) | networks | "
        "worst | steps it cost, at most |",
        "|---|---|---|---|---|---|---|",
    ]
    for task, aim in AIMS.items():
        own = json.loads((PLUGIN / "sets" / f"{task}.json").read_text("utf-8"))
        card, figures = own["card"], own["card"]["figures"]
        told = f"{figures['iqm']:.1f}"
        if figures["iqm"] >= aim:
            told = f"**{told}**"
        steps = sum(card["task_steps_at_most"].values()) / 1e6
        rows.append(
            f"| {task} | {len(own['states'])} | {aim} | {told} ({figures['low']:.1f} to "
            f"{figures['high']:.1f}) | {len(figures['networks'])} | "
            f"{min(figures['networks']):.1f} | {steps:.1f} million |"
        )
    return "\n".join(rows)

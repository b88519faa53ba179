"""The tables of the learned worlds' README, from the cards that their commands wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from envsuite_synthetic.shipped import card, shipped

ROOT = Path(__file__).parents[1]
README = ROOT / "plugins" / "envsuite_synthetic" / "README.md"
SPEED = ROOT / "benchmarks" / "results" / "worlds.json"


def page() -> str:
    """The README with its tables made anew."""
    text = README.read_text()
    for name, made in (("scores", scores()), ("costs", costs()), ("speed", speed())):
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{made}\n{end}{rest.partition(end)[2]}"
    return text


def scores() -> str:
    """What agents earn that were trained in a world, and in the real task for as long."""
    rows = ["| world | learner | trained in the world | trained in the real task |"]
    rows.append("|---|---|---|---|")
    for name in shipped():
        own = card(name)["scores"]
        for algorithm, figures in own["world"].items():
            real = own["real"].get(algorithm)
            told = _told(figures)
            if real and figures["iqm"] > real["iqm"]:
                told = f"**{told}**"
            beside = _told(real) if real else "not measured"
            rows.append(f"| `{name}` | {algorithm} | {told} | {beside} |")
    return "\n".join(rows)


def costs() -> str:
    """What finding a world took."""
    rows = [
        "| world | command | generations | minutes | steps in worlds | real steps, at most | "
        "agents until it pays | a policy evolved by as many real steps |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in shipped():
        own = card(name)
        cost = own["cost"]
        rows.append(
            f"| `{name}` | `{own['command']}` | {own['generations']} | {own['seconds'] / 60:.0f} | "
            f"{cost['synthetic_steps']:,} | {cost['real_steps_at_most']:,} | "
            f"{'; '.join(_even(*pair) for pair in own.get('break_even', {}).items())} | "
            f"{_evolved(own)} |"
        )
    return "\n".join(rows)


def speed() -> str:
    """How fast Stable-Baselines3 collects in a world."""
    own = json.loads(SPEED.read_text())["collecting"]["world_against_real"]
    return (
        f"Stable-Baselines3's PPO collects {own['ratio']:.2f} times as many steps a second in "
        f"`Synthetic-CartPole` as in `CartPole-v1` ({own['low']:.2f} to {own['high']:.2f}; "
        "`python benchmarks/worlds.py`)."
    )


def _even(algorithm: str, found: dict[str, Any]) -> str:
    """When a world has paid for itself, and what an agent needs without it."""
    if found["median"] is None:
        return (
            f"{algorithm}: fewer than {found['agents']:,} ({found['aim']:.1f} not within "
            f"{found['cap']:,} steps)"
        )
    return (
        f"{algorithm}: {found['agents']:,} ({found['aim']:.1f} after {found['median']:,.0f} steps)"
    )


def _evolved(own: dict[str, Any]) -> str:
    """What direct neuroevolution earns: the median of its searches."""
    found = own.get("neuroevolution")
    return f"{found['median']:.1f}" if found else ""


def _told(figures: dict[str, Any]) -> str:
    return f"{figures['iqm']:.1f} ({figures['low']:.1f} to {figures['high']:.1f})"

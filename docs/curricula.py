"""The tables of the curricula's README, from the records of an example and a benchmark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
README = ROOT / "plugins" / "envsuite_curricula" / "README.md"
FRUIT = ROOT / "examples" / "results" / "fruit_choice.json"
MAZES = ROOT / "examples" / "results" / "maze_curricula.json"
SPEED = ROOT / "benchmarks" / "results" / "curricula.json"
COST = ROOT / "benchmarks" / "results" / "level_buffer-cpu.json"


def page() -> str:
    """The README with its tables made anew."""
    text = README.read_text()
    for name, made in (
        ("cost", cost()),
        ("fruit", fruit()),
        ("mazes", mazes()),
        ("speed", speed()),
    ):
        before, begin, rest = text.partition(f"<!-- {name}: begin -->")
        _, end, after = rest.partition(f"<!-- {name}: end -->")
        text = f"{before}{begin}\n{made}\n{end}{after}"
    return text


def cost() -> str:
    """What a cycle costs, by capacity."""
    record = json.loads(COST.read_text())
    rows = [
        f"A cycle of {record['slots']} levels of 13 by 13 cells (`python "
        f"benchmarks/level_buffer.py`, one of {record['cores']} CPU cores; domain randomisation "
        f"takes {record['dr']:.2f} ms). A cycle sorts the scores once, so what "
        "a kept level costs grows as a logarithm:",
        "",
        "| levels kept | cycle of new levels, ms | cycle of replay, ms |",
        "|---|---|---|",
    ]
    rows += [
        f"| {row['capacity']:,} | {row['new']:.2f} | {row['replay']:.2f} |"
        for row in record["rows"]
    ]
    return "\n".join(rows)


def speed() -> str:
    """Steps a second under each curriculum, and times those under domain randomisation."""
    record = json.loads(SPEED.read_text())
    compiled = record["compiled"]
    columns = {f"compiled PPO, {compiled['copies']} copies": compiled}
    columns |= {f"vector of {row['copies']:,}": row for row in record["host"]}
    table = [
        "Thousands of steps a second in mazes, and times those under `dr` (lowest to highest "
        f"round; `python benchmarks/curricula.py --seconds {record['seconds']:g}`, "
        f"{record['machine']['cores']} CPU cores).",
        "",
        f"| curriculum | {' | '.join(columns)} |",
        "|---|" + "---|" * len(columns),
    ]
    names = dict.fromkeys(name for row in columns.values() for name in row if _timed(row[name]))
    for name in names:
        cells = " | ".join(_pace(row.get(name)) for row in columns.values())
        table.append(f"| {name if name == 'none' else f'`{name}`'} | {cells} |")
    return "\n".join(table)


def _timed(entry: object) -> bool:
    return isinstance(entry, dict) and "steps_per_second" in entry


def _pace(entry: dict[str, Any] | None) -> str:
    """One measurement."""
    if entry is None:
        return ""
    pace = f"{entry['steps_per_second'] / 1000:,.0f}"
    times = entry.get("against_dr")
    if times:
        pace += f"; **{times['ratio']:.2f}** ({times['low']:.2f} to {times['high']:.2f})"
    if "trained" in entry and entry["trained"] < 1:
        pace += f", {entry['trained']:.0%} learned from"
    return pace


def fruit() -> str:
    """What each curriculum leads to at each chance."""
    record = json.loads(FRUIT.read_text())
    rows = record["rows"]
    chances = sorted({row["apple_chance"] for row in rows})
    best = {row["apple_chance"]: row["best"] for row in rows}
    heads = " | ".join(f"q = {chance:g} (best {best[chance]:.2f})" for chance in chances)
    table = [
        f"P(banana), and what that earns in truth: means of {record['seeds']} seeds ± their "
        f"standard error, after {record['cycles']:,} proposals.",
        "",
        f"| curriculum, score | {heads} |",
        "|---|" + "---|" * len(chances),
    ]
    for method in dict.fromkeys(row["method"] for row in rows):
        own = {row["apple_chance"]: row for row in rows if row["method"] == method}
        cells = []
        for chance in chances:
            utility = np.array(own[chance]["utility"])
            error = utility.std(ddof=1) / len(utility) ** 0.5
            earned = f"{utility.mean():.3f} ± {error:.3f}"
            cells.append(f"{np.mean(own[chance]['banana']):.3f}, {earned}")
        table.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(table)


def mazes() -> str:
    """How many of the hold-out mazes are solved after training under each curriculum."""
    record = json.loads(MAZES.read_text())
    asked = record["runs"][0]["asked"]
    found = record["summary"]
    rows = [
        f"Share of attempts that reach the goal, over {len(asked['mazes'])} hold-out mazes and "
        f"{found['dr']['equal_steps']['seeds']} seeds: the mean, and the interquartile mean with "
        "its stratified 95 % bootstrap interval.",
        "",
        f"| curriculum | after {asked['steps']:,} steps played | "
        f"after {asked['steps']:,} steps learned from | steps played for the latter |",
        "|---|---|---|---|",
    ]
    for name, moments in found.items():
        cells = []
        for moment in ("equal_steps", "equal_trained_steps"):
            own = moments[moment]
            middle = own["interquartile"]
            low, high = middle["low"], middle["high"]
            cells.append(f"{own['mean']:.2f}; {middle['mean']:.2f} ({low:.2f} to {high:.2f})")
        played = [
            run["counters"]["equal_trained_steps"]["env_steps"]
            for run in record["runs"]
            if run["curriculum"] == name
        ]
        rows.append(f"| `{name}` | {' | '.join(cells)} | {np.mean(played):,.0f} |")
    return "\n".join(rows)

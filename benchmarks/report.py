"""Make `benchmarks/README.md` and its pictures of the records in `benchmarks/results`.

    python benchmarks/report.py [--check]

With `--check` nothing is written, and a stale page is an error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from measure import RESULTS

HERE = Path(__file__).parent
RECORD, META = RESULTS / "speed-cpu.json", RESULTS / "meta_training.json"
PAGE = HERE / "README.md"
NAMES = {"numba": "envsuite, numba", "jax": "envsuite, JAX", "jaxmarl": "JaxMARL"}
Row = Mapping[str, Any]


def rate(figures: Row | None) -> str:
    """Steps a second in three figures."""
    return "" if figures is None else f"{float(format(figures['steps_per_second'], '.3g')):,.0f}"


def times(figure: Row | None) -> str:
    """A ratio and its range over the rounds."""
    if figure is None:
        return ""
    return f"**{figure['ratio']:.1f}** ({figure['low']:.1f} to {figure['high']:.1f})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def compared(rows: Sequence[Row], key: str) -> str:
    """Both engines beside JaxMARL."""
    head = [key, *NAMES.values(), "numba / JaxMARL", "JAX / JaxMARL"]
    return table(
        head,
        [
            [
                f"{row[key]:,}" if isinstance(row[key], int) else str(row[key]),
                *(rate(row.get(name)) for name in NAMES),
                times(row.get("numba_against_jaxmarl")),
                times(row.get("jax_against_jaxmarl")),
            ]
            for row in rows
        ],
    )


def page(sections: Mapping[str, Any]) -> str:
    """The whole page."""
    rows = {name: section["rows"] for name, section in sections.items()}
    first = next(iter(sections.values()))
    versions = ", ".join(f"{name} {version}" for name, version in first["versions"].items())
    commits = ", ".join(sorted({section["commit"] for section in sections.values()}))
    size = {row["scenario"]: f"{row['scenario']} ({row['units']} units)" for row in rows["units"]}
    units = [{**row, "battle": size[row["scenario"]]} for row in rows["units"]]
    parts = [
        "# How fast envsuite is",
        "Made by `python benchmarks/report.py` of `benchmarks/results/speed-cpu.json`, which "
        "`python benchmarks/speed.py` wrote; do not edit. What was tried to make it so, and what "
        "limits it, is in [notes.md](notes.md).",
        f"Machine: {first['processor']}, {first['cores']} cores. {versions}. Commits measured: "
        f"{commits}.",
        "Where no other game is named it is SMAX with random actions, legal ones in the first two "
        "sections. Episodes "
        "restart when they end, and what is compared was timed in turns: ratios are medians over "
        "the rounds, with the lowest and the highest. A step is a step of one copy of the game, "
        "whatever the number of agents.",
        "## What was to be reached",
        targets(rows),
        "## By the number of copies (3m)",
        "![Steps a second by the number of copies](images/copies.png)",
        compared(rows["copies"], "copies"),
        "## By the size of the battle",
        "256 copies; 16 of the battle of 100 against 100, which JaxMARL does not ship.",
        "![Steps a second by the number of units](images/units.png)",
        compared(units, "battle"),
        "## One copy, stepped from Python (3m)",
        "Observations arrive in NumPy. JaxMARL's step is jitted, and its observations are fetched.",
        table(
            ["", "microseconds a step", "times faster than JaxMARL"],
            [
                [
                    row["name"],
                    f"{row['microseconds']:.1f}",
                    f"{row['against_jaxmarl']:.1f} ({row['low']:.1f} to {row['high']:.1f})",
                ]
                for row in rows["latency"]
            ],
        ),
        "## The families (1,024 copies)",
        "Both of JAX are a compiled loop with random actions, legal ones in Hanabi; numba's are "
        "drawn beforehand. The last column is how long our JAX engine took to its first result, "
        "compiling included.",
        table(
            [
                "game", *NAMES.values(), "numba / JaxMARL", "JAX / JaxMARL", "compiled in seconds"
            ],
            [
                [
                    row["id"].removeprefix("envsuite/"),
                    *(rate(row.get(name)) for name in NAMES),
                    times(row.get("numba_against_jaxmarl")),
                    times(row.get("jax_against_jaxmarl")),
                    f"{row['first_seconds']['jax']:.1f}",
                ]
                for row in rows["families"]
            ],
        ),
        "## Games in Python (64 copies)",
        "A batch in our numba engine, and as many of the peer's games, stepped one after another.",
        table(
            ["game", "envsuite, numba", "peer", "its steps a second", "numba / peer"],
            [
                [
                    row["id"].removeprefix("envsuite/"), rate(row["numba"]), row["peer"],
                    rate(row["peer_rates"]), times(row["numba_against_peer"]),
                ]
                for row in rows["batches"]
            ],
        ),
        "## What an interface costs (1,024 copies of 3m)",
        table(
            ["", "steps a second", "share of the numba engine's"],
            [
                [row["name"], rate(row), f"{row['share_of_engine']['ratio']:.2f}"]
                for row in rows["layers"]
            ],
        ),
        "## Feeding Stable-Baselines3 (64 copies of 3m)",
        "`collect_rollouts` of MaskablePPO with its default network, one thread of PyTorch. "
        "SuperSuit, which has no masks, feeds PPO; nobody shoots at the team, for SuperSuit cannot "
        "vectorise a game whose agents die one by one.",
        table(
            ["", "steps a second", "time spent in the environment"],
            [
                [row["name"], rate(row), f"{row['share_in_environment']:.0%}"]
                for row in rows["collection"]
            ],
        ),
        "## Other vectors of the same game (64 copies of 3m)",
        "`SyncVectorEnv` and `AsyncVectorEnv` are made of our own lone copies, SuperSuit of our "
        "PettingZoo environment; the same peaceful game.",
        table(
            ["", "steps a second", "`gymnasium.make_vec` against it"],
            [[row["name"], rate(row), times(row["ours_against_it"])] for row in rows["vectors"]],
        ),
        *searching(json.loads(META.read_text())),
        "## A second core",
        "Two processes that know nothing of each other tell what the second core of this machine "
        "is worth at most.",
        table(
            ["battle", "copies", "one thread", "two threads", "gain", "two processes"],
            [
                [
                    row["scenario"], f"{row['copies']:,}", rate(row["1"]), rate(row["2"]),
                    f"**{row['gain']['ratio']:.2f}** ({row['gain']['low']:.2f} to "
                    f"{row['gain']['high']:.2f})",
                    f"{rate(row['processes'])}: {row['gain_of_processes']['ratio']:.2f} times",
                ]
                for row in rows["cores"]
            ],
        ),
        "## The first step",
        "Seconds from an empty process, imports included, to the first observations of 64 copies "
        "of 3m: with an empty cache, and again with what the first process left in it.",
        table(
            ["", "empty cache", "full cache"],
            [
                [row["name"], f"{row['empty']:.1f}", f"{row['full']:.1f}"]
                for row in rows["compiling"]
            ],
        ),
        "## Memory",
        "The most a process holds that plays 1,024 copies of 27m_vs_30m, Python and JAX included.",
        table(
            ["engine", "before", "peak"],
            [
                [row["backend"], *(f"{row[key] / 2**30:.2f} GiB" for key in ("before", "peak"))]
                for row in rows["memory"]
            ],
        ),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def searching(record: Row) -> list[str]:
    """The section on seeking a learned world."""
    rows = []
    for row in record["rows"]:
        name, seeds = row["name"], record["earned"].values()
        earned = ", ".join(f"{own[name]['interquartile_mean']:.0f}" for own in seeds)
        speed = f"{row['steps_per_second']:.2f}"
        rows.append([name, speed, times(row.get("ours_against_it")), earned])
    return [
        "## Seeking a learned world",
        f"Generations of a search for {record['task']}'s: {record['population']} candidates, PPO "
        f"for {record['inner_steps']:,} steps in each, {record['episodes']} real episodes. By hand "
        f"is gymnax with flax, optax and evosax (`by_hand.py`). The last column is what the mean "
        f"earns after {record['generations']} generations, for each seed (`python "
        f"benchmarks/meta_training.py`, commit {record['commit']}).",
        table(["", "generations a second", "envsuite against it", "earns"], rows),
    ]


def targets(rows: Mapping[str, Sequence[Row]]) -> str:
    """What the project set itself, and what was measured."""
    copies = {row["copies"]: row for row in rows["copies"]}
    units = {row["scenario"]: row for row in rows["units"]}
    named = {
        section: {row["name"]: row for row in rows[section]}
        for section in ("latency", "layers", "collection")
    }
    step = named["latency"]["gymnasium.make, numba"]["against_jaxmarl"]
    vector = named["layers"]["gymnasium.make_vec, numba"]["share_of_engine"]["ratio"]
    share = named["collection"]["envsuite bridge, numba"]["share_in_environment"]
    families = {row["id"]: row for row in rows["families"]}
    spread = families["envsuite/MPE-SimpleSpread"]
    kitchen = families["envsuite/Overcooked-CrampedRoom"]
    slowest = min(rows["families"], key=lambda row: row["jax_against_jaxmarl"]["ratio"])
    batches = ", ".join(times(row["numba_against_peer"]) for row in rows["batches"])
    gains = ", ".join(
        f"{row['gain']['ratio']:.2f} ({row['copies']:,} of {row['scenario']})"
        for row in rows["cores"]
    )
    return table(
        ["", "to be reached", "measured"],
        [
            ["numba against JaxMARL, 3m, 1,024 copies", "30",
             times(copies[1024]["numba_against_jaxmarl"])],
            ["numba against JaxMARL, 27m_vs_30m, 256 copies", "25",
             times(units["27m_vs_30m"]["numba_against_jaxmarl"])],
            ["one `env.step` of `gymnasium.make`, numba, against JaxMARL's", "40", f"{step:.1f}"],
            ["`gymnasium.make_vec` of 1,024 against the engine", "0.8", f"{vector:.2f}"],
            ["share of MaskablePPO's collection spent in 64 environments", "under 15 %",
             f"{share:.1%}"],
            ["two cores against one", "1.8", gains],
            ["numba against JaxMARL, MPE's spread, 1,024 copies", "8",
             times(spread["numba_against_jaxmarl"])],
            ["numba against JaxMARL, Overcooked, 1,024 copies", "8",
             times(kitchen["numba_against_jaxmarl"])],
            ["JAX against JaxMARL, the family where it is least", "1",
             f"{times(slowest['jax_against_jaxmarl'])}, {slowest['id'].removeprefix('envsuite/')}"],
            ["numba against games in Python, batches of 64", "100", batches],
        ],
    )  # fmt: skip


def draw(rows: Sequence[Row], key: str, label: str, path: Path) -> None:
    """Steps a second of all that were compared, on logarithmic axes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for name, told in NAMES.items():
        own = [row for row in rows if name in row]
        rates = [row[name]["steps_per_second"] for row in own]
        axes.plot([row[key] for row in own], rates, marker="o", label=told)
    axes.set(xscale="log", yscale="log", xlabel=label, ylabel="steps a second")
    ticks = [row[key] for row in rows]
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def main() -> None:
    """Write, or check."""
    sections = json.loads(RECORD.read_text())["sections"]
    text = page(sections)
    if "--check" in sys.argv:
        if PAGE.read_text() != text:
            sys.exit(f"out of date: {PAGE}; run python benchmarks/report.py")
        return
    PAGE.write_text(text)
    draw(sections["copies"]["rows"], "copies", "copies of 3m", HERE / "images" / "copies.png")
    units = [row for row in sections["units"]["rows"] if "jaxmarl" in row]
    units = sorted(units, key=lambda row: row["units"])
    draw(units, "units", "units in each of 256 battles", HERE / "images" / "units.png")


if __name__ == "__main__":
    main()

"""Writes what the registry says into the documentation.

    python docs/generate.py            # write
    python docs/generate.py --check    # exit with 1 if anything is out of date

It makes `docs/environments.md`, `docs/differences.md` (see `differences.py`), the tables of the
learned worlds, distilled sets, curricula and mazes (`worlds.py`, `sets.py`, `curricula.py`,
`mazes.py`), and the parts
of `README.md` between pairs of comments: the table of ids from the registry, the demo's figures and
the benchmark's from the records that they wrote.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import mazes
from gymnasium import spaces

import curricula
import differences
import envsuite
import sets
import worlds
from envsuite.core.errors import TargetError
from envsuite.functional import is_text, unwrapped

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "examples" / "results" / "smax_3m.json"
SPEED = ROOT / "benchmarks" / "results" / "smax_against_jaxmarl-cpu.json"
REPORT = ROOT / "benchmarks" / "results" / "speed-cpu.json"
PAGE = ROOT / "docs" / "environments.md"


def family(id: str) -> str:
    """The part of an id before its variant, where its family has variants."""
    own = envsuite.spec(id)
    kin = [other for other in _shipped() if envsuite.spec(other).target == own.target]
    return id.rsplit("-", 1)[0] if len(kin) > 1 else id


def _shipped() -> list[str]:
    """The ids of this repository; what else is installed here is no part of its documentation."""
    known = envsuite.registry().environments
    return [id for id in known if id.startswith("envsuite/")]


def overview() -> str:
    """The table of the README: a row for each family."""
    rows = ["| ids | | kind |", "|---|---|---|"]
    for name, ids in _families():
        own = envsuite.spec(ids[0])
        listed = f"`{ids[0]}`"
        if len(ids) > 1:
            variants = ", ".join(f"`{id[len(name) + 1 :]}`" for id in ids)
            listed = f"`{name}-…`: {variants}"
        rows.append(f"| {listed} | {own.summary} | {', '.join(own.tags)} |")
    return "\n".join(rows)


def demo() -> str:
    """What the main job reached when its record was committed."""
    record = json.loads(DEMO.read_text())
    figures, where = record["figures"], DEMO.relative_to(ROOT)
    won, minutes = figures["win_rate"], record["seconds"] / 60
    return (
        "Three marines share one policy and fight three scripted ones. In the committed run, after "
        f"{record['steps']:,} steps\nin {minutes:.1f} minutes on two cores, they won "
        f"**{won['rate']:.1%} of {figures['episodes']} fresh battles** (95 % interval "
        f"{won['low']:.1%} to {won['high']:.1%}).\nRandom play wins none, the scripted policy "
        f"against itself half. The record is [{where}]({where})."
    )


def speed() -> str:
    """The benchmark's table."""
    sections = json.loads(REPORT.read_text())["sections"]
    copies = {row["copies"]: row for row in sections["copies"]["rows"]}
    units = {row["scenario"]: row for row in sections["units"]["rows"]}
    step = {row["name"]: row for row in sections["latency"]["rows"]}["gymnasium.make, numba"]
    rows = [
        f"On {sections['copies']['cores']} cores of a CPU, random legal actions, timed in turns "
        "(`python benchmarks/speed.py`; the whole",
        "report is [benchmarks/README.md](benchmarks/README.md)):",
        "",
        "| | envsuite, numba | envsuite, JAX | JaxMARL | numba against JaxMARL |",
        "|---|---|---|---|---|",
    ]
    for told, row in (
        ("3m, 1,024 copies", copies[1024]),
        ("2s3z, 256 copies", units["2s3z"]),
        ("27m_vs_30m, 256 copies", units["27m_vs_30m"]),
    ):
        rates = (f"{row[name]['steps_per_second']:,.0f}/s" for name in ("numba", "jax", "jaxmarl"))
        own = row["numba_against_jaxmarl"]
        against = f"**{own['ratio']:.1f}** ({own['low']:.1f} to {own['high']:.1f})"
        rows.append(f"| {told} | {' | '.join(rates)} | {against} |")
    rows += [
        "",
        f"One `env.step` of `gymnasium.make` takes {step['microseconds']:.1f} microseconds, "
        f"{step['against_jaxmarl']:.0f} times less than JaxMARL's jitted step.",
        "",
    ]
    record = json.loads(SPEED.read_text())
    rows += [
        "SMAX on the JAX engine beside JaxMARL's, random legal actions, both inside one compiled "
        "`scan`,",
        f"in turns in one run on {record['cores']} CPU cores (`{record['command'].strip()}`):",
        "",
        "| scenario | copies | envsuite | JaxMARL | ratio (lowest to highest of the rounds) |",
        "|---|---|---|---|---|",
    ]
    for row in record["rows"]:
        ours, theirs = (row[name]["steps_per_second"] for name in ("envsuite", "jaxmarl"))
        rows.append(
            f"| {row['scenario']} | {row['copies']:,} | {ours:,.0f}/s | {theirs:,.0f}/s | "
            f"**{row['ratio']:.1f}** ({row['ratio_lowest']:.1f} to {row['ratio_highest']:.1f}) |"
        )
    memory = record["memory"]
    rows += [
        "",
        f"27m_vs_30m at {memory['copies']:,} copies takes {memory['peak'] / 2**30:.2f} GiB at its "
        "peak, Python and JAX included.",
    ]
    return "\n".join(rows)


def page() -> str:
    """The page of all environments, with their spaces."""
    lines = [
        "# Environments",
        "",
        "Made from `registry.yaml` by `python docs/generate.py`; do not edit.",
        "",
    ]
    for name, ids in _families():
        own = envsuite.spec(ids[0])
        lines += [f"## {name}", "", own.summary, ""]
        if own.source:
            lines += [f"Source: {own.source}. ", ""]
        package = own.target.partition(".")[0]
        lines += [f"Rules: [{package}](../plugins/{package}/README.md).", ""]
        lines += ["| id | agents | observation | action | limit |", "|---|---|---|---|---|"]
        lines += [_row(id) for id in ids]
        lines.append("")
    return "\n".join(lines)


def plugins() -> list[Path]:
    """The folders of the games, in the registry's order."""
    packages = (envsuite.spec(id).target.partition(".")[0] for id in _shipped())
    return [ROOT / "plugins" / package for package in dict.fromkeys(packages)]


def _families() -> Iterable[tuple[str, list[str]]]:
    return [(name, list(ids)) for name, ids in groupby(sorted(_shipped(), key=family), key=family)]


def _row(id: str) -> str:
    try:
        env = envsuite.make(id)
    except TargetError as error:
        if error.extra is None:
            raise
        return _row_as_it_stands(id, error.extra)
    groups = {} if is_text(env) else env.agents
    agents = ", ".join(f"{size} {group}" for group, size in groups.items()) or "one"
    limit = envsuite.spec(id).max_steps or "none"
    game = unwrapped(env)
    seen, done = _space(game.observation_space), _space(game.action_space)
    return f"| `{id}` | {agents} | {seen} | {done} | {limit} |"


def _row_as_it_stands(id: str, extra: str) -> str:
    """The row of an id that cannot be made here, for want of an extra of envsuite."""
    lines = PAGE.read_text().splitlines() if PAGE.exists() else []
    known = [line for line in lines if line.startswith(f"| `{id}` |")]
    return known[0] if known else f"| `{id}` | unknown without the extra `{extra}` | | | |"


def _space(space: spaces.Space[Any]) -> str:
    """A space in a few words; where all groups share one, it is given once."""
    if isinstance(space, spaces.Dict):
        kinds = {group: _space(own) for group, own in space.items()}
        if len(set(kinds.values())) == 1:
            return next(iter(kinds.values()))
        return "; ".join(f"{group}: {kind}" for group, kind in kinds.items())
    if isinstance(space, spaces.Box):
        return f"Box{list(space.shape)}"
    if isinstance(space, spaces.Text):
        return f"Text of up to {space.max_length}"
    return str(space)


def main() -> None:
    """Write or check."""
    readme = ROOT / "README.md"
    text = readme.read_text()
    for name, made in (("registry", overview()), ("demo", demo()), ("speed", speed())):
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{made}\n{end}{rest.partition(end)[2]}"
    texts = {readme: text, PAGE: page()}
    texts[ROOT / "docs" / "differences.md"] = differences.page(plugins())
    texts[worlds.README] = worlds.page()
    texts[sets.README] = sets.page()
    texts[curricula.README] = curricula.page()
    texts[mazes.README] = mazes.page()
    stale = [path for path, text in texts.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        if stale:
            names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
            sys.exit(f"out of date: {names}; run python docs/generate.py")
        return
    for path in stale:
        path.write_text(texts[path])
        print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

"""Writes what the registry says into the documentation.

    python docs/generate.py            # write
    python docs/generate.py --check    # exit with 1 if anything is out of date

It makes `docs/environments.md`, and the part of `README.md` between the two `registry` comments.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import envsuite
from envsuite.functional import unwrapped

ROOT = Path(__file__).parent.parent
BEGIN, END = "<!-- registry: begin -->", "<!-- registry: end -->"


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


def _families() -> Iterable[tuple[str, list[str]]]:
    return [(name, list(ids)) for name, ids in groupby(sorted(_shipped(), key=family), key=family)]


def _row(id: str) -> str:
    env = envsuite.make(id)
    agents = ", ".join(f"{size} {group}" for group, size in env.agents.items()) or "one"
    limit = envsuite.spec(id).max_steps or "none"
    game = unwrapped(env)
    return f"| `{id}` | {agents} | {_space(game.observation_space)} | {_space(game.action_space)} | {limit} |"


def _space(space: object) -> str:
    words = str(space).replace("|", "\\|")
    return words if len(words) < 90 else words[:87] + "…"


def main() -> None:
    """Write or check."""
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    texts = {
        readme: f"{before}{BEGIN}\n{overview()}\n{END}{after}",
        ROOT / "docs" / "environments.md": page(),
    }
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

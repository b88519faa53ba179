"""Shows records as a table for people, or as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")]


def show_json(value: Any) -> None:
    """Print a value as JSON, on standard output."""
    typer.echo(json.dumps(value, indent=2))


def show_table(title: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Print rows of equal keys as a table; the keys are its headings."""
    table = Table(title=title, title_justify="left")
    for index, heading in enumerate(rows[0] if rows else ()):
        # the first column holds names, which are copied from the table: they are never broken
        table.add_column(heading, overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*map(_escaped, row.values()))
    Console().print(table)


def _escaped(text: str) -> str:
    # Rich reads [sb3] in `envsuite[sb3]` as a style, and drops it.
    return text.replace("[", "\\[")

"""`envsuite plugins list | doctor | new`."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer

from envsuite.commands.table import AsJson, show_json, show_table
from envsuite.doctor import examine
from envsuite.hooks import SECTIONS
from envsuite.plugin_loader import Plugin
from envsuite.registry import Registry, registry
from envsuite.scaffold.new_plugin import new_plugin

app = typer.Typer(help="List, examine and begin plugins.", no_args_is_help=True)

# A plugin may bring hundreds of ids; a table shows the first few, JSON shows all.
SHOWN = 6


@app.command("list")
def list_plugins(as_json: AsJson = False) -> None:
    """List the plugins, and what each brings."""
    known = registry()
    plugins = [_described(known, plugin) for plugin in known.plugins]
    if as_json:
        show_json(plugins)
        return
    rows = [
        {
            "plugin": plugin["name"],
            "distribution": plugin["distribution"],
            "version": plugin["version"],
            "status": plugin["status"],
            "brings": "\n".join(_shortened(*item) for item in plugin["brings"].items()),
        }
        for plugin in plugins
    ]
    show_table("Plugins", rows)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Import everything that the plugins name; exit with 1 if anything is wrong."""
    known = registry()
    findings = examine(known)
    plugins = [_described(known, plugin) for plugin in known.plugins]
    problems = [finding for finding in findings if finding.level == "problem"]
    if as_json:
        show_json({"plugins": plugins, "findings": [vars(finding) for finding in findings]})
    else:
        timings = [
            {
                "plugin": plugin["name"],
                "distribution": plugin["distribution"],
                "status": plugin["status"],
                "import": f"{plugin['import_seconds'] * 1000:.0f} ms",
            }
            for plugin in plugins
        ]
        show_table("Plugins", timings)
        for finding in findings:  # sentences, which a table would cut up
            typer.echo(f"{finding.level}: plugin {finding.plugin!r}, {finding.where}:")
            typer.echo(f"  {finding.text}")
        notes = len(findings) - len(problems)
        typer.echo(f"{_counted(len(problems), 'problem')}, {_counted(notes, 'note')}")
    if problems:
        raise typer.Exit(1)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Its name, and the namespace of its ids.")],
    path: Annotated[Path, typer.Option(help="Where the folder NAME is made.")] = Path("."),
) -> None:
    """Begin a plugin: a complete package with an environment, an agent, an evaluator and tests."""
    try:
        folder = new_plugin(name, path=path)
    except (ValueError, OSError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Wrote {folder}. Next:")
    typer.echo(f"  pip install -e {folder}")
    typer.echo(f"  pytest {folder}")


def _described(known: Registry, plugin: Plugin) -> dict[str, Any]:
    brings = {
        section: [id for id, spec in known.section(section).items() if spec.owner == plugin.name]
        for section in SECTIONS
    }
    return {
        **vars(plugin),
        "version": plugin.version or _version(plugin.distribution),
        # Of two plugins of one name, only the first is enabled and brings anything.
        "brings": {section: ids for section, ids in brings.items() if ids}
        if plugin.status == "enabled"
        else {},
    }


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution) if distribution else ""
    except metadata.PackageNotFoundError:  # envsuite itself, in a bare checkout
        return ""


def _shortened(section: str, ids: list[str]) -> str:
    more = f", … ({len(ids)})" if len(ids) > SHOWN else ""
    return f"{section}: {', '.join(ids[:SHOWN])}{more}"

"""The command line as a whole: where each command is mounted."""

from __future__ import annotations

import typer

from envsuite.commands import plugins

app = typer.Typer(
    name="envsuite",
    help="A plugin-based environment suite for reinforcement learning.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.add_typer(plugins.app, name="plugins")

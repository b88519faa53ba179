"""The command line as a whole: where each command is mounted."""

from __future__ import annotations

import typer

from envsuite.commands import agents, bench, distill, environments, film, plugins

app = typer.Typer(
    name="envsuite",
    help="A plugin-based environment suite for reinforcement learning.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command("list")(environments.list_environments)
app.command()(environments.info)
app.command()(environments.check)
app.command()(bench.bench)
app.command()(agents.train)
app.command()(agents.evaluate)
app.command()(film.record)
app.command("play", hidden=True)(film.record)  # what others call it
app.add_typer(plugins.app, name="plugins")
app.add_typer(distill.app, name="distill")

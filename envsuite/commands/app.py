"""The command line as a whole: where each command is mounted."""

from __future__ import annotations

import warnings

import typer

from envsuite.commands import agents, bench, environments, film, plugins
from envsuite.core.spec import Spec
from envsuite.registry import registry, resolve

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


def _mount(own: Spec) -> None:
    """A plugin's command: what it is made of is imported when it is run, not when we start."""

    def run(context: typer.Context) -> None:
        resolve(own.target, needed_by=own.id)(context.args, prog_name=f"envsuite {own.id}")

    everything = {"ignore_unknown_options": True, "allow_extra_args": True}
    mounted = app.command(
        own.id, help=own.summary, add_help_option=False, context_settings=everything
    )
    mounted(run)


_OURS = {*typer.main.get_group(app).commands}
for own in registry().commands.values():
    if own.id in _OURS:
        warnings.warn(
            f"the command {own.id!r} of {own.owner} is one of ours: left out", stacklevel=1
        )
    else:
        _mount(own)

"""`envsuite levels gallery | plot`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from envsuite.commands.options import Out
from envsuite.registry import resolve

app = typer.Typer(
    help="Look at the levels that a curriculum kept in the course of a run.",
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(help="The folder of a run under a curriculum.")]


@app.command()
def gallery(
    folder: Folder,
    out: Out = None,
    best: Annotated[int, typer.Option(min=1, max=32, help="Levels of each moment.")] = 7,
    moments: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 10,
    width: Annotated[int, typer.Option(min=60, help="Pixels of each picture.")] = 150,
) -> None:
    """Draw the best-scored levels of each moment, a row for each."""
    path = out or folder / "gallery.png"
    _draw("gallery:draw_gallery", folder, path, best=best, moments=moments, width=width)


@app.command()
def plot(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Of one run or more.")],
    out: Out = None,
) -> None:
    """Plot score, staleness, solved share and complexity of all that was kept, over the steps."""
    _draw("plots:draw_plots", folders, out or folders[0] / "levels.png")


def _draw(target: str, *arguments: Any, **options: Any) -> None:
    """Draw with something of this plugin, imported now; say where the picture is."""
    draw = resolve(f"envsuite_curricula.{target}", needed_by="envsuite levels")
    try:
        path = draw(*arguments, **options)
    except (FileNotFoundError, TypeError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(f"The picture is {path}")

"""`envsuite synth train | list | show`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(help="Learned worlds: find one, list and show those that ship.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")]
KINDS = {"bandit": "Synthetic", "mdp": "SyntheticMDP"}


@app.command()
def train(
    task: Annotated[str, typer.Argument(help="The real task, such as CartPole.")],
    preset: Annotated[str, typer.Option(help="`cpu`: minutes on two cores; `paper`.")] = "cpu",
    kind: Annotated[str, typer.Option(help="`bandit` or `mdp`.")] = "bandit",
    generations: Annotated[int | None, typer.Option(min=1, help="As the preset has it.")] = None,
    goal: Annotated[float | None, typer.Option(help="A mean this good ends the search.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Where all chance comes from.")] = 0,
    cores: Annotated[int | None, typer.Option(min=1, help="All, if not given.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder of the run.")] = None,
    ship: Annotated[bool, typer.Option(help="Put the weights among those that ship.")] = False,
) -> None:
    """Search for a world in which agents learn a task; again on the same folder, go on."""
    from envsuite.evolution.devices import use_cores

    use_cores(cores)
    from envsuite.engines.compilation_cache import enable_compilation_cache
    from envsuite_synthetic.presets import plan
    from envsuite_synthetic.shipped import FOLDER, save_weights

    enable_compilation_cache()
    changed = {"generations": generations, "goal": goal}
    try:
        own = plan(
            task,
            preset,
            kind=kind,  # pyright: ignore[reportArgumentType] - the world refuses what is no kind
            **{name: value for name, value in changed.items() if value is not None},
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    name = f"{KINDS[kind]}-{task}"
    folder = out or Path("runs") / f"{name}-{preset}-seed{seed}"
    weights, record = own.run(seed=seed, folder=folder)
    save_weights(own.problem.world, weights, folder / "weights.npz")
    told = _told(preset, kind, generations, goal, seed, cores)
    written = {
        "name": name,
        "command": f"envsuite synth train {task}{told}",
        **record,
        "cost": own.cost(record),
    }
    (folder / "card.json").write_text(json.dumps(written, indent=1) + "\n", "utf-8")
    if ship:
        shutil.copy(folder / "weights.npz", FOLDER / f"{name}.npz")
        shutil.copy(folder / "card.json", FOLDER / f"{name}.json")
    best = record["best"]
    typer.echo(f"{name}: {best['score']:.1f} after {best['generation']} generations, in {folder}")


@app.command("list")
def list_worlds(as_json: Json = False) -> None:
    """List the worlds that ship."""
    from envsuite_synthetic.shipped import card, shipped

    cards = [card(name) for name in shipped()]
    rows = [
        {
            "world": own["name"],
            "task": own["id"],
            "generations": own["generations"],
            "mean return": round(own["best"]["score"], 1),
            "real steps, at most": own["cost"]["real_steps_at_most"],
        }
        for own in cards
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table(title="Worlds", title_justify="left")
    for heading in rows[0] if rows else ():
        table.add_column(heading)
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


@app.command()
def show(name: Annotated[str, typer.Argument(help="Such as Synthetic-CartPole.")]) -> None:
    """Print a world's card: how it was made, what it took, and what came of it."""
    from envsuite_synthetic.shipped import card

    try:
        own = card(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(json.dumps(own, indent=2))


def _told(preset: str, kind: str, generations: Any, goal: Any, seed: int, cores: int | None) -> str:
    """The options that are not as they are by default, for the card."""
    given = {
        "preset": preset if preset != "cpu" else None,
        "kind": kind if kind != "bandit" else None,
        "generations": generations,
        "goal": goal,
        "seed": seed or None,
        "cores": cores,  # a first world is fitted on all of them, whose sums round differently
    }
    return "".join(f" --{name} {value}" for name, value in given.items() if value is not None)

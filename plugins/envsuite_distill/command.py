"""`envsuite distill train | show | eval`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from envsuite.commands.options import Config, Out, Seed, parse_config
from envsuite.commands.table import AsJson, show_json, show_table
from envsuite.core.errors import UnknownNameError
from envsuite.registry import resolve

app = typer.Typer(
    help="Distil a task into a few state-action pairs, and look at such sets.",
    no_args_is_help=True,
)

WRAPPER, WHO = "envsuite_sb3.cloning", "envsuite distill"  # PyTorch is a wrapper's business
Set = Annotated[str, typer.Argument(metavar="SET", help="A shipped set, or the path of a file.")]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting of the distiller; repeatable."),
]


@app.command()
def train(
    task: Annotated[str, typer.Argument(help="A task with settings, such as CartPole, or an id.")],
    seed: Seed = 0,
    out: Out = None,
    settings: Setting = None,
    as_json: AsJson = False,
) -> None:
    """Distil a set; called again with the same folder, go on from its last checkpoint."""
    distiller = _resolve("distiller:distiller")
    folder = out or Path("runs") / f"{task.rpartition('/')[2]}-distilled-seed{seed}"
    try:
        made = distiller(task, **parse_config(settings)).distil(seed=seed, folder=folder)
    except (UnknownNameError, TypeError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    if as_json:
        show_json(made.card)
    else:
        typer.echo(f"The set is {folder / 'set.json'}; its judged score is {_score(made)}")


@app.command()
def show(
    set: Set,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show a set: its pairs, how an agent is made of it and what it is worth; --out: a picture."""
    pairs = _load(set)
    if out is not None:
        try:
            _resolve("pictures:draw")(pairs, out)
        except (TypeError, ValueError) as error:
            raise typer.BadParameter(str(error)) from None
    if as_json:
        show_json(
            {
                "task": pairs.task,
                "kind": pairs.kind,
                "observations": pairs.observations.tolist(),
                "targets": pairs.targets.tolist(),
                "recipe": pairs.recipe.as_json(),
                "card": dict(pairs.card),
            }
        )
        return
    rows = [
        {
            "observation": "  ".join(f"{figure:+.3f}" for figure in seen),
            "what to do": "  ".join(f"{figure:.3f}" for figure in target),
        }
        for seen, target in zip(pairs.observations, pairs.targets, strict=True)
    ]
    show_table(f"{pairs.task}: {pairs.kind}", rows)
    facts = {"recipe": pairs.recipe.as_json(), **pairs.card}
    facts = {key: value for key, value in facts.items() if key not in ("settings", "versions")}
    show_table("Card", [{"": key, "value": json.dumps(value)} for key, value in facts.items()])
    if out is not None:
        typer.echo(f"The picture is {out}")


@app.command("eval")
def evaluate(
    set: Set,
    seeds: Annotated[int, typer.Option(min=1, help="How many networks learn of the set.")] = 10,
    episodes: Annotated[int, typer.Option(min=1, help="That each of them plays.")] = 10,
    seed: Seed = 0,
    config: Config = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Make agents of a set with PyTorch, and play them in Gymnasium's own environment.

    `--set` changes the recipe: layers=[256,256], activation=relu, learning_rate=0.001, ...
    `--out` writes the set with these figures on its card.
    """
    pairs = _load(set)
    score = _resolve("scoring:score")
    try:
        figures = score(
            pairs,
            resolve(f"{WRAPPER}:cloned", needed_by=WHO),
            resolve(f"{WRAPPER}:play", needed_by=WHO),
            seeds=seeds,
            episodes=episodes,
            seed=seed,
            **parse_config(config),
        )
    except (TypeError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    if out is not None:
        replace(pairs, card={**pairs.card, "figures": figures}).save(out)
    if as_json:
        show_json(figures)
        return
    typer.echo(
        f"{pairs.gymnasium_id}: {figures['iqm']:.1f} "
        f"(95 % interval {figures['low']:.1f} to {figures['high']:.1f}; worst of {seeds} networks "
        f"{min(figures['networks']):.1f})"
    )


def _resolve(target: str) -> Any:
    """Something of this plugin, imported when it is asked for; says which extra it needs."""
    return resolve(f"envsuite_distill.{target}", needed_by=WHO)


def _load(name: str) -> Any:
    try:
        return _resolve("distilled_set:load")(name)
    except (FileNotFoundError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None


def _score(made: Any) -> str:
    return f"{made.card['judged']:.1f}"

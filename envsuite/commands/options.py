"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from envsuite.core.errors import UnknownNameError
from envsuite.registry import registry


def _known(id: str) -> str:
    """Refuse an unknown id where it is typed."""
    try:
        return registry().environments[id].id
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from None


def _ids(incomplete: str) -> list[str]:
    return [id for id in registry().environments if id.startswith(incomplete)]


EnvId = Annotated[str, typer.Argument(callback=_known, autocompletion=_ids, metavar="ID")]
Config = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="An option of the environment; repeatable."),
]
Seed = Annotated[int, typer.Option(min=0, help="Where all chance comes from.")]
Agent = Annotated[
    str,
    typer.Option(help="A registered policy, such as 'random', or the folder of a training run."),
]
Out = Annotated[Path | None, typer.Option(help="Where the result is written.")]


def parse_config(settings: list[str] | None) -> dict[str, Any]:
    """`["map_width=16"]` as `{"map_width": 16}`; values are read as YAML.

    Raises:
        typer.BadParameter: For a setting without a name, or a value that is not YAML.
    """
    config = {}
    for setting in settings or []:
        name, sign, value = setting.partition("=")
        if not sign or not name.isidentifier():
            raise typer.BadParameter(f"{setting!r} is no setting: write --set NAME=VALUE")
        try:
            config[name] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            reason = str(error).replace("\n", " ")
            raise typer.BadParameter(f"the value of {setting!r} is not YAML: {reason}") from None
    return config

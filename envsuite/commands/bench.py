"""`envsuite bench`."""

from __future__ import annotations

from typing import Annotated

import typer

from envsuite.commands.options import Config, EnvId, parse_config
from envsuite.commands.table import AsJson, show_json, show_table


def bench(
    id: EnvId,
    num_envs: Annotated[
        list[int] | None, typer.Option(min=1, help="How many copies; repeatable.")
    ] = None,
    backend: Annotated[
        list[str] | None,
        typer.Option(help="An engine; repeatable. All of ours that can play it if not given."),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long each figure is timed.")] = 1.0,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Measure steps a second of each engine and layer."""
    from envsuite.benchmark import backends, measure

    options, results = parse_config(config), []
    for copies in num_envs or [1, 64, 1024]:
        for name in backend or backends(id, **options):
            figures = measure(id, copies, seconds, backend=name, **options)
            result = {"id": id, "num_envs": copies, "backend": name, "steps_per_second": figures}
            results.append(result)
    if as_json:
        show_json(results)
        return
    rows = []
    for result in results:
        figures = result["steps_per_second"]
        layers = ("loop", "engine", "vector")
        shown = {name: f"{figures[name]:,.0f}/s" if name in figures else "" for name in layers}
        copies = f"{result['num_envs']:,}"
        rows.append({"copies": copies, "backend": result["backend"], **shown})
    show_table(f"{id}: steps a second", rows)

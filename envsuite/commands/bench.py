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
    seconds: Annotated[float, typer.Option(min=0.1, help="How long each figure is timed.")] = 1.0,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Measure steps a second of each layer, and what each costs over the compiled loop."""
    from envsuite.benchmark import measure

    results = []
    for copies in num_envs or [1, 64, 1024]:
        figures = measure(id, copies, seconds, **parse_config(config))
        results.append({"id": id, "num_envs": copies, "steps_per_second": figures})
    if as_json:
        show_json(results)
        return
    rows = []
    for result in results:
        figures = result["steps_per_second"]
        best = figures.get("loop", figures["engine"])
        rows.append(
            {
                "copies": str(result["num_envs"]),
                **{layer: f"{rate:,.0f}/s ({rate / best:.2f})" for layer, rate in figures.items()},
            }
        )
    show_table(f"{id}: steps a second (and relative to the first layer)", rows)

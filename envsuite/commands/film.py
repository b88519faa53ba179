"""`envsuite record`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envsuite.commands.agents import load_policy
from envsuite.commands.options import Agent, Config, EnvId, Out, Seed, parse_config


def record(
    id: EnvId,
    agent: Agent = "random",
    out: Out = None,
    seed: Seed = 0,
    fps: Annotated[float, typer.Option(min=0.1, help="Frames a second.")] = 8.0,
    config: Config = None,
) -> None:
    """Play one episode and write it as a film, GIF or MP4 by the suffix of --out."""
    from envsuite.recording import write_video
    from envsuite.showing import play_episode

    path = out or Path(f"{id.partition('/')[2]}.gif")
    frames = play_episode(
        id, lambda env, group: load_policy(agent, env, group), seed, **parse_config(config)
    )
    try:
        write_video(frames, path, fps)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(f"The film is {path}")

"""Train three marines to beat three scripted ones, judge them, and film a battle.

    python examples/smax_3m.py

Stable-Baselines3's MaskablePPO learns one policy that all three marines share, on 256 battles at
once. A run that was stopped goes on from its last checkpoint when it is started again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envsuite.recording import write_video
from envsuite.showing import play_episode
from envsuite_sb3.evaluation import FIRST_SEED
from envsuite_sb3.trainer import MaskablePPOTrainer

ID = "envsuite/SMAX-3m"


def main(
    steps: Annotated[int, typer.Option(help="Steps of the environment.")] = 6_000_000,
    seed: Annotated[int, typer.Option(help="Where all chance comes from.")] = 0,
    episodes: Annotated[int, typer.Option(help="Fresh battles that judge the result.")] = 200,
    out: Annotated[Path | None, typer.Option(help="The folder of the run.")] = None,
) -> None:
    """Train, judge, and film the first of the battles that judged."""
    folder = out or Path("runs") / f"SMAX-3m-seed{seed}"
    trainer = MaskablePPOTrainer(evaluation_episodes=episodes)
    record = trainer.train(ID, steps=steps, seed=seed, folder=folder)
    battle = play_episode(
        ID, lambda env, group: trainer.load(folder, env, group), seed=FIRST_SEED + seed
    )
    film = write_video(battle, folder / "battle.gif", fps=4)
    won = record["figures"]["win_rate"]
    typer.echo(
        f"Won {won['rate']:.1%} of {episodes} fresh battles "
        f"(95 % interval {won['low']:.1%} to {won['high']:.1%}), "
        f"after {record['seconds']:.0f} s of training."
    )
    files = {name: folder / file for name, file in record["files"].items()}
    for name, path in {**files, "battle": film, "record": folder / "record.json"}.items():
        typer.echo(f"{name:>8}: {path}")


if __name__ == "__main__":
    typer.run(main)

"""What evolution does without a world: a policy's own weights, with as many real steps.

`python benchmarks/neuroevolution.py CartPole Acrobot ...` evolves a policy network of two layers of
64 for every task named by the strategy, the population, the episodes and the horizon with which its
world was sought, for as many generations as the world's search pays for in real steps, and plays
the best mean in Gymnasium's own environment. Observations are scaled as the distilled sets scale
them. Results go to `results/neuroevolution.json` and onto the cards of the weights.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import typer
from synthetic import REAL

from envsuite.engines.compilation_cache import enable_compilation_cache
from envsuite.evolution.search import Search
from envsuite.runs.records import commit, versions, write_json
from envsuite_distill.distiller import distiller
from envsuite_distill.problem import DirectEvolution
from envsuite_sb3.cloning import play, with_weights
from envsuite_synthetic.shipped import FOLDER, card
from measure import RESULTS

PATH = RESULTS / "neuroevolution.json"
COMMAND = "python benchmarks/neuroevolution.py {}"
EPISODES, FIRST_EPISODE = 100, 10_000
DEVIATION = 0.2  # of the first generation: weights of a fresh network are about this large


def evolved(task: str, world: dict[str, Any], seed: int) -> dict[str, Any]:
    """One search, and what came of it."""
    own, config = distiller(task), world["config"]
    longest = max(config["horizon"]["first"], config["horizon"]["last"])
    each = config["search"]["population"] * config["episodes"] * longest
    generations = world["cost"]["real_steps_at_most"] // each
    playing = replace(own.problem().playing, episodes=config["episodes"], horizon=longest)
    search = Search(
        population=config["search"]["population"],
        generations=generations,
        deviation=DEVIATION,
        judge_every=10,
    )
    with tempfile.TemporaryDirectory() as folder:
        network, record = search.run(
            DirectEvolution(replace(playing, greedy=True), own.recipe),
            about={"id": world["id"], "version": 0},
            seed=seed,
            folder=Path(folder),
        )
    weights = [(np.asarray(w), np.asarray(b)) for w, b in network.layers]
    policy = with_weights(
        own.recipe, gym.make(REAL[task]), weights, np.array(own.mean), np.array(own.scale)
    )
    returns = play(policy, REAL[task], episodes=EPISODES, seed=FIRST_EPISODE)
    return {
        "seed": seed,
        "return": round(float(np.mean(returns)), 2),
        "generations": generations,
        "seconds": record["seconds"],
    }


def main(tasks: list[str], seeds: int = 3) -> None:
    """Evolve, play, and write what came of it."""
    enable_compilation_cache()
    results = json.loads(PATH.read_text()) if PATH.exists() else {}
    for task in tasks:
        world = card(f"Synthetic-{task}")
        searches = [evolved(task, world, seed) for seed in range(seeds)]
        typer.echo(f"{task}: {searches}")
        results[task] = {
            "searches": searches,
            "median": float(np.median([search["return"] for search in searches])),
            "real_steps_at_most": world["cost"]["real_steps_at_most"],
            "deviation": DEVIATION,
            "episodes": EPISODES,
            "command": COMMAND.format(task),
            "versions": versions(),
            "commit": commit(),
        }
        write_json(PATH, results)
        kept = {key: results[task][key] for key in ("median", "searches")}
        write_json(FOLDER / f"Synthetic-{task}.json", {**world, "neuroevolution": kept})


if __name__ == "__main__":
    typer.run(main)

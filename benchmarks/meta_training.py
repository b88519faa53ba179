"""How fast worlds are sought, beside gymnax and evosax put together by hand.

    python benchmarks/meta_training.py [--blocks 7] [--seed 0]

Both seek a world for CartPole, as the preset `cpu` has it but with PPO alone: each generation
trains a PPO in every candidate, with settings drawn anew and the same luck for all, and plays the
real task with it. The peer is `by_hand.py`, with sizes and ranges of the same plan; it runs once
on one device, once with its population dealt out to a device for each core, as ours is.

They go on from generation to generation in turns, so that at any moment all have searched equally
long, and the real episodes, which last longer the better the agents are, cost all the same. In the
end fresh trials judge each search's mean, which shows whether the work was equal; as that differs
much from seed to seed, what other seeds came to is kept in the record. Judgements on the way,
checkpoints and the bar, which ours has and the peer has not, are not timed.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import numpy as np
import typer

from envsuite.evolution.devices import use_cores
from envsuite.evolution.generation import Generation
from envsuite.evolution.spread import mesh_of
from envsuite.runs.intervals import interquartile_interval
from envsuite_synthetic.presets import Plan, plan
from measure import RESULTS, in_turns, machine, ratio, write

TASK, PATH = "CartPole", RESULTS / "meta_training.json"
BLOCK = 4  # generations of a turn


class Ours:
    """A search of ours under way, without its files."""

    def __init__(self, own: Plan, seed: int) -> None:
        """Begin."""
        self.generation = Generation(own.search, own.problem, seed, mesh_of())
        self.state, self.number = self.generation.begin(), 0

    def play(self, generations: int) -> None:
        """Go on."""
        for _ in range(generations):
            self.state, _ = self.generation.play(self.state, self.number)
            self.number += 1

    def judge(self, trials: int) -> np.ndarray:
        """Fresh trials of the mean."""
        return self.generation.judge(self.state, self.number)[0]


def main(
    blocks: Annotated[int, typer.Option(min=1, help=f"Timed turns of {BLOCK} generations.")] = 7,
    seed: Annotated[int, typer.Option(min=0, help="Of all searches.")] = 0,
) -> None:
    """Search in turns, judge, and write what was measured."""
    use_cores()
    from by_hand import Peer  # gymnax computes as it is imported, and cores are set before that

    own = plan(TASK)
    alone = replace(own.problem, apprentices=own.problem.apprentices[:1])
    own = replace(own, problem=alone, search=replace(own.search, trials=64))
    searches: dict[str, Any] = {
        "envsuite": Ours(own, seed),
        "by hand, one device": Peer(f"{TASK}-v1", own, seed=seed, spread=False),
        "by hand, a device a core": Peer(f"{TASK}-v1", own, seed=seed, spread=True),
    }
    # no seconds: a turn is one call, so that all are equally far at any time
    turns = {name: partial(_turn, search) for name, search in searches.items()}
    figures = in_turns(turns, 0.0, blocks)
    record: dict[str, Any] = {
        "command": "python benchmarks/meta_training.py",
        "task": TASK,
        "population": own.search.population,
        "inner_steps": alone.apprentices[0].learner.steps,
        "episodes": alone.episodes,
        "horizon": alone.horizon.last,
        "generations": next(iter(searches.values())).number,
        "rows": [],
        "earned": json.loads(PATH.read_text())["earned"] if PATH.exists() else {},
        **machine(),
    }
    earned = record["earned"][str(seed)] = {}
    for name, search in searches.items():
        scores = search.judge(own.search.trials)
        row = {"name": name, **figures[name]}
        earned[name] = {**_middle(scores), "judged": scores.tolist()}
        if name != "envsuite":
            row["ours_against_it"] = ratio(figures, "envsuite", name)
        record["rows"].append(row)
        typer.echo(f"{row}, {earned[name]['interquartile_mean']:.0f}")
    write(PATH, record)


def _turn(search: Any) -> int:
    search.play(BLOCK)
    return BLOCK


def _middle(scores: np.ndarray) -> dict[str, Any]:
    found = interquartile_interval(scores[:, None])
    return {"interquartile_mean": found["mean"], "low": found["low"], "high": found["high"]}


if __name__ == "__main__":
    typer.run(main)

"""The outer loop: propose, score, recombine, judge the mean, keep the best one."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np

from envsuite.evolution.generation import Generation
from envsuite.evolution.problem import Problem
from envsuite.evolution.spread import mesh_of
from envsuite.evolution.strategy import StrategyName
from envsuite.runs.bar import Bar
from envsuite.runs.records import commit, versions, write_json
from envsuite.runs.same_run import as_json, check_same, finished
from envsuite.runs.tree_file import read_header, read_tree, write_tree

BEST, CHECKPOINT, RECORD = "best.npz", "checkpoint.npz", "record.json"


@dataclass(frozen=True)
class Search:
    """Searches with an evolution strategy; what comes of it is the search's mean, not a member.

    Attributes:
        strategy: See `make_strategy`.
        population: Candidates of a generation.
        generations: How many there are at most.
        deviation: Of the first generation's candidates from the mean, in every number.
        learning_rate: Of the strategies that have one.
        judge_every: Generations between two judgements of the mean; the best mean is kept.
        trials: Fresh trials, of each variant, of a judgement.
        goal: A judgement this good ends the search; `None`: only the generations do.
        batch: How many candidates a device computes at once.

    Raises:
        ValueError: On construction, for numbers below 1 (a population below 4).
    """

    strategy: StrategyName = "snes"
    population: int = 64
    generations: int = 200
    deviation: float = 0.1
    learning_rate: float = 0.02
    judge_every: int = 5
    trials: int = 16
    goal: float | None = None
    batch: int = 16

    def __post_init__(self) -> None:
        """Refuse numbers that search nothing."""
        least = {"population": 4, "generations": 1, "judge_every": 1, "trials": 1, "batch": 1}
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise ValueError(f"{name} must be at least {bound}, not {getattr(self, name)}")
        if not self.deviation > 0:
            raise ValueError(f"deviation must be above 0, not {self.deviation}")

    def run(
        self,
        problem: Problem[Any],
        *,
        about: Mapping[str, Any],
        seed: int,
        folder: Path,
        devices: Sequence[Any] | None = None,
        progress: bool = True,
    ) -> tuple[Any, dict[str, Any]]:
        """Search, and leave `best.npz`, `record.json` and a checkpoint in `folder`.

        Called again on the same folder it goes on from the last checkpoint and ends as if it had
        never stopped; a search that is finished is not repeated. An interrupted one (Ctrl-C)
        keeps a checkpoint of the last whole generation.

        Args:
            problem: What is searched for.
            about: `id`, `version`, and under `config` the problem's settings; fit for JSON.
            seed: Of everything.
            folder: Made if missing.
            devices: That share the population; all of JAX's by default. The result is the same.
            progress: Whether to show a bar.

        Returns:
            The best mean, and the record: what was asked, `versions`, `commit`, `seconds`,
            `generations`, `best` (its generation and scores) and the `history` of judgements.

        Raises:
            ValueError: If `folder` holds another search, or a damaged file.
            FloatingPointError: If no candidate of a generation has a score that is a number.
        """
        folder.mkdir(parents=True, exist_ok=True)
        own = {"search": asdict(self), **about.get("config", {})}
        run = as_json({**about, "seed": seed, "config": own})
        like = jax.eval_shape(problem.start, jax.random.key(0))
        like = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), like)
        record = finished(folder / RECORD, run)
        if record is None:
            generation = Generation(self, problem, seed, mesh_of(devices))
            record = _Course(self, generation, run, folder).follow(progress)
        return read_tree(folder / BEST, like), dict(record)


class _Course:
    """A search under way."""

    def __init__(
        self, search: Search, generation: Generation, run: Mapping[str, Any], folder: Path
    ) -> None:
        self._search = search
        self._generation = generation
        self._run = run
        self._folder = folder
        self._began = time.monotonic()
        self._writes = jax.process_index() == 0  # of several processes, one has the files
        self._state = generation.begin()
        self._best = generation.mean(self._state)
        self._kept: dict[str, Any] = {
            "generations": 0,
            "seconds": 0.0,
            "members_lost": 0,
            "best": {"generation": 0, "score": -np.inf},
            "history": [],
        }
        path = folder / CHECKPOINT
        if path.exists():
            header = read_header(path)
            check_same(header["run"], run, path)
            self._state, self._best = read_tree(path, (self._state, self._best))
            self._kept = header["kept"]
            if header["kept"]["best"]["score"] is None:
                self._kept["best"]["score"] = -np.inf
        self._earlier = self._kept["seconds"]

    def follow(self, progress: bool) -> dict[str, Any]:
        """Go to the end."""
        bar = Bar("evolving", self._search.generations, unit="generations", show=progress)
        with bar:
            bar.show(self._kept["generations"], self._told())
            try:
                while not self._over():
                    self._advance()
                    bar.show(self._kept["generations"], self._told())
            except KeyboardInterrupt:
                self._keep()
                raise
        self._keep()
        return self._finish()

    def _over(self) -> bool:
        goal = self._search.goal
        reached = goal is not None and self._kept["best"]["score"] >= goal
        return reached or self._kept["generations"] >= self._search.generations

    def _advance(self) -> None:
        """One generation, and a judgement where one is due."""
        number = self._kept["generations"]
        state, scores = self._generation.play(self._state, number)
        lost = int(np.isnan(scores).sum())
        if lost == len(scores):
            raise FloatingPointError(
                f"generation {number}: no candidate has a score that is a number; "
                f"the checkpoint in {self._folder} is the last good one"
            )
        self._state = state
        self._kept["members_lost"] += lost
        self._kept["generations"] = number + 1
        due = (number + 1) % self._search.judge_every == 0
        if due or number + 1 == self._search.generations:
            self._judge(scores)
            self._keep()

    def _judge(self, scores: np.ndarray) -> None:
        number = self._kept["generations"]
        judged = self._generation.judge(self._state, number)
        score = float(np.mean([_middle(row) for row in judged]))
        self._kept["history"].append(
            {
                "generation": number,
                "seconds": round(self._seconds(), 1),
                "population": float(np.nanmean(scores)),
                "score": score,
                "by_variant": [_middle(row) for row in judged],
                "worst": float(judged.min()),
            }
        )
        if score > self._kept["best"]["score"]:
            self._best = self._generation.mean(self._state)
            self._kept["best"] = {
                "generation": number,
                "score": score,
                "trials": np.round(judged.astype(float), 3).tolist(),
            }

    def _keep(self) -> None:
        self._kept["seconds"] = self._seconds()
        if self._writes:
            kept = dict(self._kept)
            if kept["best"]["score"] == -np.inf:
                kept["best"] = {"generation": 0, "score": None}
            header = {"run": self._run, "kept": kept}
            write_tree(self._folder / CHECKPOINT, (self._state, self._best), header)

    def _finish(self) -> dict[str, Any]:
        record = {
            **self._run,
            **self._kept,
            "seconds": round(self._kept["seconds"], 1),
            "versions": versions(),
            "commit": commit(),
            "files": {"best": BEST},
        }
        if self._writes:
            write_tree(self._folder / BEST, self._best, {"run": self._run})
            write_json(self._folder / RECORD, record)
        if jax.process_count() > 1:  # nobody reads what is not yet written
            from jax.experimental.multihost_utils import sync_global_devices

            sync_global_devices("envsuite evolution")
        return record

    def _seconds(self) -> float:
        return self._earlier + time.monotonic() - self._began

    def _told(self) -> str:
        """How it goes, for the bar."""
        kept = self._kept
        parts = []
        if kept["history"]:
            parts.append(f"mean {kept['history'][-1]['score']:.1f}")
            parts.append(f"best {kept['best']['score']:.1f}")
        if kept["members_lost"]:
            parts.append(f"{kept['members_lost']} members lost to NaN")
        return ", ".join(parts)


def _middle(values: np.ndarray) -> float:
    """The interquartile mean: the mean of the middle half."""
    from scipy.stats import trim_mean

    return float(trim_mean(values, 0.25))


__all__ = ["BEST", "CHECKPOINT", "RECORD", "Search"]

"""A learner's run under way: advanced piece by piece, kept in a checkpoint, gone on with."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax

from envsuite.core.env import Env
from envsuite.runs.level_file import FOLDER, MOMENTS, write_levels
from envsuite.runs.records import commit, versions
from envsuite.runs.same_run import check_same
from envsuite.runs.tree_file import read_header, read_tree, write_tree
from envsuite_agents.curriculum_run import CurriculumRun
from envsuite_agents.paired import PAIRED
from envsuite_agents.playing import Tally
from envsuite_agents.repaired import REPAIRED

CHECKPOINT = "checkpoint.npz"
POINTS = 100  # of the learning curve, and as often the bar moves


class Course:
    """A run that goes on from the checkpoint in its folder, if there is one.

    Attributes:
        state: The learner's, between two updates.
        curve: What came of the episodes, point by point.
        software: Versions and commit, for the record.
    """

    def __init__(
        self, learner: Any, settings: Any, env: Env[Any, Any], run: Mapping[str, Any], folder: Path
    ) -> None:
        """Compile the beginning, and read the checkpoint if there is one.

        Args:
            learner: A `Resumable`.
            settings: Its numbers.
            env: The game, with its time limit.
            run: What makes it this run and no other; see `same_run`.
            folder: Where the checkpoint is, or will be.

        Raises:
            ValueError: If the checkpoint is damaged, or of another run.
        """
        params = env.default_params()

        def begin(key: jax.Array) -> Any:
            return learner.init(key, env, params, settings)

        def go_on(state: Any, updates: jax.Array) -> Any:
            step = lambda _, state: learner.update(state, env, params, settings)  # noqa: E731
            return jax.lax.fori_loop(0, updates, step, _cleared(state))

        self._learner, self._env, self._folder = learner, env, folder
        self._levelled = isinstance(learner, CurriculumRun | PAIRED)
        keeps = isinstance(learner, CurriculumRun | REPAIRED)
        self._shown = jax.jit(learner.kept) if keeps else None
        self._run = run
        self.software = {"versions": versions(), "commit": commit()}
        self._path = folder / CHECKPOINT
        self._go_on = jax.jit(go_on, donate_argnums=0)
        self.state = jax.jit(begin)(jax.random.key(run["seed"]))
        self._done, self.curve, self._earlier = 0, [], 0.0
        if self._path.exists():
            kept = read_header(self._path)
            check_same(kept["run"], run, self._path)
            self.state = read_tree(self._path, self.state)
            self._done, self.curve, self._earlier = kept["updates"], kept["curve"], kept["seconds"]
        self._began = self._kept = time.monotonic()

    @property
    def over(self) -> bool:
        """Whether all updates are done."""
        return self._done >= self._learner.iterations

    @property
    def steps(self) -> int:
        """Environment steps so far."""
        return self._done * self._learner.update_steps

    @property
    def seconds(self) -> float:
        """How long the run has learned, over all its parts."""
        return self._earlier + time.monotonic() - self._began

    @property
    def unkept_seconds(self) -> float:
        """How long the last checkpoint is ago."""
        return time.monotonic() - self._kept

    def counters(self) -> Mapping[str, int]:
        """Where levels are chosen: how much was played, and learned from."""
        return self._learner.counters(self.state) if self._levelled else {}

    def advance(self) -> str:
        """Play and learn up to the next point of the curve; say how well it goes."""
        total = self._learner.iterations
        stride = max(1, total // POINTS)
        updates = min(stride, total - self._done)
        self.state = self._go_on(self.state, updates)
        tally = jax.device_get(_tally(self.state))
        before, self._done = self._done, self._done + updates
        counters = self.counters()
        if before * MOMENTS // total < self._done * MOMENTS // total:
            self._keep_levels(counters)
        told = [f"{counters[name]:,} {words}" for name, words in _TOLD.items() if name in counters]
        episodes = int(tally.episodes)
        if episodes:
            point = {
                "steps": self.steps,
                "seconds": round(self.seconds, 2),
                "episodes": episodes,
                "return": float(tally.returns) / episodes,
                "length": float(tally.lengths) / episodes,
                **counters,
            }
            if self._levelled:
                figures = self._learner.figures(self.state)
                point["curriculum"] = {name: float(value) for name, value in figures.items()}
            self.curve.append(point)
            told = [f"return {point['return']:.2f}", *told]
        return ", ".join(told)

    def keep(self) -> None:
        """Write a checkpoint."""
        header = {
            "run": self._run,
            "updates": self._done,
            "seconds": self.seconds,
            "curve": self.curve,
            **self.software,
        }
        write_tree(self._path, self.state, header)
        self._kept = time.monotonic()

    def _keep_levels(self, counters: Mapping[str, int]) -> None:
        """Write the levels that a curriculum keeps beside the checkpoint.

        A run that goes on from a checkpoint comes by the moments after it once more, and replaces
        each file by the same one.
        """
        kept = self._shown(self.state) if self._shown else None
        if kept is None:
            return
        header = {name: self._run[name] for name in ("id", "version", "options")}
        curriculum = self._run["config"]["curriculum"]
        header |= {
            "curriculum": curriculum,
            "agent": self._run["agent"],
            "steps": self.steps,
            **counters,
        }
        write_levels(self._folder / FOLDER, self._env, kept, header)


_TOLD = {"trained_steps": "steps learned from", "gradient_updates": "gradient updates"}


def _is_tally(node: Any) -> bool:
    return isinstance(node, Tally)


def _cleared(state: Any) -> Any:
    """The same state, wherever in it episodes are counted, with the running ones alone."""
    clear = lambda node: node.cleared() if _is_tally(node) else node  # noqa: E731
    return jax.tree.map(clear, state, is_leaf=_is_tally)


def _tally(state: Any) -> Tally:
    """What came of the episodes of a state."""
    return next(node for node in jax.tree.leaves(state, is_leaf=_is_tally) if _is_tally(node))

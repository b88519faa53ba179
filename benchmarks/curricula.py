"""What a curriculum costs: steps a second beside domain randomisation, and beside none.

    python benchmarks/curricula.py --seconds 30

`compiled` is PPO with two small layers under `CurriculumRun`, rollouts and gradient steps in one
program, after so many updates that levels are replayed. All play equally many steps in an update;
curricula that only look at some levels learn from fewer of them, which is quicker: `trained` is the
share that was learned from while it was timed. `host` is `gymnasium.make_vec("envsuite/Maze",
curriculum=...)` under random actions; without a curriculum the engine draws the levels itself.
What is compared was timed in turns: ratios are medians over the rounds, with the lowest and the
highest. The record is `benchmarks/results/curricula.json`.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium
import jax
import numpy as np

import envsuite
from envsuite.factory import make_curriculum
from envsuite_agents.curriculum_run import CurriculumRun
from envsuite_agents.ppo import PPO
from loops import Loop
from measure import RESULTS, in_turns, machine, ratio, write

ID, ACTIONS = "envsuite/Maze", 3
AIM = 0.8  # of the speed under domain randomisation
COMPILED: dict[str, dict[str, Any]] = {
    "dr": {},
    "plr": {},
    "robust-plr": {},
    "accel": {},
    "sfl": {"candidates": 320, "period": 5},  # both of its halves within a round
}
HOST = ("plr", "robust-plr", "accel", "sfl")
COPIES, ROLLOUT, WARM = 32, 256, 20
VECTORS = (64, 256, 1024)
BURST = 64  # steps of a vector in one call


def compiled(names: list[str], seconds: float) -> dict[str, Any]:
    """PPO, compiled whole with each curriculum."""
    env = envsuite.make(ID)
    learner = PPO(COPIES * ROLLOUT, COPIES, ROLLOUT, epochs=4, minibatches=4, hidden=(64, 64))
    courses = {
        name: Course(CurriculumRun(learner, make_curriculum(name, env, **COMPILED[name])), env)
        for name in names
    }
    for course in courses.values():
        for _ in range(WARM):
            course()
        course.began = course.counters()
    figures = in_turns(courses, seconds)
    for name, course in courses.items():
        played, learned = (
            now - then for now, then in zip(course.counters(), course.began, strict=True)
        )
        figures[name] |= {"config": COMPILED[name], "trained": round(learned / played, 3)}
    return {"copies": COPIES, "rollout": ROLLOUT, "after_updates": WARM, **compared(figures)}


class Course:
    """A run under way; a call is one update.

    Attributes:
        began: The counters when timing began.
    """

    def __init__(self, run: CurriculumRun, env: Any) -> None:
        """Compile it, and begin."""
        params, settings = env.default_params(), run.default_settings()
        self._run = run
        self._state: Any = jax.jit(lambda key: run.init(key, env, params, settings))(
            jax.random.key(0)
        )
        update = lambda state: run.update(state, env, params, settings)  # noqa: E731
        self._update = jax.jit(update, donate_argnums=0)
        self.began: tuple[int, int] = (0, 0)

    def __call__(self) -> int:
        """Play, and learn if it may."""
        self._state = jax.block_until_ready(self._update(self._state))
        return self._run.update_steps

    def counters(self) -> tuple[int, int]:
        """Steps played, and learned from."""
        counters = self._run.counters(self._state)
        return counters["env_steps"], counters["trained_steps"]


def host(names: list[str], copies: int, seconds: float) -> dict[str, Any]:
    """A vector of Gymnasium, stepped from Python under random actions."""
    loops: dict[str, Loop] = {"none": vector(copies)}
    loops |= {name: vector(copies, curriculum=name) for name in ("dr", *names)}
    figures = compared(in_turns(loops, seconds))
    figures["none"]["against_dr"] = ratio(figures, "none", "dr")
    return {"copies": copies, **figures}


def vector(copies: int, **options: Any) -> Loop:
    """A call is a burst of steps; episodes begun together have drifted apart before the first."""
    envs = gymnasium.make_vec(ID, num_envs=copies, **options)
    envs.reset(seed=0)
    actions = np.random.default_rng(0).integers(0, ACTIONS, (BURST, copies))

    def play(steps: int) -> int:
        for step in range(steps):
            envs.step(actions[step % BURST])
        return steps * copies

    play(2000)  # eight episodes and more
    return partial(play, BURST)


def compared(figures: dict[str, Any]) -> dict[str, Any]:
    """Each curriculum beside domain randomisation."""
    for name in figures.keys() - {"dr", "none"}:
        figures[name]["against_dr"] = ratio(figures, name, "dr")
    return figures


def main() -> None:
    """Measure, and write the record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="for each thing that is timed")
    parser.add_argument("--copies", type=int, nargs="*", default=VECTORS, help="of the vectors")
    parser.add_argument("--compiled", nargs="*", default=list(COMPILED), help="curricula")
    parser.add_argument("--host", nargs="*", default=list(HOST), help="curricula beside dr")
    parser.add_argument("--out", type=Path, default=RESULTS / "curricula.json")
    given = parser.parse_args()
    record: dict[str, Any] = {"machine": machine(), "aim": AIM, "seconds": given.seconds}
    if given.compiled:
        record["compiled"] = compiled(given.compiled, given.seconds)
        told("compiled", record["compiled"])
    record["host"] = []
    for copies in given.copies:
        record["host"].append(row := host(given.host, copies, given.seconds))
        told(f"{copies} copies", row)
    write(given.out, record)


def told(what: str, row: dict[str, Any]) -> None:
    """A line on the screen."""
    rates = {
        name: (
            round(each["steps_per_second"]),
            round(each.get("against_dr", {"ratio": 1.0})["ratio"], 2),
        )
        for name, each in row.items()
        if isinstance(each, dict)
    }
    print(f"{what}: steps a second, and times dr's", rates, flush=True)


if __name__ == "__main__":
    main()

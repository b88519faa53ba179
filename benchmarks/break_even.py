"""When a learned world pays: the real steps of its search beside those that it saves an agent.

    python benchmarks/break_even.py CartPole Acrobot [--algorithms PPO] [--cap 200000]

Unmodified Stable-Baselines3 with its default hyperparameters learns the real task, several seeds,
until it earns what its like earn after 10,000 steps in the world: the interquartile mean of the
world's card (`synthetic.py` puts it there). It is evaluated every some steps, and the first
evaluation that reaches the aim counts, be it luck: so that the real task is judged kindly. A seed
that does not get there within the cap counts as one that needs more. A learner is told to go on to
the cap, so that what it plans by that (how long DQN explores) depends on it.

A world pays for itself once as many agents have learned in it as the real steps of its search are
times those of an agent (the median of the seeds). Results go to `results/break_even.json` and onto
the cards of the weights; what is there for other worlds and learners is kept.
"""

from __future__ import annotations

import json
import math
import multiprocessing
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import typer
from synthetic import REAL

from envsuite.runs.records import commit, versions, write_json
from envsuite_synthetic.shipped import FOLDER, card
from measure import RESULTS

PATH = RESULTS / "break_even.json"


def needed(job: tuple[str, str, int, float, int, int, int]) -> int | None:
    """Real steps until an agent earns the aim; `None`: more than the cap."""
    task, algorithm, seed, aim, cap, every, episodes = job
    import gymnasium as gym
    import stable_baselines3 as sb3
    import torch
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.evaluation import evaluate_policy
    from stable_baselines3.common.monitor import Monitor

    import envsuite  # noqa: F401 - makes its ids known

    torch.set_num_threads(1)
    place = REAL.get(task, f"envsuite/{task}")
    judged = Monitor(gym.make(place))
    judged.reset(seed=10_000 + seed)

    class Watch(BaseCallback):
        """Evaluates now and then, and stops the run when the aim is reached."""

        reached: int | None = None

        def _on_step(self) -> bool:
            if self.num_timesteps % every:
                return True
            mean: Any = evaluate_policy(self.model, judged, episodes, deterministic=True)[0]
            if mean < aim:
                return True
            self.reached = self.num_timesteps
            return False

    watch = Watch()
    model = getattr(sb3, algorithm)("MlpPolicy", gym.make(place), seed=seed, device="cpu")
    model.learn(cap, callback=watch)
    return watch.reached


def even(searched: int, steps: Sequence[int | None], cap: int) -> dict[str, Any]:
    """How many agents pay for a search.

    Args:
        searched: Its real steps.
        steps: Those that each of several agents needs without the world; `None`: more than `cap`.
        cap: How long agents were given.

    Returns:
        `median` steps, `None` if more than the cap, and the `agents`, an upper bound in that case.
    """
    middle = float(np.median([math.inf if own is None else own for own in steps]))
    known = middle if middle < math.inf else cap
    return {
        "steps": list(steps),
        "cap": cap,
        "median": middle if middle < math.inf else None,
        "agents": math.ceil(searched / known),
    }


def main(
    tasks: list[str],
    algorithms: Annotated[list[str] | None, typer.Option(help="PPO, if not given.")] = None,
    cap: int = 200_000,
    every: int = 5000,
    seeds: int = 5,
    episodes: int = 10,
    processes: int = 2,
    kind: str = "Synthetic",
) -> None:
    """Learn, and write what it took."""
    results = json.loads(PATH.read_text()) if PATH.exists() else {}
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes) as pool:
        for task in tasks:
            name = f"{kind}-{task}"
            own = card(name)
            found = results.setdefault(name, {})
            for algorithm in algorithms or ["PPO"]:
                aim = _aim(own, algorithm)
                jobs = [(task, algorithm, seed, aim, cap, every, episodes) for seed in range(seeds)]
                steps = pool.map(needed, jobs, chunksize=1)
                found[algorithm] = {
                    "aim": aim,
                    "every": every,
                    "episodes": episodes,
                    **even(own["cost"]["real_steps_at_most"], steps, cap),
                    "versions": versions(),
                    "commit": commit(),
                }
                typer.echo(f"{name}, {algorithm}: {aim} after {steps}: {found[algorithm]}")
                write_json(PATH, results)
            about = ("versions", "commit")
            own["break_even"] = {
                algorithm: {key: value for key, value in row.items() if key not in about}
                for algorithm, row in found.items()
            }
            write_json(FOLDER / f"{name}.json", own)


def _aim(own: Mapping[str, Any], algorithm: str) -> float:
    scores = own.get("scores", {}).get("world", {})
    if algorithm not in scores:
        raise typer.BadParameter(
            f"the card of {own['name']} has no score of {algorithm}, but of {sorted(scores)}: "
            "run synthetic.py first"
        )
    return scores[algorithm]["iqm"]


if __name__ == "__main__":
    typer.run(main)

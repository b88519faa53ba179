"""What Stable-Baselines3's agents earn in a real task after training in a learned world.

`python benchmarks/synthetic.py CartPole Acrobot` trains unmodified SB3 with its default
hyperparameters for 10,000 steps in `envsuite/Synthetic-CartPole` and, beside it, for as many steps
in the real task, ten seeds each, and evaluates both in Gymnasium's real environment. A2C is among
the learners because no world was sought with it. Results go to `benchmarks/results/synthetic.json`
and onto the cards of the weights; `--algorithms PPO` measures one learner anew and keeps the rest,
`--columns world` measures no agent of the real task anew.
"""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import typer

from envsuite.runs.intervals import interquartile_interval
from envsuite.runs.records import commit, versions, write_json
from envsuite_synthetic.shipped import FOLDER

COMMAND = "python benchmarks/synthetic.py {}"
RESULTS = Path(__file__).parent / "results" / "synthetic.json"
REAL = {
    "CartPole": "CartPole-v1",
    "Acrobot": "Acrobot-v1",
    "MountainCar": "MountainCar-v0",
    "MountainCarContinuous": "MountainCarContinuous-v0",
    "Pendulum": "Pendulum-v1",
}
DISCRETE, CONTINUOUS = ("PPO", "DQN", "A2C"), ("PPO", "SAC", "DDPG", "TD3", "A2C")


def trained(job: tuple[str, str, int, int, int]) -> float:
    """Train one agent and return its mean return in the real task."""
    place, algorithm, seed, steps, episodes = job
    import gymnasium as gym
    import stable_baselines3 as sb3
    import torch
    from stable_baselines3.common.evaluation import evaluate_policy
    from stable_baselines3.common.monitor import Monitor

    import envsuite  # noqa: F401 - makes its ids known

    torch.set_num_threads(1)
    task = place.rpartition("-")[2] if place.startswith("Synthetic") else place
    world = gym.make(f"envsuite/{place}") if place != task else gym.make(REAL[task])
    model = getattr(sb3, algorithm)("MlpPolicy", world, seed=seed, device="cpu")
    model.learn(steps)
    real = Monitor(gym.make(REAL[task]))
    real.reset(seed=10_000 + seed)
    mean, _ = evaluate_policy(model, real, n_eval_episodes=episodes, deterministic=True)
    return float(mean)  # pyright: ignore[reportArgumentType] - a number unless asked for all


def summary(returns: list[float]) -> dict[str, Any]:
    """The interquartile mean of the seeds, with a 95 % bootstrap interval."""
    values = np.sort(np.asarray(returns))
    found: dict[str, Any] = {**interquartile_interval(values[:, None])}
    low, high = (found["mean"] if found[end] is None else found[end] for end in ("low", "high"))
    return {
        "iqm": round(found["mean"], 2),
        "low": round(low, 2),
        "high": round(high, 2),
        "worst": round(float(values[0]), 2),
        "returns": [round(value, 2) for value in returns],
    }


def main(
    tasks: list[str],
    seeds: int = 10,
    steps: int = 10_000,
    episodes: int = 20,
    processes: int = 2,
    kind: str = "Synthetic",
    algorithms: list[str] | None = None,
    columns: list[str] = ["world", "real"],  # noqa: B006 - typer reads it, nobody writes to it
) -> None:
    """Train, evaluate, and write what came of it."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes) as pool:
        for task in tasks:
            name = f"{kind}-{task}"
            default = CONTINUOUS if task in ("MountainCarContinuous", "Pendulum") else DISCRETE
            results = _measured()
            # what the real task teaches is the same beside every world of it
            beside = results.get(f"Synthetic-{task}", {"real": {}})["real"]
            own = results.setdefault(name, {"world": {}, "real": dict(beside)})
            for algorithm in algorithms or default:
                for column in columns:
                    where = {"world": name, "real": task}[column]
                    jobs = [(where, algorithm, seed, steps, episodes) for seed in range(seeds)]
                    figures = summary(pool.map(trained, jobs, chunksize=1))
                    own[column][algorithm] = figures
                    typer.echo(f"{where}, {algorithm}: {figures['iqm']} ({figures['returns']})")
                command = COMMAND.format(task) + (f" --kind {kind}" if kind != "Synthetic" else "")
                about = {"steps": steps, "episodes": episodes, "command": command}
                own |= {**about, "versions": versions(), "commit": commit()}
                # read anew: another run may have measured other worlds meanwhile
                write_json(RESULTS, {**_measured(), name: own})
            card = FOLDER / f"{name}.json"
            write_json(card, {**json.loads(card.read_text("utf-8")), "scores": own})


def _measured() -> dict[str, Any]:
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


if __name__ == "__main__":
    typer.run(main)

"""Our learners beside Stable-Baselines3's, with equal numbers on equal tasks.

    python benchmarks/learners.py [--agent ppo --agent dqn ...] [--seeds 3] [--share 1.0]

Ours learn all seeds at once, mapped, on our game; theirs on Gymnasium's, a process for each core.
What was learned is judged greedily by fresh episodes of either game. Runs are as short as they can
be for something to be learned: longer ones are had with `--share 2`. Returns by seed go to
`benchmarks/results/learners.json`, beside those of the agents that were left out this time.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import gymnasium
import jax
import numpy as np
import stable_baselines3 as sb3
import torch
import typer
from rich.console import Console
from rich.table import Table
from scipy import stats
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.noise import NormalActionNoise

import envsuite
from envsuite_agents.trainer import LEARNERS
from envsuite_evaluators.returns import Returns
from measure import RESULTS, machine, write

PATH = RESULTS / "learners.json"
JUDGED = 50  # fresh episodes of each seed
NOISE = 0.1  # added to the actions of TD3 and DDPG


@dataclass(frozen=True)
class Task:
    """What is learned, for how long, and with which numbers other than the defaults.

    Those of DQN, SAC, TD3 and DDPG are the ones that Stable-Baselines3's zoo has for the game, but
    TD3 and DDPG begin to learn after 1,000 steps, not 10,000.
    """

    ours: str
    theirs: str
    steps: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)  # the same, as theirs are called


CARTPOLE = ("envsuite/CartPole", "CartPole-v1")
PENDULUM = ("envsuite/Pendulum", "Pendulum-v1")
NOISY = {
    "fields": {"buffer_size": 200_000, "learning_starts": 1000},
    "settings": {"discount": 0.98, "action_noise": NOISE},
    "options": {"buffer_size": 200_000, "learning_starts": 1000, "gamma": 0.98},
}
TASKS = {
    "ppo": Task(*CARTPOLE, 50_000),
    "dqn": Task(
        *CARTPOLE,
        50_000,
        {
            "buffer_size": 100_000,
            "learning_starts": 1000,
            "train_frequency": 256,
            "gradient_steps": 128,
            "batch_size": 64,
            "hidden": (256, 256),
        },
        {
            "learning_rate": 2.3e-3,
            "target_update_interval": 10,
            "exploration_fraction": 0.16,
            "final_exploration": 0.04,
        },
        {
            "buffer_size": 100_000,
            "learning_starts": 1000,
            "train_freq": 256,
            "gradient_steps": 128,
            "batch_size": 64,
            "policy_kwargs": {"net_arch": [256, 256]},
            "learning_rate": 2.3e-3,
            "target_update_interval": 10,
            "exploration_fraction": 0.16,
            "exploration_final_eps": 0.04,
        },
    ),
    "sac": Task(*PENDULUM, 5000, settings={"learning_rate": 1e-3}, options={"learning_rate": 1e-3}),
    "td3": Task(*PENDULUM, 6000, **NOISY),
    "ddpg": Task(*PENDULUM, 6000, **NOISY),
}


def ours(agent: str, task: Task, steps: int, seeds: int) -> dict[str, Any]:
    """Returns by seed, and how long all of them took together, with compiling and judging."""
    env = envsuite.make(task.ours)
    params = env.default_params()
    learner = LEARNERS[agent](steps, **task.fields)
    settings = replace(learner.default_settings(), **task.settings)
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    began = time.perf_counter()
    learn = jax.jit(jax.vmap(lambda key: learner.learn(key, env, params, settings)))
    weights = learn(keys)
    returns = []
    for seed in range(seeds):
        own = jax.tree.map(lambda leaf, seed=seed: leaf[seed], weights)
        policies = {"": learner.policy(env, own, greedy=True)}
        judged = Returns().evaluate(jax.random.key(10_000 + seed), env, params, policies, JUDGED)
        returns.append(judged["return"][""]["mean"])
    return figures(returns, time.perf_counter() - began)


def theirs(agent: str, steps: int, seeds: int) -> dict[str, Any]:
    """The same; processes that import everything are part of the time."""
    context = multiprocessing.get_context("spawn")
    began = time.perf_counter()
    with context.Pool(min(seeds, os.cpu_count() or 1)) as pool:
        returns = pool.map(_one_of_theirs, [(agent, steps, seed) for seed in range(seeds)], 1)
    return figures(returns, time.perf_counter() - began)


def _one_of_theirs(job: tuple[str, int, int]) -> float:
    agent, steps, seed = job
    task = TASKS[agent]
    torch.set_num_threads(1)
    env = Monitor(gymnasium.make(task.theirs))
    options = dict(task.options)
    if "action_noise" in task.settings:
        shape = env.action_space.shape or ()
        options["action_noise"] = NormalActionNoise(np.zeros(shape), np.full(shape, NOISE))
    model = getattr(sb3, agent.upper())("MlpPolicy", env, seed=seed, device="cpu", **options)
    model.learn(steps)
    fresh = Monitor(gymnasium.make(task.theirs))
    fresh.reset(seed=10_000 + seed)
    mean: Any = evaluate_policy(model, fresh, JUDGED, deterministic=True)[0]
    return float(mean)


def figures(returns: list[Any], seconds: float) -> dict[str, Any]:
    """Returns by seed, the mean of their middle half, and how long it took."""
    return {
        "returns": [round(float(value), 1) for value in returns],
        "interquartile_mean": round(float(stats.trim_mean(returns, 0.25)), 1),
        "seconds": round(seconds, 1),
    }


def main(
    agent: Annotated[list[str] | None, typer.Option(help="Repeatable; all if not given.")] = None,
    seeds: Annotated[int, typer.Option(min=1)] = 3,
    share: Annotated[float, typer.Option(help="Of the steps.")] = 1.0,
) -> None:
    """Learn, judge, print a table and write the results."""
    console = Console()
    found = json.loads(PATH.read_text())["tasks"] if PATH.exists() else {}
    for name in agent or TASKS:
        task = TASKS[name]
        steps = round(task.steps * share)
        console.print(f"{name}: {steps:,} steps of {task.ours}, {seeds} seeds")
        found[name] = {
            "task": {"ours": task.ours, "theirs": task.theirs, "steps": steps, "seeds": seeds},
            "options": {**task.fields, **task.settings},
            "envsuite": ours(name, task, steps, seeds),
            "stable-baselines3": theirs(name, steps, seeds),
            **machine(),
        }
        write(PATH, {"episodes_judged": JUDGED, "tasks": found})
    table = Table("agent", "task", "steps", "envsuite", "stable-baselines3", "seconds")
    for name, held in found.items():
        mine, other = held["envsuite"], held["stable-baselines3"]
        told = [f"{own['interquartile_mean']} {own['returns']}" for own in (mine, other)]
        took = f"{mine['seconds']} / {other['seconds']}"
        table.add_row(name, held["task"]["theirs"], f"{held['task']['steps']:,}", *told, took)
    console.print(table)


if __name__ == "__main__":
    typer.run(main)

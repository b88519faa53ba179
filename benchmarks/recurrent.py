"""Our PPO with a memory beside sb3-contrib's, with equal numbers, where velocities are hidden.

    python benchmarks/recurrent.py [--seeds 5] [--steps 100000]

CartPole shows where cart and pole are, but not how fast they move: a policy without a memory can
but guess. Ours learns all seeds at once, mapped; theirs one after the other on Gymnasium's game.
Both are judged greedily by fresh episodes; PPO without a memory stands beside them. Returns by seed
go to `benchmarks/results/recurrent.json`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Annotated, Any

import gymnasium
import jax
import numpy as np
import torch
import typer
from gymnasium import spaces
from gymnasium.wrappers import TransformObservation
from learners import JUDGED, figures
from rich.console import Console
from rich.table import Table
from sb3_contrib import RecurrentPPO as TheirRecurrentPPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

import envsuite
from envsuite.core.timestep import Timestep
from envsuite.functional import Transform
from envsuite_agents.ppo import PPO
from envsuite_agents.recurrent_ppo import RecurrentPPO
from envsuite_evaluators.returns import Returns
from measure import RESULTS, machine, write

PATH = RESULTS / "recurrent.json"
SEEN = (0, 2)  # the cart's place and the pole's angle
COPIES, STEPS, EPOCHS, UNITS = 8, 128, 10, 64
RATE, DISCOUNT = 1e-3, 0.99


@dataclass(frozen=True)
class Hidden(Transform):
    """The places of a game of places and velocities."""

    @property
    def observation_space(self) -> spaces.Box:
        """The places alone."""
        return _places(self.env.observation_space)

    def reset(self, key: Any, params: Any) -> tuple[Any, Timestep[Any]]:
        """Begin an episode."""
        state, timestep = self.env.reset(key, params)
        return state, replace(timestep, obs=timestep.obs[np.array(SEEN)])

    def step(self, key: Any, state: Any, action: Any, params: Any) -> tuple[Any, Timestep[Any]]:
        """Play one step."""
        state, timestep = self.env.step(key, state, action, params)
        return state, replace(timestep, obs=timestep.obs[np.array(SEEN)])


def _places(space: Any) -> spaces.Box:
    seen = list(SEEN)
    return spaces.Box(space.low[seen], space.high[seen], dtype=np.float32)


def ours(learner: Any, seeds: int, **numbers: float) -> dict[str, Any]:
    """Returns by seed, and how long all of them took together, with compiling."""
    env = Hidden(envsuite.make("envsuite/CartPole"))
    params = env.default_params()
    settings = replace(learner.default_settings(), **numbers)
    keys = jax.vmap(jax.random.key)(np.arange(seeds))
    began = time.perf_counter()
    learn = jax.jit(jax.vmap(lambda key: learner.learn(key, env, params, settings)))
    weights = jax.block_until_ready(learn(keys))
    seconds = time.perf_counter() - began
    returns = []
    for seed in range(seeds):
        own = jax.tree.map(lambda leaf, seed=seed: leaf[seed], weights)
        policies = {"": learner.policy(env, own, greedy=True)}
        judged = Returns().evaluate(jax.random.key(10_000 + seed), env, params, policies, JUDGED)
        returns.append(judged["return"][""]["mean"])
    return figures(returns, seconds)


def theirs(steps: int, seeds: int) -> dict[str, Any]:
    """Returns by seed, and how long all of them took together."""
    returns, seconds = [], 0.0

    def hidden() -> gymnasium.Env[Any, Any]:
        env = gymnasium.make("CartPole-v1")
        return TransformObservation(
            env, lambda obs: obs[list(SEEN)], _places(env.observation_space)
        )

    for seed in range(seeds):
        model = TheirRecurrentPPO(
            "MlpLstmPolicy",
            make_vec_env(hidden, COPIES, seed=seed),
            n_steps=STEPS,
            batch_size=STEPS,
            n_epochs=EPOCHS,
            learning_rate=RATE,
            gamma=DISCOUNT,
            seed=seed,
            device="cpu",
            policy_kwargs={
                "lstm_hidden_size": UNITS,
                "net_arch": [UNITS],
                "shared_lstm": True,
                "enable_critic_lstm": False,
            },
        )
        began = time.perf_counter()
        model.learn(steps)
        seconds += time.perf_counter() - began
        fresh = make_vec_env(hidden, 1, seed=10_000 + seed)
        returns.append(evaluate_policy(model, fresh, JUDGED, deterministic=True)[0])
    return figures(returns, seconds)


def main(
    seeds: Annotated[int, typer.Option(min=1)] = 5,
    steps: Annotated[int, typer.Option(min=1)] = 100_000,
) -> None:
    """Learn, judge, print a table and write the results."""
    torch.set_num_threads(1)
    same: dict[str, Any] = {"num_envs": COPIES, "rollout_steps": STEPS, "epochs": EPOCHS}
    numbers = {"learning_rate": RATE, "discount": DISCOUNT, "entropy_coefficient": 0.0}
    memory = RecurrentPPO(steps, minibatches=8, encoder=(), units=UNITS, heads=(UNITS,), **same)
    # theirs clips no values, and takes the whole of the squared error
    as_theirs = {"value_clip_range": float("inf"), "value_coefficient": 1.0}
    found = {
        "envsuite": ours(memory, seeds, **numbers, **as_theirs),
        "sb3-contrib": theirs(steps, seeds),
        "envsuite, no memory": ours(PPO(steps, minibatches=8, **same), seeds, **numbers),
    }
    write(PATH, {"steps": steps, "episodes_judged": JUDGED, "learners": found, **machine()})
    table = Table("learner", "interquartile mean", "returns", "seconds")
    for name, own in found.items():
        table.add_row(
            name, str(own["interquartile_mean"]), str(own["returns"]), str(own["seconds"])
        )
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)

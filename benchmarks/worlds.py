"""How fast Stable-Baselines3 collects in a learned world, beside the real task.

`python benchmarks/worlds.py`, a minute; nothing else should run on the machine. Each turn is one
rollout of an unmodified PPO with its defaults; episodes of a learned bandit are one step long, so
that every step there also begins an episode.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback

import envsuite  # noqa: F401 - makes its ids known
from measure import RESULTS, in_turns, machine, ratio, write

WORLD, REAL = "envsuite/Synthetic-CartPole", "CartPole-v1"


class _Silent(BaseCallback):
    """A callback that does nothing, which collecting asks for."""

    def _on_step(self) -> bool:
        return True


def collecting(id: str) -> Callable[[], int]:
    """One rollout: how many steps it has."""
    model = PPO("MlpPolicy", gym.make(id), device="cpu", seed=0)
    _, callback = model._setup_learn(10**9, _Silent())
    callback.on_training_start({}, {})

    def collect() -> int:
        assert model.env is not None
        model.collect_rollouts(model.env, callback, model.rollout_buffer, model.n_steps)
        return model.n_steps

    return collect


def stepping(id: str) -> Callable[[], int]:
    """A thousand bare steps of `gymnasium.make`, with the resets that they need."""
    env: Any = gym.make(id)
    env.reset(seed=0)

    def step() -> int:
        for count in range(1000):
            _, _, terminated, truncated, _ = env.step(count % 2)
            if terminated or truncated:
                env.reset()
        return 1000

    return step


def main() -> None:
    """Measure, and write what was measured."""
    torch.set_num_threads(1)
    record: dict[str, Any] = {"command": "python benchmarks/worlds.py", **machine()}
    for name, build in (("collecting", collecting), ("stepping", stepping)):
        figures = in_turns({"world": build(WORLD), "real": build(REAL)}, 15.0)
        record[name] = {**figures, "world_against_real": ratio(figures, "world", "real")}
        print(name, record[name]["world_against_real"])
    write(RESULTS / "worlds.json", record)


if __name__ == "__main__":
    main()

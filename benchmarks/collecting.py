"""How fast learners are fed: Stable-Baselines3's collection, and other makers of vectors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from sb3_contrib import MaskablePPO
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import DummyVecEnv

import envsuite
from measure import in_turns, ratio

SLOTS = 64
# SuperSuit cannot vectorise a game whose agents die one by one: its remedy, `black_death_v3`, steps
# on after the last has gone. So in these comparisons nobody shoots at the team, on any side.
ID = "envsuite/SMAX-3m"
PEACE: dict[str, Any] = {"enemy_shoots": False, "walls_cause_death": False}


class _Silent(BaseCallback):
    """A callback that does nothing, which collecting asks for."""

    def _on_step(self) -> bool:
        return True


def collection() -> Iterable[dict[str, Any]]:
    """Steps a second of `collect_rollouts` with 64 copies, and the share spent in the environment.

    A slot is a whole team of 3m. SuperSuit has a slot for each seat and no masks: it is collected
    for by PPO.
    """
    torch.set_num_threads(1)
    builders: dict[str, Callable[[], tuple[Any, Any]]] = {
        "envsuite bridge, numba": lambda: _masked(_bridge("numba")),
        "envsuite bridge, jax": lambda: _masked(_bridge("jax")),
        "DummyVecEnv of gymnasium.make": lambda: _masked(_dummies()),
        "SuperSuit over PettingZoo": lambda: _plain(_supersuit()),
    }
    for name, build in builders.items():
        model, venv = build()
        clock = _clock_steps(venv)
        _, callback = model._setup_learn(10**9, _Silent())
        callback.on_training_start({}, {})
        rates, shares = [], []
        for turn in range(6):
            clock["seconds"] = 0.0
            start = time.perf_counter()
            _collect(model, callback)
            passed = time.perf_counter() - start
            if turn:  # the first warms up
                rates.append(model.n_steps * SLOTS / passed)
                shares.append(clock["seconds"] / passed)
        yield {
            "name": name,
            "steps_per_second": float(np.median(rates)),
            "rounds": rates,
            "share_in_environment": float(np.median(shares)),
        }


def foreign_vectors() -> Iterable[dict[str, Any]]:
    """64 copies of 3m in our vector environment and in those made of 64 lone ones."""
    actions = np.random.default_rng(0).integers(0, 5, (64, SLOTS, 3))
    vectors: dict[str, Any] = {
        "gymnasium.make_vec": gym.make_vec(ID, num_envs=SLOTS, **PEACE),
        "SyncVectorEnv": SyncVectorEnv([_lone] * SLOTS),
        "AsyncVectorEnv": AsyncVectorEnv([_lone] * SLOTS, context="spawn"),
    }
    for vector in vectors.values():
        vector.reset(seed=0)
    seats = _supersuit()
    seats.reset()
    number = iter(range(10**9))

    def stepped(step: Callable[[np.ndarray], Any], flat: bool = False) -> Callable[[], int]:
        def play() -> int:
            action = actions[next(number) % 64]
            step(action.reshape(-1) if flat else action)
            return SLOTS

        return play

    calls = {name: stepped(vector.step) for name, vector in vectors.items()}
    calls["SuperSuit over PettingZoo"] = stepped(seats.step, flat=True)
    figures = in_turns(calls, 4.0)
    for vector in (*vectors.values(), seats):
        vector.close()
    for name, own in figures.items():
        yield {"name": name, **own, "ours_against_it": ratio(figures, "gymnasium.make_vec", name)}


def _lone() -> gym.Env[Any, Any]:
    return gym.make(f"envsuite:{ID}", backend="numba", **PEACE)


def _bridge(backend: str) -> Any:
    return envsuite.make_as(ID, "sb3", num_envs=SLOTS, backend=backend, **PEACE)


def _dummies() -> Any:
    return DummyVecEnv([_lone] * SLOTS)


def _supersuit() -> Any:
    supersuit: Any = import_module("supersuit")  # of the extra `benchmark` alone
    env = envsuite.make_as(ID, "pettingzoo", backend="numba", **PEACE)
    env = supersuit.pettingzoo_env_to_vec_env_v1(env)
    return supersuit.concat_vec_envs_v1(env, SLOTS, num_cpus=1, base_class="stable_baselines3")


def _masked(venv: Any) -> tuple[Any, Any]:
    return MaskablePPO("MlpPolicy", venv, n_steps=64, device="cpu"), venv


def _plain(venv: Any) -> tuple[Any, Any]:
    return PPO("MlpPolicy", venv, n_steps=64, device="cpu"), venv


def _collect(model: Any, callback: Any) -> None:
    arguments = (model.env, callback, model.rollout_buffer, model.n_steps)
    if isinstance(model, MaskablePPO):
        model.collect_rollouts(*arguments, use_masking=True)
    else:
        model.collect_rollouts(*arguments)


def _clock_steps(venv: Any) -> dict[str, float]:
    """Count the seconds that a `VecEnv` spends in its steps and masks."""
    clock = {"seconds": 0.0}
    for name in ("step_async", "step_wait", "env_method"):
        setattr(venv, name, _clocked(getattr(venv, name), clock))
    return clock


def _clocked(call: Callable[..., Any], clock: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return call(*arguments, **options)
        finally:
            clock["seconds"] += time.perf_counter() - start

    return timed

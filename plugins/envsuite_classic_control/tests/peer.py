"""Gymnasium's classic control beside ours: what is called how, and policies that get somewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np

import envsuite
from envsuite.functional.transform import game_state, unwrapped
from envsuite_classic_control import acrobot, cartpole, pendulum, valley

STEP = jax.jit(lambda game, *rest: game.step(*rest), static_argnums=0)
RESET = jax.jit(lambda game, *rest: game.reset(*rest), static_argnums=0)
KEY = jax.random.key(0)

Policy = Callable[[np.ndarray], Any]


@dataclass(frozen=True)
class Pair:
    """A game of ours, Gymnasium's, and a policy that plays it well."""

    ours: str
    theirs: str
    skilled: Policy

    @property
    def game(self) -> Any:
        """Ours without its time limit."""
        return unwrapped(envsuite.make(f"envsuite/{self.ours}"))

    def state(self, figures: Any) -> Any:
        """Our state of the figures that Gymnasium's has."""
        return STATES[self.ours](*map(np.float32, figures))


def _pendulum(angle: Any, velocity: Any) -> pendulum.State:
    """Gymnasium's angle turns on and on."""
    angle = np.float32(np.remainder(np.float64(angle) + np.pi, 2 * np.pi) - np.pi)
    return pendulum.State(angle, velocity, np.float32(0))  # pyright: ignore[reportArgumentType] - NumPy's numbers will do


STATES: dict[str, Callable[..., Any]] = {
    "CartPole": cartpole.State,
    "Acrobot": acrobot.State,
    "MountainCar": valley.State,
    "MountainCarContinuous": valley.State,
    "Pendulum": _pendulum,
}


def _balance(obs: np.ndarray) -> int:
    return int(obs[2] + 0.3 * obs[3] + 0.02 * obs[0] + 0.05 * obs[1] > 0)


def _swing(obs: np.ndarray) -> np.ndarray:
    """Pump energy up to that of standing still, then hold the rod there."""
    cosine, sine, velocity = obs
    missing = 15 * (1 - cosine) - velocity**2 / 2
    holding = cosine > 0.9 and abs(velocity) < 2.5
    torque = -12 * np.arctan2(sine, cosine) - 3 * velocity if holding else 2 * missing * velocity
    return np.clip(np.array([torque], np.float32), -2, 2)


PAIRS = (
    Pair("CartPole", "CartPole-v1", _balance),
    Pair("Acrobot", "Acrobot-v1", lambda obs: 2 if obs[4] < 0 else 0),
    Pair("MountainCar", "MountainCar-v0", lambda obs: 2 if obs[1] >= 0 else 0),
    Pair(
        "MountainCarContinuous",
        "MountainCarContinuous-v0",
        lambda obs: np.array([1.0 if obs[1] >= 0 else -1.0], np.float32),
    ),
    Pair("Pendulum", "Pendulum-v1", _swing),
)
BY_NAME = {pair.ours: pair for pair in PAIRS}


@dataclass(frozen=True)
class Moment:
    """One step of Gymnasium's: from which state, with what, and what it showed."""

    before: np.ndarray
    action: Any
    obs: np.ndarray
    reward: float
    terminated: bool
    truncated: bool


def play(env: Any, figures: Any, policy: Policy | None = None, seed: int = 0) -> list[Moment]:
    """A whole episode of Gymnasium's from a state, by a policy or at random."""
    env.reset(seed=seed)
    env.action_space.seed(seed)
    env.unwrapped.state = np.asarray(figures, np.float64)
    obs: Any = None
    moments: list[Moment] = []
    while not moments or not (moments[-1].terminated or moments[-1].truncated):
        action = env.action_space.sample() if policy is None or obs is None else policy(obs)
        before = np.array(env.unwrapped.state, np.float64)
        obs, reward, terminated, truncated, _ = env.step(action)
        moments.append(Moment(before, action, obs, float(reward), bool(terminated), truncated))
    return moments


@cache
def limited(name: str) -> Any:
    """Our game with its time limit."""
    return envsuite.make(f"envsuite/{name}")


def begin(name: str, seed: int) -> tuple[Any, np.ndarray]:
    """A first state of ours under its time limit, and its figures in Gymnasium's order."""
    env = limited(name)
    state, _ = RESET(env, jax.random.key(seed), env.default_params())
    own = game_state(env, state)
    figures = np.array(jax.tree.leaves(own), np.float64)
    return state, figures[:2] if name == "Pendulum" else figures


def follow(name: str, state: Any, moments: list[Moment]) -> tuple[np.ndarray, ...]:
    """Ours played freely with the same actions: obs, rewards, terminated, truncated by step."""
    env, shown = limited(name), []
    for moment in moments:
        state, timestep = STEP(env, KEY, state, jnp.asarray(moment.action), env.default_params())
        shown.append((timestep.obs, timestep.reward, timestep.terminated, timestep.truncated))
    return tuple(np.stack(column) for column in zip(*jax.device_get(shown), strict=True))


def told(moments: list[Moment]) -> tuple[np.ndarray, ...]:
    """What Gymnasium showed, in the order of `follow`."""
    rows = [(m.obs, m.reward, m.terminated, m.truncated) for m in moments]
    return tuple(np.stack(column) for column in zip(*rows, strict=True))


def theirs(name: str, **options: Any) -> Any:
    """Gymnasium's environment."""
    return gymnasium.make(BY_NAME[name].theirs, **options)

"""Plays a vector environment, or Gymnasium's own in its place, and notes what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array, iterate

from envsuite.core.spec import EnvSpec
from envsuite.factory import make_as

COPIES = 3
STEPS = 12
LIMIT = 5  # so that every slot sees more than one end, and most see them at different times
SEED = 7


@dataclass(frozen=True)
class Maker:
    """How the environments of a check are made."""

    id: str | EnvSpec
    options: dict[str, Any]

    def native(self, mode: AutoresetMode, copies: int = COPIES) -> VectorEnv[Any, Any, Any]:
        """The environment to be checked."""
        return make_as(
            self.id,
            "gymnasium-vector",
            num_envs=copies,
            autoreset_mode=mode,
            max_steps=LIMIT,
            **self.options,
        )

    def sync(self, mode: AutoresetMode) -> SyncVectorEnv:
        """Single environments of the same id, stepped one after the other by Gymnasium."""

        def one() -> Any:
            return make_as(self.id, "gymnasium", max_steps=LIMIT, **self.options)

        return SyncVectorEnv([one] * COPIES, autoreset_mode=mode)


@dataclass(frozen=True)
class Shown:
    """What one call showed, slot by slot."""

    obs: list[Any]
    reward: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    info: dict[str, Any]


def rows(space: spaces.Space[Any], batch: Any) -> list[Any]:
    """A batch of points of a single space, one by one."""
    if isinstance(space, spaces.Text):
        return list(batch)
    copies = len(jax.tree.leaves(batch)[0])
    return list(iterate(batch_space(space, copies), batch))


def begun(env: VectorEnv[Any, Any, Any], result: tuple[Any, dict[str, Any]]) -> Shown:
    """What a reset showed."""
    obs, info = result
    zeros = np.zeros(env.num_envs)
    slots = rows(env.single_observation_space, obs)
    return Shown(slots, zeros, zeros.astype(bool), zeros.astype(bool), info)


def stepped(env: VectorEnv[Any, Any, Any], actions: list[Any]) -> Shown:
    """Play one step with an action for each slot."""
    space = env.single_action_space
    batch = concatenate(space, actions, create_empty_array(space, len(actions)))
    obs, reward, terminated, truncated, info = env.step(batch)
    return Shown(rows(env.single_observation_space, obs), reward, terminated, truncated, info)


def restarted(env: VectorEnv[Any, Any, Any], ended: np.ndarray) -> Shown:
    """Begin anew in the slots that ended."""
    # a dictionary of its own for each call: Gymnasium's own environments take the mask out of it
    return begun(env, env.reset(options={"reset_mask": ended.copy()}))


class Chooser:
    """Draws actions for each slot, the same for the same seeds."""

    def __init__(self, space: spaces.Space[Any], seeds: list[int]) -> None:
        """A stream for each slot."""
        self._streams = [np.random.default_rng(seed) for seed in seeds]
        self._space = space

    def __call__(self) -> list[Any]:
        """An action for each slot, legal or not: illegal ones are played as no-ops."""
        actions = []
        for stream in self._streams:
            self._space.seed(int(stream.integers(2**31)))
            actions.append(self._space.sample())
        return actions


def play(env: VectorEnv[Any, Any, Any], mode: AutoresetMode, seeds: list[int]) -> list[Shown]:
    """Play on, restarting by hand where nobody else does."""
    choose = Chooser(env.single_action_space, seeds)
    seen = [begun(env, env.reset(seed=seeds))]  # pyright: ignore[reportArgumentType] - both take sequences, as their documentation says
    for _ in range(STEPS):
        shown = stepped(env, choose())
        seen.append(shown)
        ended = shown.terminated | shown.truncated
        if mode == AutoresetMode.DISABLED and ended.any():
            seen.append(restarted(env, ended))
    return seen

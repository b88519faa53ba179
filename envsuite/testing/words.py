"""What every game of words promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import spaces

from envsuite.core.spec import EnvSpec, check_id
from envsuite.core.timestep import Timestep
from envsuite.factory import make, spec
from envsuite.testing.game import MOST_STEPS


@dataclass(frozen=True)
class Heard:
    """One episode of a game of words under random actions.

    Attributes:
        spec: What the registry says of the game.
        env: The game with its time limit.
        timesteps: Of the reset and of every step.
    """

    spec: EnvSpec
    env: Any
    timesteps: tuple[Timestep[str], ...]


def listen(id: str | EnvSpec, seed: int = 0, **config: Any) -> Heard:
    """Play one episode."""
    own = spec(id)
    env = make(own, **config)
    return Heard(own, env, _play(env, seed))


def _play(env: Any, seed: int) -> tuple[Timestep[str], ...]:
    params = env.default_params()
    space: spaces.Space[Any] = env.action_space
    space.seed(seed)
    state, timestep = env.reset(seed, params)
    seen = [timestep]
    for step in range(MOST_STEPS):
        if bool(timestep.terminated) or bool(timestep.truncated):
            break
        state, timestep = env.step(seed + step + 1, state, space.sample(), params)
        seen.append(timestep)
    return tuple(seen)


def id_is_well_formed(heard: Heard) -> None:
    """The id reads namespace/Family-variant, without a version."""
    check_id(heard.spec.id)


def equal_configurations_are_equal(heard: Heard) -> None:
    """Two games of one configuration are equal and hash alike."""
    assert make(heard.spec) == make(heard.spec)
    assert hash(make(heard.spec)) == hash(make(heard.spec))


def same_key_same_episode(heard: Heard) -> None:
    """The same key plays the same episode."""
    again = _play(heard.env, 0)
    assert [timestep.obs for timestep in again] == [timestep.obs for timestep in heard.timesteps]


def observations_lie_in_their_space(heard: Heard) -> None:
    """Every observation lies in the observation space."""
    for timestep in heard.timesteps:
        assert timestep.obs in heard.env.observation_space, repr(timestep.obs)


def rewards_are_finite(heard: Heard) -> None:
    """Rewards are finite numbers; a reset pays nothing."""
    assert float(heard.timesteps[0].reward) == 0
    assert all(np.isfinite(float(timestep.reward)) for timestep in heard.timesteps)


def info_never_changes_its_keys(heard: Heard) -> None:
    """Info has the same keys after a reset and after a step."""
    keys = {tuple(sorted(timestep.info)) for timestep in heard.timesteps}
    assert len(keys) == 1, f"info has the keys {keys}"


def the_episode_ends(heard: Heard) -> None:
    """The episode ends within its limit, or within 400 steps of random play."""
    last = heard.timesteps[-1]
    assert bool(last.terminated) or bool(last.truncated), "set max_steps in the registry"


PROMISES = (
    id_is_well_formed,
    equal_configurations_are_equal,
    same_key_same_episode,
    observations_lie_in_their_space,
    rewards_are_finite,
    info_never_changes_its_keys,
    the_episode_ends,
)

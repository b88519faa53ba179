"""Announces ids to Gymnasium: strings only, nothing is imported before something is made."""

from __future__ import annotations

from collections.abc import Iterable

import gymnasium
from gymnasium.envs.registration import EnvSpec as GymnasiumSpec

from envsuite.core.spec import EnvSpec


def gymnasium_spec(spec: EnvSpec, *, by_value: bool = False) -> GymnasiumSpec:
    """What Gymnasium needs to make an environment of the suite.

    Args:
        spec: What the suite's registry says of it.
        by_value: Hand over the spec itself, for one that the registry does not hold; what comes
            out then has no JSON form.
    """
    return GymnasiumSpec(
        spec.id,
        entry_point="envsuite_gymnasium.env:GymnasiumEnv",
        vector_entry_point="envsuite_gymnasium.vector:GymnasiumVectorEnv",
        max_episode_steps=spec.max_steps,
        kwargs={"spec_id": spec if by_value else spec.id},
    )


def register(specs: Iterable[EnvSpec]) -> None:
    """Make ids known to `gymnasium.make` and `gymnasium.make_vec`; doing so again is harmless."""
    for spec in specs:
        # written into the dictionary itself: `gymnasium.register` warns of every repetition
        gymnasium.registry[spec.id] = gymnasium_spec(spec)

"""What a scenario is, and which there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Protocol, runtime_checkable

import jax

from envsuite_mpe.choice import not_offered
from envsuite_mpe.entities import Entities
from envsuite_mpe.scenarios.simple import Simple
from envsuite_mpe.scenarios.simple_adversary import SimpleAdversary
from envsuite_mpe.scenarios.simple_crypto import SimpleCrypto
from envsuite_mpe.scenarios.simple_facmac import SimpleFacmac
from envsuite_mpe.scenarios.simple_push import SimplePush
from envsuite_mpe.scenarios.simple_reference import SimpleReference
from envsuite_mpe.scenarios.simple_speaker_listener import SimpleSpeakerListener
from envsuite_mpe.scenarios.simple_spread import SimpleSpread
from envsuite_mpe.scenarios.simple_tag import SimpleTag
from envsuite_mpe.scenarios.simple_world_comm import SimpleWorldComm
from envsuite_mpe.state import Params, State


class Scenario(Protocol):
    """Who takes part, what they see, what they earn: frozen dataclasses."""

    @property
    def entities(self) -> Entities:
        """Who and what there is."""
        ...

    def observe(self, state: State, params: Params) -> dict[str, jax.Array]:
        """By group, what its `k` agents see, `f32[k, features]`."""
        ...

    def reward(self, state: State, params: Params) -> dict[str, jax.Array]:
        """By group, what its `k` agents earn by arriving in a state, `f32[k]`."""
        ...


@runtime_checkable
class Scripted(Protocol):
    """A scenario in which the agents of the last kind follow a script."""

    def script(self, key: jax.Array, state: State, params: Params) -> jax.Array:
        """Their forces, `f32[k, 2]`."""
        ...


SCENARIOS: Mapping[str, type[Any]] = {
    "simple": Simple,
    "simple_adversary": SimpleAdversary,
    "simple_crypto": SimpleCrypto,
    "simple_facmac": SimpleFacmac,
    "simple_push": SimplePush,
    "simple_reference": SimpleReference,
    "simple_speaker_listener": SimpleSpeakerListener,
    "simple_spread": SimpleSpread,
    "simple_tag": SimpleTag,
    "simple_world_comm": SimpleWorldComm,
}

EVADE = ("nearest", "everyone")


def make_scenario(name: str, options: Mapping[str, Any]) -> Scenario:
    """Build a scenario.

    Args:
        name: One of `SCENARIOS`.
        options: Fields of the scenario's class; `None` stands for its own default.

    Raises:
        ValueError: For an unknown scenario, an option that it does not have, or a number that
            makes no world.
    """
    if name not in SCENARIOS:
        raise not_offered("scenario", name, SCENARIOS)
    chosen = {option: value for option, value in options.items() if value is not None}
    own = [field.name for field in fields(SCENARIOS[name])]
    for option, value in chosen.items():
        if option not in own:
            having = [other for other, kind in SCENARIOS.items() if option in _fields(kind)]
            offers = f"its options are {', '.join(own)}" if own else "it has none of its own"
            raise ValueError(
                f"{name} has no option {option!r}: {offers}; "
                f"scenarios that have it are {', '.join(having)}"
            )
        if option == "evade":
            if value not in EVADE:
                raise not_offered("evade", value, EVADE)
        elif isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{option} must be a whole number from 1 up, not {value!r}")
    return SCENARIOS[name](**chosen)


def _fields(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind)]

"""Games of a few lines in which one can say beforehand what must happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep
from envsuite.functional import struct


@struct
class Params:
    """What a step pays."""

    pay: float = 1.0


@struct
class Count:
    """Steps played."""

    steps: jax.Array


@dataclass(frozen=True)
class Corridor(Env[Count, Params]):
    """Every step pays the same; it ends by itself after `length` steps, or never if 0."""

    length: int = 0

    @property
    def observation_space(self) -> spaces.Box:
        """How many steps were played."""
        return spaces.Box(0, np.inf, (1,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Two that are the same."""
        return spaces.Discrete(2)

    def default_params(self) -> Params:
        """One a step."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[Count, Timestep[Any]]:
        """Step 0."""
        return self._at(jnp.int32(0), jnp.float32(0))

    def step(
        self, key: jax.Array, state: Count, action: jax.Array, params: Params
    ) -> tuple[Count, Timestep[Any]]:
        """One further."""
        return self._at(state.steps + 1, jnp.float32(params.pay))

    def _at(self, steps: jax.Array, reward: jax.Array) -> tuple[Count, Timestep[Any]]:
        ended = (steps >= self.length) if self.length else jnp.bool_(False)
        return Count(steps), Timestep(steps[None].astype(jnp.float32), reward, ended)


@struct
class Choice:
    """The one action that is legal now."""

    legal: jax.Array


@dataclass(frozen=True)
class Forced(Env[Choice, Params]):
    """One action in eight is legal, another one after each step; the eighth step is the last."""

    @property
    def observation_space(self) -> spaces.Box:
        """Nothing to see: only the mask tells."""
        return spaces.Box(0, 1, (1,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Eight."""
        return spaces.Discrete(8)

    def default_params(self) -> Params:
        """Unused."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[Choice, Timestep[Any]]:
        """Draw a legal action."""
        return self._at(jax.random.randint(key, (), 0, 8))

    def step(
        self, key: jax.Array, state: Choice, action: jax.Array, params: Params
    ) -> tuple[Choice, Timestep[Any]]:
        """Draw the next."""
        return self._at(jax.random.randint(key, (), 0, 8))

    def _at(self, legal: jax.Array) -> tuple[Choice, Timestep[Any]]:
        shown = Timestep(
            jnp.zeros(1, jnp.float32),
            jnp.float32(0),
            jnp.bool_(False),
            legal=jnp.arange(8) == legal,
        )
        return Choice(legal), shown


@dataclass(frozen=True)
class Rowers(Env[Count, Params]):
    """Two seats pull in a plane; each earns the sum of its own action, and time never ends."""

    @property
    def agents(self) -> Mapping[str, int]:
        """One boat."""
        return {"rower": 2}

    @property
    def observation_space(self) -> spaces.Dict:
        """Which seat one has."""
        return spaces.Dict({"rower": spaces.Box(0, 1, (2,), np.float32)})

    @property
    def action_space(self) -> spaces.Dict:
        """A pull."""
        return spaces.Dict({"rower": spaces.Box(-1, 1, (3,), np.float32)})

    def default_params(self) -> Params:
        """Unused."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[Count, Timestep[Any]]:
        """Sit down."""
        return self._at(jnp.int32(0), jnp.zeros(2, jnp.float32))

    def step(
        self, key: jax.Array, state: Count, action: Any, params: Params
    ) -> tuple[Count, Timestep[Any]]:
        """Pull."""
        return self._at(state.steps + 1, action["rower"].sum(-1))

    def _at(self, steps: jax.Array, reward: jax.Array) -> tuple[Count, Timestep[Any]]:
        shown = Timestep(
            {"rower": jnp.eye(2, dtype=jnp.float32)},
            {"rower": reward},
            {"rower": jnp.zeros(2, bool)},
        )
        return Count(steps), shown


def toy(name: str, *, max_steps: int | None = None, **config: Any) -> EnvSpec:
    """The spec of one of these games."""
    return EnvSpec(
        id=f"toys/{name}",
        target=f"envsuite_sb3.tests.toys:{name}",
        config=config,
        max_steps=max_steps,
    )

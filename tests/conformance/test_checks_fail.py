"""The checks find what is broken: each breach of the contract is caught, by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep
from envsuite.testing import CheckError, check, check_engine


@dataclass(frozen=True)
class Counter(Env[Any, Any]):
    """Counts to five; `flaw` breaks one promise."""

    flaw: str = ""

    @property
    def observation_space(self) -> spaces.Box:
        """The count."""
        return spaces.Box(0.0, 5.0, (1,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """No choice matters."""
        return spaces.Discrete(2)

    def default_params(self) -> dict[str, float]:
        """Nothing to set."""
        return {}

    def reset(self, key: jax.Array, params: Any) -> tuple[Any, Timestep[Any]]:
        """Begin at nought."""
        state = jnp.float32(jax.random.uniform(key) < 0.5) if self.flaw == "chance" else 0.0
        state = jnp.float32(state)
        return state, self._timestep(state)

    def step(self, key: jax.Array, state: Any, action: Any, params: Any) -> Any:
        """Count on."""
        state = state + 1
        timestep = self._timestep(state)
        if self.flaw == "truncates":
            timestep = replace(timestep, truncated=state == 3)
        if self.flaw == "new info":
            timestep = replace(timestep, info={"extra": state})
        return state, timestep

    def _timestep(self, state: jax.Array) -> Timestep[Any]:
        seen = state * (2 if self.flaw == "leaves its space" else 1)
        reward = jnp.where(state > 0, 1.0, 0.0).astype(jnp.float32)
        if self.flaw == "integer reward":
            reward = reward.astype(jnp.int32)
        if self.flaw == "pays at reset":
            reward = reward + 1
        end = (state == 3) if self.flaw == "resurrects" else (state >= 5)
        if self.flaw == "never ends":
            end = state < 0
        legal = jnp.ones(2, bool) if self.flaw != "no legal action" else jnp.zeros(2, bool)
        return Timestep(obs=seen[None], reward=reward, terminated=end, legal=legal)


def spec(flaw: str) -> EnvSpec:
    return EnvSpec("test/Counter", f"{__name__}:Counter", config={"flaw": flaw})


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules[Counter.__module__])


def test_a_sound_game_passes():
    check(spec(""))
    check_engine(spec(""))


@pytest.mark.parametrize(
    ("flaw", "promise"),
    [
        ("leaves its space", "observation lies"),
        ("integer reward", "finite float32"),
        ("pays at reset", "a reset pays"),
        ("no legal action", "legal action"),
        ("truncates", "Only the time limit"),
        ("new info", "can be played"),
        ("never ends", "episode ends"),
    ],
)
def test_a_broken_promise_is_named(flaw, promise):
    with pytest.raises(CheckError, match=promise):
        check(spec(flaw))


def test_an_ill_formed_id_is_named():
    with pytest.raises(CheckError, match="well|namespace/Family"):
        check(EnvSpec("Counter-v1", f"{__name__}:Counter"))

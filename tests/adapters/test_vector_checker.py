"""The vector checker finds each fault that is put into a vector environment."""

from typing import Any

import numpy as np
import pytest
from gymnasium.vector import VectorWrapper

import envsuite
from envsuite.testing import vector_play
from envsuite.testing.vector import examine_vector


class Faulty(VectorWrapper):
    """An environment with one fault."""

    def __init__(self, env: Any, fault: str) -> None:
        """Put `fault` into `env`."""
        super().__init__(env)
        self.fault = fault
        self.autoreset_mode = None if fault == "no attribute" else env.autoreset_mode
        self._last: Any = None

    def reset(self, *, seed: Any = None, options: Any = None) -> Any:
        """Begin episodes, with the fault."""
        if self.fault == "takes the mask out" and options:
            options = {"reset_mask": options.pop("reset_mask")}
        if self.fault == "resets all":
            options = None
        if self.fault == "seed zero":
            seed = None if seed is None else 0
        return self.env.reset(seed=seed, options=options)

    def step(self, actions: Any) -> Any:
        """Play a step, with the fault."""
        obs, reward, terminated, truncated, info = self.env.step(actions)
        if self.fault == "float32":
            reward = reward.astype(np.float32)
        if self.fault == "one array":
            self._last = obs if self._last is None else self._last
            self._last[...] = obs
            obs = self._last
        if self.fault == "no mask":
            info.pop("_illegal_actions")
        if self.fault == "final is first" and "final_obs" in info:
            info["final_obs"] = obs.copy()
        if self.fault == "neighbours" and len(obs) == vector_play.COPIES:
            reward = reward + obs[::-1].sum(axis=1)
        return obs, reward, terminated, truncated, info


@pytest.mark.parametrize(
    ("fault", "promise"),
    [
        ("none", ""),
        ("no attribute", "declared|stands in the metadata"),
        ("takes the mask out", "the options alone"),
        ("resets all", "masked reset leaves"),
        ("seed zero", "Next-step autoreset shows"),
        ("float32", "rewards are float64"),
        ("one array", "shares no memory"),
        ("no mask", "Every figure of `info`"),
        ("final is first", "Same-step autoreset shows"),
        ("neighbours", "plays the same in another place"),
    ],
)
def test_the_vector_checker_finds_faults(
    fault: str, promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_as(id: Any, api: str, **options: Any) -> Any:
        env = envsuite.make_as(id, api, **options)
        return Faulty(env, fault) if api == "gymnasium-vector" else env

    monkeypatch.setattr(vector_play, "make_as", make_as)
    broken = [
        outcome.promise for outcome in examine_vector("envsuite/Primer-Pursuit") if outcome.failure
    ]
    if not promise:
        assert broken == []
    else:
        assert any(word in line for line in broken for word in promise.split("|")), broken

"""What the players see after a reset or a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

Obs = TypeVar("Obs")

PerAgent = Any
"""An array for a single agent (no agent axis), else `{group: array[n, ...]}`."""


@dataclass(frozen=True)
class Timestep(Generic[Obs]):
    """One step as the players see it; every leaf keeps its shape for the whole episode.

    Attributes:
        obs: What each agent observes; `[...]` or `{group: [n, ...]}`.
        reward: `f32[]` or `{group: f32[n]}`; zero after a reset.
        terminated: `bool[]` or `{group: bool[n]}`: the game's word, sticky per agent.
        truncated: `bool[]`: the harness's word; only `TimeLimit` sets it.
        legal: Action masks, `bool[actions]` or `{group: bool[n, actions]}`; `None` where every
            action is always legal. At least one action of each agent is legal, dead or alive.
        to_act: Turn-based games: who moves now, `bool[]` or `{group: bool[n]}`; `None` means
            everyone.
        info: Further figures; the same keys and shapes after a reset and after a step.
    """

    obs: Obs
    reward: PerAgent
    terminated: PerAgent
    truncated: Any = np.False_
    legal: PerAgent | None = None
    to_act: PerAgent | None = None
    info: Mapping[str, Any] = field(default_factory=dict)

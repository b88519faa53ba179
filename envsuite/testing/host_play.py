"""Legal actions chosen on the host, the same for a slot whatever else is in the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from envsuite.core.timestep import Timestep
from envsuite.engines.base import Engine


def host_actions(engine: Engine, timestep: Timestep[Any], steps: Sequence[int]) -> Any:
    """Legal actions for every slot, drawn from its number and how many steps it has played.

    Args:
        engine: The engine that will play them.
        timestep: What it last showed.
        steps: How many steps each slot has played.
    """
    space = engine.action_space
    drawn = [
        _one(space, _row(timestep.legal, slot), engine.agents, np.random.default_rng((slot, step)))
        for slot, step in enumerate(steps)
    ]
    if engine.agents:
        return {group: np.stack([one[group] for one in drawn]) for group in engine.agents}
    return drawn if isinstance(drawn[0], str) else np.stack(drawn)


def _row(legal: Any, slot: int) -> Any:
    if legal is None:
        return None
    if isinstance(legal, dict):
        return {group: np.asarray(mask)[slot] for group, mask in legal.items()}
    return np.asarray(legal)[slot]


def _one(space: Any, legal: Any, agents: Any, rng: np.random.Generator) -> Any:
    if agents:
        return {
            group: np.stack(
                [
                    _draw(space[group], None if legal is None else legal[group][row], rng)
                    for row in range(size)
                ]
            )
            for group, size in agents.items()
        }
    return _draw(space, legal, rng)


def _draw(space: Any, legal: np.ndarray | None, rng: np.random.Generator) -> Any:
    if isinstance(space, spaces.Discrete):
        choices = np.arange(space.n) if legal is None else np.flatnonzero(legal)
        return np.int32(rng.choice(choices))
    if isinstance(space, spaces.MultiDiscrete):
        return rng.integers(0, space.nvec).astype(np.int32)
    if isinstance(space, spaces.Text):
        size = int(rng.integers(space.min_length, space.max_length + 1))
        return "".join(rng.choice(list(space.character_list), size))
    return rng.uniform(np.maximum(space.low, -1e3), np.minimum(space.high, 1e3)).astype(space.dtype)

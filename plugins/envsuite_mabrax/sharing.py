"""From the whole robot's observation to the agents', and from their actions to the robot's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_mabrax.partition import Part

TEAM = "agent"  # the one group, unless each agent is a group of its own

HOMOGENISATION = ("pad", "max", "concat", "none")


@dataclass(frozen=True)
class Sharing:
    """How agents that see and do unequally much are given rows of equal length.

    Attributes:
        parts: What each agent sees and does, in the order of the rows.
        size: How many numbers the whole robot observes.
        joints: How many actions it takes.
        homogenisation: `"pad"`: shorter rows end in zeros. `"max"`: the same, behind a one-hot
            number of the agent. `"concat"`: rows as long as the robot's own, zero where an agent
            sees nothing, and not heard where it does nothing. `"none"`: each agent is a group.
    """

    parts: tuple[Part, ...]
    size: int
    joints: int
    homogenisation: str

    @cached_property
    def agents(self) -> Mapping[str, int]:
        """Groups and their sizes."""
        if self.homogenisation == "none":
            return {part.name: 1 for part in self.parts}
        return {TEAM: len(self.parts)}

    @cached_property
    def features(self) -> Mapping[str, int]:
        """By group, how many numbers one agent sees."""
        most = max(len(part.sees) for part in self.parts)
        match self.homogenisation:
            case "none":
                return {part.name: len(part.sees) for part in self.parts}
            case "max":
                return {TEAM: len(self.parts) + most}
            case "concat":
                return {TEAM: self.size}
            case _:
                return {TEAM: most}

    @cached_property
    def choices(self) -> Mapping[str, int]:
        """By group, how many actions one agent gives."""
        match self.homogenisation:
            case "none":
                return {part.name: len(part.acts) for part in self.parts}
            case "concat":
                return {TEAM: self.joints}
            case _:
                return {TEAM: max(len(part.acts) for part in self.parts)}

    def observe(self, whole: jax.Array) -> dict[str, jax.Array]:
        """By group `f32[n, features]`, of the robot's observation `f32[size]`."""
        if self.homogenisation == "none":
            return {part.name: whole[np.array(part.sees)][None] for part in self.parts}
        if self.homogenisation == "concat":
            sees = np.zeros((len(self.parts), self.size), bool)
            for row, part in zip(sees, self.parts, strict=True):
                row[list(part.sees)] = True
            return {TEAM: jnp.where(sees, whole, 0.0)}
        most = max(len(part.sees) for part in self.parts)
        index = np.zeros((len(self.parts), most), np.int32)
        sees = np.zeros((len(self.parts), most), bool)
        for row, part in enumerate(self.parts):
            index[row, : len(part.sees)] = part.sees
            sees[row, : len(part.sees)] = True
        seen = jnp.where(sees, whole[index], 0.0)
        if self.homogenisation == "max":
            who = np.eye(len(self.parts), dtype=np.float32)
            seen = jnp.concatenate([who, seen], axis=1)
        return {TEAM: seen}

    def act(self, action: Mapping[str, jax.Array]) -> jax.Array:
        """The robot's action `f32[joints]`, of the agents'; what nobody drives stays limp."""
        row, column = np.zeros(self.joints, np.int32), np.zeros(self.joints, np.int32)
        driven = np.zeros(self.joints, bool)
        for number, part in enumerate(self.parts):
            acts = list(part.acts)
            row[acts], driven[acts] = number, True
            column[acts] = acts if self.homogenisation == "concat" else range(len(acts))
        if self.homogenisation != "none":
            return jnp.where(driven, action[TEAM][row, column], 0.0)
        starts = np.cumsum([0, *(len(part.acts) for part in self.parts)])
        given = jnp.concatenate([action[part.name][0] for part in self.parts])
        return jnp.where(driven, given[starts[row] + column], 0.0)

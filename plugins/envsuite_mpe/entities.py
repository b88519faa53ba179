"""Who and what is in a world, and what those of a kind have in common."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class AgentKind:
    """Agents that are alike.

    Attributes:
        name: The group's, such as `"adversary"`.
        count: How many there are.
        radius: Of each.
        acceleration: The force of a full push.
        max_speed: What their speed is cut to after each step.
        moves: Whether they push themselves; those who do not stay where they are.
        speaks: Whether they say a word in each step.
    """

    name: str
    count: int
    radius: float
    acceleration: float = 5.0
    max_speed: float = math.inf
    moves: bool = True
    speaks: bool = False


@dataclass(frozen=True)
class LandmarkKind:
    """Landmarks that are alike; they never move."""

    name: str
    count: int
    radius: float


@dataclass(frozen=True)
class Entities:
    """All entities of a world, in the order of their indices: agents, then landmarks.

    Attributes:
        agents: The kinds of agents.
        landmarks: The kinds of landmarks.
        learners: Which kinds of agents are played from outside; the first is the team that a
            single learner plays where nothing else is said. The others follow a script.
        solid: Which kinds push each other apart; they come before all others.
        vocabulary: How many words there are to say.
        goals: How many landmarks are drawn for each episode to be somebody's goal.
        landmark_spread: Landmarks begin with x and y between this and its negative.
    """

    agents: tuple[AgentKind, ...]
    landmarks: tuple[LandmarkKind, ...]
    learners: tuple[str, ...]
    solid: tuple[str, ...] = ()
    vocabulary: int = 0
    goals: int = 0
    landmark_spread: float = 1.0

    @cached_property
    def rows(self) -> Mapping[str, slice]:
        """The indices of each kind."""
        rows, start = {}, 0
        for kind in (*self.agents, *self.landmarks):
            rows[kind.name] = slice(start, start + kind.count)
            start += kind.count
        return rows

    @cached_property
    def agent_count(self) -> int:
        """How many agents there are."""
        return sum(kind.count for kind in self.agents)

    @cached_property
    def landmark_count(self) -> int:
        """How many landmarks there are."""
        return sum(kind.count for kind in self.landmarks)

    @cached_property
    def solid_count(self) -> int:
        """How many entities, from the first on, push each other apart."""
        return max((self.rows[name].stop for name in self.solid), default=0)

    @cached_property
    def speaker_count(self) -> int:
        """How many agents speak."""
        return sum(kind.count for kind in self.agents if kind.speaks)

    @cached_property
    def moves(self) -> np.ndarray:
        """Who moves, `bool[n]`."""
        return np.repeat([kind.moves for kind in self.agents], [k.count for k in self.agents])

    def kind(self, name: str) -> AgentKind:
        """The kind of agents that has this name."""
        return next(kind for kind in self.agents if kind.name == name)

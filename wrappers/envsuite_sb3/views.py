"""What one slot of the `VecEnv` is: a copy of the game, its team, one of its seats, or words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

import numpy as np
from gymnasium import spaces

from envsuite.core.errors import nearest
from envsuite.core.tokens import Tokens
from envsuite.engines.base import Engine
from envsuite.functional.team import all_members, mean_of_members

ViewName = Literal["team", "seats"]


class View(Protocol):
    """Turns an engine's arrays into arrays with the leading axis `slots`, and actions back."""

    @property
    def slots(self) -> int:
        """How many rows Stable-Baselines3 sees."""
        ...

    @property
    def slots_per_copy(self) -> int:
        """How many rows belong to one copy of the game; they lie side by side."""
        ...

    @property
    def observation_space(self) -> spaces.Space[Any]:
        """What one slot sees."""
        ...

    @property
    def action_space(self) -> spaces.Space[Any]:
        """What one slot does."""
        ...

    def observations(self, obs: Any) -> np.ndarray:
        """Observations of some copies or of all, a fresh array `[slots, ...]`."""
        ...

    def rewards(self, reward: Any) -> np.ndarray:
        """Rewards, a fresh array `f32[slots]`."""
        ...

    def terminated(self, terminated: Any) -> np.ndarray:
        """Whether the game itself has ended for all who are controlled, `bool[slots]`."""
        ...

    def masks(self, legal: Any) -> np.ndarray:
        """Action masks, `bool[slots, actions]`."""
        ...

    def actions(self, actions: np.ndarray) -> Any:
        """Actions as the engine takes them."""
        ...


@dataclass(frozen=True)
class CopyView:
    """A slot is a copy of a single-agent game."""

    slots: int
    observation_space: spaces.Space[Any]
    action_space: spaces.Space[Any]
    slots_per_copy: int = 1

    def observations(self, obs: Any) -> np.ndarray:
        """As the game shows them."""
        return np.array(obs, self.observation_space.dtype)

    def rewards(self, reward: Any) -> np.ndarray:
        """As the game pays them."""
        return np.array(reward, np.float32)

    def terminated(self, terminated: Any) -> np.ndarray:
        """As the game says."""
        return np.asarray(terminated)

    def masks(self, legal: Any) -> np.ndarray:
        """As the game says."""
        return np.array(legal, bool)

    def actions(self, actions: np.ndarray) -> Any:
        """As they come."""
        return actions


@dataclass(frozen=True)
class WordView(CopyView):
    """A slot is a copy of a game of words, read and written in codes."""

    reads: Tokens | None = None
    writes: Tokens | None = None

    def observations(self, obs: Any) -> np.ndarray:
        """Codes of what was read, `i64[slots, places]`."""
        if self.reads is None:
            return super().observations(obs)
        return np.stack([self.reads.encode(text) for text in obs])

    def actions(self, actions: np.ndarray) -> Any:
        """What was written, a list of texts."""
        if self.writes is None:
            return actions
        if not all(row in self.action_space for row in actions):
            raise ValueError(f"an action is no row of codes: due are rows of {self.action_space}")
        return [self.writes.decode(row) for row in actions]


@dataclass(frozen=True)
class TeamView:
    """A slot is a team: observations and actions of its seats end to end, rewards averaged."""

    slots: int
    group: str
    seats: int
    observation_space: spaces.Box
    action_space: spaces.Space[Any]
    seat_actions: tuple[int, ...]
    slots_per_copy: int = 1

    def observations(self, obs: Any) -> np.ndarray:
        """The seats' observations end to end, `[slots, seats * features]`."""
        return np.array(obs[self.group]).reshape(len(obs[self.group]), -1)

    def rewards(self, reward: Any) -> np.ndarray:
        """The mean over the team."""
        return mean_of_members(np.asarray(reward[self.group], np.float32))

    def terminated(self, terminated: Any) -> np.ndarray:
        """Whether every seat has terminated."""
        return all_members(terminated[self.group])

    def masks(self, legal: Any) -> np.ndarray:
        """The seats' masks end to end, `bool[slots, seats * actions]`."""
        return np.array(legal[self.group], bool).reshape(self.slots, -1)

    def actions(self, actions: np.ndarray) -> Any:
        """To each seat its part."""
        return {self.group: actions.reshape(self.slots, self.seats, *self.seat_actions)}


@dataclass(frozen=True)
class SeatsView:
    """A slot is one seat of the team; the seats of a copy lie side by side.

    All slots of a copy end together. A seat that dies before that keeps its slot: it sees what the
    game shows the dead, only the no-op is legal, and it goes on earning what the game pays it.
    """

    slots: int
    group: str
    slots_per_copy: int
    observation_space: spaces.Space[Any]
    action_space: spaces.Space[Any]

    def observations(self, obs: Any) -> np.ndarray:
        """One row a seat."""
        rows = np.array(obs[self.group])
        return rows.reshape(-1, *rows.shape[2:])

    def rewards(self, reward: Any) -> np.ndarray:
        """To each seat its own."""
        return np.array(reward[self.group], np.float32).reshape(self.slots)

    def terminated(self, terminated: Any) -> np.ndarray:
        """Whether every seat of the copy has terminated."""
        return np.repeat(all_members(terminated[self.group]), self.slots_per_copy)

    def masks(self, legal: Any) -> np.ndarray:
        """One row a seat."""
        return np.array(legal[self.group], bool).reshape(self.slots, -1)

    def actions(self, actions: np.ndarray) -> Any:
        """Back into copies and seats."""
        copies = self.slots // self.slots_per_copy
        return {self.group: actions.reshape(copies, self.slots_per_copy, *actions.shape[1:])}


def check_view(view: str) -> None:
    """Raise `ValueError`, naming the nearest, unless `view` is `"team"` or `"seats"`."""
    names = get_args(ViewName)
    if view not in names:
        near = nearest(view, names)
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(f"no view {view!r}: {hint}The views are {list(names)}")


def view_of(engine: Engine, view: str) -> View:
    """The view of an engine whose game has one group, or a single agent.

    Raises:
        TypeError: If Stable-Baselines3 cannot read or write what the game shows or takes.
    """
    copies = engine.num_envs
    sees, does = engine.observation_space, engine.action_space
    if isinstance(sees, spaces.Text) or isinstance(does, spaces.Text):
        reads = Tokens(sees) if isinstance(sees, spaces.Text) else None
        writes = Tokens(does) if isinstance(does, spaces.Text) else None
        sees = reads.space if reads else sees
        does = writes.space if writes else does
        return WordView(copies, sees, does, reads=reads, writes=writes)
    if not engine.agents:
        return CopyView(copies, sees, does)
    ((group, seats),) = engine.agents.items()
    assert isinstance(sees, spaces.Dict) and isinstance(does, spaces.Dict)
    sees, does = sees[group], does[group]
    if view == "seats":
        return SeatsView(copies * seats, group, seats, sees, does)
    if not isinstance(sees, spaces.Box):
        raise TypeError(
            f"observations in {sees} cannot be laid end to end for a team: take view='seats'"
        )
    box = spaces.Box(_tiled(sees.low, seats), _tiled(sees.high, seats), dtype=sees.dtype.type)
    return TeamView(copies, group, seats, box, _joint(does, seats), tuple(does.shape or ()))


def _joint(space: spaces.Space[Any], seats: int) -> spaces.Space[Any]:
    """The actions of all seats, end to end."""
    if isinstance(space, spaces.Discrete):
        return spaces.MultiDiscrete(np.full(seats, space.n))
    if isinstance(space, spaces.MultiDiscrete):
        return spaces.MultiDiscrete(_tiled(space.nvec, seats))
    if isinstance(space, spaces.Box):
        low, high = _tiled(space.low, seats), _tiled(space.high, seats)
        return spaces.Box(low, high, dtype=space.dtype.type)
    raise TypeError(f"actions in {space} cannot be laid end to end for a team: take view='seats'")


def _tiled(array: np.ndarray, seats: int) -> np.ndarray:
    return np.tile(array.reshape(-1), seats)

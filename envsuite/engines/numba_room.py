"""The arrays that a step of the numba engine is written into, used again once nobody holds them."""

from __future__ import annotations

import math
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from gymnasium import spaces

from envsuite.compiled.kernel import Figure, Share, Shown
from envsuite.engines.in_place import Place

Path = tuple[str, ...]

POOL = 4  # rooms kept: what is shown now, what was before, and some slack


class Room:
    """Everything that one step shows.

    Attributes:
        shown: See `Shown`.
        truncated: `bool[n]`.
        over: `bool[n]`.
        wrong: `i32[n]`, illegal actions.
        last_wrong: `i32[n]`, those of an episode that ended.
        info: What is told, by path: a name, or a name and a group.
        last_obs: By group, what ended episodes saw last; zeros elsewhere.
        last_info: By path, the last `info` of ended episodes; zeros elsewhere.
        notes: By dtype, all `info`, `[figures, n]`.
        last_notes: The same of `last_info`.
        stale: `bool[n]`, the rows of `last_obs` and `last_notes` that are not zero.
        begin: Begins episodes and shows them here.
        advance: Plays a step and shows it here.
        opening: Begins a step that follows what is shown here, with the legal part of the actions.
        closing: Ends a step that is shown here.
        place: The same arrays as those of a lone copy.
    """

    def __init__(self, layout: Layout, copies: int) -> None:
        """Allocate."""
        self.notes = {kind: np.zeros((rows, copies), kind) for kind, rows in layout.rows.items()}
        self.info = layout.figures_in(self.notes)
        groups = layout.groups
        self.shown = Shown(
            {g: np.zeros((copies, n, *layout.obs[g][0]), layout.obs[g][1]) for g, n in groups},
            {g: np.ones((copies, n, layout.choices[g]), bool) for g, n in groups},
            {g: np.zeros((copies, n), np.float32) for g, n in groups},
            {g: np.zeros((copies, n), bool) for g, n in groups},
            nested(self.info),
        )
        self.truncated, self.over = np.zeros(copies, bool), np.zeros(copies, bool)
        self.wrong, self.last_wrong = np.zeros(copies, np.int32), np.zeros(copies, np.int32)
        self.last_obs = {group: np.zeros_like(obs) for group, obs in self.shown.obs.items()}
        self.last_notes = {kind: np.zeros_like(notes) for kind, notes in self.notes.items()}
        self.last_info = layout.figures_in(self.last_notes)
        self.stale = np.zeros(copies, bool)
        self.begin: Share
        self.advance: Share
        self.opening: list[Share] = []
        self.closing: list[Share] = []
        self.place: Place | None = None
        self._arrays: list[np.ndarray] = []
        self._held: list[int] = []

    def arrays(self) -> Iterator[np.ndarray]:
        """All arrays that are handed out, and those that some of them are views of."""
        for figures in (
            self.shown.obs,
            self.shown.legal,
            self.shown.reward,
            self.shown.terminated,
            self.info,
            self.notes,
            self.last_obs,
            self.last_info,
            self.last_notes,
        ):
            yield from figures.values()
        yield from (self.truncated, self.over, self.wrong, self.last_wrong)

    def copies(self) -> tuple[np.ndarray, ...]:
        """All that is shown, in memory of its own."""
        return tuple(array.copy() for array in self.arrays())

    def show_again(self, figures: Iterable[np.ndarray]) -> None:
        """Show what `copies` or `arrays` of a room like this one gave."""
        for own, figure in zip(self.arrays(), figures, strict=True):
            own[...] = figure

    def settle(self) -> None:
        """Take the references that exist now for those of the engine itself."""
        self._arrays = list(self.arrays())
        self._held = self._references()

    @property
    def free(self) -> bool:
        """Whether nobody but the engine holds an array of this room, or a view of one."""
        return self._references() == self._held

    def _references(self) -> list[int]:
        return list(map(sys.getrefcount, self._arrays))


class Layout:
    """The shapes of what a game shows.

    Attributes:
        groups: Names and sizes.
        obs: By group, shape and dtype of what one agent sees.
        choices: By group, the number of discrete actions; 0 for numbers.
        figures: By path, dtype and shape of what is told, in the kernel's order.
        rows: By dtype, how many numbers are told.
    """

    def __init__(
        self,
        groups: Mapping[str, int],
        observation_space: spaces.Space[Any],
        action_space: spaces.Space[Any],
        info: Mapping[str, Figure | Mapping[str, Figure]],
    ) -> None:
        """Read the spaces; those of several groups are dictionaries."""
        self.groups = list(groups.items())
        self.obs, self.choices = {}, {}
        for group, _ in self.groups:
            seen, done = part(observation_space, group), part(action_space, group)
            self.obs[group] = (seen.shape, seen.dtype)
            self.choices[group] = int(done.n) if isinstance(done, spaces.Discrete) else 0
        self.figures: dict[Path, tuple[np.dtype[Any], tuple[int, ...]]] = {}
        self.rows: dict[np.dtype[Any], int] = {}
        for name, told in info.items():
            own = (
                {(name, group): one for group, one in told.items()}
                if isinstance(told, Mapping)
                else {(name,): told}
            )
            for path, figure in own.items():
                kind, shape = figure if isinstance(figure, tuple) else (figure, ())
                self.figures[path] = np.dtype(kind), shape
                rows = self.rows.get(np.dtype(kind), 0)
                self.rows[np.dtype(kind)] = rows + math.prod(shape)

    def figures_in(self, notes: Mapping[np.dtype[Any], np.ndarray]) -> dict[Path, np.ndarray]:
        """Views of `notes`, `[n, ...]` each, by path."""
        figures, used = {}, dict.fromkeys(notes, 0)
        for path, (kind, shape) in self.figures.items():
            first, used[kind] = used[kind], used[kind] + math.prod(shape)
            rows = notes[kind][first : used[kind]]
            figures[path] = np.moveaxis(rows.reshape(*shape, rows.shape[1]), -1, 0)
        return figures


def nested(figures: Mapping[Path, np.ndarray]) -> dict[str, Any]:
    """Figures by name, those of groups by name and group, in dictionaries of their own."""
    info: dict[str, Any] = {}
    for (name, *group), figure in figures.items():
        if group:
            info.setdefault(name, {})[group[0]] = figure
        else:
            info[name] = figure
    return info


def part(space: Any, group: str) -> Any:
    """The space of one group; a single agent, whose group has no name, has the space itself."""
    return space[group] if group else space


class Rooms:
    """Rooms to write the next step into; one is used again when nobody holds its arrays.

    A fresh array of a megabyte costs as much as playing the step that is written into it, for the
    system hands out its pages one by one. Python counts who holds an array, and a view of an array
    holds it, so an array that only the engine holds may be written to again.
    """

    def __init__(self, make: Callable[[], Room]) -> None:
        """`make` allocates a room and binds it to the game."""
        self._make = make
        self._rooms: deque[Room] = deque(maxlen=POOL)

    def take(self, *busy: Room | None) -> Room:
        """A room that is none of `busy`, and that nobody holds."""
        for room in self._rooms:
            if room not in busy and room.free:
                return room
        room = self._make()
        room.settle()
        self._rooms.append(room)
        return room

    def clear(self) -> None:
        """Forget all rooms: they are bound to what the game no longer has."""
        self._rooms.clear()

"""The numba engine: compiled loops over copies, on the cores of the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
from gymnasium import spaces

from envsuite.compiled import book as ledger
from envsuite.compiled.cache import bound
from envsuite.compiled.kernel import Kernel, Share
from envsuite.core.env import World
from envsuite.core.spec import EnvSpec
from envsuite.core.timestep import Timestep
from envsuite.engines.base import (
    Autoreset,
    Seed,
    check_actions,
    check_autoreset,
    check_mask,
    seed_words,
)
from envsuite.engines.in_place import Place
from envsuite.engines.numba_calls import closing, opening
from envsuite.engines.numba_fit import time_limit, unfit
from envsuite.engines.numba_room import Layout, Room, Rooms, nested, part
from envsuite.engines.picture import draw as draw_picture
from envsuite.engines.shares import Repeated, in_shares, threads
from envsuite.functional.struct import struct
from envsuite.functional.transform import unwrapped

MODES = {
    "same-step": ledger.SAME_STEP,
    "next-step": ledger.NEXT_STEP,
    "disabled": ledger.DISABLED,
}


@struct
class Snapshot:
    """An engine's state between two steps, as arrays of its own."""

    state: tuple[np.ndarray, ...]
    book: np.ndarray
    params: Any  # one task per slot; `None` where all share one
    shown: tuple[np.ndarray, ...]  # all that was last shown


class NumbaEngine:
    """Plays `num_envs` copies with the compiled twin of a game; see `Engine` for the promises.

    It plays the episodes that the JAX engine plays: the same seed is the same episode. Arrays
    handed in and out are NumPy arrays; those handed out are nobody else's for as long as they are
    held. Results do not depend on the number of threads, which `ENVSUITE_THREADS` sets.
    """

    backend = "numba"
    on_host = True

    def __init__(
        self,
        spec: EnvSpec,
        env: Any,
        num_envs: int,
        *,
        autoreset: Autoreset = "same-step",
        devices: None = None,
    ) -> None:
        """Prepare; nothing is compiled before the first reset.

        Raises:
            TypeError: For a game without a compiled twin, or with fixed policies in it.
            ValueError: For no copies or an unknown mode.
        """
        from envsuite.registry import resolve

        if num_envs < 1:
            raise ValueError(f"num_envs must be at least 1, not {num_envs}")
        if devices is not None:
            raise ValueError('the numba engine plays on the CPU\'s cores: take backend="jax"')
        if reason := unfit(spec, env):
            raise TypeError(f'{spec.id} {reason}: take backend="jax"')
        assert spec.numba is not None
        self.spec = spec
        self.env = env
        self.num_envs = num_envs
        self.autoreset: Autoreset = check_autoreset(autoreset)
        self.agents: Mapping[str, int] = env.agents
        self.observation_space: spaces.Space[Any] = env.observation_space
        self.action_space: spaces.Space[Any] = env.action_space
        self.params = env.default_params()
        self._mode = MODES[self.autoreset]
        self._limit = time_limit(env)
        self._groups = dict(self.agents) or {"": 1}
        self._kernel: Kernel = resolve(spec.numba)(unwrapped(env))
        self._state = self._kernel.allocate(num_envs)
        self._tables = self._shared_tables(self.params)
        self._own_params: Any = None  # one task per slot, once somebody has given one
        self._book = np.zeros((num_envs, ledger.COLUMNS), np.uint32)
        self._asked = {
            group: np.zeros((num_envs, size, *self._action(group)[1]), self._action(group)[0])
            for group, size in self._groups.items()
        }
        self._played = {
            group: asked.astype(np.int32 if asked.dtype.kind == "i" else np.float32)
            for group, asked in self._asked.items()
        }
        self._layout = Layout(
            self._groups, self.observation_space, self.action_space, self._kernel.info
        )
        self._rooms = Rooms(self._furnish)
        self._room: Room | None = None
        # a game that has no masks shows none, whatever room a kernel leaves for them
        self._masked = self._kernel.masked and any(self._layout.choices.values())
        self._threads = threads()
        self._repeated = Repeated(num_envs, self._threads)

    def reset(self, seed: Seed = None, *, mask: Any = None, params: Any = None) -> Timestep[Any]:
        """Begin new episodes; see `Engine.reset`."""
        n = self.num_envs
        chosen = np.ones(n, bool) if mask is None else check_mask(np.asarray(mask), n)
        before = self._room
        if before is None and not chosen.all():
            raise RuntimeError("the first reset begins every slot: call reset() without a mask")
        if before is None or seed is not None:
            self._book[chosen, ledger.STREAM0 : ledger.STREAM1 + 1] = seed_words(seed, n)[chosen]
        if params is not None:
            self._give_tasks(params, chosen)
        # whoever plays in place copies what it hands out; rooms are bound to the tasks they had
        in_place = before is not None and before.place is not None and params is None
        room = before if in_place and before is not None else self._rooms.take(before)
        if before is not None and room is not before and not chosen.all():
            room.show_again(before.arrays())
        self._book[:, ledger.BEGINS] = chosen
        ledger.renew(self._book, 0, n)
        in_shares(room.begin, n, self._threads)
        for group in self._groups:
            room.shown.reward[group][chosen] = 0
            room.shown.terminated[group][chosen] = False
        room.truncated[:] = False
        room.wrong[:] = 0
        self._room = room
        return self._timestep(room)

    def step(self, action: Any, params: Any = None) -> Timestep[Any]:
        """Play one step in every slot; see `Engine.step`."""
        before = self._room
        if before is None:
            raise RuntimeError("call reset() before the first step()")
        if self._mode == ledger.DISABLED and self._book[:, ledger.DUE].any():
            ended = np.flatnonzero(self._book[:, ledger.DUE])[:8].tolist()
            raise RuntimeError(
                f"the episodes in slots {ended} are over: reset them, by reset(mask=...), "
                "before the next step()"
            )
        action = check_actions(self.action_space, action, self.agents, self.num_envs)
        for group, asked in self._asked.items():
            own = action[group] if self.agents else action
            asked[...] = np.asarray(own).reshape(asked.shape)
        room = self._rooms.take(before)
        work = [*before.opening, room.advance, *room.closing]
        if params is None:
            if self._mode != ledger.DISABLED:
                work.append(room.begin)
            self._share(work)
        else:
            self._share(work)
            begins = self._book[:, ledger.BEGINS] > 0
            if begins.any():
                bound = self._own_params is not None
                self._give_tasks(params, begins)
                if not bound:
                    self._bind(room)
                # a few are begun sooner than other threads are woken
                few = np.count_nonzero(begins) * 8 < self.num_envs
                in_shares(room.begin, self.num_envs, 1 if few else self._threads)
        room.stale[:] = room.over
        self._room = room
        notes: dict[str, Any] = {"over": room.over}
        if self._mode == ledger.SAME_STEP:
            notes["final_obs"] = self._by_group(room.last_obs)
            notes["final_info"] = {**nested(room.last_info), "illegal_actions": room.last_wrong}
        return self._timestep(room, notes)

    @property
    def state(self) -> Snapshot:
        """The state as a value: keep it, and put it back into this or an equal engine."""
        if self._room is None:
            raise RuntimeError("there is no state before the first reset()")
        state = tuple(array.copy() for array in self._state)
        params = jax.tree.map(np.array, self._own_params)
        return Snapshot(state, self._book.copy(), params, self._room.copies())

    @state.setter
    def state(self, snapshot: Snapshot) -> None:
        copies = len(snapshot.book)
        if copies != self.num_envs:
            raise ValueError(
                f"a state of {copies} copies does not fit an engine of {self.num_envs}"
            )
        for own, value in zip(self._state, snapshot.state, strict=True):
            own[...] = value
        self._book[...] = snapshot.book
        if snapshot.params is not None or self._own_params is not None:
            self._own_params = jax.tree.map(np.array, snapshot.params)
            shared = snapshot.params is None
            self._take_tables(
                self._shared_tables(self.params) if shared else self._kernel.tables(snapshot.params)
            )
        self._room = self._rooms.take(self._room)
        self._room.show_again(snapshot.shown)

    def save(self, path: str | Path) -> None:
        """Write the state to an `.npz` file, atomically; it loads without running code."""
        from envsuite.engines.snapshot_file import save

        save(self.state, Path(path), self.spec, self.num_envs)

    def load(self, path: str | Path) -> None:
        """Read a state that an engine of the same game, size and backend wrote.

        Raises:
            ValueError: If the file is damaged, or is of another game, version or size.
        """
        from envsuite.engines.snapshot_file import load

        if self._room is None:
            self.reset(seed=0)  # shows which arrays the state of this game is made of
        self.state = load(self.state, Path(path), self.spec, self.num_envs)

    def place(self) -> Place | None:
        """Where a lone copy stands; see `PlaysInPlace`."""
        room, alone = self._room, self.num_envs == 1 and len(self._groups) == 1
        if room is None or not alone or self._limit or self._mode != ledger.DISABLED:
            return None
        if any(figure.ndim > 1 for figure in room.info.values()):
            return None
        if room.place is None:
            room.place = self._place_in(room)
        return room.place

    def _place_in(self, room: Room) -> Place:
        (group,) = self._groups
        shown, asked = room.shown, self._asked[group]
        (opening,), advance = room.opening, room.advance
        gone, reward = shown.terminated[group], shown.reward[group]
        close = bound(ledger.close_alone, self._book, gone, reward)

        def turn() -> tuple[bool, int, float]:
            if opening(0, 1):
                self._book[0, ledger.WRONG] = 0
                batch = {group: asked} if self.agents else asked[:, 0]
                check_actions(self.action_space, batch, self.agents, 1)
            advance(0, 1)
            return close(0, 1)

        return Place(
            actions=asked[0],
            obs=shown.obs[group][0],
            legal=shown.legal[group][0] if self._masked else None,
            reward=reward[0],
            terminated=gone[0],
            info=nested(room.info),
            turn=turn,
        )

    def world(self) -> np.ndarray:
        """The global state of every slot; see `Engine.world`."""
        game = unwrapped(self.env)
        if not isinstance(game, World):
            raise TypeError(f"{self.spec.id} shows no global state: {type(game).__name__} has none")
        return np.array(_worlds(game, self._kernel.states(self._state)))

    def moment(self, slot: int = 0) -> tuple[Any, Any]:
        """State and params of one slot; see `Engine.moment`."""
        if self._room is None:
            raise RuntimeError("there is no state before the first reset()")
        params = self.params
        if self._own_params is not None:
            params = jax.tree.map(lambda leaf: leaf[slot], self._own_params)
        one = tuple(array[slot : slot + 1] for array in self._state)
        return jax.tree.map(lambda leaf: leaf[0], self._kernel.states(one)), params

    def moments(self) -> tuple[Any, Any]:
        """States and params of all slots; see `Engine.moments`."""
        if self._room is None:
            raise RuntimeError("there is no state before the first reset()")
        params = self.params if self._own_params is None else self._own_params
        return self._kernel.states(self._state), params

    def frame(self, slot: int = 0) -> np.ndarray:
        """A picture of one slot; see `Engine.frame`."""
        return draw_picture(self.spec, unwrapped(self.env), *self.moment(slot))

    def _share(self, work: list[Share]) -> None:
        """Do all of `work` for every copy, one thing after the other for each."""

        def play(low: int, high: int) -> None:
            for one in work:
                one(low, high)

        self._repeated(play)

    def _furnish(self) -> Room:
        """A room to which the game is bound."""
        room = Room(self._layout, self.num_envs)
        self._bind(room)
        return room

    def _bind(self, room: Room) -> None:
        """Fix the arrays with which all that is done in a room is called."""
        book, shown = self._book, room.shown
        room.begin = self._kernel.beginning(book, self._state, self._tables, shown)
        room.advance = self._kernel.advancing(book, self._played, self._state, self._tables, shown)
        own_spaces = {group: part(self.action_space, group) for group in self._groups}
        room.opening = opening(
            book, self._mode, own_spaces, self._asked, self._played, shown, self.env.noop_action
        )
        room.closing = closing(book, self._mode, self._limit, room)

    def _action(self, group: str) -> tuple[type[np.generic], tuple[int, ...]]:
        """Dtype and shape of one agent's action as callers give it."""
        space = part(self.action_space, group)
        kind = np.int64 if isinstance(space, spaces.Discrete) else np.float32
        return kind, tuple(space.shape or ())

    def _by_group(self, arrays: Mapping[str, np.ndarray]) -> Any:
        """As a timestep has it: a single agent has neither groups nor an axis of agents."""
        return dict(arrays) if self.agents else arrays[""][:, 0]

    def _timestep(self, room: Room, notes: Mapping[str, Any] | None = None) -> Timestep[Any]:
        shown = room.shown
        return Timestep(
            obs=self._by_group(shown.obs),
            reward=self._by_group(shown.reward),
            terminated=self._by_group(shown.terminated),
            truncated=room.truncated,
            legal=self._by_group(shown.legal) if self._masked else None,
            info={**nested(room.info), "illegal_actions": room.wrong, **(notes or {})},
        )

    def _shared_tables(self, params: Any) -> tuple[np.ndarray, ...]:
        return self._kernel.tables(jax.tree.map(lambda leaf: np.asarray(leaf)[None], params))

    def _give_tasks(self, params: Any, where: np.ndarray) -> None:
        """New tasks for the slots `where`; the others keep their own.

        They are written into the arrays to which all rooms are bound, for to bind a room again
        takes longer than a step.
        """
        if self._own_params is None:
            self._own_params = jax.tree.map(
                lambda leaf: np.repeat(np.asarray(leaf)[None], self.num_envs, 0), self.params
            )
            self._take_tables(self._kernel.tables(self._own_params))
        rows = np.flatnonzero(where)
        given = jax.tree.map(lambda leaf: np.asarray(leaf)[rows], params)
        for own, new in zip(jax.tree.leaves(self._own_params), jax.tree.leaves(given), strict=True):
            own[rows] = new
        for table, new in zip(self._tables, self._kernel.tables(given), strict=True):
            if len(table) == self.num_envs:
                table[rows] = new

    def _take_tables(self, tables: tuple[np.ndarray, ...]) -> None:
        """Other arrays of tasks; no room is bound to them yet."""
        self._tables = tuple(np.array(table) for table in tables)
        self._rooms.clear()
        if self._room is not None:
            self._room.place = None


@partial(jax.jit, static_argnums=0)
def _worlds(game: World, states: Any) -> jax.Array:
    """The global states of a batch of the game's states."""
    return jax.vmap(game.world)(states)

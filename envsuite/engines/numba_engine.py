"""The numba engine: compiled loops over copies, on the cores of the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from gymnasium import spaces

from envsuite.compiled.kernel import Kernel, Shown
from envsuite.compiled.slots import draw, guard_choices, guard_numbers, judge, tick
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
from envsuite.engines.picture import draw as draw_picture
from envsuite.engines.shares import in_shares, threads
from envsuite.functional.played_by import PlayedBy
from envsuite.functional.time_limit import TimeLimit
from envsuite.functional.transform import Transform, unwrapped


@dataclass(frozen=True)
class Snapshot:
    """An engine's state between two steps, as arrays of its own."""

    state: tuple[np.ndarray, ...]
    streams: np.ndarray  # u32[n, 2]
    steps: np.ndarray  # i32[n]
    due: np.ndarray  # bool[n]: ended and not yet restarted
    dead: Mapping[str, np.ndarray]
    params: Any
    shown: Shown


class NumbaEngine:
    """Plays `num_envs` copies with the compiled twin of a game; see `Engine` for the promises.

    It plays the episodes that the JAX engine plays: the same seed is the same episode. Arrays
    handed in and out are NumPy arrays; those handed out are fresh at every step. Results do not
    depend on the number of threads, which `ENVSUITE_THREADS` sets.
    """

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
        self._limit = _time_limit(env)
        self._groups = dict(self.agents) or {"": 1}
        self._kernel: Kernel = resolve(spec.numba)(unwrapped(env))
        self._state = self._kernel.allocate(num_envs)
        self._tables = self._shared_tables(self.params)
        self._own_params: Any = None  # one task per slot, once somebody has given one
        self._streams = np.zeros((num_envs, 2), np.uint32)
        self._now = np.zeros((num_envs, 2), np.uint32)
        self._steps = np.zeros(num_envs, np.int32)
        self._due = np.zeros(num_envs, bool)
        self._dead: dict[str, np.ndarray] = {}
        self._shown: Shown | None = None
        self._everyone = np.ones(num_envs, bool)
        # a game that has no masks shows none, whatever room a kernel leaves for them
        first: Any = self._space(self.action_space, next(iter(self._groups)))
        self._masked = isinstance(first, spaces.Discrete) and self._kernel.masked
        self._threads = threads()

    def reset(self, seed: Seed = None, *, mask: Any = None, params: Any = None) -> Timestep[Any]:
        """Begin new episodes; see `Engine.reset`."""
        chosen = self._everyone if mask is None else check_mask(np.asarray(mask), self.num_envs)
        first = self._shown is None
        if first and not chosen.all():
            raise RuntimeError("the first reset begins every slot: call reset() without a mask")
        if first or seed is not None:
            self._streams[chosen] = seed_words(seed, self.num_envs)[chosen]
        if params is not None:
            self._give_tasks(params, chosen)
        shown = self._allocate() if self._shown is None else _copied(self._shown)
        self._begin(chosen, shown)
        for group, gone in shown.terminated.items():
            gone[chosen] = False
            shown.reward[group][chosen] = 0
            self._dead[group] = gone.copy()
        self._due[chosen] = False
        self._shown = shown
        nothing = np.zeros(self.num_envs, np.int32)
        return self._timestep(shown, nothing.astype(bool), nothing, {})

    def step(self, action: Any, params: Any = None) -> Timestep[Any]:
        """Play one step in every slot; see `Engine.step`."""
        if self._shown is None:
            raise RuntimeError("call reset() before the first step()")
        waiting = self.autoreset != "same-step" and bool(self._due.any())
        if waiting and self.autoreset == "disabled":
            ended = np.flatnonzero(self._due)[:8].tolist()
            raise RuntimeError(
                f"the episodes in slots {ended} are over: reset them, by reset(mask=...), "
                "before the next step()"
            )
        action = check_actions(self.action_space, action, self.agents, self.num_envs)
        active = ~self._due if waiting else self._everyone
        shown = self._allocate()
        wrong = np.zeros(self.num_envs, np.int32)
        played = self._guarded(action, wrong)
        draw(self._streams, active, self._now)
        in_shares(
            lambda low, high: self._kernel.advance(
                low, high, active, self._now, played, self._state, self._tables, shown
            ),
            self.num_envs,
            self._threads,
        )
        truncated, over = np.zeros(self.num_envs, bool), active.copy()
        tick(self._steps, self._limit, active, truncated)
        for gone in shown.terminated.values():
            judge(gone, over)
        over |= truncated
        self._dead = {group: gone.copy() for group, gone in shown.terminated.items()}
        fresh = over if self.autoreset == "same-step" else self._due if waiting else None
        notes: dict[str, Any] = {}
        if self.autoreset == "same-step":
            notes = self._final(shown, over, wrong)
        if fresh is not None and fresh.any():
            if params is not None:
                self._give_tasks(params, fresh)
            self._begin(fresh, shown)
            for gone in self._dead.values():
                gone[fresh] = False
            wrong = np.where(fresh, 0, wrong) if waiting else np.where(over, 0, wrong)
        self._due = np.zeros(self.num_envs, bool) if self.autoreset == "same-step" else over
        self._shown = shown
        return self._timestep(shown, truncated, wrong, {"over": over, **notes})

    @property
    def state(self) -> Snapshot:
        """The state as a value: keep it, and put it back into this or an equal engine."""
        if self._shown is None:
            raise RuntimeError("there is no state before the first reset()")
        return Snapshot(
            tuple(array.copy() for array in self._state),
            self._streams.copy(),
            self._steps.copy(),
            self._due.copy(),
            {group: gone.copy() for group, gone in self._dead.items()},
            self._own_params,
            _copied(self._shown),
        )

    @state.setter
    def state(self, snapshot: Snapshot) -> None:
        copies = len(snapshot.steps)
        if copies != self.num_envs:
            raise ValueError(
                f"a state of {copies} copies does not fit an engine of {self.num_envs}"
            )
        self._state = tuple(array.copy() for array in snapshot.state)
        self._streams, self._steps = snapshot.streams.copy(), snapshot.steps.copy()
        self._due = snapshot.due.copy()
        self._dead = {group: gone.copy() for group, gone in snapshot.dead.items()}
        self._own_params = snapshot.params
        if snapshot.params is not None:
            self._tables = self._kernel.tables(snapshot.params)
        self._shown = _copied(snapshot.shown)

    def world(self) -> np.ndarray:
        """The global state of every slot; see `Engine.world`."""
        game = unwrapped(self.env)
        if not isinstance(game, World):
            raise TypeError(f"{self.spec.id} shows no global state: {type(game).__name__} has none")
        states = [self._kernel.state_of(self._state, slot) for slot in range(self.num_envs)]
        batch = jax.tree.map(lambda *leaves: np.stack(leaves), *states)
        return np.array(jax.vmap(game.world)(batch))

    def frame(self, slot: int = 0) -> np.ndarray:
        """A picture of one slot; see `Engine.frame`."""
        if self._shown is None:
            raise RuntimeError("there is no state before the first reset()")
        params = self.params
        if self._own_params is not None:
            params = jax.tree.map(lambda leaf: leaf[slot], self._own_params)
        state = self._kernel.state_of(self._state, slot)
        return draw_picture(self.spec, unwrapped(self.env), state, params)

    def _allocate(self) -> Shown:
        """Fresh room for what a step shows; zeros cost nothing before they are written."""
        n = self.num_envs
        obs, legal = {}, {}
        for group, size in self._groups.items():
            seen: Any = self._space(self.observation_space, group)
            done: Any = self._space(self.action_space, group)
            obs[group] = np.zeros((n, size, *seen.shape), seen.dtype)
            choices = int(done.n) if isinstance(done, spaces.Discrete) else 0
            legal[group] = np.ones((n, size, choices), bool)
        return Shown(
            obs,
            legal,
            {group: np.zeros((n, size), np.float32) for group, size in self._groups.items()},
            {group: np.zeros((n, size), bool) for group, size in self._groups.items()},
            {name: np.zeros(n, dtype) for name, dtype in self._kernel.info.items()},
        )

    def _space(self, space: Any, group: str) -> spaces.Space[Any]:
        return space[group] if group else space

    def _begin(self, where: np.ndarray, shown: Shown) -> None:
        """Begin episodes; each spends one draw of its stream, as every reset does."""
        draw(self._streams, where, self._now)
        in_shares(
            lambda low, high: self._kernel.begin(
                low, high, where, self._now, self._state, self._tables, shown
            ),
            self.num_envs,
            self._threads,
        )
        self._steps[where] = 0

    def _guarded(self, action: Any, wrong: np.ndarray) -> dict[str, np.ndarray]:
        """The legal part of the actions, by group; counts the rest into `wrong: i32[n]`."""
        assert self._shown is not None
        played = {}
        for group, size in self._groups.items():
            own = np.asarray(action[group] if self.agents else action)
            space: Any = self._space(self.action_space, group)
            own = np.ascontiguousarray(
                own, np.int32 if isinstance(space, spaces.Discrete) else np.float32
            )
            own = own.reshape(self.num_envs, size, *(space.shape or ()))
            played[group] = np.empty_like(own)
            dead = self._dead[group]
            if isinstance(space, spaces.Discrete):
                legal = self._shown.legal[group]
                guard_choices(own, legal, dead, self.env.noop_action, played[group], wrong)
            else:
                guard_numbers(own, dead, space.low, space.high, played[group], wrong)
        return played

    def _final(self, shown: Shown, over: np.ndarray, wrong: np.ndarray) -> dict[str, Any]:
        """What the episodes that ended showed last; zeros elsewhere."""
        ended = np.flatnonzero(over)

        def kept(array: np.ndarray) -> np.ndarray:
            room = np.zeros_like(array)
            if ended.size:
                room[ended] = array[ended]
            return room

        info = {name: kept(array) for name, array in shown.info.items()}
        info["illegal_actions"] = kept(wrong)
        return {
            "final_obs": self._by_group({group: kept(obs) for group, obs in shown.obs.items()}),
            "final_info": info,
        }

    def _by_group(self, arrays: Mapping[str, np.ndarray]) -> Any:
        """As a timestep has it: a single agent has neither groups nor an axis of agents."""
        return dict(arrays) if self.agents else arrays[""][:, 0]

    def _timestep(
        self, shown: Shown, truncated: np.ndarray, wrong: np.ndarray, notes: Mapping[str, Any]
    ) -> Timestep[Any]:
        return Timestep(
            obs=self._by_group(shown.obs),
            reward=self._by_group(shown.reward),
            terminated=self._by_group(shown.terminated),
            truncated=truncated,
            legal=self._by_group(shown.legal) if self._masked else None,
            info={**shown.info, "illegal_actions": wrong, **notes},
        )

    def _shared_tables(self, params: Any) -> tuple[np.ndarray, ...]:
        return self._kernel.tables(jax.tree.map(lambda leaf: np.asarray(leaf)[None], params))

    def _give_tasks(self, params: Any, where: np.ndarray) -> None:
        """New tasks for the slots `where`; the others keep their own."""
        own = self._own_params
        if own is None:
            own = jax.tree.map(
                lambda leaf: np.repeat(np.asarray(leaf)[None], self.num_envs, 0), self.params
            )

        def put(old: np.ndarray, new: Any) -> np.ndarray:
            mixed = old.copy()
            mixed[where] = np.asarray(new)[where]
            return mixed

        self._own_params = jax.tree.map(put, own, params)
        self._tables = self._kernel.tables(self._own_params)


def unfit(spec: EnvSpec, env: Any) -> str:
    """Why the numba engine cannot play this game, as the end of a sentence; empty if it can."""
    if spec.numba is None:
        return "has no compiled twin"
    while isinstance(env, Transform):
        if isinstance(env, PlayedBy):
            return "has seats that JAX policies play"
        env = env.env
    from envsuite.registry import resolve

    return resolve(spec.numba).unfit(env)


def _time_limit(env: Any) -> int:
    """The steps of the time limit; 0 for none."""
    while isinstance(env, Transform):
        if isinstance(env, TimeLimit):
            return env.max_steps
        env = env.env
    return 0


def _copied(shown: Shown) -> Shown:
    """The same with arrays of its own."""
    return Shown(
        *(
            {name: array.copy() for name, array in part.items()}
            for part in (shown.obs, shown.legal, shown.reward, shown.terminated, shown.info)
        )
    )

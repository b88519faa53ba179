"""An engine whose levels a curriculum chooses, for learners outside of JAX."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.core.curriculum import Curriculum, Outcome, Proposal
from envsuite.core.timestep import Timestep
from envsuite.engines.base import Engine, Seed
from envsuite.engines.pile import Pile
from envsuite.functional.grounded import Imagined, imagined_step
from envsuite.functional.struct import struct


@struct
class Snapshot:
    """A designed engine's state: the engine's, the curriculum's, and which levels are where."""

    engine: Any
    curriculum: Any
    key: Any
    levels: Any


@dataclass
class Log:
    """What was played since a learner last told what its critic thought; a row for each step.

    Attributes:
        rewards: `f32[num_envs]` each, as the game pays them; the mean of a team.
        ended: `bool[num_envs]` each.
        won: `bool[num_envs]` each; empty where the game does not say.
        endings: Step, slots and levels of the episodes that ended.
        imagined: For grounded curricula.
    """

    rewards: list[np.ndarray] = field(default_factory=list)
    ended: list[np.ndarray] = field(default_factory=list)
    won: list[np.ndarray] = field(default_factory=list)
    endings: list[tuple[int, np.ndarray, Proposal[Any]]] = field(default_factory=list)
    imagined: list[Imagined] = field(default_factory=list)


class DesignedEngine:
    """Plays the levels that a curriculum proposes; all else is as the engine within has it.

    Left to itself it takes a new level for every episode, tells the curriculum what episodes
    brought as soon as there are `num_envs` of them, and needs nothing of its learner. A learner
    with a critic calls `hear`, and `tell` after each rollout. For curricula that are `gated` it can
    lead through whole cycles: `begin_cycle`, `reset`, a rollout in which every slot plays its level
    again and again, `end_cycle`; or it leaves out the steps for which `info["level_trained"]`,
    `bool[num_envs]`, is false.

    A seed decides which levels are drawn; as a curriculum couples the slots, one seed is one run
    here rather than one episode.

    Attributes:
        curriculum: What chooses.
        heard: Whether a learner tells what its critic thinks.
        log: What it has not told of yet.
    """

    def __init__(self, engine: Engine, curriculum: Curriculum[Any, Any]) -> None:
        """Choose the levels of `engine` from its first reset on.

        Raises:
            ValueError: For a grounded curriculum on an engine that is not JAX's.
        """
        if curriculum.grounded and engine.backend != "jax":
            raise ValueError('imagined transitions are computed by JAX: take backend="jax"')
        self._engine = engine
        self.curriculum = curriculum
        self.heard, self.log = False, Log()
        self._propose = jax.jit(curriculum.propose, static_argnums=2)
        self._learn = jax.jit(curriculum.learn)
        self._imagine = jax.jit(self._imagined)
        self._key = jax.random.key(int(np.random.SeedSequence().generate_state(1)[0]))
        self._memory: Any = None  # the curriculum's
        self._cycle: Any = None  # the proposal that is played, in a run by cycles
        self._now: Any = None  # the levels that are played, a row for each slot
        self._next: Any = None  # those of the next episodes
        self._queue: Pile
        self._told: dict[bool, Pile]
        self._earned = np.zeros(engine.num_envs, np.float32)
        self._due = np.zeros(engine.num_envs, bool)
        self._used = np.zeros(engine.num_envs, bool)  # whose next level is being played already
        self._first: Any = None  # the first proposal, as long as nothing was played

    def __getattr__(self, name: str) -> Any:
        """Whatever is not about levels."""
        if name.startswith("_") or name == "place":  # nobody steps past the curriculum
            raise AttributeError(name)
        return getattr(self._engine, name)

    def reset(self, seed: Seed = None, *, mask: Any = None, params: Any = None) -> Timestep[Any]:
        """Begin new episodes in new levels; see `Engine.reset`.

        Raises:
            ValueError: If `params` are given.
        """
        self._refuse(params)
        if seed is not None:
            first = seed if isinstance(seed, int | np.integer) else seed[0]
            self._key = jax.random.key(int(first) % 2**63)
        if self._next is None:
            self._furnish()
        self._lay_ready()
        timestep = self._engine.reset(seed, mask=mask, params=self._upcoming)
        every = np.ones(self.num_envs, bool) if mask is None else np.asarray(mask)
        self._earned[every], self._due[every] = 0, False  # what was cut off does not count
        self._begin(np.flatnonzero(every))
        return self._noted(timestep, self._now.trained)

    def step(self, action: Any, params: Any = None) -> Timestep[Any]:
        """Play one step in every slot; see `Engine.step`."""
        self._refuse(params)
        if self._next is None:
            raise RuntimeError("call reset() before the first step()")
        self._first = None
        self._lay_ready()
        if self.curriculum.grounded and self.heard:
            slots = self._engine.state.slots
            shown = self._imagine(self._split(), slots.state, action, slots.params)
            self.log.imagined.append(jax.device_get(shown))
        trained = self._now.trained.copy()
        timestep = self._engine.step(action, self._upcoming)
        over = np.asarray(timestep.info["over"])
        reward = _one_each(timestep.reward)
        self._earned += reward
        ended = over.any()
        if self.heard:
            self.log.rewards.append(reward)
            self.log.ended.append(over.copy())
        won = _won(timestep) if self.heard or ended else None
        if self.heard and won is not None:
            self.log.won.append(won)
        if ended:
            slots = np.flatnonzero(over)
            self._end(slots, won)
            if self.autoreset == "same-step":
                self._begin(slots)
        if self.autoreset == "next-step":
            if self._due.any():
                self._begin(np.flatnonzero(self._due))
            self._due = over.copy()
        return self._noted(timestep, trained)

    def hear(self) -> None:
        """A learner will tell what its critic thought, by `tell` or `end_cycle`."""
        self.heard = True

    def tell(self, outcome: Outcome) -> None:
        """Tell what came of the episodes in the `log`: leaves `[steps, num_envs]`."""
        fields = jax.tree.map(np.asarray, outcome)
        for step, slots, levels in self.log.endings:
            self._collect(levels, _rows(_rows(fields, step), slots))
        self.log = Log()

    def begin_cycle(self) -> bool:
        """Propose a level for every slot; a `reset` must follow.

        Returns:
            Whether one may learn from what is played in them.
        """
        if self._next is None:
            self._furnish()
        if self._first is None:
            self._memory, self._cycle = self._propose(self._split(), self._memory, self.num_envs)
        else:
            self._cycle, self._first = self._first, None
        self._next, self.log = self._rows_of(self._cycle), Log()
        self._used[:] = False
        return bool(self._cycle.trained)

    def end_cycle(self, outcome: Outcome) -> None:
        """Tell what came of the cycle's levels, leaves `[num_envs]`.

        Raises:
            RuntimeError: If no cycle was begun.
        """
        if self._cycle is None:
            raise RuntimeError("no cycle is under way: call begin_cycle() first")
        self._memory = self._learn(self._split(), self._memory, self._cycle, outcome)
        self.log = Log()

    def figures(self) -> dict[str, float]:
        """The curriculum's figures, for a log."""
        if self._memory is None:
            return {}
        figures = jax.device_get(self.curriculum.figures(self._memory))
        return {name: float(figure) for name, figure in figures.items()}

    @property
    def memory(self) -> Any:
        """What the curriculum remembers; `None` before the first reset."""
        return self._memory

    @property
    def state(self) -> Snapshot:
        """The state as a value: the engine's, the curriculum's and the levels under way.

        Raises:
            RuntimeError: Before the first reset.
        """
        if self._next is None:
            raise RuntimeError("there is no state before the first reset()")
        piles = (self._queue.state, self._told[False].state, self._told[True].state)
        slots = (self._earned, self._due, self._used)
        levels = jax.tree.map(np.array, (self._now, self._next, piles, slots))
        key = jax.random.key_data(self._key)
        return Snapshot(self._engine.state, self._memory, key, levels)

    @state.setter
    def state(self, snapshot: Snapshot) -> None:
        if self._next is None:
            self._furnish()
        self._engine.state = snapshot.engine
        self._memory = jax.tree.map(jnp.asarray, snapshot.curriculum)
        self._key = jax.random.wrap_key_data(jnp.asarray(snapshot.key))
        self._now, self._next, piles, slots = jax.tree.map(np.array, snapshot.levels)
        self._earned, self._due, self._used = slots
        self._queue.state, self._told[False].state, self._told[True].state = piles
        self._cycle, self._first, self.log = None, None, Log()

    def save(self, path: str | Path) -> None:
        """Write the state, the curriculum's memory included, to an `.npz` file, atomically."""
        from envsuite.engines.snapshot_file import save

        save(self.state, Path(path), self.spec, self.num_envs)

    def load(self, path: str | Path) -> None:
        """Read a state that such an engine, with such a curriculum, wrote.

        Raises:
            ValueError: If the file is damaged, or is of another game, version, number of copies, or
                curriculum.
        """
        from envsuite.engines.snapshot_file import load

        if self._next is None:
            self.reset(seed=0)  # shows which arrays the state is made of
        self.state = load(self.state, Path(path), self.spec, self.num_envs)

    @property
    def _upcoming(self) -> Any:
        """The levels of the next episodes."""
        return self._next.levels

    def _refuse(self, params: Any) -> None:
        if params is not None:
            raise ValueError(
                f"the levels of {self.spec.id} are chosen by a curriculum: make it without one "
                "to choose them yourself"
            )

    def _furnish(self) -> None:
        """A curriculum without experience, and the first levels."""
        n = self.num_envs
        self._memory = self.curriculum.init(self._split())
        self._memory, self._first = self._propose(self._split(), self._memory, n)
        self._next = self._rows_of(self._first)
        self._now = jax.tree.map(np.array, self._next)
        self._queue = Pile(self._next, 2 * n)
        nothing = Outcome(np.zeros(n, np.int32), *(np.zeros(n, np.float32) for _ in range(7)))
        self._told = {flag: Pile((self._next, nothing), 2 * n) for flag in (False, True)}

    def _rows_of(self, proposal: Proposal[Any]) -> Proposal[Any]:
        """A proposal in which every row says for itself whether one may learn from it."""
        rows = jax.tree.map(np.array, proposal)
        return replace(rows, trained=np.full(self.num_envs, bool(proposal.trained)))

    def _begin(self, slots: np.ndarray) -> None:
        """Slots began their next levels; in a cycle they will begin the same ones again."""
        _put(self._now, slots, _rows(self._next, slots))
        self._used[slots] = self._cycle is None

    def _lay_ready(self) -> None:
        """Choose the levels after those that were begun."""
        if not self._used.any():
            return
        slots = np.flatnonzero(self._used)
        if self._queue.count < len(slots):
            self._memory, proposal = self._propose(self._split(), self._memory, self.num_envs)
            self._queue.push(self._rows_of(proposal))
        _put(self._next, slots, self._queue.pop(len(slots)))
        self._used[:] = False

    def _end(self, slots: np.ndarray, won: np.ndarray | None) -> None:
        """Episodes ended in these slots."""
        earned = self._earned[slots]
        self._earned[slots] = 0
        if self._cycle is not None:
            return  # `end_cycle` tells of it
        levels = _rows(self._now, slots)
        if self.heard:
            self.log.endings.append((len(self.log.ended) - 1, slots, levels))
            return
        unknown = np.full(len(slots), np.nan, np.float32)
        solved = unknown if won is None else won[slots].astype(np.float32)
        episodes = np.ones(len(slots), np.int32)
        self._collect(levels, Outcome(episodes, earned, earned, solved, *([unknown] * 4)))

    def _collect(self, levels: Proposal[Any], outcome: Outcome) -> None:
        """Keep what came of episodes; tell the curriculum of as many as a proposal has levels."""
        for flag, told in self._told.items():
            own = levels.trained == flag
            if own.all():
                told.push((levels, outcome))
            elif own.any():
                told.push(_rows((levels, outcome), own))
            while told.count >= self.num_envs:
                rows, brought = told.pop(self.num_envs)
                proposal = replace(rows, trained=np.bool_(flag))
                self._memory = self._learn(self._split(), self._memory, proposal, brought)

    def _imagined(self, key: jax.Array, state: Any, action: Any, levels: Any) -> Imagined:
        """A step of every slot, with what is hidden drawn anew."""
        keys = jax.random.split(key, (2, self.num_envs))
        env = self._engine.env
        step = jax.vmap(
            lambda a, b, state, action, level: imagined_step(a, b, env, state, action, level)
        )
        return step(keys[0], keys[1], state, action, levels)

    def _split(self) -> jax.Array:
        self._key, used = jax.random.split(self._key)
        return used

    def _noted(self, timestep: Timestep[Any], trained: np.ndarray) -> Timestep[Any]:
        """Say from which steps one may learn, where that is not all of them."""
        if not self.curriculum.gated:
            return timestep
        return replace(timestep, info={**timestep.info, "level_trained": trained.copy()})


# these two run in nearly every step: `jax.tree.map` would take several times as long
def _rows(tree: Any, index: Any) -> Any:
    leaves, structure = jax.tree.flatten(tree)
    return structure.unflatten([leaf[index] for leaf in leaves])


def _put(tree: Any, rows: np.ndarray, values: Any) -> None:
    for own, new in zip(jax.tree.leaves(tree), jax.tree.leaves(values), strict=True):
        own[rows] = new


def _one_each(reward: Any) -> np.ndarray:
    """A reward a slot, the mean of all agents where there are several."""
    leaves = [np.asarray(leaf, np.float32) for leaf in jax.tree.leaves(reward)]
    if len(leaves) == 1 and leaves[0].ndim == 1:
        return leaves[0].copy()
    return np.concatenate([leaf.reshape(len(leaf), -1) for leaf in leaves], axis=1).mean(axis=1)


def _won(timestep: Timestep[Any]) -> np.ndarray | None:
    """Whether each slot's game is won; with same-step autoreset, by what an episode said last."""
    info = timestep.info.get("final_info", timestep.info)
    won = info.get("won")
    return np.array(won) if won is not None and np.ndim(won) == 1 else None

"""What the JAX engine compiles: pure functions over all copies at once."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import Mesh, PartitionSpec

from envsuite.core.env import Env, World
from envsuite.core.timestep import Timestep
from envsuite.engines.base import Autoreset
from envsuite.functional.auto_reset import restart, split_each
from envsuite.functional.struct import over, struct, tree_where
from envsuite.functional.transform import game_state, unwrapped

SLOTS = "slots"  # the mesh axis along which copies are dealt out to devices


@struct
class Slots:
    """Everything an engine is between two steps: a value to save, to copy and to put back."""

    state: Any  # the game's states, leading axis n
    keys: jax.Array  # key[n]: each slot's stream of chance
    due: jax.Array  # bool[n]: ended and not yet restarted
    params: Any  # one per slot, or the shared ones


@dataclass(frozen=True)
class Program:
    """A game and how it is played; equal programs are compiled once.

    `begin` and `play` are pure, for loops of your own under `jit` and `scan`:

        slots, timestep = program.begin(keys, params)
        slots, timestep = program.play(slots, action)

    Attributes:
        env: The game, with all its transforms.
        autoreset: See `Engine`.
        params_axis: 0 where every slot has its own task, `None` where all share one.
        chunk: How many slots are restarted together (on each device); see `restart`.
        mesh: The devices that share the copies; `None` for one.
    """

    env: Env[Any, Any]
    autoreset: Autoreset
    params_axis: int | None
    chunk: int
    mesh: Mesh | None = None

    def begin(self, keys: jax.Array, params: Any) -> tuple[Slots, Timestep[Any]]:
        """Begin an episode in every slot.

        Args:
            keys: `key[n]`: each slot's stream.
            params: One per slot if `params_axis` is 0, else the shared ones.
        """
        streams, now = split_each(keys)
        state, timestep = jax.vmap(self.env.reset, in_axes=(0, self.params_axis))(now, params)
        return Slots(state, streams, jnp.zeros(keys.shape, bool), params), timestep

    def play(self, slots: Slots, action: Any, params: Any = None) -> tuple[Slots, Timestep[Any]]:
        """Play one step in every slot; `params` are for the episodes that begin within it."""
        keys, now = split_each(slots.keys)
        state, timestep = jax.vmap(self.env.step, in_axes=(0, 0, 0, self.params_axis))(
            now, slots.state, action, slots.params
        )
        ended = jax.vmap(over)(timestep)
        if self.autoreset == "disabled":
            return Slots(state, keys, ended, slots.params), _note(timestep, over=ended)
        if self.autoreset == "next-step":
            # a slot that was due has spent its draw on a step that is thrown away: it goes back
            # to the stream as it was, so that all modes spend the same draws
            keys = jnp.where(slots.due, slots.keys, keys)
            task = self._task(slots, params, slots.due)
            keys, state, timestep = self._restart(slots.due, keys, state, timestep, task)
            ended &= ~slots.due
            return Slots(state, keys, ended, task), _note(timestep, over=ended)
        task = self._task(slots, params, ended)
        keys, state, shown = self._restart(ended, keys, state, timestep, task)
        shown = replace(
            shown,
            reward=timestep.reward,
            terminated=timestep.terminated,
            truncated=timestep.truncated,
        )
        shown = _note(shown, over=ended, final_obs=timestep.obs, final_info=timestep.info)
        return Slots(state, keys, jnp.zeros_like(ended), task), shown

    def renew(
        self, slots: Slots, shown: Timestep[Any], mask: jax.Array, params: Any = None
    ) -> tuple[Slots, Timestep[Any]]:
        """Begin new episodes in the slots of `mask`; `shown` is what every slot last showed."""
        task = self._task(slots, params, mask)
        keys, state, shown = self._restart(mask, slots.keys, slots.state, shown, task)
        return Slots(state, keys, slots.due & ~mask, task), shown

    def world(self, slots: Slots) -> jax.Array:
        """The global state of every slot, `f32[n, k]`."""
        game = unwrapped(self.env)
        assert isinstance(game, World)
        return jax.vmap(game.world)(game_state(self.env, slots.state))

    def _task(self, slots: Slots, params: Any, where: jax.Array) -> Any:
        if params is None:
            return slots.params
        return tree_where(where, params, slots.params)

    def _restart(
        self, due: jax.Array, keys: jax.Array, state: Any, timestep: Timestep[Any], params: Any
    ) -> tuple[jax.Array, Any, Timestep[Any]]:
        return restart(self.env, due, keys, state, timestep, params, self.params_axis, self.chunk)


def _note(timestep: Timestep[Any], **figures: Any) -> Timestep[Any]:
    return replace(timestep, info={**timestep.info, **figures})


def _deal(program: Program, function: Any, kinds: tuple[str, ...], results: tuple[str, ...]) -> Any:
    """`function` on every device of the mesh for its own slots.

    Slots never speak to each other, so each device restarts its own without asking the others.
    """
    if program.mesh is None:
        return function
    each = PartitionSpec(SLOTS)
    tasks = PartitionSpec() if program.params_axis is None else each
    specs = {"each": each, "tasks": tasks, "slots": Slots(each, each, each, tasks)}  # pyright: ignore[reportArgumentType] - a tree of specs stands for a tree of arrays
    return jax.shard_map(
        function,
        mesh=program.mesh,
        in_specs=tuple(specs[kind] for kind in kinds),
        out_specs=tuple(specs[kind] for kind in results),
        check_vma=False,  # the constants in a timestep vary over no axis, which the check refuses
    )


@functools.partial(jax.jit, static_argnums=0)
def begin(program: Program, words: jax.Array, params: Any) -> tuple[Slots, Timestep[Any]]:
    """Begin an episode in every slot, from the seeds' words `u32[n, 2]`."""
    keys = jax.random.wrap_key_data(words, impl="threefry2x32")
    return _deal(program, program.begin, ("each", "tasks"), ("slots", "each"))(keys, params)


@functools.partial(jax.jit, static_argnums=0)
def play(program: Program, slots: Slots, action: Any, params: Any) -> tuple[Slots, Timestep[Any]]:
    """Play one step in every slot."""
    kinds = ("slots", "each", "each")
    return _deal(program, program.play, kinds, ("slots", "each"))(slots, action, params)


@functools.partial(jax.jit, static_argnums=0)
def renew(
    program: Program,
    slots: Slots,
    shown: Timestep[Any],
    mask: jax.Array,
    words: jax.Array | None,
    params: Any,
) -> tuple[Slots, Timestep[Any]]:
    """Begin new episodes in the slots of `mask`, from new seeds where `words` are given."""
    if words is not None:
        fresh = jax.random.wrap_key_data(words, impl="threefry2x32")
        slots = replace(slots, keys=jnp.where(mask, fresh, slots.keys))
    kinds = ("slots", "each", "each", "each")
    return _deal(program, program.renew, kinds, ("slots", "each"))(slots, shown, mask, params)


@functools.partial(jax.jit, static_argnums=0)
def world(program: Program, slots: Slots) -> jax.Array:
    """The global state of every slot."""
    return program.world(slots)

"""The only place that restarts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional.struct import over, struct
from envsuite.functional.transform import Transform


@struct
class Running:
    """A state and the params its episode began with."""

    inner: Any
    params: Any


@dataclass(frozen=True)
class AutoReset(Transform):
    """Begins the next episode in the step that ends one.

    The running episode is played to its end under the params it began with; the `params` given
    to `step` are those of the *next* episode, so that a curriculum may hand over a fresh level at
    every step and nothing is cut short. Reward and flags are those of the step that was played;
    everything else is the new episode's, and `info["final_obs"]` and `info["final_info"]` hold
    what the step itself showed.

    For loops of your own, under `vmap` and `scan`. Mapped over a batch, both branches are
    computed for every copy; the engines restart only the copies that ended (see `restart`).
    """

    def reset(self, key: jax.Array, params: Any) -> tuple[Running, Timestep[Any]]:
        """Begin the first episode."""
        state, timestep = self.env.reset(key, params)
        return Running(state, params), _shown(timestep, timestep)

    def step(
        self, key: jax.Array, state: Running, action: Any, params: Any
    ) -> tuple[Running, Timestep[Any]]:
        """Play one step, and begin anew if it was the last."""
        step_key, reset_key = jax.random.split(key)
        inner, timestep = self.env.step(step_key, state.inner, action, state.params)

        def begin() -> tuple[Any, Timestep[Any], Any]:
            fresh, first = self.env.reset(reset_key, params)
            return fresh, first, params

        def play_on() -> tuple[Any, Timestep[Any], Any]:
            return inner, timestep, state.params

        following, shown, current = jax.lax.cond(over(timestep), begin, play_on)
        return Running(following, current), _shown(shown, timestep)

    def inner_state(self, state: Running) -> Any:
        """The state without its params."""
        return state.inner


def _shown(timestep: Timestep[Any], played: Timestep[Any]) -> Timestep[Any]:
    """What is seen of a step after which `timestep` is current."""
    info = {**timestep.info, "final_obs": played.obs, "final_info": played.info}
    return replace(
        timestep,
        reward=played.reward,
        terminated=played.terminated,
        truncated=played.truncated,
        info=info,
    )


def begin_if_over(
    env: Env[Any, Any], key: jax.Array, state: Any, timestep: Timestep[Any], params: Any
) -> tuple[Any, Timestep[Any]]:
    """The next episode where this one is over, else state and timestep as they are.

    For loops that play all episodes under the same `params`: unlike `AutoReset` it keeps none
    beside the state, so that copies mapped over `state` share them. The timestep of a new episode
    is that of its reset.
    """
    return jax.lax.cond(over(timestep), lambda: env.reset(key, params), lambda: (state, timestep))


def restart(
    env: Env[Any, Any],
    due: jax.Array,
    keys: jax.Array,
    state: Any,
    timestep: Timestep[Any],
    params: Any,
    params_axis: int | None,
    chunk: int,
) -> tuple[jax.Array, Any, Timestep[Any]]:
    """Begin a new episode in the slots that are due, and compute nothing for the others.

    The slots that are due are gathered, `chunk` at a time, reset together and put back. So the
    cost is that of `ceil(due.sum() / chunk)` resets of `chunk` slots, where a select over the
    whole batch would reset every slot at every step.

    Args:
        env: The game.
        due: `bool[n]`.
        keys: `key[n]`: the stream of each slot; one draw of it is spent by a reset.
        state: The game's states, leading axis `n`.
        timestep: Their timesteps, leading axis `n`.
        params: Shared by all slots if `params_axis` is `None`, else one per slot.
        params_axis: 0 or `None`.
        chunk: How many slots are reset together, from 1 to `n`.

    Returns:
        Keys, states and timesteps, with those of the slots that were due replaced.
    """
    n = due.shape[0]
    count = jnp.sum(due, dtype=jnp.int32)
    # the slots that are due, in order, then out-of-range indices that gathers clip, scatters drop
    order = jnp.nonzero(due, size=-(-n // chunk) * chunk, fill_value=n)[0].astype(jnp.int32)

    def put(old: jax.Array, new: jax.Array, where: jax.Array) -> jax.Array:
        return old.at[where].set(new.astype(old.dtype), mode="drop")

    def put_keys(old: jax.Array, new: jax.Array, where: jax.Array) -> jax.Array:
        data = jax.random.key_data(old).at[where].set(jax.random.key_data(new), mode="drop")
        return jax.random.wrap_key_data(data, impl=jax.random.key_impl(old))

    def body(carry: tuple[jax.Array, tuple[jax.Array, Any, Timestep[Any]]]) -> Any:
        index, (keys, state, timestep) = carry
        where = jax.lax.dynamic_slice_in_dim(order, index, chunk)
        streams, reset_keys = split_each(jnp.take(keys, where, mode="clip"))
        if params_axis is None:
            own = params
        else:
            own = jax.tree.map(lambda leaf: jnp.take(leaf, where, axis=0, mode="clip"), params)
        fresh = jax.vmap(env.reset, in_axes=(0, params_axis))(reset_keys, own)
        state, timestep = jax.tree.map(
            lambda old, new: put(old, new, where), (state, timestep), fresh
        )
        return index + chunk, (put_keys(keys, streams, where), state, timestep)

    start = (jnp.int32(0), (keys, state, timestep))
    return jax.lax.while_loop(lambda carry: carry[0] < count, body, start)[1]


def split_each(keys: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Split every key of a batch in two: the stream that goes on, and the key to use now."""
    pairs = jax.vmap(jax.random.split)(keys)
    return pairs[:, 0], pairs[:, 1]

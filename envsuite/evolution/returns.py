"""What a policy earns in a game, inside `jit`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.env import Env
from envsuite.core.policy import Policy
from envsuite.functional import over


def mean_return(
    key: jax.Array,
    env: Env[Any, Any],
    params: Any,
    policy: Policy[Any],
    *,
    episodes: int,
    horizon: jax.Array | int,
) -> jax.Array:
    """The mean undiscounted return of a single agent.

    All episodes are played side by side until the last has ended.

    Args:
        key: Of starts and of the policy's choices.
        env: A game of one agent; its own time limit, if it has one, ends episodes too.
        params: Its params.
        policy: Plays; may be made of traced weights.
        episodes: How many are played.
        horizon: After how many steps an episode is broken off; may be traced, so that a
            curriculum over horizons needs no new program.

    Returns:
        `f32[]`.
    """

    def begin(key: jax.Array) -> tuple[Any, Any, Any]:
        reset_key, memory_key = jax.random.split(key)
        state, timestep = env.reset(reset_key, params)
        return state, timestep, policy.reset(memory_key, 1)

    def move(key: jax.Array, state: Any, timestep: Any, memory: Any) -> tuple[Any, Any, Any]:
        act_key, step_key = jax.random.split(key)
        memory, action = policy.act(act_key, memory, timestep)
        state, timestep = env.step(step_key, state, action, params)
        return state, timestep, memory

    def going_on(carry: Any) -> jax.Array:
        _, _, done, step, _ = carry
        return (step < horizon) & ~done.all()

    def play(carry: Any) -> Any:
        key, game, done, step, total = carry
        key, now = jax.random.split(key)
        game = jax.vmap(move)(jax.random.split(now, episodes), *game)
        timestep = game[1]
        total = total + jnp.where(done, 0.0, timestep.reward)
        return key, game, done | jax.vmap(over)(timestep), step + 1, total

    key, first = jax.random.split(key)
    game = jax.vmap(begin)(jax.random.split(first, episodes))
    nothing = jnp.zeros(episodes, jnp.float32)
    carry = (key, game, jax.vmap(over)(game[1]), jnp.int32(0), nothing)
    return jax.lax.while_loop(going_on, play, carry)[-1].mean()

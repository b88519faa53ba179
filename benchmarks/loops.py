"""Loops that play SMAX as fast as each library lets them: ours on both engines, and JaxMARL's.

All play random legal actions, restart every episode that ends, and write the observations of every
step; those of JAX are summed too, lest the compiler leave them out. Those are a compiled `scan`;
ours on the numba engine is a loop of Python around `engine.step`, with actions drawn by a compiled
function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import envsuite
from envsuite.compiled.cache import kernel
from envsuite.engines.shares import in_shares, threads
from envsuite.testing.legal_play import random_actions

Loop = Callable[[], int]
Scan = tuple[Callable[[Any, jax.Array], Any], Any]  # a pure function of a carry and a key


@kernel()
def choose(legal, seeds, actions, low, high):
    """A legal choice for every agent, all as likely; `seeds: u32[n, agents]` go on (xorshift)."""
    for i in range(low, high):
        for agent in range(legal.shape[1]):
            seed = seeds[i, agent]
            seed = np.uint32(seed ^ np.uint32(seed << np.uint32(13)))
            seed = np.uint32(seed ^ (seed >> np.uint32(17)))
            seed = np.uint32(seed ^ np.uint32(seed << np.uint32(5)))
            seeds[i, agent] = seed
            count = np.uint32(0)
            for choice in range(legal.shape[2]):
                count += legal[i, agent, choice]
            # the upper word of a product, for it costs less than a remainder
            wanted = np.uint32((np.uint64(seed) * np.uint64(count)) >> np.uint64(32))
            passed, action = np.uint32(0), 0
            for choice in range(legal.shape[2]):  # no jumps, which nobody could foresee
                passed += legal[i, agent, choice]
                action += passed <= wanted
            actions[i, agent] = action


def numba_loop(id: str, copies: int, **config: Any) -> Loop:
    """Our numba engine, stepped from Python."""
    engine: Any = envsuite.make_engine(id, copies, "numba", **config)
    shown = engine.reset(0)
    legal = shown.legal["ally"]
    seeds = np.arange(1, legal[..., 0].size + 1, dtype=np.uint32).reshape(legal.shape[:2])
    actions = np.zeros(legal.shape[:2], np.int64)
    helpers = threads() if legal.size > 50_000 else 1  # few choices are not worth a wake-up

    def play() -> int:
        nonlocal shown
        in_shares(partial(choose, shown.legal["ally"], seeds, actions), copies, helpers)
        shown = engine.step({"ally": actions})
        return copies

    return play


def jax_scan(id: str, copies: int, steps: int, **config: Any) -> Scan:
    """Our JAX engine's pure functions, and what the loop starts from."""
    engine: Any = envsuite.make_engine(id, copies, "jax", **config)
    shown = engine.reset(0)
    space, agents = engine.action_space, engine.agents

    def run(carry: Any, key: jax.Array) -> Any:
        def step(carry: Any, key: jax.Array) -> Any:
            slots, shown, total = carry
            keys = jax.random.split(key, copies)
            action = jax.vmap(lambda key, own: random_actions(key, space, own, agents))(keys, shown)
            slots, following = engine.program.play(slots, action)
            shown_now = jax.tree.leaves((following.obs, following.reward))
            total += sum(leaf.sum() for leaf in shown_now)
            kept = {name: following.info[name] for name in shown.info}
            return (slots, replace(following, info=kept), total), following.info["over"].sum()

        return jax.lax.scan(step, carry, jax.random.split(key, steps))

    return run, (engine.state.slots, shown, jnp.float32(0))


def jaxmarl_scan(scenario: str, copies: int, steps: int) -> Scan:
    """The same loop over JaxMARL's environment."""
    import jaxmarl
    from jaxmarl.environments.smax import map_name_to_scenario

    env = jaxmarl.make("HeuristicEnemySMAX", scenario=map_name_to_scenario(scenario))
    names = env.agents

    def draw(key: jax.Array, legal: jax.Array) -> jax.Array:
        count = jnp.cumsum(legal, axis=-1)
        rank = jnp.floor(jax.random.uniform(key, (*legal.shape[:-1], 1)) * count[..., -1:])
        return jnp.argmax(count > rank, axis=-1)

    def run(carry: Any, key: jax.Array) -> Any:
        def step(carry: Any, key: jax.Array) -> Any:
            state, total = carry
            draw_key, step_key = jax.random.split(key)
            legal = jax.vmap(env.get_avail_actions)(state)
            stacked = jnp.stack([legal[name] for name in names], axis=1)
            chosen = draw(draw_key, stacked)
            actions = {name: chosen[:, row] for row, name in enumerate(names)}
            obs, state, rewards, dones, _ = jax.vmap(env.step)(
                jax.random.split(step_key, copies), state, actions
            )
            total += sum(obs[name].sum() + rewards[name].sum() for name in names)
            return (state, total), dones["__all__"].sum()

        return jax.lax.scan(step, carry, jax.random.split(key, steps))

    _, state = jax.vmap(env.reset)(jax.random.split(jax.random.key(0), copies))
    return run, (state, jnp.float32(0))


def scan_loop(scan: Scan, copies: int, steps: int) -> Loop:
    """A scan as something to be called again and again."""
    run, carry = scan
    compiled = jax.jit(run)
    keys = iter(jax.random.split(jax.random.key(2), 100_000))

    def play() -> int:
        nonlocal carry
        carry, ended = compiled(carry, next(keys))
        jax.block_until_ready(ended)
        return steps * copies

    return play


def scan_steps(copies: int, units: int) -> int:
    """Steps in a scan: some tenths of a second of work, so that calling it costs nothing."""
    return int(np.clip(400_000 / (copies * units**1.5), 2, 256))

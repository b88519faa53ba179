"""How fast the families are, beside JaxMARL and beside games that are written in Python."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from mpe2 import simple_spread_v3

import envsuite
from envsuite_overcooked.tests.peer import Peer
from loops import Loop, Scan, jax_scan, scan_loop
from measure import in_turns, ratio

COPIES, BATCH = 1024, 64


@dataclass(frozen=True)
class Pair:
    """A game of ours and JaxMARL's.

    Attributes:
        ours: The id.
        theirs: JaxMARL's name.
        masked: Whether only legal actions are played, on both sides.
        options: Of JaxMARL's game.
        steps: In one call of the compiled loop.
    """

    ours: str
    theirs: str
    masked: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    steps: int = 32


PAIRS = (
    Pair("envsuite/MPE-SimpleSpread", "MPE_simple_spread_v3"),
    Pair("envsuite/MPE-SimpleTag", "MPE_simple_tag_v3"),
    Pair("envsuite/Overcooked-CrampedRoom", "overcooked"),
    Pair("envsuite/OvercookedV2-CrampedRoom", "overcooked_v2", options={"layout": "cramped_room"}),
    Pair("envsuite/CoinGame", "coin_game"),
    Pair("envsuite/Hanabi-2p", "hanabi", masked=True),
    Pair("envsuite/STORM-2p", "storm_2p"),
    Pair("envsuite/STORM-np", "storm_np"),
    Pair("envsuite/SwitchRiddle", "switch_riddle"),
    Pair("envsuite/JaxNav-Multi", "jaxnav", options={"num_agents": 4}, steps=4),
    Pair("envsuite/MABrax-Ant4x2", "ant_4x2", steps=2),
)


def families() -> Iterable[dict[str, Any]]:
    """Steps a second of 1,024 copies on all engines, and seconds to compile a step of them."""
    for pair in PAIRS:
        seconds, loops = {}, {}
        for name, make in _loops(pair).items():
            start = time.perf_counter()
            loops[name] = make()
            loops[name]()
            seconds[name] = time.perf_counter() - start
        figures = in_turns(loops, 2.0)
        against = {
            f"{ours}_against_jaxmarl": ratio(figures, ours, "jaxmarl")
            for ours in ("numba", "jax")
            if ours in figures
        }
        yield {"id": pair.ours, "copies": COPIES, **figures, **against, "first_seconds": seconds}
        jax.clear_caches()


def batches() -> Iterable[dict[str, Any]]:
    """A batch of 64 copies on our engine, and 64 of the peer's games stepped one after another."""
    peers = {
        "envsuite/MPE-SimpleSpread": ("MPE2", _particles()),
        "envsuite/Overcooked-CrampedRoom": ("overcooked_ai's rules", _kitchens()),
    }
    for id, (peer, theirs) in peers.items():
        figures = in_turns({"numba": numba_loop(id, BATCH), "peer": theirs}, 4.0)
        yield {
            "id": id,
            "peer": peer,
            "copies": BATCH,
            "numba": figures["numba"],
            "peer_rates": figures["peer"],
            "numba_against_peer": ratio(figures, "numba", "peer"),
        }


def numba_loop(id: str, copies: int) -> Loop:
    """Our numba engine, stepped from Python with actions drawn beforehand."""
    engine: Any = envsuite.make_engine(id, copies, "numba")
    engine.reset(0)
    rng = np.random.default_rng(0)
    actions = [
        {
            group: rng.integers(0, int(engine.action_space[group].n), (copies, size))
            for group, size in engine.agents.items()
        }
        for _ in range(64)
    ]
    number = iter(range(10**9))

    def play() -> int:
        engine.step(actions[next(number) % 64])
        return copies

    return play


def jaxmarl_scan(pair: Pair) -> Scan:
    """The loop of `jax_scan` over a game of JaxMARL."""
    import jaxmarl

    env: Any = jaxmarl.make(pair.theirs, **pair.options)
    names = env.agents

    def draw(key: jax.Array, state: Any) -> dict[str, jax.Array]:
        keys = jax.random.split(key, len(names))
        if pair.masked:
            legal = jax.vmap(env.get_legal_moves)(state)
            return {
                name: jax.random.categorical(own, jnp.log(legal[name].astype(jnp.float32)))
                for name, own in zip(names, keys, strict=True)
            }
        return {
            name: jax.vmap(env.action_space(name).sample)(jax.random.split(own, COPIES))
            for name, own in zip(names, keys, strict=True)
        }

    def run(carry: Any, key: jax.Array) -> Any:
        def step(carry: Any, key: jax.Array) -> Any:
            state, total = carry
            draw_key, step_key = jax.random.split(key)
            obs, state, rewards, dones, _ = jax.vmap(env.step)(
                jax.random.split(step_key, COPIES), state, draw(draw_key, state)
            )
            total += sum(leaf.sum() for leaf in jax.tree.leaves((obs, rewards)))
            return (state, total), dones["__all__"].sum()

        return jax.lax.scan(step, carry, jax.random.split(key, pair.steps))

    _, state = jax.vmap(env.reset)(jax.random.split(jax.random.key(0), COPIES))
    return run, (state, jnp.float32(0))


def _loops(pair: Pair) -> dict[str, Callable[[], Loop]]:
    loops: dict[str, Callable[[], Loop]] = {
        "jax": lambda: scan_loop(jax_scan(pair.ours, COPIES, pair.steps), COPIES, pair.steps),
        "jaxmarl": lambda: scan_loop(jaxmarl_scan(pair), COPIES, pair.steps),
    }
    if envsuite.registry().environments[pair.ours].numba:
        loops["numba"] = lambda: numba_loop(pair.ours, COPIES)
    return loops


def _particles() -> Loop:
    """MPE2's spread, a batch of parallel environments."""
    envs = [simple_spread_v3.parallel_env() for _ in range(BATCH)]
    for env in envs:
        env.reset(seed=0)
    rng = np.random.default_rng(0)
    actions = [{agent: int(rng.integers(5)) for agent in envs[0].agents} for _ in range(64)]
    number = iter(range(10**9))

    def play() -> int:
        action = actions[next(number) % 64]
        for env in envs:
            env.step(action)
            if not env.agents:
                env.reset()
        return BATCH

    return play


def _kitchens() -> Loop:
    """overcooked_ai's rules and planes, a batch of cramped rooms."""
    peer = Peer("cramped_room")
    states = [peer.first() for _ in range(BATCH)]
    actions = np.random.default_rng(0).integers(0, 6, (64, 2))
    number = iter(range(10**9))

    def play() -> int:
        action = actions[next(number) % 64]
        for index, state in enumerate(states):
            state, _, _ = peer.step(state, action)
            peer.observe(state)
            states[index] = peer.first() if state.timestep >= 400 else state
        return BATCH

    return play

"""Moments of SMAX played by JaxMARL 0.2.0 and by ours, three marines a side."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxmarl import make
from jaxmarl.environments.smax import map_name_to_scenario

from envsuite.functional import TimeLimit
from envsuite.functional.time_limit import Timed
from envsuite_smax.actions import decode
from envsuite_smax.env import SMAX
from envsuite_smax.tests.peer import Peer, draw, rows
from envsuite_smax.tests.scene import timestep

KEY = jax.random.key(0)
# nobody dies of a wall, so that what happens at the map's edge can be seen
GAME = TimeLimit(SMAX("3m", enemy="learner", walls_cause_death=False), 100)
STEP = jax.jit(GAME.step)
CONIC = SMAX("3m", enemy="learner", observation="conic")
TEAMS = ((8, 10), (8, 20), (8, 30), (24, 10), (24, 20), (24, 30))
WHOLE = (45.0,) * 6


@cache
def peer() -> Peer:
    """Three marines against three, all played from outside."""
    return Peer("SMAX", "3m", walls_cause_death=False)


def moment(places: Any = TEAMS, health: Any = WHOLE, **more: Any) -> Any:
    """The peer's battle of six marines at places."""
    state, _ = peer().begin(np.random.default_rng(0), GAME.env)
    points = np.array(health, np.float32)
    fields = {"unit_positions": np.array(places, np.float32), "unit_alive": points > 0}
    return replace(state, unit_health=points, **fields, **more)


def play(state: Any, *actions: int, steps: int = 0) -> tuple[Any, ...]:
    """One step by both, after others: what the peer's returns, our state and our timestep."""
    names = [f"{team}_{index}" for team in ("ally", "enemy") for index in range(3)]
    chosen = {name: jnp.int32(action) for name, action in zip(names, actions, strict=True)}
    theirs = peer().step(draw(np.random.default_rng(0), GAME.env), state, chosen)
    joint = {team: jnp.asarray(rows(chosen, team)) for team in GAME.agents}
    own = Timed(peer().state(state), jnp.int32(steps))
    after, timestep = STEP(KEY, own, joint, GAME.default_params())
    return theirs, after.inner, timestep


@cache
def starts() -> tuple[Any, Any]:
    """Many first states of five random units against seven, the peer's and ours."""
    battle: Any = map_name_to_scenario("smacv2_5_units")
    battle = replace(battle, num_enemies=7, unit_types=jnp.zeros(12, jnp.uint8))
    theirs: Any = make("SMAX", scenario=battle)
    theirs.get_obs = theirs.get_world_state = lambda state: {}  # they take long, and are not used
    keys = jax.random.split(jax.random.PRNGKey(0), 200)
    own = SMAX("smacv2_5_units", allies=["random"] * 5, enemies=["random"] * 7)
    params = own.default_params()
    return (
        jax.jit(jax.vmap(lambda key: theirs.reset(key)[1]))(keys),
        jax.jit(jax.vmap(lambda key: own.reset(key, params)[0]))(keys),
    )


def conic(places: Any, health: Any = WHOLE) -> tuple[dict[str, list[int]], ...]:
    """For each unit the sections in which it sees anyone, the peer's and ours."""
    state = moment(places, health)
    theirs = conic_peer()(state)
    own = peer().state(state)
    seen = timestep(CONIC, own, own, CONIC.default_params()).obs
    ours = {f"{team}_{index}": seen[team][index] for team in seen for index in range(3)}

    def sections(row: Any) -> list[int]:
        return (np.flatnonzero(np.reshape(row[:-10], (64, 13)).any(1)) // 2).tolist()

    return tuple({name: sections(row) for name, row in seen.items()} for seen in (theirs, ours))


@cache
def conic_peer() -> Any:
    """What the peer's units see in conic form."""
    return jax.jit(Peer("SMAX", "3m", observation_type="conic").env.get_obs)


@cache
def decode_theirs() -> Any:
    """The peer's step of continuous actions under many keys: moves and attacks of the first."""
    env: Any = Peer("SMAX", "3m", action_type="continuous").env
    names = [f"{team}_{index}" for team in ("ally", "enemy") for index in range(3)]

    def step(key: Any, state: Any, action: Any) -> tuple[Any, Any]:
        after = env.step_env(key, state, {name: action for name in names})[1]
        return after.prev_movement_actions[0], after.prev_attack_actions[0]

    return jax.jit(jax.vmap(step, (0, None, None)))


def decoded(action: Any, state: Any) -> tuple[np.ndarray, ...]:
    """What an action means to the first ally, 40 times: moves, attacks; and both in ours."""
    keys, numbers = jax.random.split(jax.random.PRNGKey(0), 40), jnp.array(action, jnp.float32)
    moves, attacks = decode(
        KEY,
        peer().state(state),
        jnp.tile(numbers, (3, 1)),
        SMAX().default_params(),
        team="ally",
        how=SMAX(actions="continuous").continuous,
    )
    theirs = decode_theirs()(keys, state, numbers)
    return tuple(np.asarray(row) for row in (*theirs, moves[:1], attacks[:1]))

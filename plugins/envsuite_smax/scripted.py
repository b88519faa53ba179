"""The scripted policy (section 11): shoot whom you can, else walk towards whom you see.

It reads the battle itself, and only what its unit could see of it; building that unit's
observation first would cost more than the decision.
"""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp

from envsuite.functional import struct
from envsuite_smax.actions import MOVE_ACTIONS
from envsuite_smax.state import Params, State
from envsuite_smax.view import look, shootable, team_order, visible


@struct
class Memory:
    """What the scripted units of one team remember, in the team's own order.

    Attributes:
        target_points: `f32[k, 2]`, where a unit heads that sees no one: at first the point opposite
            its start, through the middle of the map.
        last_attacked: `i32[k]`, opponents' slots, -1 for none.
    """

    target_points: jax.Array
    last_attacked: jax.Array


def enemy_turn(
    key: jax.Array, state: State, params: Params, *, attack_mode: str, shoots: bool
) -> tuple[jax.Array, State]:
    """The scripted enemies' actions, `i32[E]`, and the state with what they now remember."""
    memory = Memory(
        team_order(state.target_points, team="enemy"), team_order(state.last_attacked, team="enemy")
    )
    actions, memory = decide(
        state,
        memory,
        jax.random.uniform(key, (state.last_attacked.size, 2 if attack_mode == "random" else 1)),
        params,
        team="enemy",
        attack_mode=attack_mode,
        shoots=shoots,
    )
    last = team_order(memory.last_attacked, team="enemy")
    return team_order(actions, team="enemy"), replace(state, last_attacked=last)


def decide(
    state: State,
    memory: Memory,
    draws: jax.Array,
    params: Params,
    *,
    team: str,
    attack_mode: str,
    shoots: bool,
) -> tuple[jax.Array, Memory]:
    """Choose the actions of one team.

    Args:
        state: The battle.
        memory: The team's, in its own order.
        draws: `f32[k, 2]`, uniform in [0, 1): whom to walk to, and whom to shoot at; the latter
            may be left out in mode `"closest"`.
        params: The numbers of the game.
        team: `"ally"` or `"enemy"`.
        attack_mode: `"closest"` or `"random"`: whom a unit shoots at that has no target to keep.
        shoots: Whether it may shoot at all.

    Returns:
        Discrete actions `i32[k]` in the team's own order (those of the dead mean nothing), and the
        memory after.
    """
    size = draws.shape[0]
    view = look(state, team=team, size=size)
    opponents = slice(size - 1, None)
    x, y = view.others_x[:, opponents], view.others_y[:, opponents]
    seen = (visible(view, params, size=size) & view.others_alive)[:, opponents]
    in_range = seen & shootable(view, params, size=size)

    last = memory.last_attacked
    kept = (last >= 0) & _pick(in_range, jnp.maximum(last, 0))
    if attack_mode == "closest":
        distance = jnp.where(in_range, view.others_distance_squared[:, opponents], jnp.inf)
        fresh = jnp.argmin(distance, 1).astype(jnp.int32)
    else:
        fresh = _draw(in_range, draws[:, 1])
    any_in_range = in_range.any(1)
    slot = jnp.where(any_in_range, jnp.where(kept, last, fresh), -1)

    towards = _draw(seen, draws[:, 0])
    sees = seen.any(1)
    x_goal = jnp.where(sees, _pick(x, towards), memory.target_points[:, 0] - view.x[:size])
    y_goal = jnp.where(sees, _pick(y, towards), memory.target_points[:, 1] - view.y[:size])
    # Up, right, down, left; the first of equals wins.
    walk = jnp.argmax(jnp.stack([y_goal, x_goal, -y_goal, -x_goal]), 0).astype(jnp.int32)
    actions = jnp.where(any_in_range, slot + MOVE_ACTIONS, walk) if shoots else walk
    return actions, Memory(memory.target_points, slot)


def _draw(candidates: jax.Array, draws: jax.Array) -> jax.Array:
    """One of each row's candidates, all as likely; 0 where there are none. `i32[k]`."""
    count = candidates.sum(1)
    # A draw close to 1 may round up to the count itself.
    wanted = jnp.minimum((draws * count).astype(jnp.int32), count - 1)
    return jnp.argmax(jnp.cumsum(candidates, 1) > wanted[:, None], 1).astype(jnp.int32)


def _pick(values: jax.Array, columns: jax.Array) -> jax.Array:
    """The entry of each row in its column."""
    return jnp.take_along_axis(values, columns[:, None], 1)[:, 0]

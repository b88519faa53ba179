"""From what a team chooses to what its units do, and what they may choose (section 7)."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite.functional.curves import heading
from envsuite_smax.state import Params, State
from envsuite_smax.view import View, look, shootable, team_order

MOVE_ACTIONS = 5
"""Up, right, down, left, stop; action 5 + k shoots at opponent k of the team's own order."""

STOP = 4


def decode(
    key: jax.Array, state: State, action: jax.Array, params: Params, *, team: str, how: str
) -> tuple[jax.Array, jax.Array]:
    """What the actions of one team mean, in the order of its units.

    Args:
        key: For decoding by chance.
        state: The battle.
        action: `i32[k]` or `f32[k, 4]`.
        params: The numbers of the game.
        team: Whose they are.
        how: `"discrete"`; or continuous, `"aimed"` or as by the `"peer"`.

    Returns:
        Moves `f32[k, 2]`, shares of full speed; and attack codes `i32[k]`, 5 + slot or 0 for none.
    """
    if how == "discrete":
        return decode_discrete(action)
    size = action.shape[0]
    view = look(state, team=team, size=size)
    action = team_order(action, team=team)
    if how == "peer":
        draws = jax.random.uniform(key, (size, 2))
        moves, attacks = decode_continuous_peer(action, view, draws)
    else:
        moves, attacks = decode_continuous(action, view, params)
    return team_order(moves, team=team), team_order(attacks, team=team)


def decode_discrete(actions: jax.Array) -> tuple[jax.Array, jax.Array]:
    """What discrete actions mean.

    Args:
        actions: `i32[k]`.

    Returns:
        Moves `f32[k, 2]`, unit vectors or 0; and attack codes `i32[k]`, 5 + slot or 0 for none.
    """
    actions = actions.astype(jnp.int32)
    right = (actions == 1).astype(jnp.float32) - (actions == 3)
    up = (actions == 0).astype(jnp.float32) - (actions == 2)
    return jnp.stack([right, up], -1), jnp.where(actions >= MOVE_ACTIONS, actions, 0)


def decode_continuous(
    actions: jax.Array, view: View, params: Params
) -> tuple[jax.Array, jax.Array]:
    """What continuous actions mean: `shoot_last`, `do_shoot`, `distance`, `angle` in [0, 1].

    A unit shoots where `do_shoot` is at least one half, else it moves at the share `distance` of
    its speed along the angle. Where `shoot_last` is at least one half and the opponent of its last
    shot may still be shot at, it shoots there again; else it aims at the point `distance` times
    its attack range away along the angle, and shoots at the opponent nearest to that point among
    those it may shoot at. With none of those it stands still.

    Args:
        actions: `f32[k, 4]`; the angle is in turns, counter-clockwise from the right.
        view: The battle as the team lists it.
        params: The numbers of the game.

    Returns:
        Moves `f32[k, 2]` and attack codes `i32[k]`.
    """
    size = actions.shape[0]
    previous, in_range = view.attacks[:size], shootable(view, params, size=size)
    actions = jnp.clip(actions, 0.0, 1.0)
    keep, shoot = actions[:, 0] >= 0.5, actions[:, 1] >= 0.5
    direction = _direction(actions)
    reach = params.attack_range[view.types[:size]]
    distance = jnp.where(in_range, _from_aim(view, direction * reach[:, None]), jnp.inf)
    last = jnp.clip(previous - MOVE_ACTIONS, 0, in_range.shape[1] - 1)
    again = keep & (previous >= MOVE_ACTIONS)
    again &= jnp.take_along_axis(in_range, last[:, None], 1)[:, 0]
    slot = jnp.where(again, last, jnp.argmin(distance, 1).astype(jnp.int32))
    hits = shoot & in_range.any(1)
    return jnp.where(shoot[:, None], 0.0, direction), jnp.where(hits, slot + MOVE_ACTIONS, 0)


def decode_continuous_peer(
    actions: jax.Array, view: View, draws: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """What continuous actions mean in JaxMARL 0.2.0 (section 7.2): inverted and by chance.

    A unit *moves* with probability `do_shoot`, else it shoots; with probability `1 - shoot_last`
    its shot goes where its last one went. It aims one map unit away, at dead opponents too.

    Args:
        actions: `f32[k, 4]`.
        view: The battle as the team lists it.
        draws: `f32[k, 2]`, uniform in [0, 1).

    Returns:
        Moves `f32[k, 2]` and attack codes `i32[k]`.
    """
    previous = view.attacks[: actions.shape[0]]
    actions = jnp.clip(actions, 0.0, 1.0)
    move = draws[:, 0] < actions[:, 1]
    renew = draws[:, 1] < actions[:, 0]
    direction = _direction(actions)
    nearest = jnp.argmin(_from_aim(view, direction), 1).astype(jnp.int32) + MOVE_ACTIONS
    attacks = jnp.where(move, 0, jnp.where(renew, nearest, previous))
    return jnp.where(move[:, None], direction, 0.0), attacks


def targets(attacks: jax.Array, *, team: str, allies: int, units: int) -> jax.Array:
    """Unit indices `i32[k]` that attack codes of `team` aim at; -1 for none."""
    place = attacks - MOVE_ACTIONS
    index = allies + place if team == "ally" else allies - 1 - place
    return jnp.where((attacks >= MOVE_ACTIONS) & (index >= 0) & (index < units), index, -1)


def legal_actions(view: View, params: Params, *, size: int) -> jax.Array:
    """Action masks: the dead may only stop, the living also move and shoot whom they can reach.

    Args:
        view: The battle as the team lists it.
        params: The numbers of the game.
        size: How many units the team has, `k`.

    Returns:
        `bool[k, 5 + m]` for `m` opponents.
    """
    moves = jnp.broadcast_to(view.health[:size, None] > 0, (size, STOP))
    stop = jnp.ones((size, 1), bool)
    return jnp.concatenate([moves, stop, shootable(view, params, size=size)], 1)


def _direction(actions: jax.Array) -> jax.Array:
    return actions[:, 2, None] * jnp.stack(heading(actions[:, 3]), -1)


def _from_aim(view: View, aim: jax.Array) -> jax.Array:
    """Squared distances `f32[k, m]` of opponents from points `aim: f32[k, 2]` off each unit."""
    size = aim.shape[0]
    x = view.others_x[:, size - 1 :] - aim[:, :1]
    y = view.others_y[:, size - 1 :] - aim[:, 1:]
    return x * x + y * y

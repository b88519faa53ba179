"""One step of the world: units move, shoot, die and push each other (section 8).

x and y are kept apart, and pairs are never given a third axis: that is what makes it fast.
"""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp

from envsuite.functional import struct
from envsuite_smax.actions import targets
from envsuite_smax.state import Params, State


@struct
class Moment:
    """What one tick of the world changes; all `[n]`."""

    x: jax.Array
    y: jax.Array
    health: jax.Array
    cooldowns: jax.Array
    shots: jax.Array  # i32: whom each hit since the step began, -1 for none


@struct
class Orders:
    """What holds for all ticks of a step; all `[n]`."""

    x_step: jax.Array  # map units a tick
    y_step: jax.Array
    targets: jax.Array  # i32, unit indices, -1 for none
    damage: jax.Array
    reach_squared: jax.Array
    radius: jax.Array
    weapon_cooldown: jax.Array


def orders(
    state: State, moves: jax.Array, attacks: jax.Array, params: Params, *, allies: int
) -> Orders:
    """What `moves: f32[n, 2]` and attack codes `attacks: i32[n]` ask of each unit."""
    units = moves.shape[0]
    step = params.speed[state.types] * params.seconds_per_tick
    aims = [
        targets(attacks[:allies], team="ally", allies=allies, units=units),
        targets(attacks[allies:], team="enemy", allies=allies, units=units),
    ]
    return Orders(
        x_step=moves[:, 0] * step,
        y_step=moves[:, 1] * step,
        targets=jnp.concatenate(aims),
        damage=params.damage[state.types],
        reach_squared=params.attack_range[state.types] ** 2,
        radius=params.radius[state.types],
        weapon_cooldown=params.weapon_cooldown[state.types],
    )


def tick(
    moment: Moment,
    orders: Orders,
    noise: jax.Array,
    seconds: jax.Array,
    *,
    allies: int,
    width: float,
    height: float,
    walls_cause_death: bool,
) -> Moment:
    """Let one tick pass; everything happens at once, on what held when it began.

    Args:
        moment: The units as the tick begins.
        orders: What they do.
        noise: `f32[n]`, seconds added to the weapon's cooldown of a unit that shoots.
        seconds: How long the tick lasts.
        allies: The number of allies.
        width: Of the map.
        height: Of the map.
        walls_cause_death: Whether a unit at the edge of the map dies.
    """
    alive = moment.health > 0
    x = jnp.where(alive, jnp.clip(moment.x + orders.x_step, 0.0, width), moment.x)
    y = jnp.where(alive, jnp.clip(moment.y + orders.y_step, 0.0, height), moment.y)
    hit, loss = shoot(moment, orders, allies=allies)
    health = jnp.maximum(moment.health - loss, 0.0)
    if walls_cause_death:
        inside = (x > 0) & (x < width) & (y > 0) & (y < height)
        health = jnp.where(inside, health, 0.0)
    x_push, y_push = push(x, y, jnp.where(health > 0, orders.radius, -jnp.inf))
    return Moment(
        x=x + x_push,
        y=y + y_push,
        health=health,
        cooldowns=jnp.where(hit, orders.weapon_cooldown + noise, moment.cooldowns - seconds),
        shots=jnp.where(hit, orders.targets, moment.shots),
    )


def shoot(moment: Moment, orders: Orders, *, allies: int) -> tuple[jax.Array, jax.Array]:
    """Who hits its target, `bool[n]`, and how much health each unit loses to that, `f32[n]`.

    A shot hits where shooter and target live, the weapon is ready and the target is nearer than
    the attack range.
    """
    ready = (moment.health > 0) & (moment.cooldowns <= 0)
    ours, theirs = slice(None, allies), slice(allies, None)

    def volley(shooters: slice, others: slice, first: int) -> tuple[jax.Array, jax.Array]:
        x = moment.x[shooters, None] - moment.x[others]
        y = moment.y[shooters, None] - moment.y[others]
        index = jnp.arange(x.shape[1]) + first
        hits = (
            (orders.targets[shooters, None] == index)
            & (x * x + y * y < orders.reach_squared[shooters, None])
            & ready[shooters, None]
            & (moment.health[others] > 0)
        )
        return hits.any(1), jnp.where(hits, orders.damage[shooters, None], 0.0).sum(0)

    hit_by_allies, lost_by_enemies = volley(ours, theirs, allies)
    hit_by_enemies, lost_by_allies = volley(theirs, ours, 0)
    return (
        jnp.concatenate([hit_by_allies, hit_by_enemies]),
        jnp.concatenate([lost_by_allies, lost_by_enemies]),
    )


def push(x: jax.Array, y: jax.Array, radius: jax.Array) -> tuple[jax.Array, jax.Array]:
    """How far overlapping units push each other, `f32[n]` along each axis.

    One pass for all pairs at once; a lone pair is separated by it, unless it shares one point.

    Args:
        x: `f32[n]`.
        y: `f32[n]`.
        radius: `f32[n]`; minus infinity for units that take up no room.
    """
    apart_x = x[:, None] - x
    apart_y = y[:, None] - y
    distance = jnp.sqrt(apart_x * apart_x + apart_y * apart_y)
    overlap = jnp.maximum((radius[:, None] + radius) / (distance + 1e-6) - 1.0, 0.0)
    return 0.5 * (apart_x * overlap).sum(1), 0.5 * (apart_y * overlap).sum(1)


def fight(
    state: State,
    moves: jax.Array,
    attacks: jax.Array,
    noise: jax.Array,
    params: Params,
    *,
    allies: int,
    width: float,
    height: float,
    walls_cause_death: bool,
) -> State:
    """Play one step of as many ticks as there are rows of `noise`.

    Args:
        state: The battle before.
        moves: `f32[n, 2]`.
        attacks: `i32[n]`, attack codes.
        noise: `f32[ticks, n]`, seconds; see `tick`.
        params: The numbers of the game.
        allies: The number of allies.
        width: Of the map.
        height: Of the map.
        walls_cause_death: Whether a unit at the edge of the map dies.

    Returns:
        The battle after; the memory of scripted enemies is untouched.
    """
    commands = orders(state, moves, attacks, params, allies=allies)
    moment = Moment(
        x=state.positions[:, 0],
        y=state.positions[:, 1],
        health=state.health,
        cooldowns=state.cooldowns,
        shots=jnp.full_like(state.shots, -1),
    )
    for row in range(noise.shape[0]):
        moment = tick(
            moment,
            commands,
            noise[row],
            params.seconds_per_tick,
            allies=allies,
            width=width,
            height=height,
            walls_cause_death=walls_cause_death,
        )
    return replace(
        state,
        positions=jnp.stack([moment.x, moment.y], -1),
        health=moment.health,
        cooldowns=moment.cooldowns,
        previous_moves=moves,
        previous_attacks=attacks,
        shots=moment.shots,
    )

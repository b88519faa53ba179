"""One step of the world: units move, shoot, die and push each other (section 8).

Arrays here are `[n, ...]`: units first, copies of the battle last, so that the processor's vectors
run over copies, which are many, and not over units, which are few; under `vmap` that makes a step
several times faster than batching in front.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.functional import struct
from envsuite_smax.actions import targets
from envsuite_smax.state import Params, State
from envsuite_smax.view import nearer


@struct
class Moment:
    """What one tick of the world changes; all `[n, ...]`."""

    x: jax.Array
    y: jax.Array
    health: jax.Array
    cooldowns: jax.Array
    shots: jax.Array  # i32: whom each hit since the step began, -1 for none


@struct
class Orders:
    """What holds for all ticks of a step; all `[n, ...]`."""

    x_step: jax.Array  # map units a tick
    y_step: jax.Array
    targets: jax.Array  # i32, unit indices, -1 for none
    damage: jax.Array
    reach: jax.Array
    radius: jax.Array
    weapon_cooldown: jax.Array


@dataclass(frozen=True)
class Field:
    """The ground a battle is fought on.

    Attributes:
        width: Map units.
        height: Map units.
        walls_cause_death: Whether a unit at the edge dies.
    """

    width: float
    height: float
    walls_cause_death: bool = True


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
        # No move is longer. Bounding it keeps the product apart from the sum it enters: fused into
        # one, as where a step is a single tick, it would be rounded otherwise than in the twin.
        x_step=jnp.clip(moves[:, 0] * step, -step, step),
        y_step=jnp.clip(moves[:, 1] * step, -step, step),
        targets=jnp.concatenate(aims),
        damage=params.damage[state.types],
        reach=params.attack_range[state.types],
        radius=params.radius[state.types],
        weapon_cooldown=params.weapon_cooldown[state.types],
    )


def tick(
    moment: Moment, orders: Orders, noise: jax.Array, seconds: jax.Array, *, field: Field
) -> Moment:
    """Let one tick pass; everything happens at once, on what held when it began.

    Args:
        moment: The units as the tick begins.
        orders: What they do.
        noise: `f32[n, ...]`, seconds added to the weapon's cooldown of a unit that shoots.
        seconds: `f32[...]`, how long the tick lasts.
        field: The ground.
    """
    alive = moment.health > 0
    x = jnp.where(alive, jnp.clip(moment.x + orders.x_step, 0.0, field.width), moment.x)
    y = jnp.where(alive, jnp.clip(moment.y + orders.y_step, 0.0, field.height), moment.y)
    hit, loss = shoot(moment, orders)
    health = jnp.maximum(moment.health - loss, 0.0)
    if field.walls_cause_death:
        inside = (x > 0) & (x < field.width) & (y > 0) & (y < field.height)
        health = jnp.where(inside, health, 0.0)
    x_push, y_push = push(x, y, jnp.where(health > 0, orders.radius, -jnp.inf))
    return Moment(
        x=x + x_push,
        y=y + y_push,
        health=health,
        cooldowns=jnp.where(hit, orders.weapon_cooldown + noise, moment.cooldowns - seconds),
        shots=jnp.where(hit, orders.targets, moment.shots),
    )


def shoot(moment: Moment, orders: Orders) -> tuple[jax.Array, jax.Array]:
    """Who hits its target, `bool[n, ...]`, and what health each unit loses to that, `f32[n, ...]`.

    A shot hits where shooter and target live, the weapon is ready and the target is nearer than
    the attack range.
    """
    chosen = jnp.maximum(orders.targets, 0)

    def of_target(values: jax.Array) -> jax.Array:
        return jnp.take_along_axis(values, chosen, 0)

    x, y = moment.x - of_target(moment.x), moment.y - of_target(moment.y)
    hit = (
        (orders.targets >= 0)
        & (moment.health > 0)
        & (of_target(moment.health) > 0)
        & (moment.cooldowns <= 0)
        & nearer(x, y, orders.reach)
    )
    units = moment.x.shape[0]
    index = jnp.arange(units).reshape((units,) + (1,) * (moment.x.ndim - 1))

    def loss(shooter: tuple[jax.Array, jax.Array]) -> jax.Array:
        target, damage = shooter
        return jnp.where(target == index, damage, 0.0)

    damage = jnp.where(hit, orders.damage, 0.0)
    return hit, total(loss, (orders.targets, damage))


def push(x: jax.Array, y: jax.Array, radius: jax.Array) -> tuple[jax.Array, jax.Array]:
    """How far overlapping units push each other, `f32[n, ...]` along each axis.

    One pass for all pairs at once; a lone pair is separated by it, unless it shares one point.

    Args:
        x: `f32[n, ...]`.
        y: `f32[n, ...]`.
        radius: `f32[n, ...]`; minus infinity for units that take up no room.
    """

    def shares(other: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        other_x, other_y, other_radius = other
        apart_x, apart_y = x - other_x, y - other_y
        distance = jnp.sqrt(apart_x * apart_x + apart_y * apart_y)
        overlap = jnp.maximum((radius + other_radius) / (distance + 1e-6) - 1.0, 0.0)
        return apart_x * overlap, apart_y * overlap

    x_push, y_push = total(shares, (x, y, radius))
    return 0.5 * x_push, 0.5 * y_push


def total(term: Callable[[Any], Any], others: Any) -> Any:
    """The sum of `term` over all units.

    Args:
        term: What one unit, a slice of `others`, adds; a pytree of arrays.
        others: Pytree of arrays `[n, ...]`.
    """
    return jax.lax.platform_dependent(
        others, cpu=partial(in_turn, term), default=partial(at_once, term)
    )


def in_turn(term: Callable[[Any], Any], others: Any) -> Any:
    """The sum, one unit after the other: what is added to stays in the processor's cache."""

    def add(sums: Any, other: Any) -> tuple[Any, None]:
        return jax.tree.map(jnp.add, sums, term(other)), None

    first = jax.tree.map(lambda values: values[0], others)
    nothing = jax.tree.map(jnp.zeros_like, jax.eval_shape(term, first))
    return jax.lax.scan(add, nothing, others)[0]


def at_once(term: Callable[[Any], Any], others: Any) -> Any:
    """The sum as one reduction: an accelerator starts one kernel for it instead of `n`."""
    return jax.tree.map(lambda terms: terms.sum(0), jax.vmap(term)(others))


def fight(
    state: State,
    moves: jax.Array,
    attacks: jax.Array,
    noise: jax.Array,
    params: Params,
    *,
    allies: int,
    ticks: int,
    field: Field,
) -> State:
    """Play one step.

    Args:
        state: The battle before.
        moves: `f32[n, 2]`, shares of full speed.
        attacks: `i32[n]`, attack codes.
        noise: `f32[ticks, n]`, seconds; see `tick`. Or `f32[1, n]`, one draw for all ticks.
        params: The numbers of the game.
        allies: The number of allies.
        ticks: How many ticks the step lasts.
        field: The ground.

    Returns:
        The battle after; the memory of scripted enemies is untouched.
    """
    moment = Moment(
        x=state.positions[:, 0],
        y=state.positions[:, 1],
        health=state.health,
        cooldowns=state.cooldowns,
        shots=jnp.full_like(state.shots, -1),
    )
    commands = orders(state, moves, attacks, params, allies=allies)
    after = _ticks(ticks, field)(moment, commands, noise, jnp.asarray(params.seconds_per_tick))
    return replace(
        state,
        positions=jnp.stack([after.x, after.y], -1),
        health=after.health,
        cooldowns=after.cooldowns,
        previous_moves=moves,
        previous_attacks=attacks,
        shots=after.shots,
    )


def draws_a_step(params: Params, ticks: int) -> int:
    """How many draws of cooldown noise each unit needs for a step of so many ticks.

    One, unless a weapon may be ready again before the step is over: then one a tick. Drawing is a
    good part of what a step costs.
    """
    shortest = np.min(params.weapon_cooldown) + params.cooldown_noise_low
    return 1 if shortest > (ticks - 2) * params.seconds_per_tick else ticks


def _ticks(ticks: int, field: Field) -> Callable[..., Moment]:
    """A function that lets `ticks` pass; mapped over copies, it puts their axis last."""

    @jax.custom_batching.custom_vmap
    def play(moment: Moment, orders: Orders, noise: jax.Array, seconds: jax.Array) -> Moment:
        def body(number: jax.Array, moment: Moment) -> Moment:
            row = noise[number] if noise.shape[0] > 1 else noise[0]
            return tick(moment, orders, row, seconds, field=field)

        # A loop, for unrolled ticks would be fused into one another and computed many times over.
        return jax.lax.fori_loop(0, ticks, body, moment)

    @play.def_vmap
    def _(copies: int, batched: Any, *arguments: Any) -> tuple[Moment, Any]:
        def copies_last(value: jax.Array, is_batched: bool) -> jax.Array:
            if is_batched:
                return jnp.moveaxis(value, 0, -1)
            return jnp.broadcast_to(value[..., None], (*value.shape, copies))

        after = play(*jax.tree.map(copies_last, arguments, tuple(batched)))
        after = jax.tree.map(lambda value: jnp.moveaxis(value, -1, 0), after)
        return after, jax.tree.map(lambda _: True, after)

    return play

"""What a battle is made of: the moment, and the numbers it is fought by."""

from __future__ import annotations

from typing import Any

import jax

from envsuite.functional import struct


@struct
class State:
    """A moment of a battle of `n` units, allies first, then `E` enemies.

    Attributes:
        positions: `f32[n, 2]`, x (right) and y (up), in map units.
        health: `f32[n]`, points; a unit without any is dead.
        types: `i32[n]`, type ids.
        cooldowns: `f32[n]`, seconds until the weapon is ready; keeps falling below 0.
        previous_moves: `f32[n, 2]`, direction and share of full speed of the last step.
        previous_attacks: `i32[n]`, attack code of the last step: 5 + target slot, 0 for none.
        shots: `i32[n]`, index of the unit this unit hit during the last step, -1 for none.
        target_points: `f32[E, 2]`, where a scripted enemy heads that sees no one.
        last_attacked: `i32[E]`, slot a scripted enemy shot at last, -1 for none.
    """

    positions: jax.Array
    health: jax.Array
    types: jax.Array
    cooldowns: jax.Array
    previous_moves: jax.Array
    previous_attacks: jax.Array
    shots: jax.Array
    target_points: jax.Array
    last_attacked: jax.Array

    @property
    def alive(self) -> jax.Array:
        """Who has health left, `bool[n]`."""
        return self.health > 0


@struct
class Params:
    """The numbers of the game; tables are `f32[unit types]`.

    Attributes:
        health: Points at the start.
        damage: Points a shot takes.
        attack_range: Map units.
        sight_range: Map units.
        speed: Map units a second.
        radius: Map units.
        weapon_cooldown: Seconds.
        won_battle_bonus: Reward for winning.
        seconds_per_tick: Game time of one tick of the world.
        cooldown_noise_low: Seconds; the least that chance adds to a weapon's cooldown.
        cooldown_noise_high: Seconds; the most.
        ally_start: `f32[2]`, centre of the allies' fixed start.
        enemy_start: `f32[2]`, centre of the enemies' fixed start.
        start_spread: Map units; a squad starts within a square of twice this width.
    """

    health: Any
    damage: Any
    attack_range: Any
    sight_range: Any
    speed: Any
    radius: Any
    weapon_cooldown: Any
    won_battle_bonus: Any
    seconds_per_tick: Any
    cooldown_noise_low: Any
    cooldown_noise_high: Any
    ally_start: Any
    enemy_start: Any
    start_spread: Any

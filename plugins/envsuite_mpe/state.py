"""What a world of particles is made of: the moment, and the numbers it is played by."""

from __future__ import annotations

from typing import Any

import jax

from envsuite.functional import struct


@struct
class State:
    """A moment of a world of `n` agents and `m` entities, agents first, then landmarks.

    Attributes:
        positions: `f32[m, 2]`, x (right) and y (up).
        velocities: `f32[n, 2]`, units of length a unit of time.
        words: `f32[speakers, vocabulary]`, what each speaker said in the last step.
        goals: `i32[goals]`, indices of landmarks; what for, each scenario says.
    """

    positions: jax.Array
    velocities: jax.Array
    words: jax.Array
    goals: jax.Array


@struct
class Params:
    """The numbers of the game.

    Attributes:
        radius: `f32[m]`.
        mass: `f32[n]`.
        acceleration: `f32[n]`, the force of a full push.
        max_speed: `f32[n]`; infinite for those who have none.
        time_step: Units of time a step lasts.
        damping: Share of the velocity that is lost in a step.
        contact_force: Force on each of two bodies for each unit that one is inside the other.
        contact_margin: Length within which that force sets in.
        agent_spread: Agents begin with x and y between this and its negative.
        landmark_spread: The same for landmarks.
        local_ratio: Share of one's own success in one's reward (SimpleSpread, SimpleReference).
        view_radius: How far predators see (SimpleFacmac).
    """

    radius: Any
    mass: Any
    acceleration: Any
    max_speed: Any
    time_step: Any
    damping: Any
    contact_force: Any
    contact_margin: Any
    agent_spread: Any
    landmark_spread: Any
    local_ratio: Any
    view_radius: Any

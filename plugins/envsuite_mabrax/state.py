"""What a robot remembers between steps, and the numbers of its task."""

from __future__ import annotations

from typing import Any

import jax

from envsuite.functional import struct


@struct
class Params:
    """What counts, and what the robot is up against.

    Attributes:
        forward_weight: Of the speed forwards, in metres a second.
        control_weight: Of the summed squares of the actions; see the README for the humanoid's.
        alive_reward: For each step, also for the last.
        gravity: `f32[3]`, metres a second squared.
        gear: `f32[joints]`: the torque of an action of 1, in newton metres, in Brax's order of
            actuators (`physics.driven`).
    """

    forward_weight: float | jax.Array
    control_weight: float | jax.Array
    alive_reward: float | jax.Array
    gravity: Any
    gear: Any


@struct
class State:
    """A moment."""

    robot: Any  # Brax's own state: bodies, speeds, and what the whole robot observes of them

"""What a drive is made of: the level, the numbers of the game, and the moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.functional import struct


@struct
class Level:
    """Where `n` robots drive; lengths in metres, angles in radians.

    Attributes:
        walls: `bool[rows, columns]`; cell (row y, column x) covers x to x + 1 and y to y + 1, in
            cells. The cells at the edge are walls whatever is said of them.
        obstacles: `f32[k, corners, 2]`, convex polygons, x and y of their corners in turn; one
            with fewer corners repeats its last. All corners in one place outside the map: none.
        starts: `f32[n, 2]`, x and y.
        headings: `f32[n]`, counter-clockwise from the x axis.
        goals: `f32[n, 2]`, x and y.
    """

    walls: Any
    obstacles: Any
    starts: Any
    headings: Any
    goals: Any


@struct
class Params:
    """A level, and the numbers of the game.

    Attributes:
        walls: See `Level`; so are the next four.
        obstacles: Polygons.
        starts: Where the robots begin, at rest.
        headings: How they look at the start.
        goals: Where they are to go.
        drawn: `bool[]`: each reset draws a level, in place of the one here. Levels drawn by
            `sample` and named levels say no.
        own_share: `f32[2]`, from 0 to 1: the share of a robot's reward that is its own; the rest is
            the mean of all robots'. A reset draws it between the two.
        goal_radius: Metres; who is that near has reached its goal.
        goal_reward: For reaching it.
        progress_weight: Reward for each metre nearer to it.
        crash_reward: For hitting something.
        step_reward: For each step of a robot that has neither reached its goal nor crashed.
        turn_limit: Radians a second; who asks for a faster turn pays.
        turn_weight: Reward for each radian a second of such a turn.
        near_margin: Metres; a reading of less than this beyond the robot's radius is near.
        near_reward: For each step with something near.
        time_step: Seconds.
        acceleration: Metres a second, each second.
        turn_acceleration: Radians a second, each second.
        lidar_resolution: Metres; readings are whole multiples of it, the first at or behind what
            is hit. 0: readings are exact.
    """

    walls: Any
    obstacles: Any
    starts: Any
    headings: Any
    goals: Any
    drawn: Any
    own_share: Any
    goal_radius: Any = np.float32(0.5)
    goal_reward: Any = np.float32(4)
    progress_weight: Any = np.float32(0.25)
    crash_reward: Any = np.float32(-4)
    step_reward: Any = np.float32(-0.01)
    turn_limit: Any = np.float32(0.7)
    turn_weight: Any = np.float32(0)
    near_margin: Any = np.float32(0.1)
    near_reward: Any = np.float32(-0.1)
    time_step: Any = np.float32(0.1)
    acceleration: Any = np.float32(1)
    turn_acceleration: Any = np.float32(1)
    lidar_resolution: Any = np.float32(0.05)


@struct
class State:
    """A moment of `n` robots.

    Attributes:
        positions: `f32[n, 2]`, x and y, metres.
        headings: `f32[n]`, radians from -pi to pi, counter-clockwise from the x axis.
        velocities: `f32[n, 2]`: forwards, metres a second; turning, radians a second.
        reached: `bool[n]`: has been at its goal.
        hit_map: `bool[n]`: has crashed into a wall or an obstacle.
        hit_robot: `bool[n]`: has crashed into another robot.
        level: Where they drive.
        own_share: `f32[]`, the share of a robot's reward that is its own.
    """

    positions: jax.Array
    headings: jax.Array
    velocities: jax.Array
    reached: jax.Array
    hit_map: jax.Array
    hit_robot: jax.Array
    level: Level
    own_share: jax.Array

    @property
    def crashed(self) -> jax.Array:
        """Who has hit anything, `bool[n]`."""
        return self.hit_map | self.hit_robot


LEVEL = ("walls", "obstacles", "starts", "headings", "goals")


def level_of(params: Params) -> Level:
    """The level in the params."""
    return Level(**{name: getattr(params, name) for name in LEVEL})


def with_level(params: Params, level: Level) -> Params:
    """The params with another level, which is the one to play."""
    own = {name: getattr(level, name) for name in LEVEL}
    return replace(params, **own, drawn=np.bool_(False))


def check_shapes(params: Params, due: Params) -> None:
    """Raise `ValueError` for a level of another size or number of robots than `due`."""
    for name in LEVEL:
        wanted, shape = np.shape(getattr(due, name)), jnp.shape(getattr(params, name))
        if shape != wanted:
            raise ValueError(
                f"a level whose {name} have shape {list(shape)} does not fit this game, where "
                f"{list(wanted)} is due: give another level, or another size or number of robots "
                "to the game"
            )

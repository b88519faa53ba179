"""A maze with something to remember: the colour beside the start says which way to turn."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct
from envsuite_maze.drawing import Drawing, read_drawing
from envsuite_maze.env import DONE, FORWARD, TURN_LEFT, TURNS
from envsuite_maze.level import VECTORS, Level
from envsuite_maze.observe import EMPTY, GOAL, OBSERVATIONS, WALL, window
from envsuite_maze.options import ACTIONS, check_choice, check_number

RED, GREEN = range(2)  # MiniGrid's numbers; the upper thing in the cross passage is red
CLUE = np.array([6, 0], np.int32)  # row, column: on the left of the agent as it begins
PLAN = """
    ........#.#....
    ........#.#....
    ........#.#....
    ........#.#....
    ........#.#....
    ####....#G#....
    ...######.#....
    >.........#....
    ...######.#....
    ####....#G#....
    ........#.#....
    ........#.#....
    ........#.#....
    ........#.#....
    ........#.#....
"""


@struct
class Chance:
    """The params of the game.

    Attributes:
        green: `f32[]`: how likely the clue is green; else it is red.
    """

    green: Any


@struct
class MemoryState:
    """Where the agent is, and what it has to remember.

    Attributes:
        place: `i32[2]`: row, column.
        heading: `i32[]`: 0 right, 1 down, 2 left, 3 up.
        steps: `i32[]`: how many were taken; the reward tells them.
        clue: `i32[]`: RED or GREEN.
        ended: `bool[]`: one of the two things was touched.
        won: `bool[]`: it was the one of the clue's colour.
    """

    place: jax.Array
    heading: jax.Array
    steps: jax.Array
    clue: jax.Array
    ended: jax.Array
    won: jax.Array


@dataclass(frozen=True)
class MemoryMaze(Env[MemoryState, Chance]):
    """See a colour, walk down a corridor, and turn to the thing that has it.

    Each reset draws the colour of the clue, red or green. At the end of the corridor the red thing
    is on the left, the green one on the right. Whoever walks into one of them ends the game; with
    action `t` into that of the clue's colour it pays `1 - 0.9 * t / horizon`. All three are in the
    way like walls. Actions and `info` are those of `Maze`.

    Attributes:
        observation: `"flat"`, `"image"` or `"codes"`: as those of `Maze`, with a plane of red and
            one of green things in place of the goal.
        sight: Rows and columns that are seen, walls or not; odd.
        actions: `"moves"`, or `"minigrid"`: four more that do nothing.
        horizon: In how many actions the reward falls from 1 to 0.1; give `max_steps` as well.

    Raises:
        ValueError: On construction, for an option that is not there.
    """

    _: KW_ONLY
    observation: str = "flat"
    sight: int = 5
    actions: str = "moves"
    horizon: int = 250

    def __post_init__(self) -> None:
        """Refuse what makes no game."""
        check_choice("observation", self.observation, OBSERVATIONS)
        check_choice("actions", self.actions, tuple(ACTIONS))
        check_number("horizon", self.horizon, 1)
        check_number("sight", self.sight, 3)
        if self.sight % 2 == 0:
            raise ValueError(f"sight must be odd, not {self.sight}")

    @cached_property
    def plan(self) -> Drawing:
        """Walls, where the two things are, and where the agent begins."""
        return read_drawing(PLAN)

    @property
    def things(self) -> np.ndarray:
        """Where the red thing, the green one and the clue are, `i32[3, 2]`: rows and columns."""
        return np.array([*self.plan.goals, CLUE])

    @property
    def noop_action(self) -> int:
        """MiniGrid's `done`; a turn to the left where there is no such."""
        return DONE if self.actions == "minigrid" else TURN_LEFT

    @property
    def observation_space(self) -> spaces.Box:
        """The square before the agent, and its heading."""
        cells = self.sight**2
        if self.observation == "codes":
            high = np.array([*np.tile(np.maximum(WALL, GOAL), cells), 3], np.float32)
            return spaces.Box(np.zeros_like(high), high, dtype=np.float32)
        shape = (3 * cells + 4,) if self.observation == "flat" else (self.sight, self.sight, 7)
        return spaces.Box(0.0, 1.0, shape, np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Two turns and a step forward, and four that do nothing if one wants them."""
        return spaces.Discrete(ACTIONS[self.actions])

    def default_params(self) -> Chance:
        """Either colour is as likely."""
        return Chance(np.float32(0.5))

    def reset(self, key: jax.Array, params: Chance) -> tuple[MemoryState, Timestep[Any]]:
        """Stand at the start, beside a clue that is drawn now."""
        clue = jnp.where(jax.random.uniform(key) < params.green, GREEN, RED).astype(jnp.int32)
        state = MemoryState(
            place=jnp.asarray(self.plan.start),
            heading=jnp.asarray(self.plan.heading),
            steps=jnp.int32(0),
            clue=clue,
            ended=jnp.bool_(False),
            won=jnp.bool_(False),
        )
        return state, self._timestep(state, jnp.float32(0))

    def step(
        self, key: jax.Array, state: MemoryState, action: jax.Array, params: Chance
    ) -> tuple[MemoryState, Timestep[Any]]:
        """Turn, go forward, or touch what is ahead."""
        del key, params
        walls = self.plan.walls
        rows, columns = walls.shape
        ahead = state.place + jnp.asarray(VECTORS)[state.heading]
        inside = ((ahead >= 0) & (ahead < np.array([rows, columns]))).all()
        index = jnp.clip(ahead[0] * columns + ahead[1], 0, rows * columns - 1)
        touched = (ahead == self.plan.goals).all(-1)  # the red thing, the green one
        free = inside & ~jnp.asarray(walls).ravel()[index] & ~(ahead == CLUE).all()
        forward = (action == FORWARD) & ~state.ended
        ends = forward & touched.any()
        won = ends & touched[state.clue]
        turned = (state.heading + jnp.asarray(TURNS)[action]) % 4
        following = replace(
            state,
            place=jnp.where(forward & free & ~touched.any(), ahead, state.place),
            heading=jnp.where(state.ended, state.heading, turned),
            steps=state.steps + ~state.ended,
            ended=state.ended | ends,
            won=state.won | won,
        )
        paid = 1 - 0.9 * following.steps.astype(jnp.float32) / self.horizon
        return following, self._timestep(following, jnp.where(won, paid, 0).astype(jnp.float32))

    def _timestep(self, state: MemoryState, reward: jax.Array) -> Timestep[Any]:
        """What is seen of a state."""
        return Timestep(
            obs=self._observe(state),
            reward=reward,
            terminated=state.ended,
            info={"won": state.won},
        )

    def _observe(self, state: MemoryState) -> jax.Array:
        plan = self.plan
        level = Level(jnp.asarray(plan.walls), plan.goals[0], plan.start, plan.heading)
        cells, wall = window(state.place, state.heading, level, self.sight)
        clue = (cells == CLUE).all(-1)
        red, green = (
            (cells == plan.goals[color]).all(-1) | (clue & (state.clue == color))
            for color in (RED, GREEN)
        )
        if self.observation == "codes":
            codes = jnp.where(wall[:, None], np.array(WALL), np.array(EMPTY))
            for color, thing in ((RED, red), (GREEN, green)):
                codes = jnp.where(thing[:, None], np.array([GOAL[0], color, 0]), codes)
            return jnp.append(codes.ravel(), state.heading).astype(jnp.float32)
        looks = state.heading == np.arange(4)
        if self.observation == "flat":
            return jnp.concatenate([wall, red, green, looks]).astype(jnp.float32)
        planes = jnp.stack([wall, red, green], axis=-1).reshape(self.sight, self.sight, 3)
        everywhere = jnp.broadcast_to(looks, (self.sight, self.sight, 4))
        return jnp.concatenate([planes, everywhere], axis=-1).astype(jnp.float32)

"""The rules of the maze: turn, go forward, find the goal."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct
from envsuite_maze.drawing import Drawing, named_drawing
from envsuite_maze.generate import Generator, with_one_goal
from envsuite_maze.level import (
    RIGHT,
    VECTORS,
    Level,
    check_level,
    level_from_text,
    level_to_text,
    padded,
)
from envsuite_maze.mutate import mutate
from envsuite_maze.observe import observation_space, observe
from envsuite_maze.options import ACTIONS, check_options
from envsuite_maze.paths import NO_WAY, path_length

TURN_LEFT, TURN_RIGHT, FORWARD = range(3)
DONE = 6  # MiniGrid's last action; it and 3 to 5 do nothing here
TURNS = np.array([-1, 1, 0, 0, 0, 0, 0], np.int32)

# compiled as a whole also where they are called by themselves
_draw = jax.jit(Generator.draw, static_argnums=0)
_edit = jax.jit(mutate, static_argnames=("mutation", "edits"))


@struct
class State:
    """Where the agent is, and in which maze.

    Attributes:
        place: `i32[2]`: row, column.
        heading: `i32[]`: 0 right, 1 down, 2 left, 3 up.
        steps: `i32[]`: how many were taken; the reward tells them.
        arrived: `bool[]`.
        level: The maze.
    """

    place: jax.Array
    heading: jax.Array
    steps: jax.Array
    arrived: jax.Array
    level: Level


@dataclass(frozen=True)
class Maze(Env[State, Level]):
    """Find the goal of a maze, seeing only the square before oneself.

    The level is the game's params, so a batch of levels is one stacked pytree. By default each
    reset draws another one (`drawn`); those of `sample`, `mutate` and `parse_level` are played as
    they are. Levels may have no way to the goal. See the README for the rules.

    Actions are TURN_LEFT, TURN_RIGHT, FORWARD. Reaching the goal with action `t` pays
    `1 - 0.9 * t / horizon` and ends the game. `info` holds `won` (`bool[]`): whether the goal was
    reached.

    Attributes:
        level: A level by its name (`envsuite_maze.drawing.names`) or its drawing, in place of drawn
            ones. Where it has several goals, each reset draws one of them.
        size: Rows and columns, or one number for both; by default the level's, and else 13.
        generator: How levels are drawn; see `Generator`.
        walls: How many walls are drawn; the crossings.
        wall_count: `"fixed"` or `"uniform"`; see `Generator`.
        observation: `"flat"`, `"image"` or `"codes"`; see `observe`.
        sight: Rows and columns that are seen; odd.
        see_through_walls: Whether walls hide nothing; if not, see `envsuite_maze.observe.lit`.
        actions: `"moves"`, or `"minigrid"`: four more that do nothing, as in the original.
        horizon: In how many actions the reward falls from 1 to 0.1; give `max_steps` as well.
        mutation: What `mutate` does; see `envsuite_maze.mutate`.
        edits: How many edits it makes.

    Raises:
        ValueError: On construction, for an option that is not there or a number that makes no
            game; in `reset`, for a level of another size.
    """

    level: str | None = None
    _: KW_ONLY
    size: int | tuple[int, int] | None = None
    generator: str = "scattered"
    walls: int = 60
    wall_count: str = "fixed"
    observation: str = "flat"
    sight: int = 5
    see_through_walls: bool = True
    actions: str = "moves"
    horizon: int = 250
    mutation: str = "flips"
    edits: int = 20

    def __post_init__(self) -> None:
        """Bring what YAML or JSON gave into a form that hashes, and check it."""
        if isinstance(self.size, list):
            object.__setattr__(self, "size", tuple(self.size))
        check_options(self)
        if self.level is not None:
            height, width = named_drawing(self.level).walls.shape
            if height > self.shape[0] or width > self.shape[1]:
                raise ValueError(
                    f"the level has {height} rows and {width} columns, more than size "
                    f"{self.size}: leave out the size, or give a larger one"
                )

    @cached_property
    def drawing(self) -> Drawing | None:
        """The level that was named, on the game's own grid."""
        if self.level is None:
            return None
        drawing = named_drawing(self.level)
        first = Level(drawing.walls, drawing.goals[0], drawing.start, drawing.heading)
        return replace(drawing, walls=padded(first, *self.shape).walls)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        if self.size is None:
            own = (13, 13) if self.level is None else named_drawing(self.level).walls.shape
            return own[0], own[1]
        return self.size if isinstance(self.size, tuple) else (self.size, self.size)

    @property
    def noop_action(self) -> int:
        """MiniGrid's `done`, which does nothing; a turn to the left where there is no such."""
        return DONE if self.actions == "minigrid" else TURN_LEFT

    @property
    def observation_space(self) -> spaces.Box:
        """The square before the agent, and its heading."""
        return observation_space(self.observation, self.sight, self.see_through_walls)

    @property
    def action_space(self) -> spaces.Discrete:
        """Two turns and a step forward, and four that do nothing if one wants them."""
        return spaces.Discrete(ACTIONS[self.actions])

    def default_params(self) -> Level:
        """The named level; or an empty one, and word that each reset is to draw another."""
        rows, columns = self.shape
        if self.drawing is not None:
            several = np.bool_(len(self.drawing.goals) > 1)
            own = self.drawing
            return Level(own.walls, own.goals[0], own.start, own.heading, several)
        walls = np.zeros((rows, columns), bool)
        goal = np.array([rows - 1, columns - 1], np.int32)
        return Level(walls, goal, np.zeros(2, np.int32), np.int32(RIGHT), np.bool_(True))

    def sample(self, key: jax.Array) -> Level:
        """Draw a level; of a named one, one of its goals."""
        if self.drawing is not None:
            return with_one_goal(key, self.drawing)
        return _draw(Generator(self.generator, *self.shape, self.walls, self.wall_count), key)

    def mutate(self, key: jax.Array, level: Level) -> Level:
        """Draw a neighbour of a level; it may be one without a way to the goal."""
        return _edit(key, level, mutation=self.mutation, edits=self.edits)

    def without_level(self) -> Maze:
        """The maze that plays all levels of this shape; itself if its resets draw one."""
        if self.drawing is None or len(self.drawing.goals) > 1:
            return self
        unused = {"generator": "scattered", "walls": 0, "wall_count": "fixed"}  # nothing is drawn
        return replace(self, level=None, size=self.shape, **unused)

    def parse_level(self, text: str) -> Level:
        """Read a level; walls are put around one that is smaller than the game's.

        Raises:
            ValueError: If the text is no level or is too large; it says what is wrong with it.
        """
        level = padded(level_from_text(text), *self.shape)
        check_level(level)
        return level

    def level_text(self, level: Level) -> str:
        """Draw a level, so that `parse_level` reads the same one."""
        return level_to_text(level)

    def played_level(self, state: State, params: Level) -> Level:
        """The level that is played."""
        del params
        return state.level

    def measures(self, level: Level) -> dict[str, jax.Array]:
        """How many walls a level has, and how many cells its shortest way, NaN without one."""
        cells = path_length(level)
        path = jnp.where(cells == NO_WAY, jnp.nan, cells.astype(jnp.float32))
        return {"walls": jnp.sum(level.walls, dtype=jnp.float32), "path": path}

    def reset(self, key: jax.Array, params: Level) -> tuple[State, Timestep[Any]]:
        """Stand at the start of the level, or of one that is drawn now."""
        if jnp.shape(params.walls) != self.shape:
            raise ValueError(
                f"a level of shape {jnp.shape(params.walls)} does not fit a maze of {self.shape}: "
                "give another level, or another size to the game"
            )
        given = jax.tree.map(jnp.asarray, replace(params, drawn=np.bool_(False)))
        level = given
        if self.drawing is None or len(self.drawing.goals) > 1:
            level = jax.lax.cond(params.drawn, partial(self.sample, key), lambda: given)
        state = State(level.start, level.heading, jnp.int32(0), jnp.bool_(False), level)
        return state, self._timestep(state, jnp.float32(0))

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Level
    ) -> tuple[State, Timestep[Any]]:
        """Turn, or go forward unless a wall is in the way."""
        del key, params
        level = state.level
        rows, columns = self.shape
        heading = (state.heading + jnp.asarray(TURNS)[action]) % 4
        ahead = state.place + jnp.asarray(VECTORS)[state.heading]
        inside = ((ahead >= 0) & (ahead < np.array(self.shape))).all()
        index = jnp.clip(ahead[0] * columns + ahead[1], 0, rows * columns - 1)
        goes = (action == FORWARD) & inside & ~level.walls.ravel()[index] & ~state.arrived
        place = jnp.where(goes, ahead, state.place)
        following = State(
            place=place,
            heading=jnp.where(state.arrived, state.heading, heading),
            steps=state.steps + ~state.arrived,
            arrived=(place == level.goal).all(),
            level=level,
        )
        paid = 1 - 0.9 * following.steps.astype(jnp.float32) / self.horizon
        reward = jnp.where(following.arrived & ~state.arrived, paid, 0)
        return following, self._timestep(following, reward)

    def _timestep(self, state: State, reward: jax.Array) -> Timestep[Any]:
        """What is seen of a state."""
        obs = observe(
            state.place,
            state.heading,
            state.level,
            observation=self.observation,
            sight=self.sight,
            see_through_walls=self.see_through_walls,
        )
        return Timestep(
            obs=obs,
            reward=reward.astype(jnp.float32),
            terminated=state.arrived,
            info={"won": state.arrived},
        )

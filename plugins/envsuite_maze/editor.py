"""The teacher's game of PAIRED: draw a maze, one cell a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct
from envsuite_maze.generate import chosen, nth
from envsuite_maze.level import Level
from envsuite_maze.options import check_choice, check_number

ORDERS = ("last", "first")


@struct
class Params:
    """The editor has no numbers of its own."""


@struct
class Draft:
    """A maze in the making.

    Attributes:
        walls: `bool[rows, columns]`.
        goal: `i32[]`: a cell, counted row by row; -1 before it has one.
        start: `i32[]`: likewise.
        heading: `i32[]`: drawn when the agent is placed.
        steps: `i32[]`.
        noise: `f32[noise]`: what lets one teacher draw many mazes.
    """

    walls: jax.Array
    goal: jax.Array
    start: jax.Array
    heading: jax.Array
    steps: jax.Array
    noise: jax.Array


@dataclass(frozen=True)
class MazeEditor(Env[Draft, Params]):
    """Draw a maze by naming a cell in each step; the last state holds the level.

    Of `walls + 2` actions two place the goal and then the agent; the others build a wall each. A
    wall on a goal, an agent or a wall is lost. A goal takes the place of a wall. So does an agent;
    one that is put on the goal comes to a random free cell. The agent's heading is drawn. Dennis
    et al., arXiv:2012.02096.

    Observations are `f32[3 * rows * columns + 1 + noise]`: planes of walls, goal and agent, 0 or 1,
    row by row; the share of the steps that were played; and numbers that are drawn evenly from 0 to
    1 at each reset. Nothing is paid: whoever trains a teacher pays it, by what others do in the
    level.

    Attributes:
        size: Rows and columns.
        walls: How many walls the teacher may build.
        order: When goal and agent are placed: `"last"` or `"first"`.
        noise: How many random numbers it sees.

    Raises:
        ValueError: On construction, for a number or a choice that makes no game.
    """

    size: int = 13
    walls: int = 60
    order: str = "last"
    noise: int = 50

    def __post_init__(self) -> None:
        """Refuse what makes no game."""
        for name, least in (("size", 2), ("walls", 0), ("noise", 0)):
            check_number(name, getattr(self, name), least)
        check_choice("order", self.order, ORDERS)
        if self.walls > self.size**2 - 2:
            raise ValueError(
                f"{self.walls} walls leave no room for agent and goal on {self.size} by "
                f"{self.size} cells: give at most {self.size**2 - 2}"
            )

    @property
    def steps(self) -> int:
        """How many actions make a level."""
        return self.walls + 2

    @property
    def observation_space(self) -> spaces.Box:
        """The draft, the time and the noise."""
        return spaces.Box(0.0, 1.0, (3 * self.size**2 + 1 + self.noise,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """The cells, row by row."""
        return spaces.Discrete(self.size**2)

    def default_params(self) -> Params:
        """None."""
        return Params()

    def level(self, draft: Draft) -> Level:
        """The level that a finished draft shows."""
        return Level(
            draft.walls, self._place(draft.goal), self._place(draft.start), draft.heading,
            jnp.bool_(False),
        )  # fmt: skip

    def reset(self, key: jax.Array, params: Params) -> tuple[Draft, Timestep[Any]]:
        """Begin with an empty grid."""
        del params
        noise = jax.random.uniform(key, (self.noise,))
        nowhere = jnp.int32(-1)
        walls = jnp.zeros((self.size, self.size), bool)
        draft = Draft(walls, nowhere, nowhere, jnp.int32(0), jnp.int32(0), noise)
        return draft, self._timestep(draft)

    def step(
        self, key: jax.Array, state: Draft, action: jax.Array, params: Params
    ) -> tuple[Draft, Timestep[Any]]:
        """Build a wall, or place the goal or the agent."""
        del params
        where, heading = jax.random.uniform(key, (2,))
        first = self.walls if self.order == "last" else 0
        sets_goal, sets_start = state.steps == first, state.steps == first + 1
        builds = (state.steps < self.steps) & ~sets_goal & ~sets_start
        cell = jnp.asarray(action, jnp.int32)

        walls = state.walls.ravel()
        taken = (cell == state.goal) | (cell == state.start)
        walls = walls.at[cell].set(walls[cell] | (builds & ~taken))
        # of the two that are placed the second may hit upon the first
        other = chosen(where, (~walls).at[state.goal].set(False))
        start = jnp.where(cell == state.goal, other, cell)
        placed = jnp.where(sets_start, start, cell)
        walls = walls.at[placed].set(walls[placed] & ~(sets_goal | sets_start))
        draft = Draft(
            walls=walls.reshape(state.walls.shape),
            goal=jnp.where(sets_goal, cell, state.goal),
            start=jnp.where(sets_start, start, state.start),
            heading=jnp.where(sets_start, nth(heading, 4), state.heading),
            steps=jnp.minimum(state.steps + 1, self.steps),
            noise=state.noise,
        )
        return draft, self._timestep(draft)

    def _place(self, cell: jax.Array) -> jax.Array:
        """Row and column, `i32[2]`."""
        return jnp.stack(jnp.divmod(cell, self.size)).astype(jnp.int32)

    def _timestep(self, draft: Draft) -> Timestep[Any]:
        """What is seen of a draft."""
        cells = np.arange(self.size**2)
        planes = [draft.walls.ravel(), cells == draft.goal, cells == draft.start]
        time = (draft.steps / self.steps)[None]
        numbers = [*(plane.astype(jnp.float32) for plane in planes), time, draft.noise]
        return Timestep(
            obs=jnp.concatenate(numbers).astype(jnp.float32),
            reward=jnp.float32(0),
            terminated=draft.steps >= self.steps,
        )

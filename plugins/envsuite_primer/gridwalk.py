"""GridWalk, a single agent's game with levels: find the goal behind the walls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct, tree_where
from envsuite_primer.gridwalk_level import (
    Level,
    level_from_text,
    level_to_text,
    reachable,
    solvable,
)

STAY, NORTH, SOUTH, WEST, EAST = range(5)
MOVES = np.array([(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)], np.int32)  # (row, column)


@struct
class State:
    """Where the walker is, and whether it has arrived; the level is in the params."""

    place: jax.Array  # i32[2]: row, column
    arrived: jax.Array  # bool[]


@dataclass(frozen=True)
class GridWalk(Env[State, Level]):
    """Walk from the start of a level to its goal; arriving pays 1 and ends the game.

    The level is the game's params, so a batch of levels is one stacked pytree. A move into a wall
    or over the edge does nothing.

    Observations are `f32[(2 * sight + 1) ** 2 + 2]`: the walls of the square around the walker,
    row by row, in 0 to 1, then how far the goal lies to the south and to the east in shares of
    the grid, in -1 to 1. Actions are STAY, NORTH, SOUTH, WEST, EAST. `info` holds `won`
    (`bool[]`): whether the goal was reached.

    Attributes:
        size: Rows and columns of a level.
        sight: How many cells the walker sees in each direction.
        wall_share: The share of cells that `sample` makes walls, at most 1.

    Raises:
        ValueError: On construction, for a number out of range; in `reset`, for a level of another
            size.
    """

    size: int = 9
    sight: int = 2
    wall_share: float = 0.3

    def __post_init__(self) -> None:
        """Refuse numbers that make no level."""
        for name, least in (("size", 3), ("sight", 1)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number from {least} up, not {value!r}")
        if not 0 <= self.wall_share <= 1:
            raise ValueError(f"wall_share must lie between 0 and 1, not {self.wall_share!r}")

    @property
    def observation_space(self) -> spaces.Box:
        """The walls around and the way to the goal."""
        cells = (2 * self.sight + 1) ** 2
        low = np.array([0.0] * cells + [-1.0, -1.0], np.float32)
        return spaces.Box(low, np.ones(cells + 2, np.float32), dtype=np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Five moves."""
        return spaces.Discrete(len(MOVES))

    def default_params(self) -> Level:
        """Two rooms with a door between them, the start in one and the goal in the other."""
        middle = self.size // 2
        walls = jnp.zeros((self.size, self.size), bool).at[:, middle].set(True)
        corners = jnp.array([[0, 0], [self.size - 1, self.size - 1]], jnp.int32)
        return Level(walls.at[middle, middle].set(False), corners[0], corners[1])

    def sample(self, key: jax.Array) -> Level:
        """Draw walls, a start, and a goal among the cells that can be reached from it."""
        wall_key, start_key, goal_key = jax.random.split(key, 3)
        walls = jax.random.bernoulli(wall_key, self.wall_share, (self.size, self.size))
        start = jax.random.randint(start_key, (2,), 0, self.size)
        # the next cell towards the middle is freed too, so that there is somewhere to go
        inwards = start[0] + jnp.where(start[0] < self.size // 2, 1, -1)
        walls = walls.at[start[0], start[1]].set(False).at[inwards, start[1]].set(False)
        open_cells = reachable(walls, start).at[start[0], start[1]].set(False)
        index = jax.random.categorical(goal_key, jnp.where(open_cells.ravel(), 0.0, -jnp.inf))
        goal = jnp.stack(jnp.divmod(index, self.size)).astype(jnp.int32)
        return Level(walls, start, goal)

    def mutate(self, key: jax.Array, level: Level) -> Level:
        """Build or open one wall; the same level where that would shut the goal off."""
        row, column = jax.random.randint(key, (2,), 0, self.size)
        flipped = level.walls.at[row, column].set(~level.walls[row, column])
        # a wall on the start or the goal is refused here as well: neither is then reachable
        neighbour = replace(level, walls=flipped)
        return tree_where(solvable(neighbour), neighbour, level)

    def parse_level(self, text: str) -> Level:
        """Read a level; see `level_from_text`."""
        return level_from_text(text)

    def level_text(self, level: Level) -> str:
        """Draw a level."""
        return level_to_text(level)

    def measures(self, level: Level) -> dict[str, jax.Array]:
        """How many walls a level has."""
        return {"walls": jnp.sum(level.walls, dtype=jnp.float32)}

    def played_level(self, state: State, params: Level) -> Level:
        """The params, always."""
        del state
        return params

    def reset(self, key: jax.Array, params: Level) -> tuple[State, Timestep[Any]]:
        """Stand at the start; nothing is left to chance."""
        if jnp.shape(params.walls) != (self.size, self.size):
            raise ValueError(
                f"a level of shape {jnp.shape(params.walls)} does not fit {self}: "
                f"give one of {self.size} rows and columns, or another size to the game"
            )
        state = State(params.start, jnp.bool_(False))
        return state, self._timestep(state, jnp.float32(0), params)

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Level
    ) -> tuple[State, Timestep[Any]]:
        """Walk on unless a wall is in the way."""
        ahead = state.place + jnp.asarray(MOVES)[action]
        inside = ((ahead >= 0) & (ahead < self.size)).all()
        row, column = jnp.clip(ahead, 0, self.size - 1)
        way = inside & ~params.walls[row, column] & ~state.arrived
        place = jnp.where(way, ahead, state.place)
        following = State(place, (place == params.goal).all())
        reward = (following.arrived & ~state.arrived).astype(jnp.float32)
        return following, self._timestep(following, reward, params)

    def _timestep(self, state: State, reward: jax.Array, level: Level) -> Timestep[Any]:
        """What is seen of a state."""
        width = 2 * self.sight + 1
        beyond = jnp.pad(level.walls, self.sight, constant_values=True)
        around = jax.lax.dynamic_slice(beyond, state.place, (width, width)).ravel()
        way = (level.goal - state.place) / (self.size - 1)
        return Timestep(
            obs=jnp.concatenate([around.astype(jnp.float32), way.astype(jnp.float32)]),
            reward=reward,
            terminated=state.arrived,
            info={"won": state.arrived},
        )

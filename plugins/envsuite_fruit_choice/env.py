"""Stochastic fruit choice, after Jiang et al., arXiv:2207.05219: which fruit is right is hidden."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct
from envsuite_fruit_choice.level import ROWS, Level, fruit, mutated, sampled, start, walls

STAY, NORTH, SOUTH, WEST, EAST = range(5)
MOVES = np.array([(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)], np.int32)  # (row, column)
SIGHT = 2  # cells in each direction, so that from the middle of a room one sees its doors
NOTHING, APPLE, BANANA = -1, 0, 1


@struct
class State:
    """Where the player is, and what it has eaten."""

    place: jax.Array  # i32[2]: row, column
    eaten: jax.Array  # i32[]: NOTHING, APPLE or BANANA


@dataclass(frozen=True)
class FruitChoice(Env[State, Level]):
    """Walk through rooms to the last, and eat one of two fruit, of which one is right.

    Eating the right one pays its reward, 3 for the apple and 10 for the banana; the other pays
    nothing. Either ends the game. Which is right is hidden, and nothing tells before one has
    eaten; in truth it is the apple with a chance of `apple_chance`. The level is the game's params.

    Observations are `f32[75]`, 0 or 1: the walls, then the apple, then the banana, of the square
    of 5 by 5 cells around the player, row by row; walls hide nothing. Actions are STAY, NORTH,
    SOUTH, WEST, EAST. `info` holds `won` (`bool[]`): whether the right fruit was eaten.

    Attributes:
        corridor: The most rooms before the last, 0 to 8 in the paper.
        apple_chance: How often the apple is right, in truth.

    Raises:
        ValueError: On construction, for a number out of range; in `reset`, for a level with
            another corridor.
    """

    corridor: int = 0
    apple_chance: float = 0.7

    def __post_init__(self) -> None:
        """Refuse numbers that make no level."""
        if not isinstance(self.corridor, int) or self.corridor < 0:
            raise ValueError(f"corridor must be a whole number from 0 up, not {self.corridor!r}")
        if not 0 <= self.apple_chance <= 1:
            raise ValueError(f"apple_chance must lie between 0 and 1, not {self.apple_chance!r}")

    @property
    def observation_space(self) -> spaces.Box:
        """What lies around: walls, the apple, the banana."""
        return spaces.Box(0.0, 1.0, (3 * (2 * SIGHT + 1) ** 2,), np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Five moves."""
        return spaces.Discrete(len(MOVES))

    def default_params(self) -> Level:
        """All rooms, doors in the middle, the apple to the north, and right."""
        return Level(
            doors=jnp.full(self.corridor, ROWS // 2, jnp.int32),
            rooms=jnp.int32(self.corridor),
            apple_above=jnp.bool_(True),
            banana_right=jnp.bool_(False),
            apple_reward=jnp.float32(3),
            banana_reward=jnp.float32(10),
        )

    def sample(self, key: jax.Array) -> Level:
        """Draw a level, the right fruit by its true chance."""
        return sampled(key, self.corridor, self.apple_chance)

    def mutate(self, key: jax.Array, level: Level) -> Level:
        """Change one thing of a level, the hidden one included."""
        return mutated(key, level)

    def imagine(self, key: jax.Array, state: State, level: Level) -> tuple[State, Level]:
        """Draw the right fruit anew, by its true chance, unless one was eaten: that has told."""
        right = ~jax.random.bernoulli(key, self.apple_chance)
        unknown = state.eaten == NOTHING
        return state, replace(level, banana_right=jnp.where(unknown, right, level.banana_right))

    def optimum(self, level: Level) -> jax.Array:
        """What the right fruit pays."""
        return jnp.where(level.banana_right, level.banana_reward, level.apple_reward)

    def reset(self, key: jax.Array, params: Level) -> tuple[State, Timestep[Any]]:
        """Stand in the middle of a room; nothing is left to chance."""
        if jnp.shape(params.doors) != (self.corridor,):
            raise ValueError(
                f"a level with {jnp.size(params.doors)} doors does not fit {self}: give one of "
                f"{self.corridor}, or another corridor to the game"
            )
        state = State(start(params), jnp.int32(NOTHING))
        return state, self._timestep(state, jnp.float32(0), params)

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Level
    ) -> tuple[State, Timestep[Any]]:
        """Walk on unless a wall is in the way; a fruit is eaten by walking onto it."""
        rock = walls(params)
        ahead = state.place + jnp.asarray(MOVES)[action]
        inside = ((ahead >= 0) & (ahead < jnp.asarray(rock.shape))).all()
        row, column = jnp.clip(ahead, 0, jnp.asarray(rock.shape) - 1)
        hungry = state.eaten == NOTHING
        place = jnp.where(inside & ~rock[row, column] & hungry, ahead, state.place)
        found = (fruit(params) == place).all(axis=1)
        eaten = jnp.where(hungry & found.any(), jnp.argmax(found), state.eaten).astype(jnp.int32)
        following = State(place, eaten)
        pay = jnp.where(self._right(following, params), self.optimum(params), 0)
        reward = jnp.where(hungry, pay, 0).astype(jnp.float32)
        return following, self._timestep(following, reward, params)

    def _right(self, state: State, level: Level) -> jax.Array:
        """Whether the right fruit was eaten, `bool[]`."""
        return state.eaten == jnp.where(level.banana_right, BANANA, APPLE)

    def _timestep(self, state: State, reward: jax.Array, level: Level) -> Timestep[Any]:
        """What is seen of a state."""
        rock = walls(level)
        fruits = jnp.zeros((2, *rock.shape), bool)
        (apple, banana) = fruit(level)
        fruits = fruits.at[0, apple[0], apple[1]].set(state.eaten != APPLE)
        fruits = fruits.at[1, banana[0], banana[1]].set(state.eaten != BANANA)
        # the rim is wall and holds no fruit
        rim = ((0, 0), (SIGHT, SIGHT), (SIGHT, SIGHT))
        seen = jnp.concatenate(
            [jnp.pad(rock[None], rim, constant_values=True), jnp.pad(fruits, rim)]
        )
        width = 2 * SIGHT + 1
        around = jax.lax.dynamic_slice(seen, (0, *state.place), (3, width, width))
        return Timestep(
            obs=around.ravel().astype(jnp.float32),
            reward=reward,
            terminated=state.eaten != NOTHING,
            info={"won": self._right(state, level)},
        )

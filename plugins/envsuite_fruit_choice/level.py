"""Levels of the fruit choice: what one is, how it is drawn, and how it is changed."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp

from envsuite.functional import struct

ROWS = 3  # of a room, which has as many columns
STRIDE = ROWS + 1  # from one room to the next, with the wall between them


@struct
class Level:
    """Rooms in a row; the player begins in one and the fruit lie in the last.

    The first three fields are what a player can see of a level. `banana_right` is hidden, and left
    to chance: the aleatoric parameter.
    """

    doors: jax.Array  # i32[corridor]: the row of the door to the east of each room, 0 to 2
    rooms: jax.Array  # i32[]: how many rooms lie before the last, 0 to corridor
    apple_above: jax.Array  # bool[]: whether the apple is the northern fruit
    banana_right: jax.Array  # bool[]: whether the banana is the right fruit, else the apple is
    apple_reward: jax.Array  # f32[]: what eating the apple pays where it is right
    banana_reward: jax.Array  # f32[]: what eating the banana pays where it is right


def sampled(key: jax.Array, corridor: int, apple_chance: jax.Array | float) -> Level:
    """Draw a level: doors, rooms and sides evenly, and the right fruit by its true chance."""
    door_key, room_key, side_key, fruit_key = jax.random.split(key, 4)
    return Level(
        doors=jax.random.randint(door_key, (corridor,), 0, ROWS, jnp.int32),
        rooms=jax.random.randint(room_key, (), 0, corridor + 1, jnp.int32),
        apple_above=jax.random.bernoulli(side_key),
        banana_right=~jax.random.bernoulli(fruit_key, apple_chance),
        apple_reward=jnp.float32(3),
        banana_reward=jnp.float32(10),
    )


def mutated(key: jax.Array, level: Level) -> Level:
    """Change one thing: the right fruit, their sides, the number of rooms by one, or a door."""
    kind_key, sign_key, door_key, row_key = jax.random.split(key, 4)
    corridor = level.doors.shape[0]
    kind = jax.random.randint(kind_key, (), 0, 4 if corridor else 2)
    further = level.rooms + jnp.where(jax.random.bernoulli(sign_key), 1, -1)
    doors = level.doors
    if corridor:
        which = jax.random.randint(door_key, (), 0, corridor)
        moved = (doors[which] + jax.random.randint(row_key, (), 1, ROWS)) % ROWS
        doors = doors.at[which].set(jnp.where(kind == 3, moved, doors[which]))
    return replace(
        level,
        banana_right=level.banana_right ^ (kind == 0),
        apple_above=level.apple_above ^ (kind == 1),
        rooms=jnp.clip(jnp.where(kind == 2, further, level.rooms), 0, corridor),
        doors=doors,
    )


def walls(level: Level) -> jax.Array:
    """The walls between the rooms, `bool[3, columns]`; all around is wall as well."""
    corridor = level.doors.shape[0]
    columns = jnp.arange(corridor * STRIDE + ROWS)
    between = (columns % STRIDE == ROWS)[None]
    rows = jnp.arange(ROWS)[:, None]
    if not corridor:
        return jnp.broadcast_to(between, (ROWS, ROWS))
    door = level.doors[jnp.minimum(columns // STRIDE, corridor - 1)]
    return between & (rows != door[None])


def start(level: Level) -> jax.Array:
    """Where the player begins, `i32[2]`: row and column of the middle of a room."""
    before = level.doors.shape[0] - level.rooms
    return jnp.stack([jnp.int32(ROWS // 2), before * STRIDE + ROWS // 2]).astype(jnp.int32)


def fruit(level: Level) -> jax.Array:
    """Where the fruit lie, `i32[2, 2]`: row and column of the apple, then of the banana."""
    column = level.doors.shape[0] * STRIDE + ROWS // 2
    apple = jnp.where(level.apple_above, 0, ROWS - 1)
    rows = jnp.stack([apple, ROWS - 1 - apple])
    return jnp.stack([rows, jnp.full(2, column)], axis=1).astype(jnp.int32)

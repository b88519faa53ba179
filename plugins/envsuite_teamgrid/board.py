"""What is where: walls, openings, doors, switches and balls."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_teamgrid.scenario import Scenario
from envsuite_teamgrid.state import BALL, COLORS, DOOR, EMPTY, LOCKED, SWITCH, WALL, State


def code(kind: int | jax.Array, color: int | jax.Array, state: int | jax.Array = 0) -> jax.Array:
    """Kind, colour and state of a thing as one number, so that one choice moves all three."""
    return jnp.asarray(kind | color << 8 | state << 16, jnp.int32)


def channels(codes: jax.Array) -> jax.Array:
    """From codes to kind, colour and state, `u8[..., 3]`."""
    return jnp.stack([codes & 255, codes >> 8 & 255, codes >> 16], axis=-1).astype(jnp.uint8)


def look(cells: jax.Array, state: State, scenario: Scenario) -> jax.Array:
    """What is on each cell, agents left out; beyond the board there is wall.

    Args:
        cells: `i32[..., 2]`, row and column, which may lie anywhere.
        state: The moment.
        scenario: What is drawn.

    Returns:
        `i32[...]`, codes.
    """
    row, column = cells[..., 0], cells[..., 1]
    height, width = scenario.shape
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    at = jnp.clip(row, 0, height - 1), jnp.clip(column, 0, width - 1)
    wall = ~inside | jnp.asarray(scenario.walls)[at]
    for gap in range(len(scenario.halves)):
        wall &= ~is_at(cells, state.gaps[gap])
    found = jnp.where(wall, code(WALL, COLORS.index("grey")), code(EMPTY, 0))
    for index, (*place, color) in enumerate(scenario.switches):
        here = is_at(cells, jnp.array(place))
        found = jnp.where(here, code(SWITCH, color), found)
        for *doorway, door_color in scenario.doors:
            if door_color == color:
                door = jnp.where(state.pressed[index], code(EMPTY, 0), code(DOOR, color, LOCKED))
                found = jnp.where(is_at(cells, jnp.array(doorway)), door, found)
    for ball in range(state.lying.shape[-1]):
        here = is_at(cells, state.balls[ball]) & state.lying[ball]
        found = jnp.where(here, code(BALL, COLORS.index(scenario.ball)), found)
    return found


def is_at(cells: jax.Array, place: jax.Array) -> jax.Array:
    """Which of some cells is a place, `bool[...]`."""
    return (cells[..., 0] == place[..., 0]) & (cells[..., 1] == place[..., 1])


def is_free(codes: jax.Array) -> jax.Array:
    """Whether one can stand there, if nobody does."""
    return codes & 255 == EMPTY


def is_opaque(codes: jax.Array) -> jax.Array:
    """Whether one cannot see past: walls, locked doors and switches."""
    kind = codes & 255
    return (kind == WALL) | (kind == DOOR) | (kind == SWITCH)

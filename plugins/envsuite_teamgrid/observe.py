"""What agents see: a square ahead of them, behind no wall and in no dark."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_teamgrid.board import channels, code, is_at, is_opaque, look
from envsuite_teamgrid.scenario import Scenario
from envsuite_teamgrid.state import AGENT, EMPTY, STEPS, State


def view(state: State, scenario: Scenario, sight: int, see_through: bool) -> jax.Array:
    """What each agent sees, `u8[n, sight, sight, 3]`: column, row, (kind, colour, state).

    The agent stands in the middle of the last row and looks up. Its own cell is shown empty.
    """
    cells = window(state, sight)
    codes = look(cells, state, scenario)
    shown = codes
    for other in range(len(state.places)):
        heading = (state.headings[other] - state.headings + 3) % 4  # the viewer's own is up, 3
        thing = code(AGENT, state.colors[other], heading)
        shown = jnp.where(is_at(cells, state.places[other]), thing[:, None, None], shown)
    shown = shown.at[:, sight // 2, -1].set(code(EMPTY, 0))
    seen = is_lit(cells, state, scenario)
    if not see_through:
        seen &= in_sight(~is_opaque(codes))
    return channels(jnp.where(seen, shown, 0))


def window(state: State, sight: int) -> jax.Array:
    """The cells of each agent's square, `i32[n, sight, sight, 2]`, by column and row of it."""
    column, row = np.mgrid[:sight, :sight]
    forward, right = sight - 1 - row, column - sight // 2
    steps = jnp.asarray(STEPS)
    along = steps[state.headings][:, None, None]
    across = steps[(state.headings + 1) % 4][:, None, None]
    place = state.places[:, None, None]
    return place + forward[..., None] * along + right[..., None] * across


def is_lit(cells: jax.Array, state: State, scenario: Scenario) -> jax.Array:
    """Which cells are not in the dark, `bool[...]`."""
    if scenario.dark_from is None:
        return jnp.ones(cells.shape[:-1], bool)
    return (cells[..., 1] < scenario.dark_from) | state.on[0]


def in_sight(clear: jax.Array) -> jax.Array:
    """Which cells of a square are seen from the middle of its last row, as MiniGrid has it.

    Sight spreads row by row, away from the viewer: from a cell that is seen and clear to its
    neighbours left and right, and to the three cells ahead of it. Cells that are not clear are
    seen, but nothing is seen through them.

    Args:
        clear: `bool[..., columns, rows]`.

    Returns:
        `bool[..., columns, rows]`.
    """
    columns, rows = clear.shape[-2:]
    bit = jnp.arange(columns, dtype=jnp.uint32)[:, None]
    # a row is a number, a cell one of its bits, so that a row spreads in a few shifts
    lines = jnp.sum(clear.astype(jnp.uint32) << bit, axis=-2, dtype=jnp.uint32)
    all_columns = jnp.uint32(2**columns - 1)
    reached = jnp.full(clear.shape[:-2], 1 << columns // 2, jnp.uint32)
    seen = []
    for row in reversed(range(rows)):
        through = _spread(reached & lines[..., row], lines[..., row], columns)
        near = (through | through << 1 | through >> 1) & all_columns
        seen.append(reached | near)
        reached = near  # from each cell to the three ahead of it
    return jnp.stack(seen[::-1], axis=-1)[..., None, :] >> bit & 1 == 1


def _spread(start: jax.Array, clear: jax.Array, columns: int) -> jax.Array:
    """All clear cells of a row that are joined to those of `start`, which are clear."""
    low, low_way, high, high_way = start, clear, start, clear
    reach = 1
    while reach < columns:  # twice as far each time
        low, low_way = low | low_way & low >> reach, low_way & low_way >> reach
        high, high_way = high | high_way & high << reach, high_way & high_way << reach
        reach *= 2
    return low | high


def own_state(state: State, scenario: Scenario) -> jax.Array:
    """Each agent's row and column as shares of the board, and heading, one-hot; `f32[n, 6]`."""
    heading = state.headings[:, None] == jnp.arange(4)
    return jnp.concatenate([_shares(state.places, scenario), heading], axis=1).astype(jnp.float32)


def world(state: State, scenario: Scenario) -> jax.Array:
    """The whole state, `f32[k]` in 0 to 1; see the README."""
    on_board = jnp.where(state.lying[:, None], _shares(state.balls, scenario), 0.0)
    balls = jnp.concatenate([on_board, state.lying[:, None], state.taken[:, None]], axis=1)
    parts = [own_state(state, scenario), balls, _shares(state.gaps, scenario)]
    switches = jnp.stack([state.pressed, state.on], axis=-1)
    return jnp.concatenate([part.ravel() for part in (*parts, switches)]).astype(jnp.float32)


def _shares(cells: jax.Array, scenario: Scenario) -> jax.Array:
    return cells / (jnp.array(scenario.shape) - 1)

"""How an episode begins."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_teamgrid.scenario import Scenario
from envsuite_teamgrid.state import COLORS, State


def first_state(key: jax.Array, scenario: Scenario, players: int, goals: int) -> State:
    """Open the walls, lay the balls, then place the agents; all even draws, nobody on another.

    Args:
        key: Of all draws.
        scenario: What is drawn.
        players: How many agents.
        goals: How many balls.
    """
    halves, rooms = scenario.halves, scenario.rooms or [scenario.floor]
    lie = bool(scenario.balls_in)
    ball_cells = scenario.cells(scenario.balls_in) if lie else scenario.floor[:0]
    # one draw for everything, dealt out: drawing often costs more than drawing much
    sizes = [len(halves), len(ball_cells) + len(halves), players, len(COLORS)]
    sizes += [len(room) + len(halves) for room in rooms]
    lots = jax.random.uniform(key, (sum(sizes),))
    for_gaps, for_balls, for_headings, for_colors, *for_rooms = jnp.split(
        lots, np.cumsum(sizes)[:-1].tolist()
    )

    chosen = [
        jnp.asarray(half)[jnp.floor(lot * len(half)).astype(jnp.int32)]
        for half, lot in zip(halves, for_gaps, strict=True)
    ]
    gaps = jnp.stack(chosen) if chosen else jnp.zeros((0, 2), jnp.int32)
    balls = jnp.zeros((goals, 2), jnp.int32)
    if lie:
        balls = scatter(
            for_balls, jnp.concatenate([jnp.asarray(ball_cells), gaps]), gaps[:0], goals
        )
    places = [
        scatter(lot, jnp.concatenate([jnp.asarray(room), gaps]), balls, players // len(rooms))
        for room, lot in zip(rooms, for_rooms, strict=True)
    ]
    if scenario.colors is None:
        ranks = jnp.sum(for_colors[:, None] > for_colors, axis=1, dtype=jnp.int32)
        colors = ranks[:players]  # every order is as likely
    else:
        colors = jnp.array([COLORS.index(color) for color in scenario.colors], jnp.int32)
    switches = jnp.zeros(len(scenario.switches), bool)
    return State(
        places=jnp.concatenate(places),
        headings=jnp.floor(for_headings * 4).astype(jnp.int32),
        colors=colors,
        gaps=gaps,
        balls=balls,
        lying=jnp.full(goals, lie),
        taken=jnp.zeros(goals, bool),
        pressed=switches,
        on=switches,
        met=jnp.bool_(False),
    )


def scatter(lots: jax.Array, cells: jax.Array, held: jax.Array, count: int) -> jax.Array:
    """The `count` cells with the lowest lots, `i32[count, 2]`; those that are held come last.

    Args:
        lots: `f32[k]` in [0, 1), drawn evenly.
        cells: `i32[k, 2]`.
        held: `i32[m, 2]`.
        count: How many, at most as many as there are free ones.
    """
    lots = jnp.where((cells[:, None] == held).all(-1).any(-1), 1.0, lots)
    return cells[jnp.argsort(lots)[:count]]

"""What agents do: use switches, take balls, walk, meet."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp

from envsuite_teamgrid.board import is_at, is_free, look
from envsuite_teamgrid.scenario import Scenario
from envsuite_teamgrid.state import FORWARD, LEFT, RIGHT, STEPS, TOGGLE, State


def ahead(state: State) -> jax.Array:
    """The cell before each agent, `i32[n, 2]`."""
    return state.places + jnp.asarray(STEPS)[state.headings]


def press(state: State, action: jax.Array, scenario: Scenario) -> tuple[State, jax.Array]:
    """Use the switches ahead.

    Returns:
        The state after, and who used which switch that nobody had used before, `bool[n, s]`.
    """
    places = jnp.array([place for *place, _ in scenario.switches], jnp.int32).reshape(-1, 2)
    uses = (action == TOGGLE)[:, None] & is_at(ahead(state)[:, None], places)
    first = uses & ~state.pressed
    used = uses.any(0)
    return replace(state, pressed=state.pressed | used, on=state.on ^ used), first


def take(state: State, action: jax.Array, scenario: Scenario) -> tuple[State, jax.Array]:
    """Take the balls ahead of those who go forward; of two at one ball the first agent does.

    Returns:
        The state after, and who took which ball, `bool[n, g]`.
    """
    walks = action == FORWARD
    if scenario.taker is not None:
        walks &= jnp.arange(len(walks)) == scenario.taker
    reach = walks[:, None] & is_at(ahead(state)[:, None], state.balls) & state.lying
    takes = reach & (jnp.cumsum(reach, axis=0) == 1)
    gone = takes.any(0)
    return replace(state, lying=state.lying & ~gone, taken=state.taken | gone), takes


def walk(state: State, action: jax.Array, scenario: Scenario) -> State:
    """Turn, or go forward onto free floor, one agent after the other."""
    targets = ahead(state)
    goes = (action == FORWARD) & is_free(look(targets, state, scenario))
    places = state.places
    for agent in range(len(action)):
        held = is_at(places, targets[agent]).any()
        place = jnp.where(goes[agent] & ~held, targets[agent], places[agent])
        places = places.at[agent].set(place)
    turn = (action == RIGHT).astype(jnp.int32) - (action == LEFT)
    return replace(state, places=places, headings=(state.headings + turn) % 4)


def land(key: jax.Array, state: State, first: jax.Array, scenario: Scenario) -> State:
    """A switch used for the first time lets a ball land in the other room, where nobody stands.

    Args:
        key: Of where they land.
        state: After everyone walked.
        first: `bool[s]`, the switches just used for the first time.
        scenario: What is drawn; switch and room `i` are agent `i`'s.
    """
    balls = []
    for agent, room in enumerate(scenario.rooms):
        drawn = jax.random.randint(jax.random.fold_in(key, agent), (), 0, len(room) - 1)
        cells = jnp.asarray(room)
        own = jnp.argmax(is_at(cells, state.places[agent]))  # left out
        balls.append(cells[drawn + (drawn >= own)])
    lands = first[::-1]
    return replace(
        state,
        balls=jnp.where(lands[:, None], jnp.stack(balls), state.balls),
        lying=state.lying | lands,
    )


def meet(state: State) -> State:
    """Two who stand face to face have met, for good."""
    face = is_at(ahead(state), state.places[::-1]).all()
    return replace(state, met=state.met | face)

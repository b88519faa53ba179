"""JaxMARL 0.2.0's switch riddle beside ours: its states as ours."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from envsuite_switch_riddle.env import State


def ours(state: Any) -> State:
    """The peer's state as ours, before its end."""
    return State(
        bulb=state.bulb_state,
        occupant=state.agent_in_room,
        visited=state.has_been > 0,
        day=jnp.int32(state.step),
        told=jnp.bool_(False),
    )

"""JaxMARL 0.2.0's Coin Game beside ours: its states as ours."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from envsuite_coin_game.env import CoinGame, State

PLAYERS = {"red": "0", "blue": "1"}
"""What the peer calls them."""
STEP = jax.jit(CoinGame.step, static_argnums=0)


def ours(state: Any) -> State:
    """The peer's state as ours."""
    return State(
        players=jnp.stack([state.red_pos, state.blue_pos]),
        coins=jnp.stack([state.red_coin_pos, state.blue_coin_pos]),
        inner_step=state.step,
        inner_episode=state.outer_t,
    )

"""Who interacts with whom, what it is worth, and how long both stand frozen."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp

from envsuite_storm.board import EMPTY, board
from envsuite_storm.movement import beam_cells
from envsuite_storm.state import Params, State


def eligible(state: State) -> jax.Array:
    """Who holds a coin, `bool[n]`; nobody else interacts."""
    return (state.inventories > 0).any(1)


def is_frozen(state: State) -> jax.Array:
    """Who stands frozen, `bool[n]`."""
    return (state.frozen > 0).any(1)


def light_up(state: State, players: jax.Array) -> State:
    """The beams of `players: bool[n]`; those of the step before go out.

    Only empty cells show a beam, which stops nobody.
    """
    size = len(state.beams)
    cells = beam_cells(state)[:, :, None, None]  # i32[n, 4, 1, 1, 2]
    rows, columns = jnp.arange(size)[:, None], jnp.arange(size)
    lit = (cells[..., 0] == rows) & (cells[..., 1] == columns) & players[:, None, None, None]
    dark = replace(state, beams=jnp.zeros_like(state.beams))
    return replace(dark, beams=lit.any((0, 1)) & (board(dark) == EMPTY))


def rewards(state: State, pairs: jax.Array, params: Params) -> jax.Array:
    """What each player earns, `f32[n]`.

    A player plays the shares of both kinds among its coins, as a mixed strategy; the payoff is
    the expected one.

    Args:
        state: When they interact.
        pairs: `bool[n, n]`: the row player interacts with the column player.
        params: Hold the payoffs.
    """
    held = state.inventories.astype(jnp.float32)
    share = held / jnp.maximum(held.sum(1, keepdims=True), 1)
    both = share[:, None, :, None] * share[None, :, None, :]  # f32[n, n, 2, 2]
    payoff = jnp.asarray(params.payoff, jnp.float32)
    earned = (both * payoff[:, None, None]).sum((-2, -1))  # f32[2, n, n], of row and of column
    earned = jnp.where(pairs, earned, 0)
    return earned[0].sum(1) + earned[1].sum(0)


def freeze(state: State, pairs: jax.Array, params: Params) -> tuple[State, jax.Array]:
    """Freeze those who interact; let time pass for the others.

    Returns:
        The state, and who begins anew because the time is up, `bool[n]`.
    """
    together = pairs | pairs.T
    frozen = jnp.where(together, params.freeze_penalty, jnp.maximum(state.frozen - 1, 0))
    thawed = (frozen == 0) & ((state.frozen > 0) | together)
    return replace(state, frozen=frozen.astype(jnp.int32)), thawed.any(1)

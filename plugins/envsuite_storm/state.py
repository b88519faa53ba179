"""What a game of STORM is made of, whoever plays it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.functional import struct

COOPERATE, DEFECT = range(2)  # the two kinds of coins
PRISONERS_DILEMMA = np.array([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], np.float32)


@struct
class Params:
    """What interactions are worth, and how long everything takes."""

    payoff: Any  # f32[2, 2, 2]: of the row player and of the column player; [row coin, column coin]
    freeze_penalty: Any  # i32[], at least 0: steps for which those who interacted stand frozen
    inner_steps: Any  # i32[], at least 1: steps of an inner episode
    inner_episodes: Any  # i32[], at least 1


@struct
class State:
    """A board of `size` by `size` cells with `n` players and `c` coins of each kind."""

    places: jax.Array  # i32[n, 2]: row and column of each player
    headings: jax.Array  # i32[n]: NORTH, WEST, SOUTH or EAST
    coins: jax.Array  # i32[2, c, 2]: row and column of each coin, of those taken too
    lying: jax.Array  # bool[2, c]: which coins lie on the board
    inventories: jax.Array  # i32[n, 2]: coins of each kind that each player holds
    frozen: jax.Array  # i32[n, n]: steps for which two still stand frozen after interacting
    beams: jax.Array  # bool[size, size]: empty cells that a beam lit in the last step
    inner_step: jax.Array  # i32[]: steps played in this inner episode
    inner_episode: jax.Array  # i32[]: inner episodes played


def default_params() -> Params:
    """The prisoner's dilemma, in one inner episode of 152 steps."""
    return Params(PRISONERS_DILEMMA, np.int32(5), np.int32(152), np.int32(1))


def check_payoff(params: Params) -> None:
    """Raise `ValueError` unless the payoff has a table for each player of a pair."""
    shape = jnp.asarray(params.payoff).shape
    if shape != (2, 2, 2):
        raise ValueError(
            f"payoff has shape {shape}, but is two tables of two by two: what the row player earns "
            "and what the column player earns, by [coin of the row player, coin of the column "
            "player], cooperate before defect"
        )


@struct
class Clock:
    """How far the game has come after a step."""

    inner_step: jax.Array  # i32[]
    inner_episode: jax.Array  # i32[]
    done: jax.Array  # bool[]: the step ended an inner episode
    anew: jax.Array  # bool[]: and another one begins


def tick(state: State, params: Params) -> Clock:
    """The clock of a step played from `state`, which the game's end must not precede."""
    inner_step = state.inner_step + 1
    done = inner_step >= params.inner_steps
    inner_episode = state.inner_episode + done
    # the last inner episode is followed by none: the board stays as its players left it
    anew = done & (inner_episode < params.inner_episodes)
    return Clock(jnp.where(anew, 0, inner_step), inner_episode, done, anew)


def ended(state: State, params: Params) -> jax.Array:
    """Whether all inner episodes have been played, `bool[]`."""
    return state.inner_episode >= params.inner_episodes

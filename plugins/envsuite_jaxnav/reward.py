"""What a step is worth to each robot."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from envsuite_jaxnav.state import Params, State

FUZZ = 1e-5  # metres; a reading of the threshold itself is near, whichever way it was rounded


@dataclass(frozen=True)
class Sharing:
    """How the robots share what they earn.

    Attributes:
        sparse_only: Whether only goals, crashes and time are shared, as in JaxMARL's
            `share_only_sparse`.
        after_the_end: Whether robots at their goal or crashed still pay for what is near, as in
            JaxMARL.
        radius: Of a robot, metres.
    """

    sparse_only: bool
    after_the_end: bool
    radius: float


def earned(
    before: State,
    after: State,
    asked: jax.Array,
    seen: jax.Array,
    params: Params,
    *,
    sharing: Sharing,
) -> jax.Array:
    """Rewards of all robots, `f32[n]`.

    Args:
        before: The moment before the step.
        after: The moment after it.
        asked: `f32[n, 2]`, the velocities that were asked for.
        seen: `f32[n, beams]`, what the lidars read after the step.
        params: The numbers of the game.
        sharing: How they share.
    """
    finished = before.reached | before.crashed
    away = [
        jnp.sqrt(((state.level.goals - state.positions) ** 2).sum(-1)) for state in (before, after)
    ]
    arrived = after.reached & ~before.reached
    progress = jnp.where(after.reached, 0, params.progress_weight * (away[0] - away[1]))
    turn = jnp.abs(asked[:, 1])
    turning = jnp.where(turn > params.turn_limit, params.turn_weight * turn, 0)
    near = (seen <= sharing.radius + params.near_margin + FUZZ).any(1)
    dense = progress + turning + jnp.where(near, params.near_reward, 0)
    sparse = jnp.where(arrived, params.goal_reward, 0)
    sparse += jnp.where(after.crashed & ~before.crashed, params.crash_reward, 0)
    sparse += jnp.where(finished, 0, params.step_reward)
    if not sharing.after_the_end:
        dense = jnp.where(finished, 0, dense)
    own, common = dense + sparse, sparse if sharing.sparse_only else dense + sparse
    share = after.own_share
    return (share * own + (1 - share) * common.mean()).astype(jnp.float32)

"""What a step might as well have led to, by what its player could know."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.env import Env
from envsuite.functional import game_state, struct, unwrapped
from envsuite_agents.interface import flat
from envsuite_agents.playing import Played, Playing


@struct
class Foreseen:
    """What an advantage is told of one step of every copy."""

    reward: jax.Array  # f32[copies]
    terminated: jax.Array  # bool[copies]
    obs: jax.Array  # f32[copies, size]: what the step led to


def foreseen(
    keys: jax.Array,
    env: Env[Any, Any],
    params: Any,
    playing: Playing,
    action: jax.Array,
    played: Played,
    *,
    grounded: bool,
) -> Foreseen:
    """The step that was played; `grounded`, an imagined one beside it.

    The fictitious transitions of Jiang et al., arXiv:2207.05219: the hidden parts of the state are
    drawn anew by the game's `Belief`, and the same action is played there with the same chance. The
    episode that is under way goes on as it was.

    Args:
        keys: `key[2, copies]`, those of the step that was played (`advance`).
        env: The game; its rules satisfy `Belief` where `grounded`.
        params: The level of each copy, leading axis `copies`, where `grounded`.
        playing: Where the copies were before the step.
        action: What was played.
        played: What came of it.
        grounded: Whether to imagine.
    """
    if not grounded:
        return Foreseen(played.reward, played.terminated, played.obs)
    game: Any = unwrapped(env)

    def one(key: jax.Array, state: Any, action: jax.Array, level: Any) -> Foreseen:
        dream_key = jax.random.fold_in(key, 1)
        dream, other = game.imagine(dream_key, game_state(env, state), level)
        _, led_to = game.step(key, dream, action, other)
        return Foreseen(led_to.reward.astype(jnp.float32), led_to.terminated, flat(led_to.obs, 0))

    return jax.vmap(one)(keys[0], playing.state, action, params)

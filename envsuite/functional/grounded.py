"""Imagined transitions: what SAMPLR learns from (Jiang et al., arXiv:2207.05219).

A curriculum that chooses levels also chooses what is hidden in them, more often than it is so in
truth. So at each step the hidden parts are drawn anew, from what the player can know and under the
true distribution (`Belief.imagine`), and the same action is played there. The learner learns from
the reward, the observation and the end that come of that; the episode itself goes on as it is.
"""

from __future__ import annotations

from typing import Any

import jax

from envsuite.core.curriculum import Belief
from envsuite.core.env import Env
from envsuite.functional.advantages import advantages
from envsuite.functional.struct import struct
from envsuite.functional.transform import game_state, unwrapped


@struct
class Imagined:
    """A step as it might as well have gone, for all that its player could know."""

    reward: jax.Array  # f32[]
    obs: Any  # what the step would have led to
    terminated: jax.Array  # bool[]: whether the game would have ended


def check_belief(env: Env[Any, Any]) -> Any:
    """The game below all transforms, if it can imagine what is hidden in it.

    Raises:
        TypeError: If it cannot.
    """
    game = unwrapped(env)
    if not isinstance(game, Belief):
        raise TypeError(
            f"{type(game).__name__} does not say what is hidden in it: SAMPLR needs a game with "
            "`imagine` (envsuite.Belief); take 'robust-plr' for games that hide nothing"
        )
    return game


def imagined_step(
    imagine_key: jax.Array,
    step_key: jax.Array,
    env: Env[Any, Any],
    state: Any,
    action: Any,
    level: Any,
) -> Imagined:
    """One step of one copy, with what is hidden drawn anew; map it over a batch.

    Args:
        imagine_key: For the hidden parts.
        step_key: For the step; that of the real step, so that nothing else differs from it.
        env: The game and its transforms, none of which may change actions or observations.
        state: The state before the step, of `env`.
        action: The action that is played in truth as well; legal.
        level: The params of the episode.

    Raises:
        TypeError: If the game cannot imagine.
    """
    game = check_belief(env)
    state, level = game.imagine(imagine_key, game_state(env, state), level)
    _, led_to = game.step(step_key, state, action, level)
    return Imagined(led_to.reward, led_to.obs, led_to.terminated)


def grounded_advantages(
    imagined: Imagined,
    ended: jax.Array,
    value: jax.Array,
    imagined_value: jax.Array,
    discount: jax.Array | float,
    trace_decay: jax.Array | float,
) -> jax.Array:
    """How much better each step went than was foreseen, by what was imagined, `f32[steps, ...]`.

    Whether anything is to come of a step is the imagined game's word; where the sum over later
    steps stops, the real one's, for the later steps are those of the real episode. A learner's
    value is drawn towards `value` plus these.

    Args:
        imagined: Leaves `[steps, ...]`.
        ended: `bool[steps, ...]`: the real episode ended, terminated or truncated.
        value: `f32[steps, ...]`: of what was seen before each step, in truth.
        imagined_value: `f32[steps, ...]`: of the imagined observation. A recurrent critic steps
            there from its memory of the real episode, and forgets that it did.
        discount: Often called gamma.
        trace_decay: Often called lambda.
    """
    reward, terminated = imagined.reward, imagined.terminated
    return advantages(reward, terminated, ended, value, imagined_value, discount, trace_decay)

"""Copies of a game under way: what every learner collects its experience with."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from envsuite.core.env import Env
from envsuite.functional import begin_if_over, over, struct
from envsuite.functional.auto_reset import restart
from envsuite.functional.grounded import Imagined, imagined_step
from envsuite_agents.interface import flat

CHUNKS = 8  # into which the copies fall whose episodes end together


@struct
class Tally:
    """What has come of the episodes: of each running one, and of those that ended."""

    earned: jax.Array  # f32[copies]: the running episode's return so far
    lasted: jax.Array  # i32[copies]: its steps so far
    episodes: jax.Array  # i32[]: how many have ended
    returns: jax.Array  # f32[]: their returns together
    lengths: jax.Array  # i32[]: their steps together

    def cleared(self) -> Tally:
        """The running episodes alone, so that what ends from now on can be told apart."""
        return Tally(self.earned, self.lasted, jnp.int32(0), jnp.float32(0), jnp.int32(0))


@struct
class Playing:
    """Copies of a game, each between two steps."""

    state: Any
    obs: jax.Array  # f32[copies, size]
    legal: jax.Array | None  # bool[copies, actions], in games with masks
    tally: Tally


@struct
class Played:
    """One step of every copy."""

    reward: jax.Array  # f32[copies]
    terminated: jax.Array  # bool[copies]: the game itself ended; nothing is to come
    ended: jax.Array  # bool[copies]: terminated, or cut off by the time limit
    obs: jax.Array  # f32[copies, size]: what the step led to, of the same episode
    legal: jax.Array | None  # bool[copies, actions]: likewise
    won: jax.Array | None  # bool[copies]: `info["won"]`, in games that have it


def begin(
    key: jax.Array, env: Env[Any, Any], params: Any, copies: int, *, each: bool = False
) -> Playing:
    """Begin an episode in every copy; `each`: params have a leading axis, one set for a copy."""
    keys = jax.random.split(key, copies)
    state, timestep = jax.vmap(env.reset, (0, 0 if each else None))(keys, params)
    nothing, none = jnp.zeros(copies), jnp.zeros(copies, jnp.int32)
    tally = Tally(nothing, none, jnp.int32(0), jnp.float32(0), jnp.int32(0))
    return Playing(state, flat(timestep.obs, 1), timestep.legal, tally)


def advance(
    keys: jax.Array,
    env: Env[Any, Any],
    params: Any,
    playing: Playing,
    action: jax.Array,
    *,
    each: bool = False,
) -> tuple[Playing, Played]:
    """Play one step in every copy, and begin anew where an episode ended.

    Args:
        keys: `key[2, copies]`: for the step, and for the next episode.
        env: The game, with its time limit.
        params: Shared by all copies; with `each`, one set for a copy, which plays it again.
        playing: Where they are.
        action: As the game takes it, leading axis `copies`.
        each: Whether every leaf of `params` has a leading axis `copies`.
    """
    step_keys, reset_keys = keys
    if each:
        play = jax.vmap(env.step)
        state, led_to = play(step_keys, playing.state, action, params)
        ended = jax.vmap(over)(led_to)
        # whether a level is to be drawn at a reset is each copy's own word, so that a choice
        # between two branches would draw one for each copy at each step
        chunk = -(-len(ended) // CHUNKS)
        _, state, shown = restart(env, ended, reset_keys, state, led_to, params, 0, chunk)
        obs, legal = shown.obs, shown.legal
    else:

        def one(step_key: jax.Array, reset_key: jax.Array, state: Any, action: jax.Array) -> Any:
            state, led_to = env.step(step_key, state, action, params)
            following, shown = begin_if_over(env, reset_key, state, led_to, params)
            return following, led_to, over(led_to), shown.obs, shown.legal

        play = jax.vmap(one)
        state, led_to, ended, obs, legal = play(step_keys, reset_keys, playing.state, action)
    reward = led_to.reward.astype(jnp.float32)
    tally = _counted(playing.tally, reward, ended)
    played = Played(
        reward,
        led_to.terminated,
        ended,
        flat(led_to.obs, 1),
        led_to.legal,
        led_to.info.get("won"),
    )
    return Playing(state, flat(obs, 1), legal, tally), played


def imagine(
    keys: jax.Array, env: Env[Any, Any], levels: Any, playing: Playing, action: jax.Array
) -> Imagined:
    """The step of every copy as it might as well have gone; nothing comes of it (SAMPLR).

    Args:
        keys: `key[copies]`, those of the step that is played.
        env: The game, a `Belief`.
        levels: Its params, one set for a copy.
        playing: Where the copies are before the step.
        action: As the game takes it, leading axis `copies`.

    Returns:
        Leading axis `copies`; observations are flat.
    """

    def one(key: jax.Array, state: Any, action: jax.Array, level: Any) -> Imagined:
        return imagined_step(jax.random.fold_in(key, 1), key, env, state, action, level)

    dreamt = jax.vmap(one)(keys, playing.state, action, levels)
    return Imagined(dreamt.reward.astype(jnp.float32), flat(dreamt.obs, 1), dreamt.terminated)


def _counted(tally: Tally, reward: jax.Array, ended: jax.Array) -> Tally:
    earned, lasted = tally.earned + reward, tally.lasted + 1
    return Tally(
        earned=jnp.where(ended, 0, earned),
        lasted=jnp.where(ended, 0, lasted),
        episodes=tally.episodes + ended.sum(dtype=jnp.int32),
        returns=tally.returns + jnp.where(ended, earned, 0).sum(),
        lengths=tally.lengths + jnp.where(ended, lasted, 0).sum(),
    )

"""Sampling for learnability finds what a learner can learn from, while it learns."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.functional import begin_if_over, over
from envsuite.functional.outcomes import outcome
from envsuite_curricula.sfl import SFL
from envsuite_curricula.tests.chain import Chain

GAME = Chain()
SLOTS, STEPS = 32, 64
CURRICULUM = SFL(GAME, capacity=16, candidates=256, period=10, share=0.5)


def rollout(key: jax.Array, logit: jax.Array, levels: Any) -> Any:
    """Play each level again and again; actions, rewards, ends, victories of `[steps, slots]`."""

    def slot(key: jax.Array, level: Any) -> Any:
        def step(carry: Any, key: jax.Array) -> Any:
            state, _ = carry
            action = jax.random.bernoulli(key, jax.nn.sigmoid(logit)).astype(jnp.int32)
            state, led_to = GAME.step(key, state, action, level)
            shown = (action, led_to.reward, over(led_to), led_to.info["won"])
            return begin_if_over(GAME, key, state, led_to, level), shown

        return jax.lax.scan(step, GAME.reset(key, level), jax.random.split(key, STEPS))[1]

    return jax.vmap(slot, out_axes=1)(jax.random.split(key, SLOTS), levels)


def cycle(carry: Any, key: jax.Array) -> Any:
    """Propose, play, note; and learn, by REINFORCE, from what may be learned from."""
    state, logit = carry
    propose_key, play_key, learn_key = jax.random.split(key, 3)
    state, proposal = CURRICULUM.propose(propose_key, state, SLOTS)
    action, reward, ended, won = rollout(play_key, logit, proposal.levels)
    came = outcome(reward, ended, won)
    state = CURRICULUM.learn(learn_key, state, proposal, came)
    # each action by what its episode earned beyond the level's mean
    episode = jnp.cumsum(ended[::-1], axis=0)[::-1]
    final = jnp.take_along_axis(
        jnp.concatenate([reward, jnp.zeros((1, SLOTS))]),
        jnp.argmax(jnp.where(episode[None] == episode[:, None], ended[None], False), axis=1),
        axis=0,
    )
    gain = jnp.where(episode > 0, final - came.mean_return, 0)
    gradient = ((action - jax.nn.sigmoid(logit)) * gain).mean()
    known = jnp.where(jnp.isfinite(gradient), gradient, 0)
    chance = jax.nn.sigmoid(logit) ** proposal.levels.length * ~proposal.levels.broken
    shown = (proposal.trained, proposal.tickets >= 0, chance, logit)
    return (state, logit + jnp.where(proposal.trained, 5 * known, 0)), shown


def test_levels_that_were_searched_for_are_learnable_and_random_ones_are_not():
    start = (CURRICULUM.init(jax.random.key(0)), jnp.float32(0.5))
    keys = jax.random.split(jax.random.key(1), 8 * 18)  # 18 cycles are a search and a period
    (state, logit), shown = jax.jit(lambda keys: jax.lax.scan(cycle, start, keys))(keys)
    trained, found, chance, logits = (np.asarray(leaf) for leaf in shown)
    assert trained.sum() == 8 * 10
    learnable = (chance > 0.02) & (chance < 0.98)
    searched, random = learnable[trained][found[trained]], learnable[trained][~found[trained]]
    # of random chains at most the .4 that are not broken
    assert random.mean() < 0.4
    assert searched.mean() > 0.8
    assert float(logit) > logits[0] + 1, "and the learner learned"
    figures = CURRICULUM.figures(state)
    assert figures["proposals_untrained"] == 8 * 8

"""Ours beside JaxMARL 0.2.0's: its states fed to our rules, same actions."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxmarl import make

from envsuite_switch_riddle.env import NOTHING, TELL, TOGGLE, Params, SwitchRiddle
from envsuite_switch_riddle.tests.peer import ours

STEP = jax.jit(SwitchRiddle.step, static_argnums=0)


@pytest.mark.parametrize(
    ("prisoners", "options"),
    [
        (3, {}),
        (5, {"initial_bulb_state": True, "reward_all_live": 2.0, "reward_all_die": -3.0}),
    ],
)
def test_whole_games(prisoners, options):
    """Every day of a hundred games; only who is drawn for the next day differs."""
    peer: Any = make("switch_riddle", num_agents=prisoners, **options)
    game, params = SwitchRiddle(prisoners), Params(**options)
    names = [f"agent_{index}" for index in range(prisoners)]
    peer_reset, peer_step = jax.jit(peer.reset), jax.jit(peer.step_env)
    observe = jax.jit(game.observe)
    stream = np.random.default_rng(0)
    ends = {"won": 0, "lost": 0, "time": 0}
    for episode in range(100):
        observations, theirs = peer_reset(jax.random.PRNGKey(episode))
        for day in range(4 * prisoners - 6):
            seen = np.stack([observations[name] for name in names])
            inside = np.arange(prisoners) == int(theirs.agent_in_room)
            np.testing.assert_array_equal(seen, np.stack([inside, inside & theirs.bulb_state], 1))
            # later days tell more often, lest most games end at once
            tell = 0.3 * day / (4 * prisoners - 6)
            chosen = stream.choice(
                [NOTHING, TOGGLE, TELL], prisoners, p=[0.5 - tell / 2, 0.5 - tell / 2, tell]
            )
            key = jax.random.PRNGKey(1000 * episode + day)
            state, timestep = STEP(
                game, key, ours(theirs), {"prisoner": jnp.asarray(chosen)}, params
            )
            actions = {name: jnp.int32(own) for name, own in zip(names, chosen, strict=True)}
            observations, theirs, rewards, dones, _ = peer_step(key, theirs, actions)
            np.testing.assert_array_equal(
                timestep.reward["prisoner"], [float(rewards[name]) for name in names]
            )
            over = bool(dones["__all__"])
            assert timestep.terminated["prisoner"].tolist() == [over] * prisoners
            np.testing.assert_array_equal(state.visited, np.asarray(theirs.has_been) > 0)
            assert bool(state.bulb) == bool(theirs.bulb_state)
            if over:
                end = [name for name in ("won", "lost") if timestep.info[name]] or ["time"]
                ends[end[0]] += 1
                break
            # what ours shows of the peer's next state is what the peer shows of it
            due = np.stack([observations[name] for name in names])
            np.testing.assert_array_equal(observe(ours(theirs)), due)
        else:
            raise AssertionError("the last day was meant to end the game")
    assert min(ends.values()) >= 5, ends

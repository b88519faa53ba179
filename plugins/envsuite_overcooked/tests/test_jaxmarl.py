"""JaxMARL 0.2.0 beside ours: what is equal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxmarl import make
from jaxmarl.environments.overcooked import overcooked_layouts

from envsuite_overcooked.env import Overcooked
from envsuite_overcooked.kitchen import COUNTER, FLOOR, POT, WINDOW, shipped_layouts
from envsuite_overcooked.state import NOTHING, PLATE
from envsuite_overcooked.tests.script import scripted
from envsuite_overcooked.tests.theirs import NAMES

COUNTERS = 11  # the plane


@pytest.mark.parametrize("layout", shipped_layouts())
def test_the_kitchens_and_the_start_cells_of_jaxmarl(layout):
    theirs: Any = overcooked_layouts[NAMES[layout]]
    ours = Overcooked(layout, start="jaxmarl")
    assert ours.kitchen.shape == (theirs["height"], theirs["width"])
    terrain = ours.kitchen.terrain.ravel()
    np.testing.assert_array_equal(np.flatnonzero(terrain != FLOOR), np.sort(theirs["wall_idx"]))
    np.testing.assert_array_equal(np.flatnonzero(terrain == POT), np.sort(theirs["pot_idx"]))
    np.testing.assert_array_equal(np.flatnonzero(terrain == WINDOW), np.sort(theirs["goal_idx"]))
    starts = np.array(shipped_layouts()[layout].jaxmarl_starts)
    np.testing.assert_array_equal(starts @ [ours.kitchen.shape[1], 1], theirs["agent_idx"])


def test_an_episode_is_jaxmarls_but_for_occupied_counters():
    peer: Any = make("overcooked", layout=overcooked_layouts["cramped_room"])
    env = Overcooked("cramped_room", start="jaxmarl")
    params = env.default_params()
    _, theirs = jax.jit(peer.reset)(jax.random.PRNGKey(1))
    state, _ = jax.jit(env.reset)(jax.random.key(0), params)
    # JaxMARL draws the facings, as we do under facing="random"
    state = replace(state, facings=jnp.asarray(theirs.agent_dir_idx, jnp.int32))
    assert theirs.agent_pos[:, ::-1].tolist() == state.places.tolist()

    # first an onion into the pot, then three plates: one of use, one too many, and one while
    # another lies on a counter; they are put down, and two plain cooks take over
    by_hand = ["NSEW.!".index(action) for action in "W!EN!WSS!EE......!.."]
    by_hand = list(
        zip(by_hand, ["NSEW.!".index(action) for action in "......WW..S!W!S!.ES!"], strict=True)
    )
    random = np.random.default_rng(0)
    step = jax.jit(env.step)
    steps = []
    for time in range(200):
        plain = scripted(random, env.kitchen, jax.device_get(state))
        action = np.array(by_hand[time] if time < len(by_hand) else plain, np.int32)
        state, timestep = step(jax.random.key(0), state, {"agent": action}, params)
        steps.append(jax.device_get((action, timestep, state)))
    actions, ours, states = jax.tree.map(lambda *leaves: np.stack(leaves), *steps)

    def go_on(state, action):
        actions = {"agent_0": action[0], "agent_1": action[1]}
        observed, state, reward, _, info = peer.step_env(jax.random.PRNGKey(0), state, actions)
        return state, (observed, reward, info["shaped_reward"])

    played = jax.jit(lambda state, actions: jax.lax.scan(go_on, state, actions))
    by_agent = jax.device_get(played(theirs, actions)[1])
    planes, reward, shaped = (
        np.stack([part[agent] for agent in ("agent_0", "agent_1")], axis=1) for part in by_agent
    )

    others = np.arange(26) != COUNTERS
    np.testing.assert_array_equal(ours.obs["agent"][..., others], planes[..., others])
    np.testing.assert_array_equal(ours.reward["agent"], reward)
    np.testing.assert_array_equal(ours.info["shaped_reward"]["agent"], shaped)
    assert reward.sum() >= 2 * 2 * 20, "the cooks serve soups"
    takes = (states.hands[1:] == PLATE) & (states.hands[:-1] == NOTHING)
    assert shaped[1:][takes][:3].tolist() == [3, 0, 0], "the plates taken by hand"
    # a counter vanishes from its plane while something lies on it
    bare = (env.kitchen.terrain == COUNTER) & (states.counters == NOTHING)
    np.testing.assert_array_equal(planes[..., COUNTERS], bare[:, None].repeat(2, axis=1))
    assert states.counters.any(), "something lay on a counter"

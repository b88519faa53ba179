"""Where ours differs from JaxMARL 0.2.0's switch riddle: each test runs both."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxmarl import make

from envsuite.core.env import World
from envsuite_switch_riddle.env import NOTHING, TELL, Params, SwitchRiddle
from envsuite_switch_riddle.tests.peer import ours

KEY = jax.random.PRNGKey(0)
GAME = SwitchRiddle()


@cache
def begun() -> tuple[Any, Any, Any, Any]:
    """The peer, its first state, ours and the timestep with it."""
    peer: Any = make("switch_riddle")
    _, theirs = jax.jit(peer.reset)(KEY)
    _, timestep = jax.jit(GAME.reset)(KEY, Params())
    return peer, theirs, ours(theirs), timestep


def test_who_is_outside_has_nothing_to_do():
    """The actions of those who are not in the room.

    JaxMARL: are offered, without a mask, and ignored.
    Here: are masked but for the no-op.
    """
    peer, theirs, _, timestep = begun()
    outside = [name for row, name in enumerate(peer.agents) if row != int(theirs.agent_in_room)]
    actions = {name: jnp.int32(TELL if name in outside else NOTHING) for name in peer.agents}
    assert all(peer.action_space(name).n == 3 for name in outside)
    with pytest.raises(NotImplementedError):
        peer.get_avail_actions(theirs)
    done = jax.jit(peer.step_env)(KEY, theirs, actions)[3]
    assert not done["__all__"]
    legal = np.asarray(timestep.legal["prisoner"])
    inside = np.asarray(timestep.obs["prisoner"])[:, 0] > 0
    assert legal[inside].all() and legal[~inside].tolist() == [[True, False, False]] * 2


def test_observations_are_floats():
    """The numbers that are observed.

    JaxMARL: `int32`.
    Here: `f32`.
    """
    peer, theirs, _, timestep = begun()
    assert peer.get_obs(theirs)["agent_0"].dtype == np.int32
    assert timestep.obs["prisoner"].dtype == np.float32


def test_there_is_a_global_state():
    """A global state for centralised critics.

    JaxMARL: none.
    Here: `world(state)`.
    """
    peer, theirs, own, _ = begun()
    assert not hasattr(peer, "get_world_state") and set(peer.get_obs(theirs)) == set(peer.agents)
    assert isinstance(GAME, World)
    in_room = np.eye(3)[int(theirs.agent_in_room)]
    np.testing.assert_array_equal(GAME.world(own), [0, *in_room, 0, 0, 0])

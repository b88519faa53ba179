"""Where ours differs from JaxMARL 0.2.0's Overcooked: each test runs both."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxmarl import make
from jaxmarl.environments.overcooked import overcooked_layouts

from envsuite.functional import TimeLimit
from envsuite.functional.time_limit import Timed
from envsuite_overcooked.env import Overcooked
from envsuite_overcooked.kitchen import shipped_layouts
from envsuite_overcooked.state import INTERACT, ONION, SOUTH, STAY
from envsuite_overcooked.tests.theirs import NAMES

KEY = jax.random.key(0)
GAME = TimeLimit(Overcooked("cramped_room", start="jaxmarl"), 400)
STEP = jax.jit(GAME.step)
COUNTERS = 11  # the plane
THEIR_ONION = 3  # in a hand


@cache
def peer() -> tuple[Any, Any, Any]:
    """The peer's cramped room, its step compiled, and many first states."""
    env: Any = make("overcooked", layout=overcooked_layouts["cramped_room"])
    keys = jax.random.split(jax.random.PRNGKey(0), 50)
    return env, jax.jit(env.step_env), jax.jit(jax.vmap(env.reset))(keys)[1]


def first() -> tuple[Any, Any]:
    """One first state of the peer's, and the same as ours."""
    theirs = jax.tree.map(lambda leaf: leaf[0], peer()[2])
    own, _ = jax.jit(GAME.reset)(KEY, GAME.default_params())
    facings = jnp.asarray(theirs.agent_dir_idx, jnp.int32)
    return theirs, Timed(replace(own.inner, facings=facings), own.steps)


def play(theirs: Any, own: Any, *actions: int) -> tuple[Any, ...]:
    """One step by both: observations, state and dones of the peer, our state and timestep."""
    chosen = {"agent_0": jnp.int32(actions[0]), "agent_1": jnp.int32(actions[1])}
    seen, theirs, _, done, _ = peer()[1](jax.random.PRNGKey(0), theirs, chosen)
    action = {"agent": jnp.array(actions)}
    return seen, theirs, done, *STEP(KEY, own, action, GAME.default_params())


def test_the_cooks_begin_where_they_do_in_overcooked_ai():
    """The cells on which the cooks begin.

    JaxMARL: are others than overcooked_ai's, or in another order, but in the coordination ring.
    Here: are overcooked_ai's; `start="jaxmarl"`.
    """
    theirs = peer()[2].agent_pos
    assert len(np.unique(theirs, axis=0)) == 1, "always on the same cells"
    state, _ = jax.jit(Overcooked("cramped_room").reset)(KEY, GAME.default_params())
    assert theirs[0, :, ::-1].tolist() == [[1, 1], [1, 3]]
    assert state.places.tolist() == [[2, 1], [1, 3]]
    same = set()
    for name, layout in shipped_layouts().items():
        columns = layout.kitchen.shape[1]
        cells = np.asarray(layout.kitchen.starts) @ [columns, 1]
        if (cells == np.asarray(overcooked_layouts[NAMES[name]]["agent_idx"])).all():
            same.add(name)
    assert same == {"coordination_ring"}


def test_the_cooks_face_north():
    """Which way the cooks face in a fixed start.

    JaxMARL: each a random way.
    Here: north, as in overcooked_ai; `facing="random"`.
    """
    assert set(np.unique(peer()[2].agent_dir_idx)) == {0, 1, 2, 3}
    states = jax.vmap(lambda key: GAME.reset(key, GAME.default_params())[0].inner)(
        jax.random.split(KEY, 50)
    )
    assert not states.facings.any()


def test_a_counter_is_one_whatever_lies_on_it():
    """The plane of counters.

    JaxMARL: lacks counters on which something lies.
    Here: is constant, as in overcooked_ai.
    """
    theirs, own = first()
    theirs = replace(theirs, agent_inv=jnp.full_like(theirs.agent_inv, THEIR_ONION))
    own = Timed(replace(own.inner, hands=jnp.full_like(own.inner.hands, ONION)), own.steps)
    # the first cook steps down to the counter in the corner, and puts the onion there
    planes = []
    for action in (SOUTH, SOUTH, 3, INTERACT):
        seen, theirs, _, own, timestep = play(theirs, own, action, STAY)
        planes.append((seen["agent_0"][..., COUNTERS], timestep.obs["agent"][0, ..., COUNTERS]))
    assert own.inner.counters[2, 0] == ONION
    np.testing.assert_array_equal(*planes[0])
    assert planes[-1][0][2, 0] == 0 and planes[0][0][2, 0] == 1
    np.testing.assert_array_equal(planes[-1][1], planes[0][1])


def test_the_space_has_the_shape_of_what_is_seen():
    """The declared shape of observations.

    JaxMARL: is that of the kitchen on its side, (columns, rows, 26).
    Here: is that of what is seen, (rows, columns, 26).
    """
    seen, _ = jax.eval_shape(peer()[0].reset, jax.random.PRNGKey(0))
    assert peer()[0].observation_space("agent_0").shape == (5, 4, 26)
    own: Any = GAME.observation_space
    assert seen["agent_0"].shape == own["agent"].shape == (4, 5, 26)


def test_the_time_limit_truncates():
    """The time limit.

    JaxMARL: terminates.
    Here: truncates.
    """
    theirs, own = first()
    theirs = replace(theirs, step=jnp.asarray(398, theirs.step.dtype))
    own, ends = Timed(own.inner, jnp.int32(398)), []
    for _ in range(2):
        _, theirs, done, own, timestep = play(theirs, own, STAY, STAY)
        ends.append((bool(done["__all__"]), bool(timestep.truncated)))
        assert not timestep.terminated["agent"].any()
    assert ends == [(False, False), (True, True)]

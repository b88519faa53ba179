"""Where STORM for two differs from JaxMARL 0.2.0's `storm_2p`: each test runs both."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_storm.state import State
from envsuite_storm.tests.beside import sound, two
from envsuite_storm.tests.peer import COPIES, Peer
from envsuite_storm.tests.two import GAME, PARAMS, play, small
from envsuite_storm.two_player import INTERACT, STAY, layout

KEYS = jax.random.split(jax.random.PRNGKey(0), COPIES)


def starts() -> State:
    """As many first states of ours as the peer's reset gives."""
    return jax.jit(jax.vmap(lambda key: GAME.reset(key, PARAMS)[0]))(KEYS)


def test_the_last_step_pays():
    """For two: the last step of an inner episode.

    JaxMARL: pays 0.
    Here: pays like any other.
    """
    paid = {}
    for time in (150, 151):
        state = small("R> B<", {"R": (1, 0), "B": (0, 1)}, inner_step=time)
        seen = two().play(state, INTERACT, STAY)
        paid[time] = seen["theirs"][0].tolist(), seen["ours"][0].tolist()
    assert paid == {150: ([0, 5], [0, 5]), 151: ([0, 0], [0, 5])}


def test_actions_go_by_player():
    """For two: a dictionary of actions.

    JaxMARL: is taken for its keys, 0 and 1, without an error; actions are a tuple.
    Here: actions go by player.
    """
    peer, state = two().peer, small("R^ . B^")
    stay = {agent: jnp.int32(STAY) for agent in peer.env.agents}
    after = peer.ours(jax.jit(peer.env.step_env)(KEYS[0], peer.theirs(state), stay)[1])
    assert after.headings.tolist() == [1, 3], "0 turned red to the left, 1 blue to the right"
    after, _ = play(state, STAY, STAY)
    assert after.headings.tolist() == [0, 0]


def test_nobody_begins_on_a_coin():
    """For two: where players begin.

    JaxMARL: 2 of 18 starts are on coins; the player cannot be seen, or the coin is lost.
    Here: 16 starts, none of them on a coin.
    """
    lost = []
    for batch in range(6):
        theirs = two().reset(jax.random.split(jax.random.PRNGKey(batch), COPIES))
        lost.append(~sound(*jax.device_get((theirs, jax.vmap(two().peer.ours)(theirs)))))
    assert 0.05 < np.mean(lost) < 0.2
    coins = set(map(tuple, layout().coins.reshape(-1, 2).tolist()))
    places = np.asarray(starts().places).reshape(-1, 2)
    assert not set(map(tuple, places.tolist())) & coins


def test_players_begin_with_any_heading():
    """For two: the headings with which players begin.

    JaxMARL: never east.
    Here: any of four.
    """
    theirs = two().reset(KEYS)
    headings = np.stack([theirs.red_pos, theirs.blue_pos])[..., 2]
    assert set(headings.ravel().tolist()) == {0, 1, 2}
    assert set(np.asarray(starts().headings).ravel().tolist()) == {0, 1, 2, 3}


def test_without_a_penalty_players_begin_anew_once():
    """For two: a `freeze_penalty` of 0.

    JaxMARL: those who interacted begin anew at once, and again after the next step.
    Here: they begin anew at once.
    """
    state = small("R> B<", {"R": (1, 0), "B": (0, 1)})
    peer = Peer("storm_2p", freeze_penalty=0)
    step = jax.jit(jax.vmap(peer.env.step_env, (0, 0, None)))
    theirs = jax.tree.map(lambda leaf: jnp.stack([leaf] * COPIES), peer.theirs(state))
    params = replace(PARAMS, freeze_penalty=np.int32(0))
    own, places = state, []
    for time, actions in enumerate(((INTERACT, STAY), (STAY, STAY), (STAY, STAY))):
        keys = jax.random.split(jax.random.PRNGKey(time), COPIES)
        theirs = peer.state(step(keys, theirs, tuple(map(jnp.int32, actions)))[1])
        own, _ = play(own, *actions, params=params)
        places.append((np.asarray(theirs.red_pos)[:, :2], own.places))
    begun, again, still = [place[0] for place in places]
    assert (begun != again).any() and (again == still).all()
    begun, again, still = [place[1] for place in places]
    assert (begun != state.places).any() and (begun == again).all() and (again == still).all()


def test_observations_are_one_array():
    """For two: the form of observations.

    JaxMARL: a dictionary of planes, `f32`, and of numbers, `int8`.
    Here: one array of `f32`.
    """
    seen = two().peer.env.reset(KEYS[0])[0][0]
    assert {name: part.dtype for name, part in seen.items()} == {
        "observation": np.float32,
        "inventory": np.int8,
    }
    _, timestep = jax.eval_shape(GAME.reset, KEYS[0], PARAMS)
    size = sum(np.size(part) for part in seen.values())
    assert timestep.obs["red"].shape == (1, size) and timestep.obs["red"].dtype == np.float32

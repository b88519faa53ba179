"""Step by step with overcooked_ai: states, rewards, shaped rewards and all planes."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import Any

import jax
import numpy as np
import pytest

from envsuite.functional import tree_where
from envsuite_overcooked.env import Overcooked
from envsuite_overcooked.kitchen import COUNTER, FLOOR, POT, Kitchen, shipped_layouts
from envsuite_overcooked.state import (
    INTERACT,
    MOVES,
    NORTH,
    NOTHING,
    ONION,
    PLATE,
    SOUTH,
    STAY,
    State,
)
from envsuite_overcooked.tests.peer import COOK_TIME, Peer
from envsuite_overcooked.tests.scene import STEP
from envsuite_overcooked.tests.script import scripted

STEPS = 400
RESET = jax.jit(Overcooked.reset, static_argnums=0)
RANDOM, SCRIPTED, MOMENTS = slice(0, 1), slice(1, 2), slice(2, 4)
"""An episode of random play, one of two plain cooks, and single steps from any state."""


@partial(jax.jit, static_argnums=0)
def play(env: Overcooked, given: State, fresh: jax.Array, actions: jax.Array) -> Any:
    """All rows at once: a step goes on from the given state where it is fresh, else from the last.

    Leaves and results have the leading axes `[steps, rows]`.
    """
    params = env.default_params()
    step = jax.vmap(env.step, (None, 0, {"agent": 0}, None))

    def go_on(state: State, now: Any) -> Any:
        given, fresh, action = now
        state = tree_where(fresh, given, state)
        state, timestep = step(jax.random.key(0), state, {"agent": action}, params)
        return state, (state, timestep)

    first = jax.tree.map(lambda leaf: leaf[0], given)
    return jax.lax.scan(go_on, first, (given, fresh, actions))[1]


def any_states(random: np.random.Generator, kitchen: Kitchen, count: int) -> State:
    """States of every kind, most of them with cooks that face something, leading axis `[count]`."""
    floor = kitchen.cells(FLOOR)
    poses = [(*place, way) for place in floor.tolist() for way in range(STAY)]
    of_use = [kitchen.terrain[tuple(np.add(pose[:2], MOVES[pose[2]]))] for pose in poses]
    weights = np.where(np.array(of_use) > COUNTER, 6.0, np.where(np.array(of_use) > FLOOR, 2, 1))
    shape = (count, *kitchen.shape)
    drawn = np.stack([random.choice(poses, 2, p=weights / weights.sum()) for _ in range(count)])
    apart = (drawn[:, 0, :2] != drawn[:, 1, :2]).any(-1)
    drawn[~apart] = [(*floor[0], 0), (*floor[-1], 0)]
    lying = (random.random(shape) < 0.3 * random.random((count, 1, 1))) * random.integers(
        1, 4, shape
    )
    clock = np.where(random.random(shape) < 0.7, random.integers(0, COOK_TIME + 3, shape), 0)
    onions = np.where(kitchen.terrain == POT, np.clip(COOK_TIME + 2 - clock, 0, 3), 0)
    drawn_fields: dict[str, Any] = dict(
        places=drawn[..., :2].astype(np.int32),
        facings=drawn[..., 2].astype(np.int32),
        hands=random.integers(0, 4, (count, 2), np.int32),
        counters=np.where(kitchen.terrain == COUNTER, lying, 0).astype(np.int32),
        onions=onions.astype(np.int32),
        remaining=np.where(onions == 3, np.minimum(clock, COOK_TIME - 1), 0).astype(np.int32),
        step=random.integers(340, 400, count, np.int32),
    )
    return State(**drawn_fields)


@pytest.mark.parametrize("layout", shipped_layouts())
def test_every_step_is_overcooked_ais(layout):
    peer, env = Peer(layout), Overcooked(layout)
    random = np.random.default_rng(len(layout))
    rows = MOMENTS.stop
    drawn = any_states(random, env.kitchen, STEPS * rows)
    given = jax.tree.map(lambda leaf: leaf.reshape(STEPS, rows, *leaf.shape[1:]), drawn)
    weights = np.where(np.arange(len(MOVES)) == INTERACT, 5.0, 1.0)
    actions = random.choice(len(MOVES), (STEPS, rows, 2), p=weights / weights.sum())
    actions[:, RANDOM] = random.integers(0, len(MOVES), (STEPS, 1, 2))
    fresh = np.ones((STEPS, rows), bool)
    fresh[1:, : SCRIPTED.stop] = False
    begin = peer.read(peer.first())
    for field in fields(State):
        getattr(given, field.name)[0, : SCRIPTED.stop] = getattr(begin, field.name)

    # the peer plays first, for the plain cooks look at its state to choose what to do
    played: list[Any] = []
    paid = np.zeros((STEPS, rows))
    shaped = np.zeros((STEPS, rows, 2))
    for row in range(rows):
        theirs = peer.first()
        for step in range(STEPS):
            if fresh[step, row]:
                now = jax.tree.map(lambda leaf, at=(step, row): leaf[at], given)
                theirs = peer.write(now)
            elif SCRIPTED.start <= row < SCRIPTED.stop:
                actions[step, row] = scripted(random, env.kitchen, peer.read(theirs))
            theirs, paid[step, row], shaped[step, row] = peer.step(theirs, actions[step, row])
            played.append((peer.read(theirs), peer.observe(theirs)))
    expected, planes = jax.tree.map(
        lambda *leaves: np.stack(leaves).reshape(rows, STEPS, *leaves[0].shape).swapaxes(0, 1),
        *played,
    )

    ours, timestep = jax.device_get(play(env, given, fresh, actions))
    for field in fields(State):
        np.testing.assert_array_equal(
            getattr(ours, field.name), getattr(expected, field.name), field.name
        )
    np.testing.assert_array_equal(timestep.reward["agent"], paid[..., None].repeat(2, axis=-1))
    np.testing.assert_array_equal(timestep.info["shaped_reward"]["agent"], shaped)
    np.testing.assert_array_equal(timestep.obs["agent"], planes)

    # the play was worth comparing
    assert (paid[:, SCRIPTED] > 0).sum() >= 3, "the plain cooks serve soups"
    assert {0, 3, 5} <= set(shaped[:, MOMENTS].ravel()), "every deed is among the single steps"


@pytest.mark.parametrize("layout", shipped_layouts())
def test_an_episode_begins_as_overcooked_ais(layout):
    peer, env = Peer(layout), Overcooked(layout)
    state, timestep = RESET(env, jax.random.key(0), env.default_params())
    expected = peer.read(peer.first())
    for field in fields(State):
        np.testing.assert_array_equal(
            getattr(state, field.name), getattr(expected, field.name), field.name
        )
    np.testing.assert_array_equal(timestep.obs["agent"], peer.observe(peer.first()))


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(("held", "pot"), [(ONION, (0, 0)), (PLATE, (3, 0)), (PLATE, (3, 1))])
def test_a_plate_taken_while_the_other_uses_the_pot_is_worth_what_overcooked_ai_says(
    first, held, pot
):
    peer, env = Peer("cramped_room"), Overcooked("cramped_room")
    order = [first, 1 - first]
    at_pot, at_plates = ([1, 2], NORTH, held), ([2, 1], SOUTH, NOTHING)
    places, facings, hands = zip(*[(at_pot, at_plates)[index] for index in order], strict=True)
    grid = np.zeros(env.kitchen.shape, np.int32)
    fields: dict[str, Any] = dict(
        places=np.array(places, np.int32),
        facings=np.array(facings, np.int32),
        hands=np.array(hands, np.int32),
        counters=grid,
        onions=np.where(env.kitchen.terrain == POT, np.int32(pot[0]), grid),
        remaining=np.where(env.kitchen.terrain == POT, np.int32(pot[1]), grid),
        step=np.int32(0),
    )
    state, both = State(**fields), np.array([INTERACT, INTERACT], np.int32)
    _, _, shaped = peer.step(peer.write(state), both)
    _, timestep = STEP(env, jax.random.key(0), state, {"agent": both}, env.default_params())
    assert timestep.info["shaped_reward"]["agent"].tolist() == shaped

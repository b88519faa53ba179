"""What units see, by hand."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces

from envsuite_smax.tests.scene import scene, timestep, with_health

BLOCK, OWN = 13, 10


def blocks(row: Any) -> np.ndarray:
    """Other units' blocks of one observation."""
    return np.asarray(row)[:-OWN].reshape(-1, BLOCK)


def test_unit_list_by_hand() -> None:
    env, state, params = scene(
        {(8, 10): "marine", (8, 20): "zealot"}, {(12, 13): "stalker"}, enemy="learner"
    )
    state = replace(
        state,
        health=jnp.array([45.0, 75.0, 40.0]),
        cooldowns=jnp.array([0.305, -3.0, 9.0]),
        previous_moves=jnp.array([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]),
        previous_attacks=jnp.array([0, 0, 6], jnp.int32),
    )
    seen = timestep(env, state, state, params).obs
    zealot, stalker = blocks(seen["ally"][0])
    np.testing.assert_array_equal(zealot, np.zeros(BLOCK))  # ten away, and it sees for nine
    # health, place, last move, last attack (its highest code is 6), cooldown, type
    expected = [0.25, 4 / 9, 3 / 9, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0]
    np.testing.assert_allclose(stalker, expected, rtol=1e-6)
    own = [1, 8 / 32, 10 / 32, 0.5, 1, 0, 0, 0, 0, 0]
    np.testing.assert_allclose(seen["ally"][0, -OWN:], own, rtol=1e-6)
    # The stalker sees for ten, and lists the allies from the last.
    last, first = blocks(seen["enemy"][0])
    expected = [0.5, -4 / 10, 7 / 10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    np.testing.assert_allclose(last, expected, rtol=1e-6)
    expected = [1, -4 / 10, -3 / 10, 0, 1, 0, 0.5, 1, 0, 0, 0, 0, 0]
    np.testing.assert_allclose(first, expected, rtol=1e-6)


def test_deeds_of_opponents_can_be_hidden() -> None:
    for shown in (True, False):
        env, state, params = scene(
            {(8, 10): "marine", (8, 12): "marine"}, {(12, 10): "marine"}, see_enemy_actions=shown
        )
        state = replace(
            state,
            previous_moves=jnp.ones((3, 2)),
            previous_attacks=jnp.full(3, 5, jnp.int32),
        )
        friend, enemy = blocks(timestep(env, state, state, params).obs["ally"][0])
        assert friend[3:6].all() and bool(enemy[3:6].all()) == shown


@pytest.mark.parametrize("observation", ["unit_list", "conic"])
def test_the_dead_see_nothing_and_are_not_seen(observation: str) -> None:
    env, state, params = scene(
        {(8, 10): "marine", (9, 10.1): "marine"}, {(12, 10.2): "marine"}, observation=observation
    )
    seen = timestep(env, with_health(state, 45, 45, 0), state, params).obs["ally"]
    assert np.count_nonzero(blocks(seen[0]).any(1)) == 2
    state = with_health(state, 45, 0, 45)
    seen = timestep(env, state, state, params).obs["ally"]
    assert not seen[1].any()
    assert np.count_nonzero(blocks(seen[0]).any(1)) == 1


def section(env: Any, state: Any, params: Any) -> list[int]:
    """Sections in which the first ally sees anyone."""
    rows = blocks(timestep(env, state, state, params).obs["ally"][0])
    return (np.flatnonzero(rows.any(1)) // 2).tolist()


@pytest.mark.parametrize(
    ("away", "where"),
    # In turn: by the sheet; on edges, the right, up, left and down; hardly below the left.
    [((0.55, 0.5), 19), ((2, 0), 16), ((0, 2), 24), ((-2, 0), 0), ((0, -2), 8), ((-2, -1e-3), 0)],
)
def test_conic_sections(away: tuple[float, float], where: int) -> None:
    env, state, params = scene(
        {(8, 8): "marine"}, {(8 + away[0], 8 + away[1]): "marine"}, observation="conic"
    )
    assert section(env, state, params) == [where]


def test_the_peers_conic_is_blind_on_edges_and_to_the_first_ally() -> None:
    options = {"observation": "conic", "conic": "peer", "enemy": "learner"}
    env, state, params = scene({(8, 8): "marine"}, {(10, 8): "marine"}, **options)
    assert section(env, state, params) == []
    env, state, params = scene({(8, 8): "marine"}, {(10, 9): "marine"}, **options)
    seen = timestep(env, state, state, params).obs
    assert blocks(seen["ally"][0]).any() and not blocks(seen["enemy"][0]).any()
    # And it sees the dead, but for their health.
    dead = with_health(state, 45, 0)
    (corpse,) = [
        row for row in blocks(timestep(env, dead, dead, params).obs["ally"][0]) if any(row)
    ]
    assert corpse[0] == 0 and corpse[1] > 0


def test_conic_shows_the_two_of_lowest_index_to_either_team() -> None:
    env, state, params = scene(
        {(8, 8): "marine", (7.9, 7.85): "zealot", (7.8, 7.75): "stalker"},
        {(12, 13): "marine", (12.1, 13.2): "zealot", (12.2, 13.3): "stalker"},
        observation="conic",
        enemy="learner",
    )
    seen = timestep(env, state, state, params).obs
    enemies = [row[7:].argmax() for row in blocks(seen["ally"][0]) if row.any() and row[1] > 0.4]
    assert enemies == [0, 3]
    allies = [row[7:].argmax() for row in blocks(seen["enemy"][0]) if row.any() and row[1] < -0.3]
    assert allies == [0, 3]


def test_the_world_by_hand() -> None:
    for form, place, cooldown, kind in (
        ("normalised", (8 / 32, 10 / 32), 0.5, [0, 0.4]),
        ("peer", (8, 10), 0.305, [0, 2]),
    ):
        env, state, params = scene({(8, 10): "marine"}, {(9, 9): "stalker"}, world_state=form)
        state = replace(with_health(state, 9, 0), cooldowns=jnp.array([0.305, -7.0]))
        world = env.world(state)
        expected = [0.2, *place, cooldown, 1, 0, 0, 0, 0, 0, *[0] * 10, 0, 1, *kind]
        np.testing.assert_allclose(world, expected, rtol=1e-6)
        assert env.world_space.contains(np.asarray(world))


@pytest.mark.parametrize(
    "config",
    [
        {"scenario": "smacv2_5_units", "spawn": "peer"},
        {"scenario": "3s_vs_5z", "observation": "conic", "actions": "continuous"},
        {"scenario": "2s3z", "enemy": "learner", "walls_cause_death": False},
    ],
)
def test_everything_seen_lies_in_its_space(config: dict[str, Any]) -> None:
    env, _, params = scene({(1, 1): "marine"}, {(2, 2): "marine"})
    env = type(env)(**config)
    step = jax.jit(jax.vmap(env.step, (0, 0, 0, None)))
    state, seen = jax.jit(jax.vmap(env.reset, (0, None)))(
        jax.random.split(jax.random.key(0), 50), params
    )
    space = env.action_space
    space.seed(0)
    for number in range(15):
        keys = jax.random.split(jax.random.key(number), 50)
        samples = [
            [space[team].sample() for _ in range(50 * size)] for team, size in env.agents.items()
        ]
        actions = {
            team: jnp.asarray(np.reshape(rows, (50, size, *(space[team].shape or ()))))
            for (team, size), rows in zip(env.agents.items(), samples, strict=True)
        }
        state, seen = step(keys, state, actions, params)
        for team in env.agents:
            box = env.observation_space[team]
            assert isinstance(box, spaces.Box)
            values = np.asarray(seen.obs[team])
            assert (values >= box.low).all() and (values <= box.high).all()
        worlds = np.asarray(jax.vmap(env.world)(state))
        assert (worlds >= 0).all() and (worlds <= 1).all()

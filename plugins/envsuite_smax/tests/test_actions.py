"""What units may do, what their actions mean, and how the scripted ones choose."""

from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_smax.actions import (
    decode_continuous,
    decode_continuous_peer,
    legal_actions,
)
from envsuite_smax.scripted import Memory, decide
from envsuite_smax.tests.scene import DOWN, LEFT, RIGHT, SHOOT, STOP, UP, scene, with_health
from envsuite_smax.view import look

FRIENDS = {(8, 10): "marine", (8, 20): "zealot"}
FOES = {(12, 10): "marine", (9, 20): "marine", (30, 30): "stalker"}


def test_masks_admit_what_is_alive_and_in_range() -> None:
    _, state, params = scene(FRIENDS, FOES)
    mask = legal_actions(look(state, team="ally", size=2), params, size=2)
    assert mask.astype(int).tolist() == [[1, 1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0, 1, 0]]
    # Enemies list the allies from the last to the first, and themselves too.
    mask = legal_actions(look(state, team="enemy", size=3), params, size=3)
    assert mask[::-1, 5:].astype(int).tolist() == [[0, 1], [1, 0], [0, 0]]


def test_the_dead_may_only_stop_and_are_no_targets() -> None:
    _, state, params = scene(FRIENDS, FOES)
    state = with_health(state, 0, 150, 45, 0, 160)
    mask = legal_actions(look(state, team="ally", size=2), params, size=2)
    assert mask.astype(int).tolist() == [[0, 0, 0, 0, 1, 0, 0, 0], [1, 1, 1, 1, 1, 0, 0, 0]]


def aimed(state: Any, params: Any, action: list[float], previous: int = 0) -> tuple[Any, Any]:
    """What one continuous action means to each of the first team's units."""
    state = replace(state, previous_attacks=state.previous_attacks.at[:2].set(previous))
    view = look(state, team="ally", size=2)
    return decode_continuous(jnp.array([action, action], jnp.float32), view, params)


def test_a_continuous_move_is_a_share_of_speed_in_a_direction() -> None:
    _, state, params = scene(FRIENDS, FOES)
    moves, attacks = aimed(state, params, [1.0, 0.0, 0.5, 0.25])
    np.testing.assert_allclose(moves, [[0, 0.5], [0, 0.5]], atol=1e-6)
    assert attacks.tolist() == [0, 0]


def test_a_continuous_shot_goes_to_the_opponent_nearest_the_aim() -> None:
    places = {(8, 10): "marine", (20, 20): "marine"}
    _, state, params = scene(places, {(11, 10): "marine", (8, 13): "marine", (8, 16): "marine"})
    right, up = [0.0, 1.0, 0.6, 0.0], [0.0, 1.0, 1.0, 0.25]
    assert aimed(state, params, right)[1].tolist() == [SHOOT, 0]
    # The third is nearer to the aim, but out of range; no one is in range of the second ally.
    moves, attacks = aimed(state, params, up)
    assert attacks.tolist() == [SHOOT + 1, 0]
    np.testing.assert_array_equal(moves, np.zeros((2, 2)))
    dead = with_health(state, 45, 45, 45, 0, 45)
    assert aimed(dead, params, up)[1].tolist() == [SHOOT, 0]


def test_shoot_last_keeps_the_target_while_it_can_be_hit() -> None:
    places = {(8, 10): "marine", (20, 20): "marine"}
    _, state, params = scene(places, {(11, 10): "marine", (8, 13): "marine"})
    up = [1.0, 1.0, 1.0, 0.25]
    assert aimed(state, params, up, previous=SHOOT)[1].tolist() == [SHOOT, 0]
    assert aimed(state, params, up, previous=0)[1].tolist() == [SHOOT + 1, 0]
    dead = with_health(state, 45, 45, 0, 45)
    assert aimed(dead, params, up, previous=SHOOT)[1].tolist() == [SHOOT + 1, 0]


def test_continuous_actions_outside_the_space_are_clipped() -> None:
    _, state, params = scene(FRIENDS, FOES)
    wild = aimed(state, params, [-3.0, -1.0, 7.0, 2.0])
    tame = aimed(state, params, [0.0, 0.0, 1.0, 1.0])
    np.testing.assert_array_equal(wild[0], tame[0])


def test_the_peers_decoding_is_inverted_and_by_chance() -> None:
    _, state, params = scene(FRIENDS, FOES)
    view = look(state, team="ally", size=2)
    actions = jnp.array([[1.0, 0.3, 1.0, 0.0]] * 2, jnp.float32)
    draws = jnp.array([[0.29, 0.5], [0.31, 0.5]], jnp.float32)
    moves, attacks = decode_continuous_peer(actions, view, draws)
    np.testing.assert_allclose(moves, [[1, 0], [0, 0]], atol=1e-6)
    assert attacks.tolist() == [0, SHOOT + 1]


def script(state: Any, params: Any, memory: Memory | None = None, **options: Any) -> Any:
    """What scripted enemies would do; draws are all zero: the first of equals."""
    count = state.last_attacked.size
    memory = memory or Memory(state.target_points[::-1], state.last_attacked[::-1])
    settings = {"team": "enemy", "attack_mode": "closest", "shoots": True, **options}
    draws = settings.pop("draws", jnp.zeros((count, 2)))
    actions, memory = decide(state, memory, draws, params, **settings)
    return actions[::-1].tolist(), memory


def test_the_script_shoots_the_closest_and_then_keeps_its_target() -> None:
    _, state, params = scene({(8, 10): "marine", (8, 12): "marine"}, {(8, 13): "marine"})
    actions, memory = script(state, params)
    assert actions == [SHOOT]  # slot 0 of an enemy is the last ally
    swapped = replace(state, positions=state.positions[jnp.array([1, 0, 2])])
    assert script(swapped, params, memory)[0] == [SHOOT]
    assert script(swapped, params)[0] == [SHOOT + 1]
    # Once its target is dead it takes the other one.
    dead = with_health(swapped, 45, 0, 45)
    assert script(dead, params, memory)[0] == [SHOOT + 1]


def test_a_script_that_may_not_shoot_walks_to_whom_it_sees() -> None:
    _, state, params = scene({(8, 10): "marine"}, {(8, 13): "marine"})
    assert script(state, params, shoots=False)[0] == [DOWN]


@pytest.mark.parametrize(
    ("start", "action"), [((28, 16), LEFT), ((4, 16), RIGHT), ((16, 28), DOWN), ((16, 4), UP)]
)
def test_a_script_that_sees_no_one_heads_for_the_opposite_point(
    start: tuple[float, float], action: int
) -> None:
    _, state, params = scene({(1, 1): "marine"}, {start: "marine"})
    assert script(state, params)[0] == [action]


def test_the_script_walks_to_each_it_sees_as_often() -> None:
    _, state, params = scene({(16, 23): "marine", (23, 16): "marine"}, {(16, 16): "marine"})
    chosen = [
        script(state, params, draws=jnp.full((1, 2), draw))[0][0]
        for draw in (0.0, 0.49, 0.51, 0.999999)
    ]
    assert sorted(chosen) == [UP, UP, RIGHT, RIGHT]


def test_the_random_script_shoots_any_in_range() -> None:
    _, state, params = scene(
        {(8, 10): "marine", (8, 12): "marine", (30, 30): "marine"}, {(8, 13): "marine"}
    )
    chosen = {
        script(state, params, attack_mode="random", draws=jnp.full((1, 2), draw))[0][0]
        for draw in (0.0, 0.3, 0.6, 0.99)
    }
    assert chosen == {SHOOT + 1, SHOOT + 2}


def test_stop_is_never_the_scripts_choice() -> None:
    _, state, params = scene({(1, 1): "marine"}, {(16, 16): "marine"})
    assert script(state, params)[0] != [STOP]  # it stands on its goal already

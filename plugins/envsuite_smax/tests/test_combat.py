"""How units move, shoot, die and push, by hand."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_smax.combat import Field, at_once, draws_a_step, fight, in_turn
from envsuite_smax.tests.scene import DOWN, LEFT, RIGHT, SHOOT, STOP, UP, act, scene, timestep

FAST = {"marine": {"speed": 5, "damage": 0.02, "weapon_cooldown": 0.2}}


@pytest.mark.parametrize(
    ("action", "where"),
    [(UP, (8, 12.5)), (RIGHT, (10.5, 10)), (DOWN, (8, 7.5)), (LEFT, (5.5, 10)), (STOP, (8, 10))],
)
def test_a_unit_of_speed_5_moves_two_and_a_half(action: int, where: tuple[float, float]) -> None:
    env, state, params = scene({(8, 10): "marine"}, {(24, 16): "marine"}, units=FAST)
    after = act(env, state, params, [action, STOP])
    np.testing.assert_allclose(after.positions[0], where, atol=1e-5)
    np.testing.assert_array_equal(after.positions[1], (24, 16))


def test_a_weapon_of_a_fifth_of_a_second_fires_twice_a_step() -> None:
    env, state, params = scene({(8, 10): "marine"}, {(12, 10): "marine"}, units=FAST)
    after = act(env, state, params, [SHOOT, STOP])
    np.testing.assert_allclose(after.health, [45, 45 - 2 * 0.02], rtol=1e-6)
    assert after.shots.tolist() == [1, -1]
    assert after.previous_attacks.tolist() == [SHOOT, 0]
    np.testing.assert_array_equal(after.positions, state.positions)


def test_a_weapon_left_alone_cools_by_half_a_second() -> None:
    env, state, params = scene({(8, 10): "marine"}, {(24, 10): "marine"})
    after = act(env, state, params, [STOP, SHOOT])
    np.testing.assert_allclose(after.cooldowns, [-0.5, -0.5])


def test_noise_lengthens_the_cooldown() -> None:
    env, state, params = scene({(8, 10): "marine"}, {(12, 10): "marine"})
    after = act(env, state, params, [SHOOT, STOP], noise=[0.125, 0.0])
    # Seven of the eight ticks come after the shot.
    assert after.cooldowns[0] == pytest.approx(0.61 + 0.125 - 7 / 16)


def test_a_weapon_that_is_not_ready_does_not_fire() -> None:
    env, state, params = scene({(8, 10): "marine"}, {(12, 10): "marine"})
    after = act(env, replace(state, cooldowns=jnp.array([0.6, 0.0])), params, [SHOOT, SHOOT])
    assert after.health.tolist() == [36, 45]


def test_the_range_is_open() -> None:
    env, state, params = scene({(8, 10): "marine"}, {(13, 10): "marine"})
    assert act(env, state, params, [SHOOT, SHOOT]).health.tolist() == [45, 45]
    nearer = replace(state, positions=state.positions.at[1, 0].set(12.999))
    assert act(env, nearer, params, [SHOOT, SHOOT]).health.tolist() == [36, 36]


def test_two_can_kill_each_other_at_once() -> None:
    env, state, params = scene({(8, 10): "marine"}, {(12, 10): "marine"})
    state = replace(state, health=jnp.array([9.0, 9.0]))
    after = act(env, state, params, [SHOOT, SHOOT])
    assert after.health.tolist() == [0, 0]
    seen = timestep(env, state, after, params)
    assert {name: bool(flag) for name, flag in seen.info.items()} == {
        "won": False,
        "lost": False,
        "draw": True,
    }
    assert seen.reward["ally"].tolist() == [pytest.approx(0.2)]


def test_damage_adds_up_and_health_stops_at_nothing() -> None:
    env, state, params = scene(
        {(8, 10): "marine", (8, 12): "stalker"}, {(11, 10): "marine", (11, 12): "marine"}
    )
    after = act(env, state, params, [SHOOT, SHOOT, STOP, STOP])
    assert after.health.tolist() == [45, 160, 45 - 9 - 13, 45]
    weak = replace(state, health=state.health.at[2].set(10.0))
    assert act(env, weak, params, [SHOOT, SHOOT, STOP, STOP]).health[2] == 0


def test_enemies_count_their_targets_backwards() -> None:
    env, state, params = scene(
        {(8, 10): "marine", (8, 12): "marine"}, {(11, 10): "marine", (11, 12): "marine"}
    )
    after = act(env, state, params, [STOP, STOP, SHOOT, STOP])
    assert after.health.tolist() == [45, 36, 45, 45]


def test_the_dead_neither_move_nor_shoot_nor_push_nor_are_shot() -> None:
    env, state, params = scene({(8, 10): "marine"}, {(8.2, 10): "marine"})
    state = replace(state, health=jnp.array([45.0, 0.0]))
    after = act(env, state, params, [SHOOT, SHOOT])
    assert after.health.tolist() == [45, 0]
    assert after.shots.tolist() == [-1, -1]
    np.testing.assert_array_equal(after.positions, state.positions)
    assert (act(env, state, params, [STOP, UP]).positions[1] == state.positions[1]).all()


@pytest.mark.parametrize(
    ("start", "action"), [((8, 31), UP), ((31, 8), RIGHT), ((8, 1), DOWN), ((1, 8), LEFT)]
)
def test_walls_kill_or_stop(start: tuple[float, float], action: int) -> None:
    for deadly in (True, False):
        env, state, params = scene(
            {start: "marine"}, {(20, 20): "marine"}, walls_cause_death=deadly
        )
        after = act(env, state, params, [action, STOP])
        assert bool(after.alive[0]) != deadly
        edge = {UP: (8, 32), RIGHT: (32, 8), DOWN: (8, 0), LEFT: (0, 8)}[action]
        np.testing.assert_allclose(after.positions[0], edge)


def test_who_dies_at_the_wall_pays_the_opponent() -> None:
    env, state, params = scene({(31, 8): "marine"}, {(20, 20): "marine"}, enemy="learner")
    after = act(env, state, params, [RIGHT, STOP])
    seen = timestep(env, state, after, params)
    assert seen.reward["enemy"].tolist() == [2] and seen.reward["ally"].tolist() == [0]


def test_an_overlapping_pair_is_parted_exactly() -> None:
    env, state, params = scene({(8, 10): "marine"}, {(8.5, 10): "zealot"}, world_steps=1)
    after = act(env, state, params, [STOP, STOP])
    gap = np.linalg.norm(np.asarray(after.positions[1] - after.positions[0]))
    assert gap == pytest.approx(0.375 + 0.5, abs=1e-5)
    np.testing.assert_allclose(after.positions.mean(0), state.positions.mean(0), atol=1e-5)


def test_units_in_one_point_stay_there() -> None:
    env, state, params = scene({(8, 10): "marine"}, {(8, 10): "marine"}, world_steps=1)
    np.testing.assert_array_equal(act(env, state, params, [STOP, STOP]).positions, state.positions)


def test_a_push_can_carry_a_unit_off_the_map_where_it_dies() -> None:
    env, state, params = scene({(31.9, 10): "marine"}, {(31.4, 10): "marine"}, world_steps=1)
    after = act(env, state, params, [STOP, STOP])
    assert after.positions[0, 0] > 32 and after.alive[0]
    # It is observed within the bounds that its space declares.
    seen = timestep(env, state, after, params)
    assert env.observation_space["ally"].contains(np.asarray(seen.obs["ally"][0]))
    assert not act(env, after, params, [STOP, STOP]).alive[0]


def test_both_ways_to_add_up_agree() -> None:
    """One for processors and one for accelerators; only one of them runs on this machine."""
    random = np.random.default_rng(0)
    values = tuple(jnp.asarray(random.normal(size=(7, 3)), jnp.float32) for _ in range(2))

    def term(other: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        return values[0] * other[0], jnp.maximum(values[1] - other[1], 0)

    expected = (
        values[0] * values[0].sum(0),
        np.maximum(np.asarray(values[1])[None] - np.asarray(values[1])[:, None], 0).sum(0),
    )
    for add_up in (in_turn, at_once):
        for ours, theirs in zip(add_up(term, values), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_copies_do_not_mix() -> None:
    """Mapped over copies, over params, or over both at once, each is as if it were alone."""
    env, state, params = scene(
        {(8, 10): "marine", (9, 11): "zealot"}, {(11, 10): "marine", (10, 12): "zergling"}
    )
    random = np.random.default_rng(1)
    shifts = jnp.asarray(random.normal(size=(2, 3, 4, 2)), jnp.float32)
    speeds = jnp.array([1.0, 2.0], jnp.float32)
    moves = jnp.asarray(random.uniform(-1, 1, (4, 2)), jnp.float32)
    attacks = jnp.array([5, 6, 5, 0], jnp.int32)

    def play(shift: jax.Array, speed: jax.Array) -> jax.Array:
        after = fight(
            replace(state, positions=state.positions + shift),
            moves,
            attacks,
            jnp.full((1, 4), 0.01),
            replace(params, speed=params.speed * speed),
            allies=2,
            ticks=8,
            field=Field(32, 32),
        )
        return jnp.concatenate([after.positions.ravel(), after.health, after.cooldowns])

    alone = jax.jit(play)
    both = jax.jit(jax.vmap(jax.vmap(play, (0, None)), (0, 0)))(shifts, speeds)
    for row in range(2):
        for column in range(3):
            expected = alone(shifts[row, column], speeds[row])
            np.testing.assert_allclose(both[row, column], expected, atol=1e-5)


def test_chance_is_drawn_for_each_tick_only_if_a_weapon_may_fire_twice() -> None:
    for weapon_cooldown, draws in ((0.5, 1), (0.43, 8), (0.2, 8)):
        units = {"marine": {"weapon_cooldown": weapon_cooldown}}
        env, state, params = scene({(8, 10): "marine"}, {(12, 10): "marine"}, units=units)
        assert draws_a_step(params, 8) == draws
        # The least chance can add: it fires again before the step is over, or it does not.
        after = act(env, state, params, [SHOOT, STOP], noise=-1 / 16)
        assert (after.health[1] < 36) == (draws > 1)

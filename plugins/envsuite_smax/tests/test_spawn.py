"""Where battles begin, and with whom."""

from functools import cache
from typing import Any

import jax
import numpy as np

from envsuite_smax.env import SMAX


@cache
def starts(env: SMAX, count: int = 2000) -> Any:
    """Many first states."""
    params = env.default_params()
    keys = jax.random.split(jax.random.key(0), count)
    return jax.device_get(jax.jit(jax.vmap(lambda key: env.reset(key, params)[0]))(keys))


def test_fixed_squads_face_each_other() -> None:
    places = starts(SMAX("3m")).positions
    # Two units wide at most, and a push where they overlap.
    assert (abs(places[:, :3] - (8, 16)) < 2.8).all()
    assert (abs(places[:, 3:] - (24, 16)) < 2.8).all()
    np.testing.assert_allclose(places[:, :3].mean((0, 1)), (8, 16), atol=0.06)


def test_own_starts_and_maps() -> None:
    env = SMAX("3m", map_width=10, map_height=6, ally_start=[0, 0], enemy_start=(10, 6))
    places = starts(env).positions
    assert (places >= 0.375 - 1e-6).all() and (places <= np.array([10, 6]) - 0.375 + 1e-6).all()
    assert places[:, :3, 0].mean() < 2 and places[:, 3:, 0].mean() > 8


def test_generated_starts_are_inside_by_each_units_radius() -> None:
    env = SMAX("smacv2_20_units")
    state = starts(env)
    margin = env.default_params().radius[state.types][..., None] - 1e-5
    assert (state.positions >= margin).all() and (state.positions <= 32 - margin).all()
    # Nobody is stacked in one point, which no push could part.
    gaps = state.positions[:, :, None] - state.positions[:, None]
    distance = np.hypot(gaps[..., 0], gaps[..., 1]) + 9 * np.eye(40)
    assert (distance > 1e-3).all()


def test_the_peers_starts_are_outside_as_often_as_the_peers() -> None:
    places = starts(SMAX("smacv2_10_units", spawn="peer")).positions
    outside = ((places <= 0) | (places >= 32)).any((1, 2)).mean()
    # The reference measured 14.2 per cent of episodes.
    assert abs(outside - 0.142) < 3 * np.sqrt(2 * 0.142 * 0.858 / 2000)


def test_generated_types_are_mirrored_and_uniform() -> None:
    types = starts(SMAX("smacv2_5_units")).types
    np.testing.assert_array_equal(types[:, :5], types[:, 5:])
    share = np.bincount(types[:, :5].ravel(), minlength=6) / types[:, :5].size
    assert (abs(share - 1 / 6) < 4 * np.sqrt(5 / 36 / types[:, :5].size)).all()


def test_surplus_enemies_are_drawn_unless_the_peers_marines_are_wanted() -> None:
    squads: dict[str, Any] = {"allies": {"random": 2}, "enemies": {"random": 4}}
    drawn = starts(SMAX("smacv2_5_units", **squads), 500).types
    assert len(np.unique(drawn[:, 4:])) == 6
    np.testing.assert_array_equal(drawn[:, :2], drawn[:, 2:4])
    peer = starts(SMAX("smacv2_5_units", surplus="marines", **squads), 500).types
    assert (peer[:, 4:] == 0).all() and len(np.unique(peer[:, 2:4])) == 6


def test_half_the_generated_battles_are_reflected() -> None:
    # One unit a side and no push between them, so that a mirror image is exact.
    env = SMAX("smacv2_5_units", allies=["zergling"], enemies=["zergling"])
    places = starts(env).positions
    mirrored = np.isclose(places[:, 1], places[:, 0] * (-1, 1) + (32, 0), atol=1e-4).all(1)
    assert abs(mirrored.mean() - 0.5) < 3 * np.sqrt(0.25 / 2000) + 0.01
    assert (places[mirrored, 0, 0] <= 16).all()
    # In the others one of the two is in the middle, the allies half of the time.
    middle = (abs(places[~mirrored] - 16) < 2.5).all(-1)
    assert middle.any(1).all()
    only = middle.sum(1) == 1
    assert abs(middle[only, 0].mean() - 0.5) < 3 * np.sqrt(0.25 / only.sum())


def test_unequal_squads_surround_and_reflect() -> None:
    for allies, enemies in (({"marine": 2}, {"marine": 5}), ({"marine": 5}, {"marine": 2})):
        env = SMAX("smacv2_5_units", allies=allies, enemies=enemies)
        places = starts(env, 200).positions
        assert places.shape == (200, 7, 2) and np.isfinite(places).all()
        assert len(np.unique(places.round(4).reshape(-1, 2), axis=0)) == 1400

"""What a configuration may say, and what it is told when it may not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces

from envsuite_smax.env import SMAX
from envsuite_smax.scenario import shipped_scenarios

NOVEL = {
    "health": 20,
    "damage": 1,
    "attack_range": 3,
    "sight_range": 8,
    "speed": 2,
    "radius": 0.4,
    "weapon_cooldown": 0.2,
}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"scenario": "3mm"}, "scenario '3mm' is unknown: did you mean '3m'"),
        ({"allies": ["marin"]}, "did you mean 'marine'"),
        ({"allies": []}, "allies has no units"),
        ({"enemies": {"marine": 0}}, "enemies has no units"),
        ({"enemies": {"marine": 1.5}}, "not a count"),
        ({"enemies": "marine"}, "not a squad"),
        ({"allies": [3]}, "not a word"),
        ({"observation": "units"}, "did you mean 'unit_list'"),
        ({"actions": "continous"}, "did you mean 'continuous'"),
        ({"enemy": "scriptd"}, "did you mean 'scripted'"),
        ({"positions": "reflect"}, "did you mean 'surround_or_reflect'"),
        ({"walls_cause_death": "no"}, "walls_cause_death must be true or false"),
        ({"world_steps": 0}, "world_steps must be a whole number"),
        ({"map_width": -1}, "map_width must be a positive finite number"),
        ({"map_width": 0.5}, "no room for a marine"),
        ({"ally_start": (40, 3)}, r"the nearest place inside is \(32.0, 3\)"),
        ({"enemy_start": [1, 2, 3]}, "must be two numbers"),
        ({"units": {"marine": {"helth": 3}}}, "did you mean 'health'"),
        ({"units": {"marine": {"health": "60"}}}, "must be a finite number"),
        ({"units": {"marine": {"health": -1}}}, "must be positive"),
        ({"units": {"marinne": {"health": 3}}}, "did you mean 'marine'.*also give damage"),
        ({"units": 7}, "cannot be read"),
    ],
)
def test_errors_name_the_thing_and_the_remedy(config: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SMAX(**config)


def test_what_json_gives_equals_what_python_gives() -> None:
    lists = SMAX(
        allies=["marine", "zealot"],
        enemies={"marine": 2},
        units={"marine": {"health": 60, "speed": 1}},
        ally_start=[3, 4],
    )
    tuples = SMAX(
        allies=("marine", "zealot"),
        enemies=("marine", "marine"),
        units={"marine": {"speed": 1.0, "health": 60.0}},
        ally_start=(3, 4),
    )
    assert lists == tuples and hash(lists) == hash(tuples)
    assert lists != SMAX(allies=["marine", "zealot"], enemies={"marine": 2})


def test_unit_tables_by_config() -> None:
    env = SMAX(units={"marine": {"health": 60}}, allies=["marine", "imp"][:1])
    assert env.default_params().health.tolist() == [60, 125, 160, 150, 35, 80]
    env = SMAX(units={"imp": NOVEL}, allies=["imp"], enemies=["imp", "marine"])
    assert env.unit_types[-1].letter == "i" and env.default_params().health[-1] == 20
    # The one-hot grows by one in each block.
    assert env.observation_space["ally"].shape == (2 * 14 + 11,)
    state, timestep = env.reset(jax.random.key(0), env.default_params())
    assert state.types.tolist() == [6, 6, 0] and timestep.obs["ally"].shape == (1, 39)
    state, timestep = env.step(
        jax.random.key(1), state, {"ally": jnp.array([4])}, env.default_params()
    )
    assert env.observation_space["ally"].contains(np.asarray(timestep.obs["ally"][0]))


SIZES = {
    "3m": (8, 8, 75, 72),
    "8m": (13, 13, 205, 192),
    "25m": (30, 30, 647, 600),
    "2s3z": (10, 10, 127, 120),
    "3s5z": (13, 13, 205, 192),
    "5m_vs_6m": (11, 10, 140, 132),
    "10m_vs_11m": (16, 15, 270, 252),
    "27m_vs_30m": (35, 32, 738, 684),
    "3s5z_vs_3s6z": (14, 13, 218, 204),
    "3s_vs_5z": (10, 8, 101, 96),
    "6h_vs_8z": (13, 11, 179, 168),
    "smacv2_5_units": (10, 10, 127, 120),
    "smacv2_10_units": (15, 15, 257, 240),
    "smacv2_20_units": (25, 25, 517, 480),
}


def test_the_shipped_scenarios_have_the_papers_sizes() -> None:
    assert set(SIZES) == set(shipped_scenarios())
    for name, (ally, enemy, features, world) in SIZES.items():
        env = SMAX(name, enemy="learner")
        assert env.action_space == spaces.Dict(
            {"ally": spaces.Discrete(ally), "enemy": spaces.Discrete(enemy)}
        )
        assert env.observation_space["enemy"].shape == (features,)
        assert env.world_space.shape == (world,)
        assert SMAX(name, observation="conic").observation_space["ally"].shape == (842,)

"""`make`, `make_engine`, `make_as`: what they build, and how they refuse."""

from __future__ import annotations

import pytest

import envsuite
from envsuite.core.errors import UnknownNameError
from envsuite.functional import PlayedBy, TimeLimit, unwrapped


def test_make_puts_the_game_in_its_time_limit():
    env = envsuite.make("envsuite/SMAX-3m")
    assert isinstance(env, TimeLimit) and env.max_steps == 100
    assert type(unwrapped(env)).__name__ == "SMAX"
    assert not isinstance(envsuite.make("envsuite/SMAX-3m", max_steps=None), TimeLimit)


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'envsuite/SMAX-3s5z'"):
        envsuite.make("envsuite/SMAX-3s5zz")


def test_an_unknown_option_names_the_nearest():
    with pytest.raises(TypeError, match="did you mean 'map_width'"):
        envsuite.make("envsuite/SMAX-3m", map_widht=3)


def test_an_unknown_backend_or_api_names_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'jax'"):
        envsuite.make_engine("envsuite/SMAX-3m", backend="jaxx")
    with pytest.raises(UnknownNameError, match="did you mean 'gymnasium'"):
        envsuite.make_as("envsuite/SMAX-3m", "gymnasum")


def test_words_are_played_on_the_host_and_nothing_else_is():
    assert type(envsuite.make_engine("envsuite/Primer-Guess")).__name__ == "HostEngine"
    with pytest.raises(TypeError, match="take 'host'"):
        envsuite.make_engine("envsuite/Primer-Guess", backend="jax")
    with pytest.raises(TypeError, match="take 'jax'"):
        envsuite.make_engine("envsuite/Primer-Bandit", backend="host")


def test_the_team_view_fills_the_other_seats_with_the_spec_s_opponents():
    env = envsuite.make("envsuite/Primer-Pursuit", view="team", max_steps=None)
    assert isinstance(env, PlayedBy) and env.agents == {"hunter": 3}
    assert type(dict(env.policies)["prey"]).__name__ == "RandomPolicy"


def test_a_seat_is_chosen_by_name():
    env = envsuite.make("envsuite/SMAX-3m", view="seat", seat="ally_2", max_steps=None)
    assert isinstance(env, PlayedBy) and env.seat == 2 and env.agents == {"ally": 1}
    with pytest.raises(ValueError, match="did you mean 'ally_2'"):
        envsuite.make("envsuite/SMAX-3m", view="seat", seat="ally_3")


def test_views_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="the views are"):
        envsuite.make("envsuite/SMAX-3m", view="teams")  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="single agent"):
        envsuite.make("envsuite/Primer-Bandit", view="team", team="ally")
    with pytest.raises(ValueError, match="did you mean 'ally'"):
        envsuite.make("envsuite/SMAX-3m", view="team", team="allly")
    with pytest.raises(TypeError, match="need view"):
        envsuite.make("envsuite/SMAX-3m", policies={"enemy": "random"})


def test_a_trainer_is_no_policy():
    with pytest.raises(TypeError, match="train it first"):
        envsuite.make("envsuite/SMAX-3m", view="seat", policies={"ally": "maskable-ppo"})

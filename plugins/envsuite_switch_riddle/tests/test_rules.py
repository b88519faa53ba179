"""The rules of the switch riddle, by example and by chances worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import binomtest, chisquare

from envsuite.core.env import World
from envsuite_switch_riddle.env import NOTHING, TELL, TOGGLE, Params, SwitchRiddle

KEY = jax.random.key(0)
GAME = SwitchRiddle()
STEP = jax.jit(SwitchRiddle.step, static_argnums=0)
ACTIONS = {".": NOTHING, "t": TOGGLE, "!": TELL}


def live(story, game=GAME, params=None, others=NOTHING):
    """Play the days of a story such as `"0t 2. 1!"`: who is in the room, and what it does.

    Everyone else plays `others`. Returns the state after the last day, and the timesteps.
    """
    params = params or game.default_params()
    state, _ = game.reset(KEY, params)
    seen = []
    for day in story.split():
        occupant = int(day[:-1])
        state = replace(state, occupant=jnp.int32(occupant))
        action = jnp.full(game.prisoners, others).at[occupant].set(ACTIONS[day[-1]])
        state, timestep = STEP(game, KEY, state, {"prisoner": action}, params)
        seen.append(timestep)
    return state, seen


@pytest.mark.parametrize(
    ("story", "reward", "won", "lost"),
    [
        ("0!", -1, False, True),  # on the first day nobody else can have been there
        ("0. 1. 2!", 1, True, False),  # today counts
        ("0. 1. 1. 0. 2!", 1, True, False),
        ("0. 1. 0. 1. 0!", -1, False, True),  # 2 has never been there
        ("0. 1. 2. 0!", 1, True, False),
        ("0t 1t 2.", 0, False, False),  # it goes on
        ("0. 1. 2. 0. 1. 2.", 0, False, False),  # nobody told in six days
    ],
)
def test_telling_ends_it_for_all_and_is_right_when_everyone_has_been_there(
    story, reward, won, lost
):
    _, seen = live(story)
    assert seen[-1].reward["prisoner"].tolist() == [reward] * 3
    assert (bool(seen[-1].info["won"]), bool(seen[-1].info["lost"])) == (won, lost)
    ended = won or lost or len(seen) == 6
    assert seen[-1].terminated["prisoner"].tolist() == [ended] * 3
    for timestep in seen[:-1]:
        assert not timestep.reward["prisoner"].any() and not timestep.terminated["prisoner"].any()


def test_toggling_is_seen_by_the_next_in_the_room_and_by_nobody_else():
    state, _ = live("0t")
    for occupant in range(3):
        day = replace(state, occupant=jnp.int32(occupant))
        due = [[0, 0], [0, 0], [0, 0]]
        due[occupant] = [1, 1]
        assert GAME.observe(day).tolist() == due
    state, seen = live("0t 1t 2.")
    assert not state.bulb
    assert seen[-1].obs["prisoner"][:, 1].tolist() == [0, 0, 0]


def test_the_light_may_begin_on():
    state, timestep = GAME.reset(KEY, Params(initial_bulb_state=True))
    assert state.bulb
    assert timestep.obs["prisoner"][int(state.occupant)].tolist() == [1, 1]


@pytest.mark.parametrize("others", [NOTHING, TOGGLE, TELL])
def test_what_is_done_outside_the_room_has_no_effect(others):
    state, seen = live("0t 1. 0.", others=others)
    assert state.bulb and not state.told
    assert state.visited.tolist() == [True, True, False]
    assert not seen[-1].terminated["prisoner"].any()


def test_only_the_prisoner_in_the_room_has_a_choice():
    _, seen = live("0. 1.")
    for timestep in seen:
        inside = timestep.obs["prisoner"][:, 0] == 1
        assert inside.sum() == 1
        due = [[True, own, own] for own in inside.tolist()]
        assert timestep.legal["prisoner"].tolist() == due


@pytest.mark.parametrize(("prisoners", "days"), [(3, 6), (5, 14), (10, 34)])
def test_the_days_are_numbered(prisoners, days):
    game = SwitchRiddle(prisoners)
    _, seen = live("0. " * days, game)
    ends = [bool(timestep.terminated["prisoner"].all()) for timestep in seen]
    assert ends == [False] * (days - 1) + [True]
    assert not any(timestep.reward["prisoner"].any() for timestep in seen)


def test_nothing_changes_or_pays_after_the_end():
    story = "0. 1. 2!"
    state, _ = live(story)
    after, seen = live(story + " 1t 1!")
    assert seen[-1].terminated["prisoner"].all() and not seen[-1].reward["prisoner"].any()
    assert seen[-1].info["won"] and (after.bulb, after.day) == (state.bulb, state.day)
    assert seen[-1].legal["prisoner"].tolist() == [[True, False, False]] * 3


def test_what_it_is_worth_is_a_matter_of_params():
    params = Params(reward_all_live=5.0, reward_all_die=-7.0)
    assert live("0. 1. 2!", params=params)[1][-1].reward["prisoner"].tolist() == [5] * 3
    assert live("0. 1. 0!", params=params)[1][-1].reward["prisoner"].tolist() == [-7] * 3


def test_whoever_knows_everything_wins_as_often_as_can_be_worked_out():
    """Tell as soon as all have been there: 20 games of 27 are won, and no others can be.

    Of the 3 ** 6 ways to fill six days, 3 * 2 ** 6 leave a given one out; that counts the 3 ways
    with a single prisoner twice: (729 - 3 * 64 + 3) / 729 = 20 / 27.
    """

    def play(key):
        keys = jax.random.split(key, 7)
        first = GAME.reset(keys[0], GAME.default_params())

        def day(carry, key):
            state, _ = carry
            visited = state.visited | (jnp.arange(3) == state.occupant)
            tell = jnp.where(visited.all(), TELL, NOTHING)
            action = {"prisoner": jnp.full(3, tell)}
            following = GAME.step(key, state, action, GAME.default_params())
            return following, (state.occupant, following[1].reward["prisoner"][0])

        (_, timestep), (occupants, reward) = jax.lax.scan(day, first, keys[1:])
        return occupants, reward.sum(), timestep.info["won"]

    occupants, reward, won = jax.jit(jax.vmap(play))(jax.random.split(KEY, 4000))
    occupants, won = np.asarray(occupants), np.asarray(won)
    assert (np.asarray(reward) == won).all()
    assert binomtest(int(won.sum()), len(won), 20 / 27).pvalue > 1e-3
    # the first two days are always played: each of the nine pairs is as likely, repeats too
    pairs = np.bincount(occupants[:, 0] * 3 + occupants[:, 1], minlength=9)
    assert chisquare(pairs).pvalue > 1e-3


def test_the_world_holds_the_light_the_room_and_the_past():
    assert isinstance(GAME, World)
    state, _ = live("0t 2.")
    world = GAME.world(replace(state, occupant=jnp.int32(1)))
    assert world.tolist() == [1, 0, 1, 0, 1, 0, 1]
    assert GAME.world_space.contains(np.asarray(world))


@pytest.mark.parametrize("prisoners", [2, 3.0, True, "three"])
def test_a_number_that_makes_no_riddle_is_refused(prisoners):
    with pytest.raises(ValueError, match="prisoners must be a whole number from 3 up, not"):
        SwitchRiddle(prisoners)

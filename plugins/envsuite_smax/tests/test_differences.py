"""Where ours differs from JaxMARL 0.2.0's SMAX: each test runs both."""

from __future__ import annotations

import jax
import numpy as np

import envsuite
from envsuite_smax.tests.beside import GAME, TEAMS, conic, decoded, moment, peer, play, starts
from envsuite_smax.tests.peer import rows
from envsuite_smax.tests.scene import RIGHT, STOP


def test_the_time_limit_is_what_it_says():
    """The time limit of 100 steps.

    JaxMARL: lasts 101 steps, and is an end like any other.
    Here: lasts 100 and truncates; `max_steps: 101` of the registry's entry.
    """
    assert peer().env.max_steps == envsuite.spec("envsuite/SMAX-3m").max_steps == 100
    state, ends = moment(step=np.int32(98)), []
    for steps in (98, 99, 100):
        (_, state, _, _, done), _, own = play(state, *[STOP] * 6, steps=steps)
        ends.append((bool(done["__all__"]), bool(own.truncated)))
        assert not own.terminated["ally"].any()
    assert ends == [(False, False), (False, True), (True, True)]


def test_everyone_begins_inside_the_map():
    """Generated starts.

    JaxMARL: now and then lie outside the map.
    Here: are inside; `spawn="peer"`.
    """
    theirs, own = starts()

    def outside(positions: jax.Array) -> float:
        return float(((positions < 0) | (positions > 32)).any((1, 2)).mean())

    assert outside(theirs.unit_positions) > 0.03 and outside(own.positions) == 0


def test_surplus_enemies_are_of_any_type():
    """Random enemies without a counterpart.

    JaxMARL: are always marines.
    Here: are of a type drawn for each; `surplus="marines"`.
    """
    theirs, own = np.asarray(starts()[0].unit_types), np.asarray(starts()[1].types)
    for types in (theirs, own):
        np.testing.assert_array_equal(types[:, :5], types[:, 5:10])
        assert set(types[:, :5].ravel().tolist()) == set(range(6))
    assert not theirs[:, 10:].any() and set(own[:, 10:].ravel().tolist()) == set(range(6))


PAIR = ((8, 10), (2, 30), (2, 2), (10, 11), (30, 2), (30, 30))


def test_conic_sees_the_first_ally():
    """Conic observations of the first ally.

    JaxMARL: nobody sees it.
    Here: whoever is near does; `conic="peer"`.
    """
    theirs, own = conic(PAIR)
    assert theirs["ally_0"] == own["ally_0"] == [18], "the enemy is seen"
    assert (theirs["enemy_0"], own["enemy_0"]) == ([], [2])


def test_conic_sees_along_the_edges_of_sections():
    """Conic observations of who is exactly to the right, left, above or below.

    JaxMARL: it is not seen, as all edges of sections belong to neither.
    Here: it is; `conic="peer"`.
    """
    theirs, own = conic(((8, 10), *PAIR[1:3], (11, 10), *PAIR[4:]))
    assert (theirs["ally_0"], own["ally_0"]) == ([], [16])


def test_conic_does_not_see_the_dead():
    """Conic observations of the dead.

    JaxMARL: they are seen where they fell.
    Here: they are not; `conic="peer"`.
    """
    theirs, own = conic(PAIR, (45, 45, 45, 0, 45, 45))
    assert (theirs["ally_0"], own["ally_0"]) == ([18], [])


FACING = ((8, 10), (2, 30), (2, 2), (12.5, 10), (8, 12), (30, 30))  # in range: to the right, above


def test_do_shoot_shoots():
    """The continuous action `do_shoot`.

    JaxMARL: 1 walks and 0 shoots.
    Here: the other way round; `continuous="peer"`.
    """
    for do_shoot in (0, 1):
        moves, attacks, own_moves, own_attacks = decoded([1, do_shoot, 1, 0], moment(FACING))
        assert (moves[:, 0] > 0.9).all() == (attacks == 0).all() == (do_shoot == 1)
        assert (own_moves[:, 0] > 0.9).all() == (own_attacks == 0).all() == (do_shoot == 0)


def test_shoot_last_keeps_the_target():
    """The continuous action `shoot_last`.

    JaxMARL: 1 picks a new target and 0 shoots at the last one.
    Here: the other way round; `continuous="peer"`.
    """
    right, above = 5, 6
    state = moment(FACING, prev_attack_actions=np.full(6, right, np.int32))
    up = (1, 0.25)
    for shoot_last, theirs_at, own_at in ((0, right, above), (1, above, right)):
        _, theirs, _, _ = decoded([shoot_last, 0, *up], state)
        _, _, _, own = decoded([shoot_last, 1, *up], state)
        assert (theirs == theirs_at).all() and (own == own_at).all()


def test_a_continuous_action_leaves_nothing_to_chance():
    """Continuous actions between 0 and 1.

    JaxMARL: the chances of walking and of a new target.
    Here: a half and more is yes; `continuous="peer"`.
    """
    moves, _, own_moves, _ = decoded([0, 0.4, 1, 0], moment(FACING))
    assert 0.1 < (moves[:, 0] > 0.9).mean() < 0.9
    assert (own_moves[:, 0] > 0.9).all()


def test_aims_reach_as_far_as_the_weapon():
    """The aim of a continuous shot.

    JaxMARL: is at most one unit of length away, so that who is near is hit whatever the direction.
    Here: reaches over the whole range of the weapon; `continuous="peer"`.
    """
    _, theirs, _, _ = decoded([1, 0, 1, 0], moment(FACING))
    _, _, _, own = decoded([0, 1, 1, 0], moment(FACING))
    assert set(theirs.tolist()) == {6}, "whoever is above, though it aims to the right"
    assert set(own.tolist()) == {5}


def test_nobody_shoots_at_the_dead():
    """Targets of continuous shots.

    JaxMARL: may be dead, or out of range.
    Here: live and are in range, or the unit stands still; `continuous="peer"`.
    """
    for places, expected in ((FACING, (6, 5)), (TEAMS, (5, 0))):
        state = moment(places, (45, 45, 45, 45, 0, 45))
        _, theirs, _, _ = decoded([1, 0, 1, 0], state)
        _, _, own_moves, own = decoded([0, 1, 1, 0], state)
        assert (theirs == expected[0]).all() and (own == expected[1]).all()
        assert not own_moves.any()


def test_the_world_state_is_normalised():
    """The world state.

    JaxMARL: places, cooldowns and types as they are; cooldowns go on below 0.
    Here: all in [0, 1]; `world_state="peer"`.
    """
    (seen, state, *_), own, _ = play(moment(), *[STOP] * 6)
    theirs = np.asarray(seen["world_state"])
    assert theirs[:4].tolist() == [1, 8, 10, -0.5]
    world = np.asarray(GAME.env.world(own))
    assert world[:4].tolist() == [1, 8 / 32, 10 / 32, 0]
    assert theirs.shape == world.shape and 0 <= world.min() <= world.max() <= 1


def test_all_are_terminated_when_the_battle_is_over():
    """Survivors at the end of a battle.

    JaxMARL: are not done; only `__all__` is.
    Here: are terminated like everyone.
    """
    (_, _, _, _, done), _, seen = play(moment(health=(45, 45, 45, 0, 0, 0)), *[STOP] * 6)
    assert done["__all__"] and not rows(done, "ally").any() and rows(done, "enemy").all()
    assert seen.terminated["ally"].all() and seen.terminated["enemy"].all()


def test_nothing_is_paid_after_the_end():
    """A battle that is over, if it is played on.

    JaxMARL: pays the bonus for winning again in each step.
    Here: pays nothing more.
    """
    state = moment(
        health=(45, 45, 45, 9, 0, 0), places=((8, 10), *TEAMS[1:3], (10, 10), *TEAMS[4:])
    )
    paid = []
    for action in (5, STOP):
        (_, state, _, reward, _), own, seen = play(state, action, *[STOP] * 5)
        paid.append((float(reward["ally_0"]), float(seen.reward["ally"][0])))
        assert not own.alive[3:].any()
    np.testing.assert_allclose(paid, [(1 + 0.2 / 3, 1 + 0.2 / 3), (1, 0)], atol=1e-6)


def test_the_space_holds_who_is_pushed_off_the_map():
    """One's own place, after a push over the map's edge.

    JaxMARL: lies beyond the space, which says [-1, 1].
    Here: lies in the space, which says how far a push may reach.
    """
    places = ((31.9, 16), (31.5, 16), *TEAMS[2:])
    (seen, *_), _, own = play(moment(places), RIGHT, RIGHT, STOP, STOP, STOP, STOP)
    theirs, ours = np.asarray(seen["ally_0"]), np.asarray(own.obs["ally"][0])
    np.testing.assert_allclose(theirs, ours, atol=1e-5)
    assert theirs[-9] > 1 and peer().env.observation_space("ally_0").high == 1
    box = GAME.observation_space["ally"]
    assert box.contains(ours)

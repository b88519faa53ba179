"""What the buffer takes in, keeps, and throws out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.core.curriculum import Outcome
from envsuite.runs.tree_file import read_tree, write_tree
from envsuite_curricula import buffer as buffers
from envsuite_curricula.identity import alike, bits, find, hashes
from envsuite_curricula.priorities import Priorities
from envsuite_primer.gridwalk import GridWalk

SHARP = Priorities("rank", 0.3, 0.3)
BY_SCORE = Priorities("rank", 1.0, 0.0)
LEVEL = {"number": jnp.int32(0), "walls": jnp.zeros(2, bool), "slope": jnp.float32(0)}


def levels(*numbers: int) -> Any:
    """Levels that differ in a number."""
    count = len(numbers)
    return {
        "number": jnp.array(numbers, jnp.int32),
        "walls": jnp.zeros((count, 2), bool),
        "slope": jnp.full(count, 0.5, jnp.float32),
    }


def outcome(*scores: float, episodes: Any = 1, best: Any = 0.0) -> Outcome:
    """An outcome whose advantages are the scores."""
    score = jnp.array(scores, jnp.float32)
    count = jnp.broadcast_to(jnp.asarray(episodes, jnp.int32), score.shape)
    best = jnp.broadcast_to(jnp.asarray(best, jnp.float32), score.shape)
    rest = jnp.zeros_like(score)
    return Outcome(count, rest, best, rest, rest, score, rest, rest)


OFFER = jax.jit(buffers.offer, static_argnums=(1, 4))
RESCORE = jax.jit(buffers.rescore, static_argnums=4)


def score_of(levels: Any, outcome: Outcome, best: jax.Array) -> jax.Array:
    return outcome.advantage


def offered(buffer, numbers, came, priorities=BY_SCORE, parents=None):
    parents = jnp.full(len(numbers), -1, jnp.int32) if parents is None else jnp.array(parents)
    return OFFER(buffer, priorities, levels(*numbers), came, score_of, parents)


def filled(*scores: float) -> buffers.Buffer:
    """Full of the levels 0, 1, 2, ... with these scores, in this order."""
    buffer = buffers.empty(LEVEL, len(scores))
    buffer, _ = offered(buffer, range(len(scores)), outcome(*(0.0,) * len(scores)))
    return replace(buffer, score=jnp.array(scores, jnp.float32))


def kept(buffer: buffers.Buffer) -> dict[int, float]:
    """The scores of the levels by their numbers."""
    size = int(buffer.size)
    numbers = buffer.levels["number"][:size].tolist()
    assert len(set(numbers)) == size, "a level is there twice"
    return dict(zip(numbers, np.asarray(buffer.score, np.float64)[:size].round(5), strict=True))


def test_every_level_is_taken_in_while_there_is_room():
    buffer = buffers.empty(LEVEL, 5)
    buffer, _ = offered(buffer, [7, 8], outcome(0.1, -0.2))
    assert kept(buffer) == {7: 0.1, 8: -0.2}
    buffer, _ = offered(buffer, [9, 10], outcome(0.0, 0.0))
    assert kept(buffer) == {7: 0.1, 8: -0.2, 9: 0.0, 10: 0.0} and buffer.size == 4
    assert buffer.serial[:4].tolist() == [0, 1, 2, 3] and buffer.arrivals == 4


def test_the_least_likely_level_goes_if_the_new_one_scores_higher():
    scores = (0.5, 0.2, 0.9, 0.2001)
    buffer = replace(filled(*scores), drawn=jnp.array([3, 9, 7, 1]), clock=jnp.int32(10))
    # chances worked by hand: .166203, .021072, .661884, .150842: number 1 is to go
    np.testing.assert_allclose(
        buffers.chances(buffer, SHARP), (0.166203, 0.021072, 0.661884, 0.150842), atol=2e-6
    )
    after, _ = offered(buffer, [40], outcome(0.3), SHARP)
    assert kept(after) == {0: 0.5, 40: 0.3, 2: 0.9, 3: 0.2001}
    assert after.drawn.tolist() == [3, 10, 7, 1] and after.serial.tolist() == [0, 4, 2, 3]
    after, _ = offered(buffer, [40], outcome(0.2), SHARP)
    assert kept(after) == kept(buffer), "no higher, so it stays out"


def test_the_least_likely_is_not_the_lowest_score_where_age_counts():
    ages = Priorities("rank", 1.0, 1.0)
    buffer = replace(filled(0.1, 0.9), drawn=jnp.array([0, 9]), clock=jnp.int32(10))
    after, _ = offered(buffer, [40], outcome(0.5), ages)
    assert kept(after) == {0: 0.1, 1: 0.9}, "set against the level just drawn, and lower"
    after, _ = offered(buffer, [40], outcome(0.95), ages)
    assert kept(after) == {0: 0.1, 40: 0.95}


def test_of_several_the_best_are_kept_when_the_score_decides():
    random = np.random.default_rng(0)
    scores = random.permutation(60).astype(np.float32)
    buffer = buffers.empty(LEVEL, 16)
    for begin in range(0, 60, 12):
        numbers = range(begin, begin + 12)
        buffer, _ = offered(buffer, numbers, outcome(*scores[begin : begin + 12]))
    best = np.argsort(-scores)[:16]
    assert kept(buffer) == {int(number): float(scores[number]) for number in best}


def test_chances_too_small_for_a_float_still_go_in_the_order_of_scores():
    cold = Priorities("rank", 0.02, 0.0)  # rank 10 has 1e-50
    buffer = filled(*np.linspace(1, 2, 32))
    assert (buffers.chances(buffer, cold) == 0).sum() > 20
    after, _ = offered(buffer, [40, 41], outcome(1.5, 1.6), cold)
    assert set(kept(buffer)) - set(kept(after)) == {0, 1}


def test_a_level_that_is_there_gets_its_new_score_and_keeps_its_best_return():
    buffer = buffers.empty(LEVEL, 4)
    buffer, _ = offered(buffer, [5, 6], outcome(0.5, 0.6, best=(7.0, 1.0)))
    buffer, _ = offered(buffer, [6, 5], outcome(0.1, 0.2, best=(2.0, 3.0)))
    assert kept(buffer) == {5: 0.2, 6: 0.1} and buffer.arrivals == 2
    numbers = buffer.levels["number"][:2].tolist()
    assert dict(zip(numbers, buffer.best_return.tolist(), strict=False)) == {5: 7.0, 6: 2.0}


def test_several_scores_of_one_level_are_the_mean_over_all_its_episodes():
    # not the last: (1 * .3 + 3 * .7) / 4
    buffer = filled(0.5, 0.9)
    slots = jnp.array([0, 1, 0], jnp.int32)
    came = outcome(0.3, 0.4, 0.7, episodes=(1, 2, 3), best=(5.0, 1.0, 4.0))
    after, refused = RESCORE(buffer, slots, levels(0, 1, 0), came, score_of)
    assert kept(after) == {0: 0.6, 1: 0.4} and refused == 0
    assert after.best_return.tolist() == [5.0, 1.0]
    # and so for a new level in several slots
    new, _ = offered(buffers.empty(LEVEL, 4), [8, 9, 8], came)
    assert kept(new) == {8: 0.6, 9: 0.4}


def test_levels_without_an_episode_change_nothing():
    buffer = filled(0.5, 0.9)
    came = outcome(np.nan, 0.4, episodes=(0, 1))
    after, refused = RESCORE(buffer, jnp.array([0, 1]), levels(0, 1), came, score_of)
    assert kept(after) == {0: 0.5, 1: 0.4} and refused == 0
    after, refused = offered(buffers.empty(LEVEL, 4), [8, 9], came)
    assert kept(after) == {9: 0.4} and refused == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_no_finite_number_is_refused_and_counted(bad):
    buffer = filled(0.5, 0.9)
    came = outcome(bad, 0.4)
    after, refused = RESCORE(buffer, jnp.array([0, 1]), levels(0, 1), came, score_of)
    assert kept(after) == {0: 0.5, 1: 0.4} and refused == 1
    after, refused = offered(buffers.empty(LEVEL, 4), [8, 9], came)
    assert kept(after) == {9: 0.4} and refused == 1
    assert np.isfinite(after.score).all()


def test_a_level_that_has_left_since_teaches_nothing():
    buffer = filled(0.5, 0.9)
    after, _ = RESCORE(buffer, jnp.array([0, 1]), levels(77, 1), outcome(5, 6), score_of)
    assert kept(after) == {0: 0.5, 1: 6.0}


def test_children_know_their_parents():
    buffer = filled(0.5, 0.9, 0.1)
    after, _ = offered(buffer, [40], outcome(0.95), parents=[1])
    place = after.levels["number"].tolist().index(40)
    assert after.parent[place] == 1 and after.serial[place] == 3
    assert sorted(after.parent.tolist()) == [-1, -1, 1]


def test_more_new_levels_than_places():
    after, _ = offered(buffers.empty(LEVEL, 2), [1, 2, 3, 4], outcome(0.1, 0.4, 0.3, 0.2))
    assert kept(after) == {2: 0.4, 3: 0.3}


def test_levels_are_the_same_only_to_the_last_bit():
    own = {"number": jnp.arange(3), "slope": jnp.array([1.0, 0.0, -0.0])}
    words = bits(own)
    codes = hashes(words)
    assert len(set(codes.tolist())) == 3
    twins = jax.tree.map(lambda leaf: leaf[jnp.array([2, 0, 2, 1])], own)
    groups, first = alike(bits(twins), hashes(bits(twins)))
    assert groups[0] == groups[2] and len(set(groups.tolist())) == 3
    assert first.tolist() == [True, True, False, True]
    assert find(bits(twins), hashes(bits(twins)), own, codes).tolist() == [2, 0, 2, 1]
    other = {"number": jnp.array([1, 5]), "slope": jnp.array([-0.0, 1.0])}
    assert find(bits(other), hashes(bits(other)), own, codes).tolist() == [-1, -1]


def test_levels_with_one_hash_are_told_apart():
    own = {"number": jnp.arange(4)}
    words, codes = bits(own), jnp.full(4, 7, jnp.uint32)
    groups, first = alike(words, codes)
    assert len(set(groups.tolist())) == 4 and first.all()
    two = {"number": jnp.arange(2)}
    assert find(words[:3], codes[:3], two, codes[:2]).tolist() == [0, 1, -1]


def test_hashes_of_many_levels_seldom_meet():
    game = GridWalk(size=5)
    many = jax.vmap(game.sample)(jax.random.split(jax.random.key(0), 20_000))
    words = np.asarray(bits(many))
    different = len(np.unique(words, axis=0))
    # of 20,000 numbers of 32 bits, .05 pairs meet on average
    assert different - len(np.unique(hashes(bits(many)))) <= 2
    one = {"number": jnp.arange(256)[:, None] == jnp.arange(256)}  # one wall each
    assert len(np.unique(hashes(bits(one)))) == 256


def test_a_buffer_goes_into_a_file_and_not_into_one_of_another_shape(tmp_path):
    buffer = filled(0.5, 0.9, 0.1)
    write_tree(tmp_path / "buffer.npz", buffer, {})
    again = read_tree(tmp_path / "buffer.npz", buffers.empty(LEVEL, 3))
    for one, other in zip(jax.tree.leaves(buffer), jax.tree.leaves(again), strict=True):
        assert np.array_equal(one, other)
    other = {**LEVEL, "walls": jnp.zeros(3, bool)}
    with pytest.raises(ValueError, match=r"walls.* is bool\[3, 2\]; wanted is bool\[3, 3\]"):
        read_tree(tmp_path / "buffer.npz", buffers.empty(other, 3))
    with pytest.raises(ValueError, match="wanted is"):
        read_tree(tmp_path / "buffer.npz", buffers.empty(LEVEL, 4))


def test_a_buffer_that_holds_nothing_is_refused():
    with pytest.raises(ValueError, match="a buffer of capacity 0 holds no level: give it 1 or"):
        buffers.empty(LEVEL, 0)


def test_what_is_kept_is_shown_the_best_first():
    buffer = filled(0.2, 0.9, 0.5)
    buffer = replace(buffer, clock=jnp.int32(7), drawn=jnp.array([1, 3, 7]))
    buffer = replace(buffer, parent=jnp.array([-1, 0, 1]), solved=jnp.array([0.0, 0.5, jnp.nan]))
    shown = buffers.shown(buffer)
    np.testing.assert_array_equal(shown.levels["number"], [1, 2, 0])
    np.testing.assert_array_equal(shown.score, jnp.array([0.9, 0.5, 0.2]))
    np.testing.assert_array_equal(shown.age, [4, 0, 6])
    np.testing.assert_array_equal(shown.serial, buffer.serial[jnp.array([1, 2, 0])])
    np.testing.assert_array_equal(shown.parent, [0, 1, -1])
    np.testing.assert_array_equal(shown.solved, [0.5, np.nan, 0.0])
    assert shown.size == 3

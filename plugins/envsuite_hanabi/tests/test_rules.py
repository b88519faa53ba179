"""The rules of Hanabi, by games worked by hand."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.functional import LegalActions
from envsuite_hanabi.cards import card_name, deck_from_text
from envsuite_hanabi.env import Hanabi
from envsuite_hanabi.state import Params
from envsuite_hanabi.turn import take_turn

KEY = jax.random.key(0)
GAME = Hanabi(2)
PASS = GAME.noop_action
NAMES = [GAME.moves.name(action) for action in range(PASS + 1)]
RESET, STEP = jax.jit(GAME.reset), jax.jit(GAME.step)


def begin(deck: str):
    """A game of two whose deck begins with these cards, five for each player, then those drawn."""
    return RESET(KEY, Params(deck_from_text(deck)))


def play(state, *moves: str) -> tuple[Any, list[Any]]:
    """Make moves by their names: the last state, and what was seen after each move."""
    seen = []
    for name in moves:
        action = jnp.full(2, NAMES.index(name))
        state, timestep = STEP(KEY, state, {"player": action}, GAME.default_params())
        seen.append(timestep)
    return state, seen


def hand(state, player: int) -> str:
    return " ".join(card_name(int(card), 5) for card in state.hands.cards[player])


def rewards(seen) -> list[float]:
    assert all(len(set(timestep.reward["player"].tolist())) == 1 for timestep in seen)
    return [timestep.reward["player"][0].item() for timestep in seen]


def test_the_first_player_begins_and_the_other_can_only_pass():
    state, timestep = begin("R1 Y1 G1 W1 B1 R2 R2 Y3 Y3 R3")
    assert hand(state, 0) == "R1 Y1 G1 W1 B1" and hand(state, 1) == "R2 R2 Y3 Y3 R3"
    assert timestep.to_act["player"].tolist() == [True, False]
    mine, theirs = np.asarray(timestep.legal["player"])
    # all information tokens are there, so no discard; hints name what the other holds
    expected = [f"play {slot}" for slot in range(1, 6)]
    expected += ["R to +1", "Y to +1", "2 to +1", "3 to +1"]
    assert [NAMES[action] for action in np.flatnonzero(mine)] == expected
    assert [NAMES[action] for action in np.flatnonzero(theirs)] == ["pass"]


def test_actions_are_numbered_as_in_the_hanabi_learning_environment():
    assert [Hanabi(n).noop_action for n in (2, 3, 4, 5)] == [20, 30, 38, 48]
    moves = Hanabi(3).moves
    names = [moves.name(action) for action in (0, 4, 5, 9, 10, 14, 15, 20, 24, 25, 29, 30)]
    assert names == [
        "discard 1", "discard 5", "play 1", "play 5", "R to +1", "B to +1", "R to +2", "1 to +1",
        "5 to +1", "1 to +2", "5 to +2", "pass",
    ]  # fmt: skip


def test_a_card_that_fits_earns_one_and_a_new_card_comes_last():
    state, _ = begin("R1 R2 G1 W1 B1 Y4 Y4 Y3 Y3 R3 B5")
    state, seen = play(state, "play 1")
    assert rewards(seen) == [1] and state.fireworks.tolist() == [1, 0, 0, 0, 0]
    assert hand(state, 0) == "R2 G1 W1 B1 B5"
    assert seen[0].to_act["player"].tolist() == [False, True]
    state, seen = play(state, "B to +1", "play 1")
    assert rewards(seen) == [0, 1] and state.fireworks.tolist() == [2, 0, 0, 0, 0]
    # what was told of B1 and B5 moves along with them
    assert state.hands.color_told[0].tolist() == [False, False, True, True, False]
    assert state.hands.colors[0].sum(1).tolist() == [4, 4, 1, 1, 5]


def test_a_card_that_does_not_fit_costs_a_life_and_is_discarded():
    state, _ = begin("R2 R1 R1 W1 B1 Y4 Y4 Y3 Y3 R3")
    state, seen = play(state, "play 1")
    assert rewards(seen) == [0] and state.lives == 2 and state.information == 8
    assert np.flatnonzero(state.discards).tolist() == [1]
    state, _ = begin("R1 R1 G1 W1 B1 Y4 Y4 Y3 Y3 R3")
    state, seen = play(state, "play 1", "G to +1", "play 1")  # a second R1 fits no more
    assert rewards(seen) == [1, 0, 0] and state.lives == 2


def test_a_hint_costs_a_token_and_a_discard_brings_one():
    state, _ = begin("R1 Y1 G1 W1 B1 R2 R2 Y3 Y3 R3 W5")
    state, _ = play(state, "R to +1")
    assert state.information == 7
    state, seen = play(state, "discard 5", "Y to +1", "discard 1")
    assert rewards(seen) == [0, 0, 0] and state.information == 8
    assert [card_name(card, 5) for card in np.flatnonzero(state.discards).tolist()] == ["R2", "R3"]
    assert hand(state, 1)[:11] == "R2 Y3 Y3 W5"


def test_without_tokens_there_are_no_hints():
    state, _ = begin("R1 Y1 G1 W1 B1 R2 R2 Y3 Y3 R3")
    _, seen = play(state, *["R to +1", "R to +1"] * 4)
    legal = np.flatnonzero(seen[-1].legal["player"][0])
    assert [NAMES[action] for action in legal] == [
        *(f"discard {slot}" for slot in range(1, 6)),
        *(f"play {slot}" for slot in range(1, 6)),
    ]


def test_a_hint_tells_of_every_card_what_it_is_or_what_it_is_not():
    state, _ = begin("R1 Y1 G1 W1 B1 R1 R2 Y1 Y3 B5")
    state, (seen,) = play(state, "1 to +1")
    told = state.hands
    assert told.rank_told[1].tolist() == [True, False, True, False, False]
    assert not told.color_told.any() and told.colors.all()
    ones, others = [True] + [False] * 4, [False] + [True] * 4
    assert told.ranks[1].tolist() == [ones, others, ones, others, others]
    # what the holder sees of his first two cards: of five 1s, each equally likely; 35 others
    known = np.asarray(seen.obs["player"][1, -350:]).reshape(2, 5, 35)[0]
    np.testing.assert_allclose(known[0, :25], np.tile([1 / 5, 0, 0, 0, 0], 5))
    np.testing.assert_allclose(known[1, :25], np.tile([0, 2, 2, 2, 1], 5) / 35)
    assert known[0, 25:].tolist() == [0] * 5 + [1, 0, 0, 0, 0]
    assert known[1, 25:].tolist() == [0] * 10
    state, _ = play(state, "G to +1", "R to +1")
    assert state.hands.colors[1, 0].tolist() == [True, False, False, False, False]
    assert state.hands.colors[1, 2].tolist() == [False, True, True, True, True]
    assert state.hands.color_told[1].tolist() == [True, True, False, False, False]


def test_a_perfect_game():
    """The first player plays all 1s, 3s and 5s, the second all 2s and 4s."""
    rows = [" ".join(f"{color}{rank}" for color in "RYGWB") for rank in (1, 2)]
    rows += [f"{color}3 {color}4" for color in "RYGWB"]
    rows += [f"{color}5" if color == "R" else f"? {color}5" for color in "RYGWB"]
    # the second player draws after each 4, the first after each 3
    deck = " ".join(rows[:2] + rows[2:7]) + " R5 ? Y5 ? G5 ? W5 ? B5"
    state, _ = begin(deck)
    state, seen = play(state, *["play 1"] * 20)
    assert rewards(seen) == [1] * 20 and hand(state, 0) == "R5 Y5 G5 W5 B5"
    information = [int(state.information)]
    for _ in range(4):
        state, seen = play(state, "play 1", "5 to +1")
        assert rewards(seen) == [1, 0] and not seen[-1].terminated["player"].any()
        information.append(int(state.information))
    # each 5 but the first, when all tokens were there, has brought back the token of a hint
    assert information == [8, 7, 7, 7, 7]
    state, (end,) = play(state, "play 1")
    assert end.info["score"] == 25 and end.info["won"] and not end.info["bombed"]
    assert end.terminated["player"].all() and state.information == 8


def test_losing_the_last_life_costs_all_that_was_earned():
    state, _ = begin("R1 R5 Y5 G5 W5 Y1 B4 B4 Y4 Y4")
    state, seen = play(state, "play 1", "play 1", "play 1", "play 1", "play 1")
    assert rewards(seen) == [1, 1, 0, 0, -2]
    assert [bool(timestep.terminated["player"].all()) for timestep in seen] == [False] * 4 + [True]
    assert seen[-1].info["bombed"] and seen[-1].info["score"] == 0 and not seen[-1].info["won"]
    assert not seen[-1].to_act["player"].any()
    legal = np.asarray(seen[-1].legal["player"])
    assert legal.sum(1).tolist() == [1, 1] and legal[:, PASS].all()
    for name in ("play 1", "discard 1", "pass"):
        after, again = play(state, name)
        unchanged(state, after)
        assert rewards(again) == [0]


def test_once_the_deck_is_empty_each_player_moves_once_more():
    state, _ = begin("R1 Y1 G1 W1 B1 R1 R2 Y1 Y3 B5")
    seen: list[Any] = []
    for _ in range(40):  # a hint, and a discard of the oldest card: the deck loses one card
        color = card_name(int(state.hands.cards[1, 0]), 5)[0]
        state, seen = play(state, f"{color} to +1", "discard 1")
    assert state.dealt == 50 and not seen[-1].terminated["player"].any()
    before = hand(state, 0)
    state, seen = play(state, f"{hand(state, 1)[0]} to +1", "discard 1")
    assert [timestep.terminated["player"].tolist() for timestep in seen] == [
        [False, False],
        [True, True],
    ]
    assert hand(state, 0) == before and hand(state, 1)[-1] == "?"  # nothing to draw
    assert not seen[-1].info["bombed"] and seen[-1].info["score"] == 0
    # everyone sees that the second player lacks a card: the bits after 125 for the other's cards
    assert np.asarray(seen[-1].obs["player"])[:, 125:127].tolist() == [[0, 1], [1, 0]]


def unchanged(before, after) -> None:
    for old, new in zip(jax.tree.leaves(before), jax.tree.leaves(after), strict=True):
        np.testing.assert_array_equal(old, new)


TRY_ALL = jax.jit(jax.vmap(lambda state, action: take_turn(GAME, state, action), (None, 0)))


@pytest.mark.parametrize("earlier", [["R to +1"], ["R to +1", "R to +1"] * 4, ["play 1"]])
def test_a_move_changes_the_game_if_and_only_if_the_mask_allows_it(earlier):
    state, _ = begin("R1 Y1 G1 W1 B1 R2 R2 Y3 Y3 R3")
    state, seen = play(state, *earlier)
    legal = seen[-1].legal["player"][int(state.turn)]
    after = TRY_ALL(state, jnp.arange(PASS + 1))
    assert (after.turn != state.turn).tolist() == legal.tolist()
    for action in np.flatnonzero(~legal):
        unchanged(state, jax.tree.map(lambda leaf, at=action: leaf[at], after))


def test_the_core_plays_the_first_legal_action_for_an_illegal_one():
    game = LegalActions(GAME)
    deck = Params(deck_from_text("R1 Y1 G1 W1 B1 R2 R2 Y3 Y3 R3"))
    state, _ = jax.jit(game.reset)(KEY, deck)
    action = {"player": jnp.array([NAMES.index("discard 2"), NAMES.index("discard 2")])}
    after, timestep = jax.jit(game.step)(KEY, state, action, GAME.default_params())
    assert timestep.info["illegal_actions"] == 1  # the waiting player's is not counted
    assert timestep.reward["player"].tolist() == [1, 1] and after.inner.fireworks[0] == 1


def test_the_world_shows_all_hands_whoever_is_to_move():
    state, _ = begin("R1 Y1 G1 W1 B1 R2 R2 Y3 Y3 R3")
    world = np.asarray(GAME.world(state))
    assert world in GAME.world_space and world[:2].tolist() == [1, 0]
    shown = world[2:252].reshape(2, 5, 25)
    assert shown.argmax(-1).tolist() == state.hands.cards.tolist() and (shown.sum(-1) == 1).all()


def test_copies_given_as_a_list_make_the_same_game():
    assert Hanabi(2, copies=[3, 2, 2, 2, 1]) == GAME
    sizes = [Hanabi(n).observation_space["player"].shape for n in (2, 3, 4, 5)]
    assert sizes == [(658,), (956,), (1041,), (1280,)]

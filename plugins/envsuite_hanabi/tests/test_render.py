"""What happens in a game of Hanabi can be seen in its picture."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from envsuite.drawing import MARGIN
from envsuite_hanabi.cards import full_deck
from envsuite_hanabi.env import Hanabi
from envsuite_hanabi.render import (
    CAPTION,
    HANDS,
    HEIGHT,
    LIFE,
    SIDE,
    SUITS,
    TOKEN,
    TURN,
    frame,
)
from envsuite_hanabi.turn import deal

GAME = Hanabi(2)
RED, YELLOW, GREEN, WHITE, BLUE = SUITS
# rows of the picture: of the first player and the second; of fireworks, tokens, lives, discards
FIRST, SECOND = (slice(MARGIN, MARGIN + 226), slice(MARGIN + 226, MARGIN + 452))
FIREWORKS, TOKENS, LIVES = slice(36, 140), slice(152, 174), slice(182, 204)
DISCARDS = slice(240, HEIGHT - CAPTION)
LEFT, RIGHT = slice(0, HANDS), slice(SIDE, None)


def table(game: Hanabi = GAME, **changes: Any):
    """All cards in order but the tenth: two players have R1 R1 R1 R2 R2 and R3 R3 R4 R4 Y1."""
    deck = full_deck(game.colors, game.copies)
    deck[[9, 10]] = deck[[10, 9]]
    state = jax.tree.map(np.asarray, deal(game, jax.numpy.asarray(deck)))
    return replace(state, **{name: np.asarray(value) for name, value in changes.items()})


def draw(state, game: Hanabi = GAME) -> np.ndarray:
    return frame(game, state, game.default_params())


def count(picture: np.ndarray, color) -> int:
    """How many pixels have exactly this colour."""
    return int((picture == color).all(-1).sum())


@pytest.mark.parametrize(
    "game",
    [
        Hanabi(3),
        Hanabi(5),
        Hanabi(2, colors=1, copies=(1,) * 12, hand_size=1, information_tokens=1, life_tokens=1),
        Hanabi(4, copies=(9, 9), hand_size=9, information_tokens=40, life_tokens=20),
    ],
)
def test_every_size_can_be_drawn_and_always_alike(game):
    state = table(game)
    picture = draw(state, game)
    assert picture.dtype == np.uint8 and picture.shape == (512, 832, 3)
    assert np.array_equal(picture, draw(jax.tree.map(jax.numpy.asarray, state), game))
    hands = np.unique(np.asarray(state.hands.cards) // game.ranks)
    for color, suit in enumerate(SUITS[: game.colors]):
        dots = count(picture[:, LEFT], suit) > 0  # the dots of what is possible at least
        assert dots and (count(picture[:, LEFT], suit) > 1800) == (color in hands)


def test_hands_show_their_cards():
    picture = draw(table())
    card = count(picture[FIRST, LEFT], RED) / 5
    assert card > 2000
    second = [count(picture[SECOND, LEFT], color) / card for color in (RED, YELLOW, BLUE)]
    np.testing.assert_allclose(second, [4, 1, 0], atol=0.2)
    state = table()
    cards = np.array(state.hands.cards)
    cards[0, 4] = -1
    missing = draw(replace(state, hands=replace(state.hands, cards=cards)))
    assert count(missing[FIRST, LEFT], RED) / card == pytest.approx(4, abs=0.1)


def test_what_a_hint_told_is_seen_under_a_card_and_around_it():
    state, before = table(), draw(table())
    hands = state.hands
    colors, ranks = np.array(hands.colors), np.array(hands.ranks)
    told = np.array(hands.color_told)
    told[1, 4] = True
    colors[1, 4] = np.arange(5) == 1  # yellow
    colors[1, :4, 1] = False
    after = draw(replace(state, hands=replace(hands, colors=colors, color_told=told)))
    assert np.array_equal(after[FIRST], before[FIRST])
    # the dot of yellow is left under the last card only, that of blue under the other four
    blue = count(before[SECOND, LEFT], BLUE)
    assert count(after[SECOND, LEFT], BLUE) / blue == pytest.approx(4 / 5, abs=0.05)
    yellow = count(before[SECOND, LEFT], YELLOW) - count(after[SECOND, LEFT], YELLOW)
    assert yellow / blue == pytest.approx(4 / 5, abs=0.05)
    assert count(after[SECOND, LEFT], TURN) > count(before[SECOND, LEFT], TURN) + 200
    ranks[1, 0] = np.arange(5) == 2
    digits = draw(replace(state, hands=replace(hands, ranks=ranks)))
    changed = (digits != before).any(-1)
    card = slice(MARGIN + 84, MARGIN + 84 + 74)
    assert changed[SECOND, card].any()
    changed[SECOND, card] = False
    assert not changed.any()


def test_whoever_is_to_move_has_a_bright_frame_until_the_end():
    frames = [
        [count(draw(state)[rows, LEFT], TURN) > 500 for rows in (FIRST, SECOND)]
        for state in (table(turn=0), table(turn=1), table(turn=1, lives=0))
    ]
    assert frames == [[True, False], [False, True], [False, False]]


def test_fireworks_tokens_lives_and_discards_are_seen():
    before = draw(table())
    assert [count(before[FIREWORKS, RIGHT], suit) for suit in SUITS] == [0] * 5
    discards = np.zeros(25, int)
    discards[[5, 10]] = [2, 1]  # Y1 twice, G1
    after = draw(table(fireworks=[0, 0, 0, 3, 0], information=2, lives=1, discards=discards))
    seen = [count(after[FIREWORKS, RIGHT], suit) > 1000 for suit in SUITS]
    assert seen == [False, False, False, True, False]
    for rows, color, share in ((TOKENS, TOKEN, 2 / 8), (LIVES, LIFE, 1 / 3)):
        whole = count(before[rows, RIGHT], color)
        assert count(after[rows, RIGHT], color) / whole == pytest.approx(share, abs=0.02)
    assert [count(before[DISCARDS, RIGHT], suit) for suit in SUITS] == [0] * 5
    gone = [count(after[DISCARDS, RIGHT], suit) for suit in SUITS]
    assert gone[1] / gone[2] == pytest.approx(2, abs=0.05) and gone[2] > 400
    assert gone[0] == gone[3] == gone[4] == 0


def test_the_caption_tells_of_the_last_move_and_the_end():
    state = table()
    hint = replace(state.last, kind=2, actor=0, target=1, color=1, matched=np.arange(5) == 4)
    play = replace(state.last, kind=0, actor=1, slot=0, card=24)
    states = [
        state,
        replace(state, last=hint),
        replace(state, last=play),
        replace(state, last=replace(play, scored=np.True_)),
        table(lives=0),
        table(fireworks=[5] * 5),
        table(turns_left=0),
        table(dealt=50),
    ]
    captions = [draw(state)[HEIGHT - CAPTION :].tobytes() for state in states]
    assert len(set(captions)) == len(captions)


def test_drawing_needs_neither_jax_nor_a_window_system():
    program = """
import sys
import envsuite_hanabi.render
heavy = {"jax", "pygame", "matplotlib", "tkinter", "cv2"} & set(sys.modules)
assert not heavy, heavy
"""
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr

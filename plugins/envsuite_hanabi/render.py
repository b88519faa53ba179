"""The picture of a game of Hanabi, for people: nothing imports this, the registry names it.

Left: a row of cards for each player, oldest first; a bright frame for whoever is to move. Under
each card, what its holder was told of it: the colours and the ranks that are still possible; a
bright edge on a card says that a hint has pointed at it. Right: the fireworks, the tokens, the
deck, the discards. Below: the last move and the score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    FIELD,
    GRID,
    MARGIN,
    QUIET,
    SURROUNDINGS,
    WORDS,
    Color,
    Point,
    Sheet,
    mix,
)
from envsuite_hanabi.cards import COLORS, card_name

if TYPE_CHECKING:
    from envsuite_hanabi.env import Hanabi
    from envsuite_hanabi.state import Params, State

WIDTH, HEIGHT = 832, 512  # sides that video codecs like, multiples of 16
CAPTION = 44
HANDS = 480  # where the hands end
SIDE = HANDS + 16  # where the right side begins
TABLE, HOLLOW = FIELD, GRID
TURN: Color = (255, 255, 255)
INK: Color = (20, 22, 26)
SUITS: tuple[Color, ...] = (
    (226, 84, 72),
    (240, 208, 66),
    (64, 172, 112),
    (226, 229, 233),
    (78, 146, 232),
)
TOKEN, LIFE = SUITS[4], SUITS[0]
PLAY, DISCARD, COLOR, RANK = range(4)


def frame(env: Hanabi, state: State, params: Params) -> np.ndarray:
    """Draw one state, not a batch, of JAX or NumPy arrays: `u8[512, 832, 3]`."""
    sheet = Sheet(WIDTH, HEIGHT)
    for player in range(env.players):
        _hand(sheet, env, state, player)
    _fireworks(sheet, env, state)
    _tokens(sheet, env, state)
    _discards(sheet, env, state)
    middle = HEIGHT - CAPTION / 2
    sheet.text((MARGIN, middle), _last_move(env, state), 17, WORDS, "lm")
    sheet.text((WIDTH - MARGIN, middle), _standing(env, state), 17, WORDS, "rm")
    return sheet.pixels()


def _over(env: Hanabi, state: State) -> bool:
    complete = int(np.asarray(state.fireworks).sum()) == env.colors * env.ranks
    return int(state.lives) <= 0 or complete or int(state.turns_left) <= 0


def _hand(sheet: Sheet, env: Hanabi, state: State, player: int) -> None:
    """One player's cards, and under each what hints have left possible."""
    pitch = (HEIGHT - MARGIN - CAPTION) / env.players
    top, height = MARGIN + player * pitch, pitch - 8
    moving = int(state.turn) == player and not _over(env, state)
    sheet.box(
        (MARGIN, top),
        (HANDS, top + height),
        TABLE,
        corner=8,
        outline=TURN if moving else None,
        width=2,
    )
    middle = top + height / 2
    sheet.text((MARGIN + 42, middle - 9), "player", 13, TURN if moving else QUIET)
    sheet.text((MARGIN + 42, middle + 11), f"{player + 1}", 22, TURN if moving else WORDS)
    left, room = MARGIN + 84, HANDS - MARGIN - 92
    across = room / env.hand
    wide = min(across - 8, 72)
    high = min(height - 44, 104)
    up = top + (height - high - 34) / 2
    for slot, card in enumerate(np.asarray(state.hands.cards)[player]):
        at = (left + (slot + 0.5) * across - wide / 2, up)
        told = [
            bool(flags[player, slot]) for flags in (state.hands.color_told, state.hands.rank_told)
        ]
        _card(sheet, env, int(card), at, (wide, high), told=any(told))
        if card >= 0:
            _possible(sheet, env, state, (player, slot), (at[0], up + high), wide)


def _card(
    sheet: Sheet, env: Hanabi, card: int, at: Point, size: Point, *, told: bool = False
) -> None:
    """A card with its rank and the letter of its colour; a hollow place where there is none."""
    (x, y), (wide, high) = at, size
    far = (x + wide, y + high)
    if card < 0:
        sheet.box(at, far, corner=6, outline=HOLLOW, width=1.5)
        return
    if told:
        sheet.box((x - 3, y - 3), (far[0] + 3, far[1] + 3), TURN, corner=8)
        sheet.box((x - 1, y - 1), (far[0] + 1, far[1] + 1), TABLE, corner=7)
    sheet.box(at, far, SUITS[card // env.ranks], corner=6)
    letter, rank = card_name(card, env.ranks)[0], card_name(card, env.ranks)[1:]
    side = min(wide, high)
    sheet.text((x + wide / 2, y + high / 2), rank, 0.62 * side, INK)
    sheet.text((x + 0.16 * side, y + 0.18 * side), letter, max(0.24 * side, 10), INK)


def _possible(
    sheet: Sheet, env: Hanabi, state: State, place: tuple[int, int], at: Point, wide: float
) -> None:
    """Dots for the colours, digits for the ranks: faint where a hint has denied them."""
    (x, y), colors, ranks = at, env.colors, env.ranks
    step = wide / colors
    for color in range(colors):
        center = (x + (color + 0.5) * step, y + 12)
        if np.asarray(state.hands.colors)[place][color]:
            sheet.disc(center, min(5, 0.4 * step), SUITS[color])
        else:
            sheet.disc(center, min(2, 0.2 * step), HOLLOW)
    step = wide / ranks
    for rank in range(ranks):
        possible = np.asarray(state.hands.ranks)[place][rank]
        center = (x + (rank + 0.5) * step, y + 26)
        sheet.text(center, f"{rank + 1}", min(13, 1.3 * step), WORDS if possible else HOLLOW)


def _fireworks(sheet: Sheet, env: Hanabi, state: State) -> None:
    """The top card of each firework, over a bar that shows how high it is."""
    sheet.text((SIDE, MARGIN + 8), "fireworks", 14, QUIET, "lm")
    across = min((WIDTH - MARGIN - SIDE) / env.colors, 64)
    wide, high, top = min(across - 8, 56), 76, MARGIN + 24
    for color, reached in enumerate(np.asarray(state.fireworks).tolist()):
        x = SIDE + color * across
        card = color * env.ranks + reached - 1 if reached else -1
        _card(sheet, env, card, (x, top), (wide, high))
        if not reached:
            sheet.text(
                (x + wide / 2, top + high / 2), COLORS[color], 24, mix(SUITS[color], TABLE, 0.45)
            )
        for rank in range(env.ranks):
            step = wide / env.ranks
            light = SUITS[color] if rank < reached else HOLLOW
            low = (x + rank * step, top + high + 6)
            sheet.box(low, (low[0] + step - 2, low[1] + 6), light, corner=2)


def _tokens(sheet: Sheet, env: Hanabi, state: State) -> None:
    """Information tokens, lives, and how many cards are left to draw."""
    rows = (
        ("hints", int(state.information), env.information_tokens, TOKEN),
        ("lives", int(state.lives), env.life_tokens, LIFE),
    )
    for row, (name, left, most, color) in enumerate(rows):
        y = MARGIN + 146 + 30 * row
        sheet.text((SIDE, y), name, 14, QUIET, "lm")
        step = min(22, 176 / most)
        for token in range(most):
            center = (SIDE + 64 + token * step, y)
            sheet.disc(center, 0.38 * step, color if token < left else HOLLOW)
    undealt = env.cards - int(state.dealt)
    edge = WIDTH - MARGIN - 50
    low, high = (edge, MARGIN + 132), (edge + 46, MARGIN + 190)
    sheet.box(low, high, HOLLOW if undealt else None, corner=6, outline=HOLLOW)
    sheet.text((edge + 23, MARGIN + 154), f"{undealt}", 20, WORDS)
    sheet.text((edge + 23, MARGIN + 174), "deck", 13, QUIET)


def _discards(sheet: Sheet, env: Hanabi, state: State) -> None:
    """A row for each colour: as many small places as there are copies, filled by what is gone."""
    top = MARGIN + 208
    sheet.text((SIDE, top + 8), "discarded", 14, QUIET, "lm")
    total, places = sum(env.copies), WIDTH - MARGIN - SIDE
    gap = 8 if env.ranks > 1 else 0
    step = min((places - gap * (env.ranks - 1)) / total, 40)
    pitch = min((HEIGHT - CAPTION - 8 - top - 24) / env.colors, 44)
    counts = np.asarray(state.discards).reshape(env.colors, env.ranks)
    for color in range(env.colors):
        x, y = float(SIDE), top + 24 + color * pitch
        for rank, copies in enumerate(env.copies):
            for copy in range(copies):
                gone = copy < counts[color, rank]
                far = (x + step - 3, y + pitch - 6)
                if gone:
                    sheet.box((x, y), far, SUITS[color], corner=4)
                else:
                    sheet.box((x, y), far, corner=4, outline=HOLLOW)
                center = (x + (step - 3) / 2, y + (pitch - 6) / 2)
                ink = INK if gone else mix(SUITS[color], SURROUNDINGS, 0.6)
                sheet.text(center, f"{rank + 1}", min(17, 0.6 * step + 4), ink)
                x += step
            x += gap


def _last_move(env: Hanabi, state: State) -> str:
    """The last move in words."""
    move = state.last
    kind = int(move.kind)
    if kind < 0:
        return "the cards are dealt"
    who = f"player {int(move.actor) + 1}"
    if kind in (PLAY, DISCARD):
        card = card_name(int(move.card), env.ranks)
        if kind == DISCARD:
            return f"{who} discards {card}"
        return f"{who} plays {card}" + ("" if move.scored else ", which does not fit")
    said = COLORS[int(move.color)] if kind == COLOR else int(move.rank) + 1
    slots = " and ".join(str(slot + 1) for slot in np.flatnonzero(np.asarray(move.matched)))
    return f"{who} tells player {int(move.target) + 1}: {said} is at {slots}"


def _standing(env: Hanabi, state: State) -> str:
    """The score, and how the game ended or how soon it will."""
    points, most = int(np.asarray(state.fireworks).sum()), env.colors * env.ranks
    if int(state.lives) <= 0:
        return f"the last life is lost: 0 of {most}"
    if points == most:
        return f"all is played: {most} of {most}"
    if int(state.turns_left) <= 0:
        return f"the end: {points} of {most}"
    if int(state.dealt) == env.cards:
        return f"{int(state.turns_left)} moves left, {points} of {most}"
    return f"{points} of {most}"

"""Cards, decks, and how they are written: `R1` is the red 1, `?` a card left to chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envsuite.core.errors import nearest

COLORS = "RYGWB"  # red, yellow, green, white, blue
UNKNOWN = -1


def full_deck(colors: int, copies: Sequence[int]) -> np.ndarray:
    """All cards in order, `i32[cards]`; `copies` says how many of each rank a colour has."""
    each = np.tile(np.array(copies), colors)
    return np.repeat(np.arange(each.size), each).astype(np.int32)


def card_name(card: int, ranks: int) -> str:
    """`R1` for the first card; `?` for one that is unknown."""
    return "?" if card < 0 else f"{COLORS[card // ranks]}{card % ranks + 1}"


def deck_from_text(
    text: str, *, colors: int = 5, copies: Sequence[int] = (3, 2, 2, 2, 1)
) -> np.ndarray:
    """Read a deck, top card first, such as `"R1 R2 ? B5"`; what is not written is left to chance.

    Args:
        text: Cards, a letter of `RYGWB` and a rank from 1 up, or `?`; with space between them.
        colors: How many colours the game has.
        copies: How many cards of each rank a colour has.

    Returns:
        The deck as the params hold it, `i32[cards]`.

    Raises:
        ValueError: For a card that the game lacks, or more cards than it has, in all or of a kind.
    """
    whole = full_deck(colors, copies)
    names = [card_name(card, len(copies)) for card in range(colors * len(copies))]
    deck = np.full(whole.size, UNKNOWN, np.int32)
    words = text.split()
    if len(words) > deck.size:
        raise ValueError(f"the deck has {deck.size} cards, not {len(words)}: leave some out")
    for place, word in enumerate(words):
        if word == "?":
            continue
        if word not in names:
            near = nearest(word, names)
            hint = f"did you mean {near!r}? " if near else ""
            raise ValueError(
                f"no card {word!r}: {hint}The cards are {names[0]} to {names[-1]}, or ?"
            )
        deck[place] = names.index(word)
    for card, name in enumerate(names):
        if (deck == card).sum() > (whole == card).sum():
            raise ValueError(
                f"the deck has {(whole == card).sum()} cards {name}, not {(deck == card).sum()}: "
                "replace some by ?"
            )
    return deck

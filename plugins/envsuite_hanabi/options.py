"""What a configuration may say, checked before anything is built from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envsuite.core.errors import nearest
from envsuite_hanabi.cards import COLORS

if TYPE_CHECKING:
    from envsuite_hanabi.env import Hanabi

BELIEFS = ("counted", "possible")


def check_options(game: Hanabi) -> None:
    """Raise `ValueError` about the first thing in the configuration of `game` that cannot be."""
    _check_number("players", game.players, 2, 5)
    _check_number("colors", game.colors, 1, len(COLORS))
    if not isinstance(game.copies, tuple) or not game.copies:
        raise ValueError(
            "copies must list how many cards of each rank a colour has, such as (3, 2, 2, 2, 1), "
            f"not {game.copies!r}"
        )
    for number in game.copies:
        _check_number("each of copies", number, 1)
    if game.hand_size is not None:
        _check_number("hand_size", game.hand_size, 1)
    for name in ("information_tokens", "life_tokens"):
        _check_number(name, getattr(game, name), 1)
    if game.beliefs not in BELIEFS:
        near = nearest(str(game.beliefs), BELIEFS)
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(
            f"beliefs {game.beliefs!r} is unknown: {hint}choose from {', '.join(BELIEFS)}"
        )
    dealt = game.players * game.hand
    if dealt >= game.cards:
        raise ValueError(
            f"{game.players} hands of {game.hand} leave nothing of a deck of {game.cards} cards: "
            f"at most {(game.cards - 1) // game.players} cards a hand do; lower hand_size, or "
            "enlarge colors or copies"
        )


def _check_number(name: str, value: Any, least: int, most: int | None = None) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        bounds = f"from {least} up" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number {bounds}, not {value!r}")

"""What the numba engine calls at every step, bound to the arrays of a room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces

from envsuite.compiled import book as ledger
from envsuite.compiled.cache import bound
from envsuite.compiled.kernel import Share, Shown
from envsuite.engines.numba_room import Room

Arrays = Mapping[str, np.ndarray]


def opening(
    book: np.ndarray,
    mode: int,
    action_spaces: Mapping[str, spaces.Space[Any]],
    asked: Arrays,
    played: Arrays,
    shown: Shown,
    noop: int,
) -> list[Share]:
    """What leaves the legal part of `asked` in `played`, counts the rest and opens a step."""
    choosing = [g for g, own in action_spaces.items() if isinstance(own, spaces.Discrete)]
    counting = [group for group in action_spaces if group not in choosing]
    gone = shown.terminated
    choices = (
        _of(choosing, asked),
        _of(choosing, shown.legal),
        _of(choosing, gone),
        noop,
        _of(choosing, played),
    )
    if not counting:
        return [bound(ledger.open_choices, book, mode, *choices)]
    boxes: list[Any] = [action_spaces[group] for group in counting]
    calls = [
        bound(
            ledger.open_numbers,
            book,
            mode,
            _of(counting, asked),
            _of(counting, gone),
            tuple(box.low for box in boxes),
            tuple(box.high for box in boxes),
            _of(counting, played),
        )
    ]
    if choosing:  # of the two, the one that also opens the step comes last
        calls.insert(0, bound(ledger.guard_choices, book, *choices))
    return calls


def closing(book: np.ndarray, mode: int, limit: int, room: Room) -> list[Share]:
    """What ends a step."""
    shown = room.shown
    groups = list(shown.terminated)
    figures = (room.truncated, room.over, room.wrong, room.last_wrong)
    step = (book, mode, limit, _of(groups, shown.terminated), *figures)
    if mode == ledger.DISABLED:
        return [bound(ledger.close_step, *step)]
    if mode == ledger.NEXT_STEP:
        return [bound(ledger.close_still, *step, _of(groups, shown.reward))]
    obs, last_obs = (
        tuple(array.reshape(len(array), -1) for array in _of(groups, arrays))
        for arrays in (shown.obs, room.last_obs)
    )
    nothing = np.zeros((len(book), 0), bool)
    notes = [(a.T, room.last_notes[kind].T) for kind, a in room.notes.items()]
    first, *others = notes or [(nothing, nothing)]
    return [
        bound(ledger.close_keeping, *step, obs, last_obs, *first, room.stale),
        *(bound(ledger.keep, book, *pair, room.stale) for pair in others),
    ]


def _of(groups: list[str], arrays: Arrays) -> tuple[np.ndarray, ...]:
    """The arrays of some groups."""
    return tuple(arrays[group] for group in groups)

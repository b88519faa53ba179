"""Gymnasium's autoreset modes and the engine's names for them."""

from __future__ import annotations

import re

from gymnasium.vector import AutoresetMode

from envsuite.core.errors import nearest
from envsuite.engines.base import Autoreset

_MODES: dict[AutoresetMode, Autoreset] = {
    AutoresetMode.NEXT_STEP: "next-step",
    AutoresetMode.SAME_STEP: "same-step",
    AutoresetMode.DISABLED: "disabled",
}


def autoreset_mode(mode: AutoresetMode | str) -> AutoresetMode:
    """The member that `mode` is or names: `"NextStep"`, `"NEXT_STEP"` and `"next-step"` alike.

    Strings are taken so that a Gymnasium spec with this option has a JSON form.

    Raises:
        ValueError: For a name of no mode; it gives the nearest one.
    """
    if isinstance(mode, AutoresetMode):
        return mode
    by_letters = {_letters(member.value): member for member in _MODES}
    member = by_letters.get(_letters(str(mode)))
    if member is None:
        names = list(_MODES.values())
        near = nearest(str(mode), names)
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"no autoreset mode {mode!r}{hint} The modes are {names}")
    return member


def engine_mode(mode: AutoresetMode) -> Autoreset:
    """What the engine calls it."""
    return _MODES[mode]


def _letters(name: str) -> str:
    return re.sub("[-_ ]", "", name).lower()

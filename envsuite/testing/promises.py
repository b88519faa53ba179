"""How a check is reported: promise by promise, all of them, the broken ones by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


class CheckError(AssertionError):
    """An environment breaks promises; the message lists them."""


@dataclass(frozen=True)
class Outcome:
    """What became of one promise.

    Attributes:
        promise: The promise, in words.
        failure: Why it is broken; empty if it is kept.
    """

    promise: str
    failure: str = ""


def examine(promises: Iterable[tuple[Callable[..., None], Any]]) -> list[Outcome]:
    """Test promises one by one, and go on after a broken one.

    Args:
        promises: Pairs of a function and its argument. The first line of the function's docstring
            is the promise; it raises if the promise is broken.
    """
    outcomes = []
    for function, argument in promises:
        words = (function.__doc__ or function.__name__).strip().splitlines()[0]
        try:
            function(argument)
        except Exception as error:  # whatever breaks a promise is a finding, not a crash
            outcomes.append(Outcome(words, f"{type(error).__name__}: {error}"))
        else:
            outcomes.append(Outcome(words))
    return outcomes


def enforce(subject: str, outcomes: Iterable[Outcome]) -> None:
    """Raise `CheckError` if a promise is broken."""
    broken = [outcome for outcome in outcomes if outcome.failure]
    if broken:
        lines = [f"- {outcome.promise}\n    {outcome.failure}" for outcome in broken]
        raise CheckError(f"{subject} breaks {len(broken)} promise(s):\n" + "\n".join(lines))

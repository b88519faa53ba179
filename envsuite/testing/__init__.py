"""Conformance as a product: the contract of the suite as functions, for us and for third parties.

`check` is for a game, `check_engine` for a batched multi-agent environment, `check_vector` for a
Gymnasium vector environment. Each plays a little and raises `CheckError`, an `AssertionError`
that lists every promise that is broken. There is no list of exceptions.

With pytest, `pytest --envsuite "acme/*"` runs all three for the ids that match.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envsuite.core.spec import EnvSpec
from envsuite.testing.promises import CheckError as CheckError
from envsuite.testing.promises import Outcome as Outcome
from envsuite.testing.promises import enforce, examine

if TYPE_CHECKING:
    from collections.abc import Iterable


def check(id: str | EnvSpec, **config: Any) -> None:
    """Check what every game promises, by playing it inside `jit`, `vmap` and `scan`.

    Raises:
        CheckError: Naming each promise that is broken.
    """
    enforce(_name(id), examine_game(id, **config))


def check_engine(id: str | EnvSpec, **options: Any) -> None:
    """Check what every engine promises, with a few copies of a game.

    Args:
        id: An id of the registry, or a spec.
        **options: Those of `make_engine`, such as `backend`.

    Raises:
        CheckError: Naming each promise that is broken.
    """
    enforce(_name(id), examine_engine(id, **options))


def check_vector(id: str | EnvSpec, **options: Any) -> None:
    """Check what every Gymnasium vector environment promises, against Gymnasium's own.

    Raises:
        CheckError: Naming each promise that is broken.
    """
    from envsuite.testing.vector import examine_vector

    enforce(_name(id), examine_vector(id, **options))


def examine_game(id: str | EnvSpec, **config: Any) -> list[Outcome]:
    """The outcome of each promise that a game makes; raises nothing."""
    from envsuite.factory import make
    from envsuite.functional.transform import is_text

    def play() -> Iterable[Any]:
        if is_text(make(id, **config)):
            from envsuite.testing import words

            heard = words.listen(id, **config)
            return [(promise, heard) for promise in words.PROMISES]
        from envsuite.testing import game

        watched = game.watch(id, **config)
        return [(promise, watched) for promise in game.PROMISES]

    try:
        promises = play()
    except Exception as error:  # a game that cannot be played breaks the first promise of all
        return [Outcome("The game can be played", f"{type(error).__name__}: {error}")]
    return [Outcome("The game can be played"), *examine(promises)]


def examine_engine(id: str | EnvSpec, **options: Any) -> list[Outcome]:
    """The outcome of each promise that an engine makes of a game; raises nothing."""
    from envsuite.testing import batched

    what = batched.batch(id, **options)
    return examine((promise, what) for promise in batched.PROMISES)


def _name(id: str | EnvSpec) -> str:
    return id if isinstance(id, str) else id.id

"""Conformance as a product: the contract of the suite as functions, for us and for third parties.

`check` is for a game, `check_engine` for a batched multi-agent environment, `check_vector` for a
Gymnasium vector environment, `check_curriculum` for what chooses levels. Each plays a little and
raises `CheckError`, an `AssertionError` that lists every promise that is broken. There is no list
of exceptions.

With pytest, `pytest --envsuite "acme/*"` runs all three for the ids that match.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envsuite.core.spec import EnvSpec
from envsuite.testing.promises import CheckError as CheckError
from envsuite.testing.promises import Outcome as Outcome
from envsuite.testing.promises import enforce, examine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


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


def check_curriculum(target: Callable[..., Any], levels: Any, **config: Any) -> None:
    """Check what every curriculum promises, by leading it through a few cycles.

    Give it a `capacity` of a few levels, if it has one, so that the cycles fill it.

    Args:
        target: Called as `target(levels, **config)`, as a registered curriculum is.
        levels: A game with levels (`envsuite.Levels`), without transforms around it.
        **config: Its options.

    Raises:
        CheckError: Naming each promise that is broken.
    """
    enforce(getattr(target, "__name__", str(target)), examine_curriculum(target, levels, **config))


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


def examine_curriculum(target: Callable[..., Any], levels: Any, **config: Any) -> list[Outcome]:
    """The outcome of each promise that a curriculum makes; raises nothing."""
    from envsuite.testing import curricula

    try:
        led = curricula.lead(target(levels, **config), levels)
    except Exception as error:  # what cannot be made breaks the first promise of all
        return [Outcome("It can be made", f"{type(error).__name__}: {error}")]
    return [Outcome("It can be made"), *examine((each, led) for each in curricula.PROMISES)]


def _name(id: str | EnvSpec) -> str:
    return id if isinstance(id, str) else id.id

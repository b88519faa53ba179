"""What `envsuite.make_as` and `pettingzoo.make` call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envsuite.core.spec import EnvSpec

if TYPE_CHECKING:
    from pettingzoo import AECEnv, ParallelEnv

_UNSET: Any = object()


def parallel(spec: str | EnvSpec, **options: Any) -> ParallelEnv[str, Any, Any]:
    """Build a `pettingzoo.ParallelEnv`.

    Args:
        spec: An id of the registry, or a spec.
        **options: Those of `ParallelGame`. `max_cycles`, which may be called `max_steps` too, is
            the spec's time limit if not given.

    Raises:
        UnknownNameError: For an unknown id; it names the nearest one.
    """
    from envsuite_pettingzoo.parallel_game import ParallelGame

    return ParallelGame(spec, **_timed(spec, **options))


def aec(spec: str | EnvSpec, **options: Any) -> AECEnv[str, Any, Any]:
    """Build a `pettingzoo.AECEnv`; `options` are those of `parallel`.

    In a turn-based game the turn goes to whom the game waits for. In others PettingZoo asks all
    agents in a row, and the game moves on after the last.
    """
    from pettingzoo.utils.conversions import parallel_to_aec
    from pettingzoo.utils.wrappers import OrderEnforcingWrapper

    from envsuite_pettingzoo.parallel_game import ParallelGame
    from envsuite_pettingzoo.turn_game import TurnGame

    timed = _timed(spec, **options)
    game = ParallelGame(spec, **timed)
    if game.turn_based:
        return OrderEnforcingWrapper(TurnGame(spec, **timed))
    return parallel_to_aec(game)


def _timed(
    spec: str | EnvSpec, *, max_cycles: int | None = _UNSET, max_steps: Any = _UNSET, **options: Any
) -> dict[str, Any]:
    """The options with the time limit in them."""
    if max_cycles is not _UNSET and max_steps is not _UNSET:
        raise TypeError("max_cycles and max_steps mean the same: give one of them")
    limit = max_steps if max_cycles is _UNSET else max_cycles
    if limit is _UNSET:
        from envsuite.factory import spec as spec_of

        limit = spec_of(spec).max_steps
    return {**options, "max_cycles": limit}

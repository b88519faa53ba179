"""Builds things by name: `make`, `make_engine`, `make_as`, `make_policy`, `make_curriculum`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal

from envsuite.core.curriculum import Curriculum
from envsuite.core.env import Env, Levels, TextEnv
from envsuite.core.errors import nearest
from envsuite.core.policy import Policy
from envsuite.core.spec import EnvSpec, Spec
from envsuite.registry import registry, resolve

if TYPE_CHECKING:
    from envsuite.engines.base import Autoreset, Engine

View = Literal["all", "team", "seat"]
_UNSET: Any = object()


def spec(id: str | EnvSpec) -> EnvSpec:
    """What the registry says of an environment.

    Raises:
        UnknownNameError: If no environment has that id; it names the nearest one.
    """
    return id if isinstance(id, EnvSpec) else registry().environments[id]


def make(
    id: str | EnvSpec,
    *,
    params: Mapping[str, Any] | None = None,
    max_steps: int | None = _UNSET,
    view: View = "all",
    team: str | None = None,
    seat: str | None = None,
    policies: Mapping[str, str | Policy[Any]] | None = None,
    broadcast: bool | Mapping[str, Any] = False,
    **config: Any,
) -> Env[Any, Any]:
    """Build a functional game: `reset` and `step` as pure functions, for `jit`, `vmap`, `scan`.

    Args:
        id: An id of the registry, or a spec.
        params: Overrides of fields of the game's `default_params()`.
        max_steps: The time limit; `None` for no limit; the spec's own if not given.
        view: `"all"`: every group is played by the caller. `"team"`: one group is, and policies
            play the others. `"seat"`: one seat is.
        team: The group of `view="team"`; the spec's own if not given.
        seat: The seat of `view="seat"`, such as `"ally_0"`; the team's first if not given.
        policies: By group, for those the caller does not play: a registered name, or a `Policy`.
            The spec's `opponents`, then `"random"`, fill the gaps.
        broadcast: Whether agents may send what they see to their team, for a cost, with every
            action; a mapping holds fields of `envsuite.functional.Broadcast`, such as `cost`.
        **config: Fields of the game's class.

    Raises:
        UnknownNameError: For an unknown id or policy; it names the nearest one.
        TypeError: For an option that the game does not have; it names the nearest one.
        ValueError: For a value that the game refuses.
    """
    own = spec(id)
    env = _build(own, config)
    overrides = {**own.params, **(params or {})}
    limit = own.max_steps if max_steps is _UNSET else max_steps
    if overrides:
        from envsuite.functional.with_params import WithParams

        env = WithParams(env, tuple(sorted(overrides.items())))
    if broadcast is not False:
        env = _broadcasting(own, env, {} if broadcast is True else broadcast)
    if view != "all":
        env = _played(own, env, view, team, seat, policies or {})
    elif policies or team or seat:
        raise TypeError('team, seat and policies need view="team" or view="seat"')
    if limit is not None:
        from envsuite.functional.time_limit import TimeLimit

        env = TimeLimit(env, limit)
    return env


def make_engine(
    id: str | EnvSpec,
    num_envs: int = 1,
    backend: str = "auto",
    *,
    autoreset: Autoreset = "same-step",
    devices: Sequence[Any] | None = None,
    curriculum: str | Curriculum[Any, Any] | None = None,
    curriculum_config: Mapping[str, Any] | None = None,
    critic: bool = False,
    **options: Any,
) -> Engine:
    """Build an engine that plays `num_envs` copies of a game.

    Args:
        id: An id of the registry, or a spec.
        num_envs: How many copies.
        backend: `"jax"`, `"numba"` (games with a compiled twin), `"host"` (games of words), the
            name of a backend that a plugin brought, or `"auto"`: the host for games of words, numba
            for a single copy and on a machine without an accelerator where there is a twin, JAX
            for all others. `engine.backend` says which it is.
        autoreset: `"same-step"`, `"next-step"` or `"disabled"`; see `Engine`.
        devices: The `jax.Device`s that share the copies; the default device if `None`.
        curriculum: Who chooses the level of every episode: a registered name, such as `"plr"`, or
            a curriculum. The engine is then a `DesignedEngine`.
        curriculum_config: Options of the curriculum.
        critic: Whether the learner will tell what its critic thinks. If not, a curriculum that
            would score levels by that scores them by `"range_regret"`, unless a score is asked for.
        **options: Those of `make`.

    Raises:
        UnknownNameError: For an unknown id, backend or curriculum.
        TypeError: For a backend that cannot play this game, for a game without levels under a
            curriculum, and for a score that needs a critic where there is none.
    """
    own = spec(id)
    env = make(own, **options)
    words = _is_text(env)
    chooser = None
    if curriculum is not None:
        chooser = _chooser(curriculum, env, curriculum_config or {}, critic)
    elif curriculum_config:
        raise TypeError("curriculum_config needs a curriculum, such as curriculum='plr'")
    if backend == "auto" and chooser is not None and chooser.grounded:
        backend = "jax"  # where steps are imagined
    if backend == "auto":
        backend = "host" if words else _swiftest(own, env, num_envs, devices)
    elif words != (backend == "host") and backend in ("host", "jax"):
        fit = "host" if words else "jax"
        raise TypeError(f"backend {backend!r} cannot play {own.id}: take {fit!r}")
    target = resolve(registry().backends[backend].target, needed_by=backend)
    engine = target(own, env, num_envs, autoreset=autoreset, devices=devices)
    if chooser is None:
        return engine
    from envsuite.engines.designed_engine import DesignedEngine

    designed: Any = DesignedEngine(engine, chooser)  # what it hands on, types do not see
    return designed


def make_as(id: str | EnvSpec, api: str, **options: Any) -> Any:
    """Build an environment that speaks a foreign API.

    Args:
        id: An id of the registry, or a spec.
        api: `"gymnasium"`, `"gymnasium-vector"`, `"pettingzoo"`, `"pettingzoo-aec"`, `"sb3"`, or
            the name of an adapter that a plugin brought.
        **options: Those of the adapter, and those of `make`.

    Raises:
        UnknownNameError: For an unknown id or API.
    """
    adapter = registry().adapters[api]
    return resolve(adapter.target, needed_by=api)(spec(id), **{**adapter.config, **options})


def make_policy(
    name: str | Policy[Any], env: Env[Any, Any], group: str, **config: Any
) -> Policy[Any]:
    """Build a registered policy for a group of a game (`""` for the single agent).

    Raises:
        UnknownNameError: For an unknown name.
        TypeError: For an agent that must be trained first.
    """
    if not isinstance(name, str):
        return name
    agent = registry().agents[name]
    target = resolve(agent.target, needed_by=name)
    if hasattr(target, "train"):
        raise TypeError(
            f"{name!r} is a trainer, not a policy: train it first, by `envsuite train ID "
            f"--agent {name}`, or name a policy such as 'random'"
        )
    return target(env, group, **{**agent.config, **config})


def make_curriculum(
    name: str | Curriculum[Any, Any], env: Env[Any, Any], **config: Any
) -> Curriculum[Any, Any]:
    """Build a registered curriculum for a game whose params are levels.

    Args:
        name: A registered name, such as `"plr"`; or a curriculum, which is handed back.
        env: The game, in whatever transforms.
        **config: Options of the curriculum.

    Raises:
        UnknownNameError: For an unknown name.
        TypeError: For a game without levels, naming the ids that have them; for an option that
            the curriculum does not have.
        ValueError: For a value that the curriculum refuses.
    """
    if not isinstance(name, str):
        return name
    own = registry().curricula[name]
    game: Any = env
    while hasattr(game, "env"):
        game = game.env
    if not isinstance(game, Levels):
        ids = [id for id, spec in registry().environments.items() if "levels" in spec.tags]
        raise TypeError(
            f"{type(game).__name__} has no levels, so that {name!r} has nothing to choose: "
            f"games with levels are {', '.join(ids)}"
        )
    target = resolve(own.target, needed_by=name)
    known = list(inspect.signature(target).parameters)[1:]
    for option in config:
        if option not in known:
            near = nearest(option, known)
            hint = f"did you mean {near!r}? " if near else ""
            raise TypeError(f"{name} has no option {option!r}: {hint}Its options are {known}")
    return target(game, **{**own.config, **config})


def _chooser(
    curriculum: str | Curriculum[Any, Any],
    env: Env[Any, Any],
    config: Mapping[str, Any],
    critic: bool,
) -> Curriculum[Any, Any]:
    """The curriculum, with a score that can be computed."""
    chooser = make_curriculum(curriculum, env, **config)
    if not chooser.needs_values or critic:
        return chooser
    if isinstance(curriculum, str) and "score" not in config and hasattr(chooser, "score"):
        chooser = make_curriculum(curriculum, env, **config, score="range_regret")
    if chooser.needs_values or chooser.grounded:
        raise TypeError(
            f"{curriculum!r} needs a critic's values, which nobody tells under this API: take "
            "curriculum_config={'score': 'learnability'} or 'range_regret', or train through "
            "make_as(id, 'sb3', ...) with envsuite_sb3's CurriculumCallback"
        )
    return chooser


def _swiftest(
    own: EnvSpec, env: Env[Any, Any], num_envs: int, devices: Sequence[Any] | None
) -> str:
    """The backend that plays a game fastest here."""
    if own.numba is None or devices is not None:
        return "jax"
    from envsuite.engines.numba_fit import unfit

    if unfit(own, env):
        return "jax"
    if num_envs == 1:  # not worth waiting for a device
        return "numba"
    import jax

    return "numba" if jax.default_backend() == "cpu" else "jax"


def _build(own: Spec, config: Mapping[str, Any]) -> Any:
    """The bare game; unknown options are named before the class sees them."""
    target = resolve(own.target, needed_by=own.id)
    known = list(inspect.signature(target).parameters)
    for name in config:
        if name not in known:
            near = nearest(name, [*known, "params", "max_steps", "broadcast"])
            hint = f"did you mean {near!r}? " if near else ""
            raise TypeError(f"{own.id} has no option {name!r}: {hint}Its options are {known}")
    return target(**{**own.config, **config})


def _broadcasting(own: EnvSpec, env: Any, options: Mapping[str, Any]) -> Any:
    """The game with a broadcast in every action."""
    from envsuite.functional.broadcast import Broadcast

    known = [field.name for field in fields(Broadcast) if field.name != "env"]
    if not isinstance(options, Mapping):
        raise TypeError(
            f"broadcast of {own.id} must be True, False or a mapping of {known}, not {options!r}"
        )
    for name in options:
        if name not in known:
            near = nearest(str(name), known)
            hint = f"did you mean {near!r}? " if near else ""
            raise TypeError(f"broadcast has no option {name!r}: {hint}Its options are {known}")
    return Broadcast(env, **options)


def _is_text(env: Any) -> bool:
    while hasattr(env, "env"):  # below transforms; this module does not import JAX to look
        env = env.env
    return isinstance(env, TextEnv)


def _played(
    own: EnvSpec,
    env: Any,
    view: str,
    team: str | None,
    seat: str | None,
    policies: Mapping[str, str | Policy[Any]],
) -> Any:
    """The game as one team, or one seat, sees it."""
    if view not in ("team", "seat"):
        raise ValueError(f"no view {view!r}: the views are 'all', 'team' and 'seat'")
    if _is_text(env) or not env.agents:
        if team or seat or policies:
            raise TypeError(f"{own.id} has a single agent: no team, seat or policies to choose")
        return env
    sizes = env.agents
    row = None
    if seat is not None:
        if view == "team":
            raise TypeError('a seat is chosen with view="seat"')
        seats = [f"{group}_{index}" for group, size in sizes.items() for index in range(size)]
        if seat not in seats:
            near = nearest(seat, seats)
            raise ValueError(f"no seat {seat!r}; did you mean {near!r}? The seats are {seats}")
        team = seat.rpartition("_")[0]
    team = team or own.team or next(iter(sizes))
    if team not in sizes:
        near = nearest(team, sizes)
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"no group {team!r}{hint} The groups are {sorted(sizes)}")
    if view == "seat":
        row = int(seat.rpartition("_")[2]) if seat else 0
    others = {group for group in sizes if group != team}
    if row is not None and sizes[team] > 1:
        others.add(team)
    for group in policies:
        if group not in others:
            raise ValueError(
                f"a policy for {group!r} has no seat: to be played are {sorted(others)}"
            )
    if not others:
        return env
    chosen = {
        group: make_policy(policies.get(group, own.opponents.get(group, "random")), env, group)
        for group in sorted(others)
    }
    from envsuite.functional.played_by import PlayedBy

    return PlayedBy(env, team, tuple(chosen.items()), row)


__all__ = ["make", "make_as", "make_curriculum", "make_engine", "make_policy", "spec"]

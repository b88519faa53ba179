"""`envsuite list | info | check`."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Any

import typer

from envsuite.commands.options import Config, EnvId, parse_config
from envsuite.commands.table import AsJson, show_json, show_table
from envsuite.core.env import Levels, TextEnv, World
from envsuite.core.spec import EnvSpec
from envsuite.registry import registry


def list_environments(
    pattern: Annotated[str, typer.Argument(help="Only ids that match, such as '*SMAX*'.")] = "*",
    as_json: AsJson = False,
) -> None:
    """List the environments."""
    known = registry().environments
    found = [known[id] for id in known if fnmatchcase(id.lower(), pattern.lower())]
    if as_json:
        show_json([_row(own) for own in found])
        return
    if not found:
        raise typer.BadParameter(f"no id matches {pattern!r}; `envsuite list` shows them all")
    rows = [
        {key: str(value) for key, value in _row(own).items() if key != "owner"} for own in found
    ]
    show_table("Environments", rows)


def info(id: EnvId, config: Config = None, as_json: AsJson = False) -> None:
    """Describe one environment: spaces, agents, limit, and which engine plays it."""
    own = registry().environments[id]
    facts = _row(own) | _facts(own, parse_config(config))
    if as_json:
        show_json(facts)
    else:
        show_table(id, [{"": key, "value": str(value)} for key, value in facts.items()])


def check(id: EnvId, config: Config = None, as_json: AsJson = False) -> None:
    """Check what the game and its engine promise; exit with 1 if a promise is broken."""
    from envsuite.testing import examine_engine, examine_game

    options = parse_config(config)
    outcomes = [*examine_game(id, **options), *examine_engine(id, **options)]
    if as_json:
        show_json([vars(outcome) for outcome in outcomes])
    else:
        rows = [
            {
                "": "broken" if outcome.failure else "kept",
                "promise": outcome.promise,
                "why": outcome.failure,
            }
            for outcome in outcomes
        ]
        show_table(id, rows)
    if any(outcome.failure for outcome in outcomes):
        raise typer.Exit(1)


def _row(own: EnvSpec) -> dict[str, Any]:
    return {
        "id": own.id,
        "summary": own.summary,
        "limit": own.max_steps,
        "tags": " ".join(own.tags),
        "version": own.version,
        "owner": own.owner,
    }


def _facts(own: EnvSpec, config: dict[str, Any]) -> dict[str, Any]:
    """What is known once the game has been built."""
    from envsuite.factory import make, make_engine
    from envsuite.functional.transform import unwrapped

    env = make(own, **config)
    game = unwrapped(env)
    engine = make_engine(own, **config)
    able = {"levels": Levels, "world state": World, "words": TextEnv}
    return {
        "source": own.source,
        "agents": dict(env.agents) or "one",
        "observation space": str(env.observation_space),
        "action space": str(env.action_space),
        "offers": [name for name, kind in able.items() if isinstance(game, kind)],
        "backend": engine.backend,
        "target": own.target,
        "config": dict(own.config) | config,
    }

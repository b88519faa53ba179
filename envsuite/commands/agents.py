"""`envsuite train | evaluate`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from envsuite.commands.options import Agent, Config, EnvId, Out, Seed, parse_config
from envsuite.commands.table import AsJson, show_json, show_table
from envsuite.core.errors import UnknownNameError
from envsuite.registry import registry, resolve


def train(
    id: EnvId,
    agent: Annotated[str, typer.Option(help="A registered trainer.")] = "maskable-ppo",
    steps: Annotated[int, typer.Option(min=1, help="Steps of the environment.")] = 100_000,
    seed: Seed = 0,
    out: Out = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Train an agent; called again with the same folder, go on from its last checkpoint."""
    trainer = _agent(agent)
    if not hasattr(trainer, "train"):
        raise typer.BadParameter(
            f"{agent!r} is a policy and learns nothing; trainers are {_trainers()}"
        )
    folder = out or Path("runs") / f"{id.partition('/')[2]}-{agent}-seed{seed}"
    options = parse_config(config)
    try:
        record = trainer.train(id, steps=steps, seed=seed, folder=folder, **options)
    except (TypeError, ValueError) as error:  # by which trainers refuse games, options and folders
        raise typer.BadParameter(str(error)) from error
    if as_json:
        show_json(record)
    else:
        typer.echo(f"The run is in {folder}; its record is {folder / 'record.json'}")


def evaluate(
    id: EnvId,
    agent: Agent = "random",
    evaluator: Annotated[str, typer.Option(help="A registered evaluator.")] = "returns",
    episodes: Annotated[int, typer.Option(min=1, help="How many episodes are played.")] = 200,
    seed: Seed = 0,
    out: Out = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate an agent on fresh episodes, with 95 % intervals."""
    import jax

    from envsuite.factory import make

    env = make(id, view="team", **parse_config(config))
    params = env.default_params()
    policies = {group: load_policy(agent, env, group) for group in env.agents or [""]}
    try:
        judge = registry().evaluators[evaluator]
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from None
    judging = resolve(judge.target)(**judge.config)
    figures = judging.evaluate(jax.random.key(seed), env, params, policies, episodes)
    record = {"id": id, "agent": agent, "evaluator": evaluator, "seed": seed, **figures}
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(record, indent=2) + "\n")
    if as_json:
        show_json(record)
    else:
        show_table(f"{agent} on {id}", [{"": k, "value": _told(v)} for k, v in record.items()])


def load_policy(agent: str, env: Any, group: str) -> Any:
    """A policy: a registered one, or what a training run left in a folder.

    Raises:
        typer.BadParameter: If it is neither.
    """
    from envsuite.factory import make_policy

    record = Path(agent) / "record.json"
    if record.exists():
        trained = json.loads(record.read_text())
        return _agent(trained["agent"]).load(Path(agent), env, group)
    if Path(agent).is_dir():
        raise typer.BadParameter(f"the folder {agent} holds no training run: no {record}")
    try:
        return make_policy(agent, env, group)
    except (UnknownNameError, TypeError) as error:
        raise typer.BadParameter(str(error)) from None


def _agent(name: str) -> Any:
    """A registered agent; a trainer is built, a policy is not."""
    try:
        own = registry().agents[name]
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from None
    target = resolve(own.target)
    return target(**own.config) if hasattr(target, "train") else target


def _trainers() -> list[str]:
    agents = registry().agents
    return [name for name in agents if hasattr(resolve(agents[name].target), "train")]


def _told(value: Any) -> str:
    """A figure with its interval, in words."""
    if not isinstance(value, Mapping):
        return str(value)
    if "low" in value:
        middle = value.get("mean", value.get("rate"))
        if value["low"] is None:
            return f"{middle:.3f}"
        return f"{middle:.3f} (95 % interval {value['low']:.3f} to {value['high']:.3f})"
    return "\n".join(f"{key or 'agent'}: {_told(inner)}" for key, inner in value.items())

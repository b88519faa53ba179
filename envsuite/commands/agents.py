"""`envsuite train | evaluate`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from envsuite.commands.options import Config, EnvId, Out, Seed, parse_config
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
    agent: Annotated[
        list[str] | None,
        typer.Option(
            help="A registered policy, 'random' if not given, or the folder of a training run; "
            "with --suite repeatable, one folder a seed."
        ),
    ] = None,
    evaluator: Annotated[str, typer.Option(help="A registered evaluator.")] = "returns",
    episodes: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="How many episodes are played: 200 if not given, 10 of each level of a suite.",
        ),
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option(help="Play all environments of this suite instead, such as 'mazes'."),
    ] = None,
    sample: Annotated[
        bool, typer.Option(help="Draw actions as in training, not the likeliest ones.")
    ] = False,
    pictures: Annotated[
        Path | None,
        typer.Option(help="With --suite: a picture of the first agent's way in each level."),
    ] = None,
    seed: Seed = 0,
    out: Out = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate an agent on fresh episodes, with 95 % intervals."""
    agents = agent or ["random"]
    if suite is not None:
        record = _evaluate_suite(
            id, agents, suite, evaluator, episodes or 10, sample, pictures, seed, config
        )
        _tell_suite(record, out, as_json)
        return
    if len(agents) > 1:
        raise typer.BadParameter("several agents are several runs on a suite: give --suite")
    if pictures is not None:
        raise typer.BadParameter("pictures are of the levels of a suite: give --suite")
    import jax

    from envsuite.factory import make

    env = make(id, view="team", **parse_config(config))
    params = env.default_params()
    name = agents[0]
    policies = {group: load_policy(name, env, group, sample=sample) for group in env.agents or [""]}
    try:
        judge = registry().evaluators[evaluator]
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from None
    judging = resolve(judge.target)(**judge.config)
    figures = judging.evaluate(jax.random.key(seed), env, params, policies, episodes or 200)
    record = {"id": id, "agent": name, "evaluator": evaluator, "seed": seed, **figures}
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(record, indent=2) + "\n")
    if as_json:
        show_json(record)
    else:
        show_table(f"{name} on {id}", [{"": k, "value": _told(v)} for k, v in record.items()])


def _evaluate_suite(
    id: str,
    agents: list[str],
    suite: str,
    evaluator: str,
    attempts: int,
    sample: bool,
    pictures: Path | None,
    seed: int,
    config: list[str] | None,
) -> dict[str, Any]:
    """Play a suite with every agent; the record, with what it takes to do so again."""
    from envsuite.runs.bar import Bar
    from envsuite.runs.records import commit, versions
    from envsuite.suites import evaluate_suite, picture_suite
    from envsuite.suites import suite as members

    options = parse_config(config)
    runs = [lambda env, group, own=own: load_policy(own, env, group, sample) for own in agents]
    try:
        ids = members(suite)
        with Bar("evaluating", len(ids), unit="levels") as bar:
            done = iter(range(1, len(ids) + 1))
            figures = evaluate_suite(
                suite,
                runs,
                attempts=attempts,
                seed=seed,
                evaluator=evaluator,
                tell=lambda id, rates: bar.show(next(done), id),
                **options,
            )
        if pictures is not None:
            picture_suite(suite, runs[0], pictures, seed=seed, **options)
    except (UnknownNameError, TypeError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    about = {"id": id, "agents": agents, "evaluator": evaluator, "seed": seed, "sampled": sample}
    software = {"versions": versions(), "commit": commit()}
    return {**about, "options": options, **figures, **software}


def _tell_suite(record: dict[str, Any], out: Path | None, as_json: bool) -> None:
    """Write a suite's record, and show it."""
    if out is not None:
        from envsuite.runs.records import write_json

        out.parent.mkdir(parents=True, exist_ok=True)
        write_json(out, record)
    if as_json:
        show_json(record)
        return
    rows = [
        {"level": id, "steps": str(own["max_steps"]), "solved": f"{own['mean']:.3f}"}
        for id, own in record["levels"].items()
    ]
    for name in ("mean", "interquartile"):
        rows.append({"level": name, "steps": "", "solved": _told(record[name])})
    title = f"{', '.join(record['agents'])} on {record['suite']}, {record['attempts']} attempts"
    show_table(title, rows)


def load_policy(agent: str, env: Any, group: str, sample: bool = False) -> Any:
    """A policy: a registered one, or what a training run left in a folder.

    Args:
        agent: Its name, or the folder.
        env: The game.
        group: The group to play; `""` in a single-agent game.
        sample: Whether what was trained draws its actions, and does not take the likeliest.

    Raises:
        typer.BadParameter: If it is neither.
    """
    from envsuite.factory import make_policy

    record = Path(agent) / "record.json"
    if record.exists():
        trained = json.loads(record.read_text())
        greedy = {"greedy": False} if sample else {}  # trainers of others may know no other way
        return _agent(trained["agent"]).load(Path(agent), env, group, **greedy)
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

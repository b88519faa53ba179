"""Train PPO, recurrent or not, on mazes under several curricula, and solve mazes never seen.

    python examples/maze_curricula.py --steps 8000000 --seeds 5

Some curricula only look at most of the levels that they play, so that runs are compared twice:
when all have played equally many steps, and when all have learned from equally many. Each run goes
on until it has done both; the weights of either moment are judged on the hold-out mazes by the
share of attempts that reach the goal, actions drawn as in training. Called again on the same folder
it goes on from where it was. The record holds the solve rate of each run on each maze, and
interquartile means with stratified bootstrap intervals. What a curriculum keeps in the course of a
run is in a folder of its own, for `envsuite levels gallery` and `envsuite levels plot`.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
import typer
import yaml

import envsuite
from envsuite.core.env import Env
from envsuite.factory import make_curriculum
from envsuite.functional import over
from envsuite.registry import registry
from envsuite.runs.intervals import interquartile_interval
from envsuite.runs.level_file import FOLDER, write_levels
from envsuite.runs.level_file import MOMENTS as PARTS
from envsuite.runs.records import commit, versions, write_json
from envsuite.runs.same_run import as_json
from envsuite.runs.tree_file import read_header, read_tree, write_tree
from envsuite_agents.curriculum_run import CurriculumRun
from envsuite_agents.ppo import PPO
from envsuite_agents.recurrent_ppo import RecurrentPPO

ID, TAG = "envsuite/Maze", "holdout"
CURRICULA = ("dr", "plr", "robust-plr", "accel", "sfl")
MOMENTS = {"equal_steps": "env_steps", "equal_trained_steps": "trained_steps"}
CHUNK = 4  # updates in one call
MOST = 20  # times the steps that are asked for: what is not learned from by then never will be


def holdouts(longest: int) -> list[str]:
    """The ids of hold-out mazes whose episodes are no longer than `longest`."""
    found = registry().environments
    ids = [id for id in found if id.startswith(f"{ID}-") and TAG in found[id].tags]
    return [id for id in ids if (found[id].max_steps or longest + 1) <= longest]


def judges_of(
    learner: Any, envs: dict[str, Env[Any, Any]], attempts: int, greedy: bool
) -> dict[str, Any]:
    """For each maze a compiled function of weights and key: the share of attempts that were won."""

    def judging(env: Env[Any, Any]) -> Any:
        params = env.default_params()

        def attempt(weights: Any, key: jax.Array) -> jax.Array:
            policy = learner.policy(env, weights, greedy=greedy)
            key, reset_key, memory_key = jax.random.split(key, 3)
            state, timestep = env.reset(reset_key, params)

            def step(carry: Any) -> Any:
                key, state, timestep, memory = carry
                key, act_key, step_key = jax.random.split(key, 3)
                memory, action = policy.act(act_key, memory, timestep)
                return key, *env.step(step_key, state, action, params), memory

            begun = (key, state, timestep, policy.reset(memory_key, 1))
            goes_on = lambda carry: ~over(carry[2])  # noqa: E731
            return jax.lax.while_loop(goes_on, step, begun)[2].info["won"]

        def share(weights: Any, key: jax.Array) -> jax.Array:
            keys = jax.random.split(key, attempts)
            return jax.vmap(attempt, (None, 0))(weights, keys).mean()

        return jax.jit(share)

    return {id: judging(env) for id, env in envs.items()}


def train(
    run: CurriculumRun,
    env: Env[Any, Any],
    settings: Any,
    update: Any,
    seed: int,
    asked: dict[str, Any],
    path: Path,
) -> dict[str, Any]:
    """Play until both moments have come; weights and counters of each, and the curve.

    A run that was cut short goes on from `path`.
    """
    params = env.default_params()
    state = jax.jit(lambda key: run.init(key, env, params, settings))(jax.random.key(seed))
    kept = {moment: jax.tree.map(jnp.copy, run.weights(state)) for moment in MOMENTS}
    notes: dict[str, Any] = {"asked": asked, "counters": {}, "curve": [], "seconds": 0.0}
    if path.exists():
        header = read_header(path)
        if header["asked"] == asked:
            notes, (state, kept) = header, read_tree(path, (state, kept))
    show = jax.jit(run.kept)
    began, written = time.monotonic() - notes["seconds"], time.monotonic()
    while len(notes["counters"]) < len(MOMENTS):
        before = run.counters(state)["trained_steps"]
        state = update(state)
        counters = run.counters(state)
        part, following = (
            done * PARTS // asked["steps"] for done in (before, counters["trained_steps"])
        )
        if part < following and (shown := show(state)) is not None:
            # a run that goes on replaces what was written after its checkpoint by the same
            header = {"id": ID, "options": asked["game"], "curriculum": asked["curriculum"]}
            header |= {"steps": counters["env_steps"], **counters}
            write_levels(path.with_suffix("") / FOLDER, env, shown, header)
        notes["seconds"] = round(time.monotonic() - began, 1)
        enough = counters["env_steps"] >= MOST * asked["steps"]
        for moment, counter in MOMENTS.items():
            reached = counters[counter] >= asked["steps"]
            if moment not in notes["counters"] and (reached or enough):
                notes["counters"][moment] = {**counters, "reached": reached}
                kept[moment] = jax.tree.map(jnp.copy, run.weights(state))  # the state is donated
        figures = {name: float(value) for name, value in run.figures(state).items()}
        notes["curve"].append({**counters, **figures})
        if time.monotonic() - written > 60:
            write_tree(path, (state, kept), notes)
            written = time.monotonic()
    write_tree(path, (state, kept), notes)
    return {"weights": kept, **notes}


def summary(runs: list[dict[str, Any]], mazes: list[str]) -> dict[str, Any]:
    """For each curriculum and moment: solve rates by maze, and over all mazes and seeds."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(run["curriculum"] for run in runs):
        own = [run for run in runs if run["curriculum"] == name]
        for moment in MOMENTS:
            rates = np.array([[run["solved"][moment][maze] for maze in mazes] for run in own])
            found.setdefault(name, {})[moment] = {
                "seeds": len(own),
                "by_maze": dict(zip(mazes, rates.mean(0).tolist(), strict=True)),
                "mean": float(rates.mean()),
                "interquartile": dict(interquartile_interval(rates)),
            }
    return found


def main(
    steps: Annotated[int, typer.Option(help="Environment steps, played and learned from.")] = (
        8_000_000
    ),
    seeds: Annotated[int, typer.Option(min=1)] = 5,
    curriculum: Annotated[list[str] | None, typer.Option(help="Repeatable.")] = None,
    num_envs: Annotated[int, typer.Option(min=1, help="Levels played at once.")] = 32,
    memory: Annotated[bool, typer.Option(help="Recurrent PPO; without memory, PPO.")] = True,
    units: Annotated[int, typer.Option(min=1, help="Of the memory, or of two layers.")] = 256,
    learning_rate: Annotated[float, typer.Option()] = 3e-4,
    config: Annotated[str, typer.Option(help="By curriculum, its options, as YAML.")] = "{}",
    game: Annotated[str, typer.Option(help="Options of the maze, as YAML.")] = (
        "{observation: image}"
    ),
    attempts: Annotated[int, typer.Option(min=1, help="At each hold-out maze.")] = 20,
    longest: Annotated[int, typer.Option(help="Leave out mazes with longer episodes.")] = 500,
    greedy: Annotated[bool, typer.Option(help="Judge the likeliest actions.")] = False,
    out: Annotated[Path, typer.Option(help="The folder of the runs.")] = Path(
        "runs/maze_curricula"
    ),
) -> None:
    """Train, judge, and write the record."""
    options = yaml.safe_load(game)
    env = envsuite.make(ID, **options)
    learner: Any = RecurrentPPO(steps, num_envs, encoder=(), units=units)
    if not memory:
        learner = PPO(steps, num_envs, 256, epochs=4, minibatches=4, hidden=(units, units))
    settings = replace(learner.default_settings(), learning_rate=learning_rate)
    seen = {name: options[name] for name in ("observation", "sight", "actions") if name in options}
    mazes = {id: envsuite.make(id, **seen) for id in holdouts(longest)}
    judges = judges_of(learner, mazes, attempts, greedy)
    out.mkdir(parents=True, exist_ok=True)
    record_path = out / "record.json"
    runs = json.loads(record_path.read_text())["runs"] if record_path.exists() else []
    for name in curriculum or CURRICULA:
        chosen = yaml.safe_load(config).get(name, {})
        chooser = make_curriculum(name, env, **chosen)
        run = CurriculumRun(learner, chooser)

        def several(state: Any, run: CurriculumRun = run) -> Any:
            step = lambda _, state: run.update(state, env, env.default_params(), settings)  # noqa: E731
            return jax.lax.fori_loop(0, CHUNK, step, state)

        update = jax.jit(several, donate_argnums=0)
        for seed in range(seeds):
            asked = as_json(
                {
                    "curriculum": name,
                    "seed": seed,
                    "steps": steps,
                    "config": chosen,
                    "game": options,
                    "learner": {"name": type(learner).__name__, **asdict(learner)},
                    "learning_rate": learning_rate,
                    "attempts": attempts,
                    "greedy": greedy,
                    "mazes": list(mazes),
                }
            )
            if any(held["asked"] == asked for held in runs):
                continue
            done = train(run, env, settings, update, seed, asked, out / f"{name}-{seed}.npz")
            solved = {}
            for moment, weights in done["weights"].items():
                keys = jax.random.split(jax.random.key(1_000_000 + seed), len(mazes))
                solved[moment] = {
                    id: float(judges[id](weights, key)) for id, key in zip(mazes, keys, strict=True)
                }
            curve = done["curve"][:: max(1, len(done["curve"]) // 100)]
            runs.append(
                {
                    "curriculum": name,
                    "seed": seed,
                    "solved": solved,
                    "counters": done["counters"],
                    "seconds": done["seconds"],
                    "asked": asked,
                    "curve": curve,
                }
            )
            own = [held for held in runs if _but_who(held["asked"]) == _but_who(asked)]
            write_json(
                record_path,
                {
                    "id": ID,
                    "summary": summary(own, list(mazes)),
                    "versions": versions(),
                    "commit": commit(),
                    "runs": runs,
                },
            )
            told = {moment: f"{np.mean([*rates.values()]):.3f}" for moment, rates in solved.items()}
            typer.echo(f"{name} seed {seed}: {told} in {done['seconds']:.0f} s")
    typer.echo(f"The record is {record_path}")


_WHO = ("curriculum", "seed", "config")


def _but_who(asked: dict[str, Any]) -> dict[str, Any]:
    """What runs have in common that are compared."""
    return {name: value for name, value in asked.items() if name not in _WHO}


if __name__ == "__main__":
    typer.run(main)

"""How well distilled sets teach: other networks, other rates, and what evolution does directly.

    python benchmarks/distilled.py [TASK ...]

Every agent is made of a shipped set by PyTorch, put into a policy of Stable-Baselines3 and played
in Gymnasium's own environment. Writes `results/distilled.json`, one task after another, and
`images/distilled.png`; what is there already for a task that is not named is kept.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import yaml

from envsuite.runs.records import commit, versions, write_json
from envsuite_distill.distilled_set import DistilledSet, load, shipped
from envsuite_distill.distiller import distiller
from envsuite_distill.figures import interquartile_mean
from envsuite_distill.recipe import ACTIVATIONS
from envsuite_distill.scoring import FIRST_EPISODE, score
from envsuite_sb3.cloning import cloned, play, with_weights

HERE = Path(__file__).parent
RESULT, PICTURE = HERE / "results" / "distilled.json", HERE / "images" / "distilled.png"
SEEDS, EPISODES = 5, 2  # of each cell; the set's own recipe is on its card, with more
DIRECT_SEEDS, DEVIATION = 1, 0.2
RATES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
AIMS = yaml.safe_load((HERE / "distilled_aims.yaml").read_text())


def cells(pairs: DistilledSet) -> list[dict[str, Any]]:
    """The recipes of the table, each as what is changed."""
    rate = pairs.recipe.learning_rate
    found = [((w,) * depth, "tanh", rate) for depth in (1, 2, 3) for w in (16, 64, 512)]
    found += [
        ((w,) * depth, act, rate) for act in ACTIVATIONS[1:] for depth in (1, 3) for w in (16, 512)
    ]
    found += [((64, 64), act, other) for act in ACTIVATIONS for other in RATES]
    found += [((w,) * 2, "tanh", other) for w in (16, 512) for other in (RATES[0], RATES[-1])]
    return [
        {"layers": list(layers), "activation": act, "learning_rate": other}
        for layers, act, other in found
    ]


def measure(name: str) -> dict[str, Any]:
    """All figures of one task."""
    pairs = load(name)
    table = []
    for change in cells(pairs):
        figures = score(pairs, cloned, play, seeds=SEEDS, episodes=EPISODES, **change)
        mean, worst = float(np.mean(figures["networks"])), min(figures["networks"])
        kept = {key: figures[key] for key in ("iqm", "low", "high")}
        table.append({**change, **kept, "mean": mean, "worst": worst})
        print(name, change, {key: round(value, 1) for key, value in kept.items()}, flush=True)
    return {
        "pairs": len(pairs.states),
        "aim": AIMS.get(name),
        "own_recipe": pairs.card["figures"],
        "worst_cell": min(cell["mean"] for cell in table),
        "cells": table,
        "task_steps_at_most": pairs.card["task_steps_at_most"],
        "search_seconds": pairs.card["seconds"],
        "command": pairs.card["command"],
    }


def directly(name: str, pairs: DistilledSet) -> dict[str, Any]:
    """Evolution of the weights themselves with as many episodes, by the same strategy."""
    own = distiller(name)
    env, returns, seconds = gym.make(pairs.gymnasium_id), [], []
    for seed in range(DIRECT_SEEDS):
        with tempfile.TemporaryDirectory() as folder:
            network, record = own.directly(
                deviation=DEVIATION, seed=seed, folder=Path(folder), progress=False
            )
        weights = [(np.asarray(w), np.asarray(b)) for w, b in network.layers]
        model = with_weights(own.recipe, env, weights, pairs.mean, pairs.scale)
        played = play(model, pairs.gymnasium_id, episodes=100, seed=FIRST_EPISODE)
        returns.append(float(played.mean()))
        seconds.append(record["seconds"])
    print(name, "directly", returns, flush=True)
    return {
        **interquartile_mean(np.array(returns)),
        "searches": returns,
        "episodes": 100,
        "deviation": DEVIATION,
        "seconds": seconds,
    }


def draw(tasks: dict[str, Any]) -> None:
    """One panel a task: the mean of every cell by its width, an activation each colour."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.4 * len(tasks), 6.4), layout="constrained")
    panels = figure.subplots(2, len(tasks), squeeze=False)
    colours = dict(zip(ACTIVATIONS, ("tab:blue", "tab:orange", "tab:green"), strict=True))
    marks = {1: "o", 2: "s", 3: "^"}
    for column, (name, task) in enumerate(tasks.items()):
        own = task["own_recipe"]
        rate = own["recipe"]["learning_rate"]
        for row, (axis, label) in enumerate((("width", "width"), ("rate", "learning rate"))):
            panel = panels[row, column]
            for cell in task["cells"]:
                width, depth = cell["layers"][0], len(cell["layers"])
                usual = np.isclose(cell["learning_rate"], rate)
                if axis == "width" and not usual or axis == "rate" and width != 64:
                    continue
                act = cell["activation"]
                shift = 1 + 0.13 * (ACTIVATIONS.index(act) - 1)
                x = (width if axis == "width" else cell["learning_rate"]) * shift
                spread = [[cell["iqm"] - cell["low"]], [cell["high"] - cell["iqm"]]]
                panel.errorbar(
                    x, cell["iqm"], yerr=np.maximum(spread, 0), color=colours[act], lw=1,
                    marker=marks[depth], ms=5, alpha=0.8,
                )  # fmt: skip
            panel.axhline(own["iqm"], color="0.3", lw=1)
            if task["aim"] is not None:
                panel.axhline(task["aim"], color="crimson", lw=1, ls="--")
            panel.set(xscale="log", xlabel=label)
            if axis == "width":
                panel.set_xticks([16, 64, 512], ["16", "64", "512"])
                panel.minorticks_off()
            panel.grid(alpha=0.3)
            if row == 0:
                panel.set_title(f"{name}, {task['pairs']} pairs", fontsize=10)
        panels[0, 0].set_ylabel("return (IQM of 5 networks)")
        panels[1, 0].set_ylabel("return (IQM of 5 networks)")
    handles = [
        panels[0, 0].plot([], [], color=colour, marker="s", lw=0, label=act)[0]
        for act, colour in colours.items()
    ]
    handles += [
        panels[0, 0].plot([], [], color="0.4", marker=mark, lw=0, label=f"depth {depth}")[0]
        for depth, mark in marks.items()
    ]
    handles.append(panels[0, 0].plot([], [], color="0.3", label="own recipe")[0])
    handles.append(panels[0, 0].plot([], [], color="crimson", ls="--", label="to be reached")[0])
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=9)
    figure.savefig(PICTURE, dpi=90)


def main() -> None:
    """Measure the tasks named, or all."""
    kept = json.loads(RESULT.read_text()) if RESULT.exists() else {"tasks": {}}
    for name in sys.argv[1:] or shipped():
        measured = {**measure(name), "commit": commit()}
        kept["tasks"][name] = measured | {"directly": directly(name, load(name))}
        kept["versions"] = versions()
        ordered = {name: kept["tasks"][name] for name in AIMS if name in kept["tasks"]}
        kept["tasks"] = ordered
        write_json(RESULT, kept)
        draw(ordered)


if __name__ == "__main__":
    main()

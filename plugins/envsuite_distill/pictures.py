"""A set explained: its states on the task's own axes, over what the agents made of it do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_distill.cloning import Network, Pairs, clone, initial_network, outputs
from envsuite_distill.distilled_set import DistilledSet
from envsuite_distill.recipe import ACTIVATIONS

NETWORKS, FINENESS = 8, 121


@dataclass(frozen=True)
class Plane:
    """Two axes on which a task's states are shown.

    Attributes:
        across: What the first axis is.
        up: What the second axis is.
        reach: Of the axes at least, each from minus to plus, around `middle`.
        observe: Points of the plane, `f64[..., 2]`, as observations.
        place: Observations as points of the plane.
        words: What low and high actions do.
        middle: Of the axes.
    """

    across: str
    up: str
    reach: tuple[float, float]
    observe: Callable[[np.ndarray], np.ndarray]
    place: Callable[[np.ndarray], np.ndarray]
    words: tuple[str, str]
    middle: tuple[float, float] = (0.0, 0.0)


def _upright(points: np.ndarray) -> np.ndarray:
    nothing = np.zeros(points.shape[:-1])
    return np.stack([nothing, nothing, points[..., 0], points[..., 1]], -1)


def _turning(points: np.ndarray) -> np.ndarray:
    angle, velocity = points[..., 0], points[..., 1]
    return np.stack([np.cos(angle), np.sin(angle), velocity], -1)


def _angle(seen: np.ndarray) -> np.ndarray:
    return np.stack([np.arctan2(seen[..., 1], seen[..., 0]), seen[..., 2]], -1)


def _same(points: np.ndarray) -> np.ndarray:
    return points


_VALLEY = Plane(
    "position", "velocity", (0.9, 0.07), _same, _same, ("push left", "push right"), (-0.3, 0.0)
)
PLANES: Mapping[str, Plane] = MappingProxyType(
    {
        "envsuite/CartPole": Plane(
            "angle of the pole, rad (cart at rest in the middle)",
            "angular velocity, rad/s",
            (0.21, 2.0),
            _upright,
            lambda seen: seen[..., 2:4],
            ("push left", "push right"),
        ),
        "envsuite/MountainCar": _VALLEY,
        "envsuite/MountainCarContinuous": _VALLEY,
        "envsuite/Pendulum": Plane(
            "angle from upright, rad",
            "angular velocity, rad/s",
            (np.pi, 8.0),
            _turning,
            _angle,
            ("clockwise", "counter-clockwise"),
        ),
    }
)


def draw(pairs: DistilledSet, path: str | Path) -> None:
    """Draw a set and what is learned of it, and write the picture.

    The ground is the mean action of eight networks made of the set; a disc is a state of the set,
    filled as what is to be done there.

    Raises:
        ValueError: For a task without axes of its own; it names those that have them.
    """
    from matplotlib.figure import Figure
    from matplotlib.patheffects import withStroke

    plane = PLANES.get(pairs.task)
    if plane is None:
        raise ValueError(f"{pairs.task} has no axes to draw on; {', '.join(PLANES)} have")
    spots = plane.place(pairs.observations)
    middle, reach = np.array(plane.middle), np.array(plane.reach)
    reach = np.maximum(reach, 1.15 * np.abs(spots - middle).max(0))
    if "angle from" in plane.across:
        reach[0] = np.pi
    low, high = middle - reach, middle + reach
    axes = [np.linspace(a, b, FINENESS) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes), -1)
    done, most = _actions(pairs, plane.observe(points)), _most(pairs)
    figure = Figure(figsize=(6.4, 5.2), layout="constrained")
    drawn = figure.add_subplot()
    extent = (low[0], high[0], low[1], high[1])
    ground = drawn.imshow(
        done, origin="lower", extent=extent, aspect="auto", cmap="RdBu", vmin=-most, vmax=most
    )
    drawn.contour(*axes, done, [0.0], colors="0.25", linewidths=0.8, linestyles="--")
    asked = _signed(pairs, pairs.targets)
    drawn.scatter(
        *spots.T,
        s=170,
        c=asked,
        cmap="RdBu",
        vmin=-most,
        vmax=most,
        edgecolors="white",
        linewidths=2.5,
    )
    for number, spot in enumerate(spots):
        drawn.annotate(
            str(number + 1),
            spot,
            xytext=(11, 8),
            textcoords="offset points",
            weight="bold",
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
    bar = figure.colorbar(ground, ax=drawn, ticks=[-most, 0, most])
    bar.ax.set_yticklabels([plane.words[0], "", plane.words[1]], rotation=90, va="center")
    drawn.set(
        xlabel=plane.across,
        ylabel=plane.up,
        title=f"{pairs.task.partition('/')[2]}: {len(spots)} pairs, and what is learned of them",
    )
    figure.savefig(path, dpi=110)


def _actions(pairs: DistilledSet, seen: np.ndarray) -> np.ndarray:
    """The mean action of several networks, `f64[...]`, from minus to plus `_most`."""
    activation = ACTIVATIONS.index(pairs.recipe.activation)
    figures, actions = pairs.states.shape[1], pairs.targets.shape[1]
    taught = Pairs(jnp.asarray(pairs.states), jnp.asarray(pairs.targets))
    shown = jnp.asarray((seen - pairs.mean) / pairs.scale, jnp.float32)

    @jax.jit
    @jax.vmap
    def answers(key: jax.Array) -> jax.Array:
        network: Network = initial_network(key, figures, actions, pairs.recipe.layers)
        network = clone(network, taught, pairs.recipe, continuous=pairs.kind == "actions")
        return outputs(network, shown, activation)

    first = 0 if pairs.initial_seed is None else pairs.initial_seed
    keys = jax.random.split(jax.random.key(first), NETWORKS)
    if pairs.initial_seed is not None:
        keys = jax.random.key(first)[None]
    answered = np.asarray(answers(keys))
    if pairs.kind != "actions":
        answered = np.eye(actions)[answered.argmax(-1)]
    return np.clip(_signed(pairs, answered), -_most(pairs), _most(pairs)).mean(0)


def _signed(pairs: DistilledSet, targets: np.ndarray) -> np.ndarray:
    """Choices as numbers from -1 to 1; continuous actions as they are."""
    if pairs.kind == "actions":
        return targets[..., 0]
    return targets @ np.linspace(-1, 1, targets.shape[-1])


def _most(pairs: DistilledSet) -> float:
    """The largest action there is."""
    if pairs.kind != "actions":
        return 1.0
    from envsuite.factory import make

    space: Any = make(pairs.task).action_space
    return float(space.high.max())

"""Show that a curriculum bends the chance of what is hidden, and that SAMPLR does not.

    python examples/fruit_choice.py

In the last room of the stochastic fruit choice, one of two fruit is right: in truth the apple, with
a chance of .7, .8 or .85. Eating the right apple pays 3 and the right banana 10, so that the banana
is the better choice below 10/13 = .769 and the apple above. A small actor-critic learns under each
curriculum, many seeds at once in one compiled loop, and is judged by what its choice earns.
It writes a record and a plot; `python docs/generate.py` makes a table from the record.
"""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import typer

from envsuite.core.curriculum import Curriculum
from envsuite.factory import make
from envsuite.functional import begin_if_over, over, struct, unwrapped
from envsuite.functional.advantages import advantages
from envsuite.functional.grounded import grounded_advantages, imagined_step
from envsuite.functional.outcomes import outcome
from envsuite.registry import registry, resolve

ID = "envsuite/FruitChoice"
CHANCES = (0.7, 0.8, 0.85)
# the room has four levels: on which side the apple lies, and which fruit is right
REPLAY = {"capacity": 4, "fill": 1.0, "temperature": 0.3, "staleness": 0.3, "replacement": True}
METHODS: dict[str, tuple[str, dict[str, Any]]] = {
    "DR": ("dr", {}),
    "robust PLR, positive value loss": ("robust-plr", {"score": "positive_value_loss"}),
    "robust PLR, MaxMC": ("robust-plr", {"score": "max_monte_carlo"}),
    "robust PLR, true regret": ("robust-plr", {"score": "true_regret"}),
    "robust PLR, learnability": ("robust-plr", {"score": "learnability"}),
    "SAMPLR, positive value loss": ("samplr", {"score": "positive_value_loss"}),
    "SAMPLR, MaxMC": ("samplr", {"score": "max_monte_carlo"}),
}
SLOTS, STEPS = 64, 6
DISCOUNT, TRACE_DECAY = 0.99, 0.95
LEARNING_RATE, VALUE_RATE = 0.01, 0.1
JUDGED = 16  # times as many episodes as there are slots
RESULTS = Path(__file__).parent / "results"
BANANA = 1


@struct
class Weights:
    """Linear in what is seen and in 1: scores of the actions, and the value."""

    policy: jax.Array  # f32[features, actions]
    value: jax.Array  # f32[features]


@struct
class Steps:
    """A rollout; leading axes `[steps, slots]`."""

    seen: jax.Array  # f32[..., features]
    action: jax.Array  # i32[...]
    reward: jax.Array
    terminated: jax.Array
    ended: jax.Array
    won: jax.Array
    eaten: jax.Array  # i32[...]: -1 nothing, 0 the apple, 1 the banana
    led_to: jax.Array  # f32[..., features]
    imagined: Any  # in grounded curricula, else None


def features(obs: jax.Array) -> jax.Array:
    """What is seen, and 1."""
    return jnp.append(obs, 1.0)


def rollout(
    key: jax.Array, env: Any, weights: Weights, levels: Any, steps: int, grounded: bool
) -> Steps:
    """Play each level again and again."""

    def slot(key: jax.Array, level: Any) -> Steps:
        reset_key, play_key = jax.random.split(key)

        def step(carry: Any, key: jax.Array) -> Any:
            state, timestep = carry
            action_key, step_key, again_key, imagine_key = jax.random.split(key, 4)
            seen = features(timestep.obs)
            action = jax.random.categorical(action_key, seen @ weights.policy)
            imagined = None
            if grounded:
                imagined = imagined_step(imagine_key, step_key, env, state, action, level)
            state, led_to = env.step(step_key, state, action, level)
            played = Steps(
                seen=seen,
                action=action,
                reward=led_to.reward,
                terminated=led_to.terminated,
                ended=over(led_to),
                won=led_to.info["won"],
                eaten=state.inner.eaten,
                led_to=features(led_to.obs),
                imagined=imagined,
            )
            return begin_if_over(env, again_key, state, led_to, level), played

        return jax.lax.scan(step, env.reset(reset_key, level), jax.random.split(play_key, steps))[1]

    return jax.vmap(slot, out_axes=1)(jax.random.split(key, SLOTS), levels)


def advantage_of(weights: Weights, played: Steps) -> tuple[jax.Array, jax.Array]:
    """Advantages and values of a rollout; grounded where it was imagined."""
    value = played.seen @ weights.value
    if played.imagined is not None:
        foreseen = jax.vmap(jax.vmap(features))(played.imagined.obs) @ weights.value
        own = (played.imagined, played.ended, value, foreseen)
        return grounded_advantages(*own, DISCOUNT, TRACE_DECAY), value
    own = (played.reward, played.terminated, played.ended, value, played.led_to @ weights.value)
    return advantages(*own, DISCOUNT, TRACE_DECAY), value


def improved(weights: Weights, moments: Any, played: Steps, optimiser: Any) -> Any:
    """One step along the gradient of policy and value."""
    advantage, value = advantage_of(weights, played)

    def loss(weights: Weights) -> jax.Array:
        likely = jax.nn.log_softmax(played.seen @ weights.policy)
        chosen = jnp.take_along_axis(likely, played.action[..., None], axis=-1)[..., 0]
        error = (played.seen @ weights.value - (advantage + value)) ** 2
        return -(chosen * advantage).mean() + VALUE_RATE * error.mean()

    updates, moments = optimiser.update(jax.grad(loss)(weights), moments)
    return jax.tree.map(jnp.add, weights, updates), moments


@partial(jax.jit, static_argnums=(0, 1, 2))
def train(env: Any, curriculum: Curriculum[Any, Any], cycles: int, keys: jax.Array) -> Any:
    """Learn from every key.

    Returns:
        For each key: of each cycle, the share of bananas of what was eaten, the share of levels
        where the banana was right and whether it was learned from; the weights; the figures.
    """
    optimiser: Any = optax.adam(LEARNING_RATE)

    def run(key: jax.Array) -> Any:
        start_key, play_key = jax.random.split(key)
        size = env.observation_space.shape[0] + 1
        weights = Weights(jnp.zeros((size, env.action_space.n)), jnp.zeros(size))

        def cycle(carry: Any, key: jax.Array) -> Any:
            state, weights, moments = carry
            propose_key, roll_key, learn_key = jax.random.split(key, 3)
            state, proposal = curriculum.propose(propose_key, state, SLOTS)
            levels = proposal.levels
            played = rollout(roll_key, env, weights, levels, STEPS, curriculum.grounded)
            advantage, value = advantage_of(weights, played)
            came = outcome(played.reward, played.ended, played.won, value, advantage)
            state = curriculum.learn(learn_key, state, proposal, came)
            better = improved(weights, moments, played, optimiser)
            weights, moments = jax.tree.map(
                lambda new, old: jnp.where(proposal.trained, new, old), better, (weights, moments)
            )
            eaten = played.eaten >= 0
            banana = (eaten & (played.eaten == BANANA)).sum() / jnp.maximum(eaten.sum(), 1)
            shown = (banana, levels.banana_right.mean(), proposal.trained)
            return (state, weights, moments), shown

        carry = (curriculum.init(start_key), weights, optimiser.init(weights))
        (state, weights, _), shown = jax.lax.scan(cycle, carry, jax.random.split(play_key, cycles))
        return shown, weights, curriculum.figures(state)

    return jax.vmap(run)(keys)


@partial(jax.jit, static_argnums=0)
def judge(env: Any, weights: Weights, key: jax.Array) -> jax.Array:
    """How many of the episodes end with nothing, the apple, the banana, as shares: `f32[3]`."""

    def batch(key: jax.Array) -> jax.Array:
        level_key, play_key = jax.random.split(key)
        game: Any = unwrapped(env)
        levels = jax.vmap(game.sample)(jax.random.split(level_key, SLOTS))
        played = rollout(play_key, env, weights, levels, env.max_steps, False)
        first = jnp.argmax(played.ended, axis=0)
        eaten = played.eaten[first, jnp.arange(SLOTS)]
        return jnp.stack([(eaten == what).mean() for what in (-1, 0, BANANA)])

    return jax.vmap(batch)(jax.random.split(key, JUDGED)).mean(0)


def compare(chance: float, method: str, cycles: int, seeds: int) -> dict[str, Any]:
    """Train and judge one method on many seeds; a row of the record."""
    env = make(ID, apple_chance=chance)
    name, options = METHODS[method]
    own = registry().curricula[name]
    options = {**own.config, **({} if name == "dr" else REPLAY), **options}
    curriculum = resolve(own.target, needed_by=name)(unwrapped(env), **options)
    begun = time.perf_counter()
    keys = jax.random.split(jax.random.key(0), seeds)
    shown, weights, figures = train(env, curriculum, cycles, keys)
    nothing, apple, banana = np.asarray(
        jax.vmap(judge, (None, 0, None))(env, weights, jax.random.key(1)), np.float64
    ).T
    eaten, right, trained = (np.asarray(leaf) for leaf in shown)
    level = unwrapped(env).default_params()
    pays = float(level.apple_reward), float(level.banana_reward)
    utility = apple * chance * pays[0] + banana * (1 - chance) * pays[1]
    later = np.s_[:, cycles // 2 :]
    return {
        "apple_chance": chance,
        "method": method,
        "curriculum": name,
        "options": options,
        "utility": [round(one, 4) for one in utility.tolist()],
        "banana": [round(one, 4) for one in banana.tolist()],
        "nothing": [round(one, 4) for one in nothing.tolist()],
        "best": max(chance * pays[0], (1 - chance) * pays[1]),
        "banana_right_where_learned": round(float(right[later][trained[later]].mean()), 4),
        "banana_over_time": [
            round(float(part.mean()), 4) for part in np.array_split(eaten.mean(0), 50)
        ],
        "proposals_trained": float(figures["proposals_trained"].mean()),
        "seconds": round(time.perf_counter() - begun, 1),
    }


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """What every seed of every method earns in truth, a panel for each chance."""
    from matplotlib.figure import Figure

    chances = sorted({row["apple_chance"] for row in rows})
    figure = Figure(figsize=(11, 3.6), dpi=120, layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(chances), sharey=True))
    for panel, chance in zip(panels, chances, strict=True):
        own = [row for row in rows if row["apple_chance"] == chance]
        for place, row in enumerate(reversed(own)):
            color = {"dr": "#777777", "samplr": "#009E73"}.get(row["curriculum"], "#D55E00")
            heights = np.linspace(place - 0.2, place + 0.2, len(row["utility"]))
            panel.scatter(row["utility"], heights, s=14, color=color, alpha=0.8, linewidths=0)
        panel.axvline(own[0]["best"], color="#333333", linewidth=1, linestyle=":")
        panel.set_yticks(range(len(own)), [row["method"] for row in reversed(own)])
        panel.set_title(f"apple right in {chance:.0%} of episodes", fontsize=10)
        panel.set_xlabel("reward an episode, in truth")
        panel.set_xlim(0, 3.15)
        panel.grid(axis="x", alpha=0.3)
    figure.suptitle("Each dot a seed; the dotted line is the best that can be done", fontsize=10)
    figure.savefig(path, format="png")


def main(
    cycles: Annotated[int, typer.Option(help="Proposals in a run.")] = 1500,
    seeds: Annotated[int, typer.Option(help="Runs of each method.")] = 10,
    out: Annotated[Path, typer.Option(help="The folder of record and plot.")] = RESULTS,
) -> None:
    """Train under every curriculum at every chance; write a record and a plot."""
    rows = []
    for chance in CHANCES:
        for method in METHODS:
            rows.append(row := compare(chance, method, cycles, seeds))
            typer.echo(
                f"{chance:.2f}  {method:<32} banana {np.mean(row['banana']):.3f}  "
                f"utility {np.mean(row['utility']):.3f} of {row['best']:.2f}  "
                f"({row['seconds']:.0f} s)"
            )
    learning = {"slots": SLOTS, "steps": STEPS, "learning_rate": LEARNING_RATE}
    settings = {**learning, "discount": DISCOUNT, "trace_decay": TRACE_DECAY}
    record = {"id": ID, "cycles": cycles, "seeds": seeds, "settings": settings, "rows": rows}
    out.mkdir(parents=True, exist_ok=True)
    (out / "fruit_choice.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    draw(rows, out / "fruit_choice.png")
    typer.echo(f"record and plot: {out}")


if __name__ == "__main__":
    typer.run(main)

"""What evolution improves: a set to imitate, or, to compare with, a policy's own weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.evolution.returns import mean_return
from envsuite_distill.cloning import ClonedPolicy, Network, Pairs, clone, initial_network
from envsuite_distill.distilled_set import Kind
from envsuite_distill.recipe import ACTIVATIONS, Activation, Recipe

Candidate = dict[str, jax.Array]


@dataclass(frozen=True)
class Playing:
    """How a policy's worth is measured.

    Attributes:
        env: The task, without its time limit.
        mean: Of the normaliser, one figure for each of an observation.
        scale: Likewise.
        episodes: That a trained policy plays.
        horizon: After how many steps an episode is broken off in the search; a longer one than
            the task's own helps where rewards are rare.
        limit: After how many it is in the judgement: the task's own.
        greedy: Whether policies take the likeliest choice or the mean action.
    """

    env: Env[Any, Any]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    episodes: int
    horizon: int
    limit: int
    greedy: bool

    def worth(
        self, key: jax.Array, network: Network, activation: jax.Array | int, judged: bool
    ) -> jax.Array:
        """The mean return of a network, `f32[]`."""
        policy = ClonedPolicy(
            network,
            activation,
            np.array(self.mean, np.float32),
            np.array(self.scale, np.float32),
            action_space(self.env),
            self.greedy or judged,
        )
        return mean_return(
            key,
            self.env,
            self.env.default_params(),
            policy,
            episodes=self.episodes,
            horizon=self.limit if judged else self.horizon,
        )


@dataclass(frozen=True)
class Distillation:
    """The search for a set; a `Problem`.

    A candidate is `{"states": f32[pairs, figures]}`, and `"scores"` of soft labels or `"actions"`,
    `f32[pairs, actions]`, where targets are learned: actions as shares of what their space allows.
    It has half as many pairs if the others mirror them.

    Attributes:
        playing: How a policy's worth is measured.
        pairs: How many pairs the set has.
        kind: Of its targets.
        mirrored: The figures of a state that change sign in its mirror image, where what is to be
            done changes sign or order too; empty for a task that has none. Half of the set is the
            mirror image of the other half.
        recipe: How agents are made, unless randomised.
        networks: Hidden layers of the networks that are trained.
        together: Whether each candidate trains all kinds of network in every generation; else
            they take turns, one program each.
        activations: One is drawn for each network.
        learning_rates: The rate is drawn between the two, evenly in its logarithm.
        initialisations: How many networks of a kind each candidate trains (HaDES-R).
        initial_seed: Of the one network that all candidates train (HaDES-F); `None`: fresh ones.
    """

    playing: Playing
    pairs: int
    kind: Kind
    mirrored: tuple[int, ...]
    recipe: Recipe
    networks: tuple[tuple[int, ...], ...]
    together: bool
    activations: tuple[Activation, ...]
    learning_rates: tuple[float, float]
    initialisations: int
    initial_seed: int | None

    @property
    def variants(self) -> int:
        """One for each kind of network, if they take turns."""
        return 1 if self.together else len(self.networks)

    def start(self, key: jax.Array) -> Candidate:
        """All zeros: states at the normaliser's mean, no action preferred."""
        del key
        own = self.pairs // 2 if self.mirrored else self.pairs
        shape = (own, self._actions)
        learned = {"soft labels": {"scores": shape}, "actions": {"actions": shape}}
        states = {"states": (own, len(self.playing.mean))}
        sizes = states | learned.get(self.kind, {})
        return {name: jnp.zeros(size) for name, size in sizes.items()}

    def score(
        self, key: jax.Array, candidate: Candidate, variant: int, generation: jax.Array
    ) -> jax.Array:
        """The mean return of the networks that are trained on a candidate."""
        del generation
        return self._worth(key, candidate, variant, self.initialisations, False)

    def judge(self, key: jax.Array, candidate: Candidate, variant: int) -> jax.Array:
        """The mean return of fresh networks, in the task as it is, without exploring."""
        return self._worth(key, candidate, variant, 1, True)

    def imitated(self, candidate: Candidate) -> Pairs:
        """A candidate as the pairs it stands for."""
        states, space = candidate["states"], action_space(self.playing.env)
        if self.kind == "actions":
            assert isinstance(space, spaces.Box)
            low, high = space.low.ravel(), space.high.ravel()
            targets = (low + high) / 2 + (high - low) / 2 * jnp.clip(candidate["actions"], -1, 1)
        elif self.kind == "soft labels":
            targets = jax.nn.softmax(candidate["scores"])
        else:
            targets = jnp.eye(self._actions)[jnp.arange(len(states)) % self._actions]
        if self.mirrored:
            signs = np.ones(states.shape[1], np.float32)
            signs[list(self.mirrored)] = -1
            states = jnp.concatenate([states, states * signs])
            image = -targets if self.kind == "actions" else targets[:, ::-1]
            targets = jnp.concatenate([targets, image])
        return Pairs(states, jnp.asarray(targets))

    def _worth(
        self, key: jax.Array, candidate: Candidate, variant: int, each: int, judged: bool
    ) -> jax.Array:
        """The mean return of `each` networks of every kind whose turn it is, `f32[]`."""
        due = self.networks if self.together else (self.networks[variant],)
        which, rate, within, first = jax.random.split(key, 4)
        count = len(due) * each
        # spread over all networks, so that none of a generation is trained all slowly by chance
        activations = jax.random.permutation(which, np.arange(count) % len(self.activations))
        places = jax.random.permutation(rate, np.arange(count)) + jax.random.uniform(within)
        low, high = np.log(self.learning_rates)
        rates = jnp.exp(low + (high - low) * places / count)
        keys = jax.random.split(first, count)
        total = jnp.float32(0)
        for kind, layers in enumerate(due):
            own = slice(kind * each, (kind + 1) * each)
            # one kind after another: XLA's loops that run side by side may wait for ever
            shown = jax.tree.map(lambda leaf, total=total: leaf + 0 * total, candidate)
            taught = jax.vmap(
                lambda key, act, rate, layers=layers, shown=shown: self._taught(
                    key, shown, layers, act, rate, judged
                )
            )
            total += taught(keys[own], activations[own], rates[own]).mean()
        return total / len(due)

    def _taught(
        self,
        key: jax.Array,
        candidate: Candidate,
        layers: tuple[int, ...],
        activation: jax.Array,
        learning_rate: jax.Array,
        judged: bool,
    ) -> jax.Array:
        """The return of one network that is trained on a candidate, `f32[]`."""
        first, play = jax.random.split(key)
        if self.initial_seed is not None:
            first = jax.random.key(self.initial_seed)
        used = jnp.array([ACTIVATIONS.index(name) for name in self.activations])[activation]
        own = ACTIVATIONS.index(self.activations[0]) if len(self.activations) == 1 else used
        network = initial_network(first, len(self.playing.mean), self._actions, layers)
        network = clone(
            network,
            self.imitated(candidate),
            self.recipe,
            continuous=self.kind == "actions",
            activation=own,
            learning_rate=learning_rate,
        )
        return self.playing.worth(play, network, own, judged)

    @property
    def _actions(self) -> int:
        return count_actions(self.playing.env)


@dataclass(frozen=True)
class DirectEvolution:
    """The search for a policy's own weights, to compare with; a `Problem`.

    Attributes:
        playing: How a policy's worth is measured.
        recipe: For its network; nothing is trained.
    """

    playing: Playing
    recipe: Recipe

    @property
    def variants(self) -> int:
        """There is one kind of network."""
        return 1

    def start(self, key: jax.Array) -> Network:
        """A network as the recipe draws it."""
        figures, actions = len(self.playing.mean), count_actions(self.playing.env)
        return initial_network(key, figures, actions, self.recipe.layers)

    def score(
        self, key: jax.Array, candidate: Network, variant: int, generation: jax.Array
    ) -> jax.Array:
        """The mean return of a network."""
        return self.playing.worth(key, candidate, self._activation, False)

    def judge(self, key: jax.Array, candidate: Network, variant: int) -> jax.Array:
        """The mean return of a network, in the task as it is."""
        return self.playing.worth(key, candidate, self._activation, True)

    @property
    def _activation(self) -> int:
        return ACTIVATIONS.index(self.recipe.activation)


def action_space(env: Env[Any, Any]) -> spaces.Discrete | spaces.Box:
    """The task's, if sets can be made for it.

    Raises:
        TypeError: For a game of several agents, or actions that are neither one choice nor
            bounded numbers.
    """
    space = env.action_space
    whole = isinstance(space, spaces.Discrete) and space.start == 0
    bounded = isinstance(space, spaces.Box) and space.is_bounded()
    if env.agents or not (whole or bounded):
        raise TypeError(
            f"a set is distilled for one agent with a choice of actions or bounded numbers, "
            f"not for {space}"
        )
    assert isinstance(space, spaces.Discrete | spaces.Box)
    return space


def count_actions(env: Env[Any, Any]) -> int:
    """How many outputs a network has for a task."""
    space = action_space(env)
    return int(space.n) if isinstance(space, spaces.Discrete) else int(np.prod(space.shape))

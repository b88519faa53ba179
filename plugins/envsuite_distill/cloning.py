"""Imitation in JAX: a network fitted to a set in pure functions, and the policy that it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.timestep import Timestep
from envsuite.functional import struct
from envsuite_distill.recipe import ACTIVATIONS, Recipe

HIDDEN_GAIN, LAST_GAIN = 2**0.5, 0.01


class Layer(NamedTuple):
    """One layer of a network."""

    weights: jax.Array  # f32[in, out]
    biases: jax.Array  # f32[out]


@struct
class Network:
    """A network's weights; the last layer gives scores of choices, or the mean of actions."""

    layers: tuple[Layer, ...]
    log_deviation: jax.Array  # f32[actions], of continuous actions; the same in every state


@struct
class Pairs:
    """What is imitated."""

    states: jax.Array  # f32[pairs, figures], normalised
    targets: jax.Array  # f32[pairs, actions]: chances of choices, or actions


def initial_network(key: jax.Array, figures: int, actions: int, layers: tuple[int, ...]) -> Network:
    """Draw a network as `Recipe` says."""
    sizes = [figures, *layers, actions]
    gains = [HIDDEN_GAIN] * len(layers) + [LAST_GAIN]
    drawn = [
        Layer(jax.nn.initializers.orthogonal(gain)(key, (before, after)), jnp.zeros(after))
        for key, gain, before, after in zip(
            jax.random.split(key, len(gains)), gains, sizes[:-1], sizes[1:], strict=True
        )
    ]
    return Network(tuple(drawn), jnp.zeros(actions))


def outputs(network: Network, states: jax.Array, activation: jax.Array | int) -> jax.Array:
    """Scores of choices, or means of actions, `f32[..., actions]`.

    Args:
        network: The weights.
        states: `f32[..., figures]`, normalised.
        activation: Its place in `ACTIVATIONS`; may be traced.
    """

    def through(act: Any) -> Any:
        def forward(states: jax.Array) -> jax.Array:
            for layer in network.layers[:-1]:
                states = act(states @ layer.weights + layer.biases)
            last = network.layers[-1]
            return states @ last.weights + last.biases

        return forward

    known = {
        "tanh": jnp.tanh,
        "relu": jax.nn.relu,
        "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    }
    forwards = [through(known[name]) for name in ACTIVATIONS]
    if isinstance(activation, int):
        return forwards[activation](states)
    return jax.lax.switch(activation, forwards, states)


def loss(
    network: Network, pairs: Pairs, activation: jax.Array | int, continuous: bool
) -> jax.Array:
    """How badly a network imitates, `f32[]`: the mean over the pairs.

    The cross-entropy to the chances of choices; for continuous actions minus the logarithm of
    their density under a normal distribution around the network's output.
    """
    own = outputs(network, pairs.states, activation)
    if not continuous:
        return -(pairs.targets * jax.nn.log_softmax(own)).sum(-1).mean()
    spread = network.log_deviation
    normalised = (pairs.targets - own) * jnp.exp(-spread)
    return (0.5 * normalised**2 + spread + 0.5 * np.log(2 * np.pi)).sum(-1).mean()


def clone(
    network: Network,
    pairs: Pairs,
    recipe: Recipe,
    *,
    continuous: bool,
    activation: jax.Array | int | None = None,
    learning_rate: jax.Array | float | None = None,
) -> Network:
    """Fit a network to a set; a pure function.

    Args:
        network: Where it begins, such as `initial_network`'s.
        pairs: What is imitated.
        recipe: How; its layers are those of `network` already.
        continuous: Whether targets are actions, not chances of choices.
        activation: In place of the recipe's, as in `outputs`.
        learning_rate: In place of the recipe's; may be traced.
    """
    import optax

    used = ACTIVATIONS.index(recipe.activation) if activation is None else activation
    rate = recipe.learning_rate if learning_rate is None else learning_rate
    optimiser = optax.chain(
        optax.clip_by_global_norm(recipe.gradient_norm), optax.adam(rate, eps=recipe.epsilon)
    )

    def improve(carry: Any, _: None) -> Any:
        network: Any = carry[0]
        memory = carry[1]
        slope: Any = jax.grad(loss)(network, pairs, used, continuous)
        change, memory = optimiser.update(slope, memory, network)
        return (optax.apply_updates(network, change), memory), None

    first: Any = network  # a pytree, which optax's types do not know for one
    begun = (first, optimiser.init(first))
    (network, _), _ = jax.lax.scan(improve, begun, None, length=recipe.steps)
    return network


@dataclass(frozen=True, eq=False)
class ClonedPolicy:
    """A network that plays; it satisfies `Policy` and has no memory.

    Attributes:
        network: Its weights; may be traced.
        activation: As in `outputs`.
        mean: Of the normaliser, `f32[figures]`.
        scale: Of the normaliser, `f32[figures]`.
        action_space: The task's.
        greedy: Whether it takes the likeliest choice or the mean action; else it draws.
    """

    network: Network
    activation: jax.Array | int
    mean: np.ndarray
    scale: np.ndarray
    action_space: spaces.Discrete | spaces.Box
    greedy: bool = True

    def reset(self, key: jax.Array, agents: int) -> None:
        """There is nothing to remember."""

    def act(self, key: jax.Array, memory: None, timestep: Timestep[Any]) -> tuple[None, jax.Array]:
        """A choice, `i32[]`, or an action within its space, `f32[numbers]`."""
        normalised = (jnp.ravel(timestep.obs) - self.mean) / self.scale
        own = outputs(self.network, normalised, self.activation)
        space = self.action_space
        if isinstance(space, spaces.Discrete):
            drawn = jnp.argmax(own) if self.greedy else jax.random.categorical(key, own)
            return None, drawn.astype(jnp.int32)
        if not self.greedy:
            noise = jax.random.normal(key, own.shape)
            own = own + noise * jnp.exp(self.network.log_deviation)
        return None, jnp.clip(own.reshape(space.shape), space.low, space.high)

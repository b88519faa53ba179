"""What soft actor-critic does with a choice of actions, and with actions in a box."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from envsuite_agents.critics import judge, judge_pair
from envsuite_agents.distributions import gaussian_log_likelihood, masked
from envsuite_agents.interface import Bounds, Choices, Interface
from envsuite_agents.networks import Layers

LOG_STD_LOW, LOG_STD_HIGH = -20.0, 2.0


@dataclass(frozen=True, eq=False)
class SoftChoices:
    """Discrete actions: policy and critics score all of them, so that means need no draw.

    Christodoulou, arXiv:1910.07207.
    """

    actions: Choices
    activation: str

    def sizes(self, seen: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Inputs and outputs of the policy, and of a critic."""
        return (seen, self.actions.size), (seen, self.actions.size)

    def noise(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """What a draw needs of chance: Gumbel's noise."""
        return jax.random.gumbel(key, (*shape, self.actions.size))

    def by_chance(self, noise: jax.Array, legal: jax.Array | None) -> jax.Array:
        """An even draw."""
        return jnp.argmax(masked(noise, legal), axis=-1).astype(jnp.int32)

    def drawn(self, outputs: jax.Array, noise: jax.Array, legal: jax.Array | None) -> jax.Array:
        """A draw from the policy, which put out `outputs`."""
        return self.by_chance(outputs + noise, legal)

    def likeliest(self, outputs: jax.Array, legal: jax.Array | None) -> jax.Array:
        """The likeliest action."""
        return self.by_chance(outputs, legal)

    def played(self, action: jax.Array) -> jax.Array:
        """As the game takes it."""
        return self.actions.played(action)

    def judged(self, critics: Layers, obs: jax.Array, action: jax.Array) -> jax.Array:
        """What each critic says of actions that were played, `f32[count, ...]`."""
        values = judge(critics, obs, self.activation)
        return (values * jax.nn.one_hot(action, self.actions.size)).sum(-1)

    def outlook(
        self,
        critics: Layers,
        outputs: jax.Array,
        obs: jax.Array,
        legal: jax.Array | None,
        noise: jax.Array,
    ) -> tuple[jax.Array, jax.Array]:
        """What an action is worth by the sterner critic, and its log-likelihood, on average."""
        likelihoods = jax.nn.log_softmax(masked(outputs, legal))
        chances = jnp.exp(likelihoods)
        worth = judge(critics, obs, self.activation).min(0)
        return (chances * worth).sum(-1), (chances * likelihoods).sum(-1)

    def target_entropy(self, settings: Any, legal: jax.Array | None) -> jax.Array:
        """A share of the greatest that there can be among what is legal."""
        options = self.actions.size if legal is None else legal.sum(-1)
        return settings.target_entropy_ratio * jnp.log(options)


@dataclass(frozen=True, eq=False)
class SoftBounds:
    """Actions in a box: a Gaussian pressed between -1 and 1 by tanh, then spread over the box."""

    actions: Bounds
    activation: str

    def sizes(self, seen: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Inputs and outputs of the policy, and of a critic."""
        return (seen, 2 * self.actions.size), (seen + self.actions.size, 1)

    def noise(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """What a draw needs of chance: Gaussian noise."""
        return jax.random.normal(key, (*shape, self.actions.size))

    def by_chance(self, noise: jax.Array, legal: jax.Array | None) -> jax.Array:
        """An even draw from -1 to 1."""
        return even(noise)

    def drawn(self, outputs: jax.Array, noise: jax.Array, legal: jax.Array | None) -> jax.Array:
        """A draw from the policy, which put out `outputs`."""
        mean, log_std = _gaussian(outputs)
        return jnp.tanh(mean + jnp.exp(log_std) * noise)

    def likeliest(self, outputs: jax.Array, legal: jax.Array | None) -> jax.Array:
        """The middle of the Gaussian, pressed."""
        return jnp.tanh(_gaussian(outputs)[0])

    def played(self, action: jax.Array) -> jax.Array:
        """As the game takes it."""
        return self.actions.scaled(action)

    def judged(self, critics: Layers, obs: jax.Array, action: jax.Array) -> jax.Array:
        """What each critic says of actions that were played, `f32[count, ...]`."""
        return judge_pair(critics, obs, action, self.activation)

    def outlook(
        self,
        critics: Layers,
        outputs: jax.Array,
        obs: jax.Array,
        legal: jax.Array | None,
        noise: jax.Array,
    ) -> tuple[jax.Array, jax.Array]:
        """What a drawn action is worth by the sterner critic, and its log-likelihood."""
        mean, log_std = _gaussian(outputs)
        free = mean + jnp.exp(log_std) * noise
        # log(1 - tanh(free)^2), in a form that does not lose the tails
        pressed = 2 * (math.log(2) - free - jax.nn.softplus(-2 * free))
        likelihood = gaussian_log_likelihood(mean, log_std, free) - pressed.sum(-1)
        worth = judge_pair(critics, obs, jnp.tanh(free), self.activation).min(0)
        return worth, likelihood

    def target_entropy(self, settings: Any, legal: jax.Array | None) -> jax.Array:
        """The same for each number of the action."""
        return settings.target_entropy * self.actions.size


def soft_actions(game: Interface, activation: str) -> SoftChoices | SoftBounds:
    """How the actions of a game are drawn and judged."""
    if isinstance(game.actions, Bounds):
        return SoftBounds(game.actions, activation)
    return SoftChoices(game.actions, activation)


def even(noise: jax.Array) -> jax.Array:
    """Gaussian noise made even from -1 to 1: where in the order of all draws it lies."""
    return jax.lax.erf(noise / math.sqrt(2))


def _gaussian(outputs: jax.Array) -> tuple[jax.Array, jax.Array]:
    mean, log_std = jnp.split(outputs, 2, axis=-1)
    return mean, jnp.clip(log_std, LOG_STD_LOW, LOG_STD_HIGH)

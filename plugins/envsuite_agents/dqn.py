"""Deep Q-learning, Mnih et al., Nature 518 (2015), with double and dueling networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

from envsuite.core.env import Env
from envsuite.functional import struct, tree_where
from envsuite_agents.descent import descend, start
from envsuite_agents.distributions import masked
from envsuite_agents.interface import Choices, interface
from envsuite_agents.network_policy import NetworkPolicy
from envsuite_agents.networks import Layers, forward, moved, uniform_layers
from envsuite_agents.off_policy import (
    Schedule,
    State,
    Transition,
    begin_run,
    play_and_learn,
)
from envsuite_agents.playing import Playing
from envsuite_agents.running import run

POLICY_EXPLORATION = 0.05  # how often a policy that is not greedy plays by chance


@struct
class Settings:
    """The numbers that DQN learns with; the defaults are those of Stable-Baselines3."""

    learning_rate: Any = 1e-4
    discount: Any = 0.99  # often called gamma
    target_update_rate: Any = 1.0  # the share of the new weights in the target, often called tau
    target_update_interval: Any = 10_000  # environment steps between two updates of the target
    initial_exploration: Any = 1.0  # how often an action is drawn by chance, at first
    final_exploration: Any = 0.05  # and after `exploration_fraction` of the steps
    exploration_fraction: Any = 0.1
    gradient_norm: Any = 10.0  # gradients longer than this are shortened to it
    adam_epsilon: Any = 1e-8


@struct
class Learned:
    """The network, its delayed copy, and Adam's moments."""

    weights: Layers
    target: Layers
    moments: optax.OptState


@dataclass(frozen=True)
class DQN(Schedule):
    """Learns what each action is worth, from steps drawn from all that was played.

    With its defaults, Stable-Baselines3's DQN. A whole run is a pure function; see
    `envsuite.core.policy.Learner`.

    Attributes:
        double: Whether the network itself chooses the action that its delayed copy judges
            (van Hasselt, Guez and Silver, arXiv:1509.06461).
        dueling: Whether the state's value and the actions' advantages are scored apart, to be
            added up (Wang et al., arXiv:1511.06581).
    """

    train_frequency: int = 4
    batch_size: int = 32
    hidden: tuple[int, ...] = (64, 64)
    double: bool = False
    dueling: bool = False

    def default_settings(self) -> Settings:
        """Those of Stable-Baselines3."""
        return Settings()

    def learn(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Settings) -> Layers:
        """Learn from scratch.

        Raises:
            TypeError: For a game that it cannot play; see `interface`.
        """
        return run(self, key, env, params, settings)

    def init(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Settings) -> State:
        """A fresh network, and the first episodes."""
        key, weights_key = jax.random.split(key)
        game = interface(env, "DQN", bounded=False)
        outputs = game.actions.size + self.dueling
        weights = uniform_layers(weights_key, (game.observation_size, *self.hidden, outputs))
        learned = Learned(weights, weights, start(weights, settings))
        return begin_run(key, self, learned, game, env, params)

    def update(self, state: State, env: Env[Any, Any], params: Any, settings: Settings) -> State:
        """A few steps, and the gradient steps that follow them."""
        actions = _choices(env)

        def noise(key: jax.Array, times: tuple[int, ...]) -> jax.Array:
            return jax.random.uniform(key, (*times, 1 + actions.size))

        def choose(playing: Playing, noise: jax.Array, count: jax.Array) -> jax.Array:
            early = count < self.learning_starts
            exploration = jnp.where(early, 1, self._exploration(count, settings))
            values = self.values(weights, playing.obs)
            return _explored(values, noise, exploration, playing.legal)

        def learn(key: jax.Array, learned: Learned, batch: Transition) -> Learned:
            gradients = jax.grad(self.loss)(learned.weights, learned.target, batch, settings)
            weights, moments = descend(learned.weights, learned.moments, gradients, settings)
            return Learned(weights, learned.target, moments)

        weights = state.learned.weights
        return play_and_learn(
            self._with_target(state, settings),
            self,
            env,
            params,
            noise=noise,
            choose=choose,
            played=actions.played,
            learn=learn,
        )

    def weights(self, state: State) -> Layers:
        """The network as it is now."""
        return state.learned.weights

    def policy(self, env: Env[Any, Any], weights: Layers, *, greedy: bool = False) -> NetworkPolicy:
        """Plays one action in twenty by chance, the others as they seem worth most.

        Greedy, it plays none by chance.

        Raises:
            TypeError: For a game that it cannot play; see `interface`.
        """
        actions = _choices(env)

        def choose(
            key: jax.Array, weights: Layers, obs: jax.Array, legal: jax.Array | None
        ) -> jax.Array:
            values = self.values(weights, obs)
            noise = jax.random.uniform(key, (*obs.shape[:-1], 1 + actions.size))
            exploration = 0.0 if greedy else POLICY_EXPLORATION
            return actions.played(_explored(values, noise, exploration, legal))

        return NetworkPolicy(weights, choose)

    def values(self, weights: Layers, obs: jax.Array) -> jax.Array:
        """What each action is worth, `f32[..., actions]`, after `obs: f32[..., size]`."""
        outputs = forward(weights, obs, self.activation)
        if not self.dueling:
            return outputs
        value, advantage = outputs[..., :1], outputs[..., 1:]
        return value + advantage - advantage.mean(-1, keepdims=True)

    def loss(
        self, weights: Layers, target: Layers, batch: Transition, settings: Settings
    ) -> jax.Array:
        """The mean Huber loss of the batch; what follows a time limit counts, an end has nothing.

        A gradient may be taken in `weights`; none flows through what they are drawn towards.
        """
        following = self.values(target, batch.next_obs)
        if self.double:
            own = masked(self.values(weights, batch.next_obs), batch.next_legal)
            best = _at(following, jnp.argmax(own, axis=-1))
        else:
            best = masked(following, batch.next_legal).max(-1)
        due = batch.reward + settings.discount * jnp.where(batch.terminated, 0, best)
        value = _at(self.values(weights, batch.obs), batch.action)
        return optax.huber_loss(value, jax.lax.stop_gradient(due)).mean()

    def _exploration(self, count: jax.Array, settings: Settings) -> jax.Array:
        """How often an action is drawn by chance, after `count` steps."""
        progress = jnp.minimum(count / (settings.exploration_fraction * self.steps), 1)
        change = settings.final_exploration - settings.initial_exploration
        return settings.initial_exploration + progress * change

    def _with_target(self, state: State, settings: Settings) -> State:
        """The state with its delayed copy renewed, if it is due by the end of the next steps."""
        interval, after = settings.target_update_interval, state.steps + self.update_steps
        due = after // interval > state.steps // interval
        old = state.learned
        renewed = moved(old.target, old.weights, settings.target_update_rate)
        learned = Learned(old.weights, tree_where(due, renewed, old.target), old.moments)
        return State(state.key, learned, state.playing, state.replay, state.steps)


def _choices(env: Env[Any, Any]) -> Choices:
    actions = interface(env, "DQN", bounded=False).actions
    assert isinstance(actions, Choices)
    return actions


def _explored(
    values: jax.Array, noise: jax.Array, exploration: jax.Array | float, legal: jax.Array | None
) -> jax.Array:
    """The legal action worth most, or one by chance: `i32[...]`.

    The first number of `noise: f32[..., 1 + actions]`, even from 0 to 1, says which; the greatest
    of the others is the action by chance.
    """
    scores = jnp.where(noise[..., :1] < exploration, noise[..., 1:], values)
    return jnp.argmax(masked(scores, legal), axis=-1).astype(jnp.int32)


def _at(values: jax.Array, choice: jax.Array) -> jax.Array:
    """The value of one action each, `f32[...]`."""
    # a product with one-hot rows, whose gradient is cheaper than that of a gather
    return (values * jax.nn.one_hot(choice, values.shape[-1])).sum(-1)

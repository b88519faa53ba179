"""Proximal policy optimisation, Schulman et al., arXiv:1707.06347."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

from envsuite.core.env import Env
from envsuite.functional import struct
from envsuite_agents.descent import descend, start
from envsuite_agents.distributions import (
    choice_entropy,
    choice_log_likelihood,
    gaussian_entropy,
    gaussian_log_likelihood,
    masked,
)
from envsuite_agents.gae import advantages
from envsuite_agents.interface import Bounds, Interface, interface
from envsuite_agents.network_policy import NetworkPolicy
from envsuite_agents.networks import (
    Layers,
    check_network,
    forward,
    orthogonal_layers,
    uniform_layers,
)
from envsuite_agents.playing import Played, Playing, advance, begin
from envsuite_agents.running import check_counts, run


@struct
class Settings:
    """The numbers that PPO learns with; the defaults are those of Stable-Baselines3."""

    learning_rate: Any = 3e-4
    discount: Any = 0.99  # often called gamma
    trace_decay: Any = 0.95  # of generalised advantage estimation, often called lambda
    clip_range: Any = 0.2  # how far the likelihood ratio may move in an update
    entropy_coefficient: Any = 0.0
    value_coefficient: Any = 0.5
    gradient_norm: Any = 0.5  # gradients longer than this are shortened to it
    adam_epsilon: Any = 1e-5


@struct
class Weights:
    """Two networks: what to do, and what is to come of it."""

    policy: Layers  # to scores of the actions, or to the mean of a Gaussian
    value: Layers
    log_std: jax.Array | None  # f32[actions], of a Gaussian


@struct
class State:
    """A run between two updates."""

    key: jax.Array
    weights: Weights
    moments: optax.OptState
    playing: Playing


@struct
class Batch:
    """What the steps of a rollout teach; leading axis `[steps * copies]`."""

    obs: jax.Array  # f32[..., size]
    legal: jax.Array | None  # bool[..., actions]
    action: jax.Array  # i32[...] or f32[..., actions], before it is clipped into the box
    log_likelihood: jax.Array  # f32[...]: of the action, under the policy that played it
    advantage: jax.Array  # f32[...]
    value: jax.Array  # f32[...]: what the value is drawn towards


@dataclass(frozen=True)
class PPO:
    """Learns by clipped steps along the gradient of a policy, with a value network of its own.

    With its defaults, Stable-Baselines3's PPO. Advantages are normalised within each minibatch.
    Continuous actions are drawn from a Gaussian whose spread does not depend on what is seen, and
    clipped into their box. A whole run is a pure function; see `envsuite.core.policy.Learner`.

    Attributes:
        steps: Environment steps of all copies together; the last rollout is finished.
        num_envs: How many copies of the game are played at once.
        rollout_steps: Steps in each copy between two updates.
        epochs: How often each rollout is gone through.
        minibatches: Into how many parts a rollout is cut, one for each gradient step.
        hidden: The sizes of the hidden layers, of policy and value alike.
        activation: What follows each of them.
        orthogonal: Whether weights begin orthogonal; otherwise as PyTorch's layers do.

    Raises:
        ValueError: On construction, for numbers with which nothing can be learned.
    """

    steps: int
    num_envs: int = 1
    rollout_steps: int = 2048
    epochs: int = 10
    minibatches: int = 32
    hidden: tuple[int, ...] = (64, 64)
    activation: str = "tanh"
    orthogonal: bool = True

    def __post_init__(self) -> None:
        """Accept a list of layers; refuse what cannot be learned with."""
        object.__setattr__(self, "hidden", tuple(self.hidden))
        check_counts(self, "steps", "num_envs", "rollout_steps", "epochs", "minibatches")
        check_network(self.hidden, self.activation)
        size = self.update_steps
        if size % self.minibatches or size < 2 * self.minibatches:
            raise ValueError(
                f"{self.num_envs} copies and {self.rollout_steps} steps cannot be cut into "
                f"{self.minibatches} equal minibatches of two samples or more: choose a divisor "
                f"of {size}"
            )

    @property
    def update_steps(self) -> int:
        """Environment steps of a rollout."""
        return self.num_envs * self.rollout_steps

    @property
    def iterations(self) -> int:
        """How many rollouts a run has."""
        return -(-self.steps // self.update_steps)

    def default_settings(self) -> Settings:
        """Those of Stable-Baselines3."""
        return Settings()

    def learn(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Settings) -> Weights:
        """Learn from scratch; raise `TypeError` for a game that it cannot play (`interface`)."""
        return run(self, key, env, params, settings)

    def init(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Settings) -> State:
        """Fresh networks, and the first episodes."""
        key, policy_key, value_key, play_key = jax.random.split(key, 4)
        game = interface(env, "PPO")
        inside = (game.observation_size, *self.hidden)
        weights = Weights(
            policy=self._layers(policy_key, (*inside, game.actions.size), 0.01),
            value=self._layers(value_key, (*inside, 1), 1.0),
            log_std=None if game.discrete else jnp.zeros(game.actions.size),
        )
        playing = begin(play_key, env, params, self.num_envs)
        return State(key, weights, start(weights, settings), playing)

    def update(self, state: State, env: Env[Any, Any], params: Any, settings: Settings) -> State:
        """One rollout, and the gradient steps along it."""
        game = interface(env, "PPO")
        key, keys_key, noise_key, shuffle_key = jax.random.split(state.key, 4)
        chance = self._chance(keys_key, noise_key, game)
        playing, batch = self._rollout(chance, state, game, env, params, settings)

        def step(carry: Any, batch: Batch) -> Any:
            weights, moments = carry
            gradients = jax.grad(self.loss)(weights, batch, settings)
            return descend(weights, moments, gradients, settings), None

        def epoch(carry: Any, order: jax.Array) -> Any:
            return jax.lax.scan(step, carry, jax.tree.map(lambda leaf: leaf[order], batch))

        drawn = jax.random.bits(shuffle_key, (self.epochs, self.update_steps))
        orders = jnp.argsort(drawn).reshape(self.epochs, self.minibatches, -1)
        weights, moments = jax.lax.scan(epoch, (state.weights, state.moments), orders)[0]
        return State(key, weights, moments, playing)

    def weights(self, state: State) -> Weights:
        """The networks as they are now."""
        return state.weights

    def policy(
        self, env: Env[Any, Any], weights: Weights, *, greedy: bool = False
    ) -> NetworkPolicy:
        """Draws its actions, as in training; greedy, it takes the likeliest."""
        game = interface(env, "PPO")

        def choose(
            key: jax.Array, weights: Weights, obs: jax.Array, legal: jax.Array | None
        ) -> jax.Array:
            shape = (*obs.shape[:-1], game.actions.size)
            noise = jnp.zeros(shape) if greedy else _noise(key, game, shape)
            return _played(game, self._action(weights, obs, legal, noise))

        return NetworkPolicy(weights, choose)

    def loss(self, weights: Weights, batch: Batch, settings: Settings) -> jax.Array:
        """What a gradient step makes smaller: equation 9 of the paper, with its sign turned."""
        now, entropy = self._likelihood(weights, batch.obs, batch.legal, batch.action)
        ratio = jnp.exp(now - batch.log_likelihood)
        near = jnp.clip(ratio, 1 - settings.clip_range, 1 + settings.clip_range)
        gain = batch.advantage - batch.advantage.mean()
        gain = gain / (batch.advantage.std(ddof=1) + 1e-8)
        value = self._value(weights, batch.obs)
        return (
            -jnp.minimum(gain * ratio, gain * near).mean()
            - settings.entropy_coefficient * entropy.mean()
            + settings.value_coefficient * ((value - batch.value) ** 2).mean()
        )

    def _layers(self, key: jax.Array, sizes: tuple[int, ...], last_gain: float) -> Layers:
        if self.orthogonal:
            return orthogonal_layers(key, sizes, last_gain)
        return uniform_layers(key, sizes)

    def _chance(self, keys_key: jax.Array, noise_key: jax.Array, game: Interface) -> Any:
        """All chance of a rollout at once: in its loop each draw would be a kernel of its own."""
        keys = jax.random.split(keys_key, (self.rollout_steps, 2, self.num_envs))
        return keys, _noise(noise_key, game, (*keys.shape[::2], game.actions.size))

    def _rollout(
        self,
        chance: Any,
        state: State,
        game: Interface,
        env: Env[Any, Any],
        params: Any,
        settings: Settings,
    ) -> tuple[Playing, Batch]:
        """Play with the present policy, and judge what came of it."""
        weights = state.weights

        def step(playing: Playing, drawn: Any) -> tuple[Playing, Any]:
            keys, noise = drawn
            action = self._action(weights, playing.obs, playing.legal, noise)
            following, played = advance(keys, env, params, playing, _played(game, action))
            return following, (playing.obs, playing.legal, action, played)

        playing, rollout = jax.lax.scan(step, state.playing, chance)
        obs, legal, action, played = rollout
        return playing, self._judged(weights, obs, legal, action, played, settings)

    def _judged(
        self,
        weights: Weights,
        obs: jax.Array,
        legal: jax.Array | None,
        action: jax.Array,
        played: Played,
        settings: Settings,
    ) -> Batch:
        """The batch of a rollout, whose leaves begin with `[steps, copies]`."""
        value = self._value(weights, obs)
        gained = advantages(
            played.reward,
            played.terminated,
            played.ended,
            value,
            self._value(weights, played.obs),
            settings.discount,
            settings.trace_decay,
        )
        likelihood, _ = self._likelihood(weights, obs, legal, action)
        batch = Batch(obs, legal, action, likelihood, gained, gained + value)
        return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), batch)

    def _action(
        self, weights: Weights, obs: jax.Array, legal: jax.Array | None, noise: jax.Array
    ) -> jax.Array:
        """The action that `noise` makes of the policy's distribution; zeros make the likeliest."""
        scores = forward(weights.policy, obs, self.activation)
        if weights.log_std is None:
            return jnp.argmax(masked(scores + noise, legal), axis=-1).astype(jnp.int32)
        return scores + jnp.exp(weights.log_std) * noise

    def _likelihood(
        self, weights: Weights, obs: jax.Array, legal: jax.Array | None, action: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """The log-likelihood of actions, and the policy's entropy."""
        scores = forward(weights.policy, obs, self.activation)
        if weights.log_std is None:
            scores = masked(scores, legal)
            return choice_log_likelihood(scores, action), choice_entropy(scores)
        likelihood = gaussian_log_likelihood(scores, weights.log_std, action)
        return likelihood, gaussian_entropy(weights.log_std)

    def _value(self, weights: Weights, obs: jax.Array) -> jax.Array:
        return forward(weights.value, obs, self.activation)[..., 0]


def _noise(key: jax.Array, game: Interface, shape: tuple[int, ...]) -> jax.Array:
    """What is added to scores or to the mean to draw: Gumbel's or Gaussian noise."""
    return (jax.random.gumbel if game.discrete else jax.random.normal)(key, shape)


def _played(game: Interface, action: jax.Array) -> jax.Array:
    """The action as the game takes it."""
    if isinstance(game.actions, Bounds):
        return game.actions.clipped(action)
    return game.actions.played(action)

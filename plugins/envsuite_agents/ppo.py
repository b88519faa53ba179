"""Proximal policy optimisation, Schulman et al., arXiv:1707.06347."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import optax

from envsuite.core.env import Env
from envsuite.functional import struct
from envsuite_agents.descent import descend, start
from envsuite_agents.distributions import drawn, likelihood_and_entropy, noise
from envsuite_agents.gae import advantages
from envsuite_agents.interface import interface
from envsuite_agents.network_policy import NetworkPolicy
from envsuite_agents.networks import (
    Layers,
    check_network,
    forward,
    orthogonal_layers,
    uniform_layers,
)
from envsuite_agents.on_policy import Rollout
from envsuite_agents.playing import Playing, advance, begin, imagine
from envsuite_agents.running import check_counts, run
from envsuite_agents.surrogate import surrogate


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
    def gradient_steps(self) -> int:
        """How often the weights change in one update."""
        return self.epochs * self.minibatches

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
        key, game_key, noise_key, shuffle_key = jax.random.split(state.key, 4)
        state = replace(state, key=key)
        state, rollout = self.collect((game_key, noise_key), state, env, params, settings)
        return self.improve(shuffle_key, state, rollout, settings)

    def restart(self, state: State, playing: Playing) -> State:
        """The same learner before episodes that have just begun."""
        return replace(state, playing=playing)

    def collect(
        self,
        keys: tuple[jax.Array, jax.Array],
        state: State,
        env: Env[Any, Any],
        params: Any,
        settings: Settings,
        *,
        each: bool = False,
        grounded: bool = False,
    ) -> tuple[State, Rollout]:
        """Play with the present policy, and judge what came of it; see `OnPolicy`."""
        game, weights = interface(env, "PPO"), state.weights
        # all chance of a rollout at once: in its loop each draw would be a kernel of its own
        game_keys = jax.random.split(keys[0], (self.rollout_steps, 2, self.num_envs))
        shape = (*game_keys.shape[::2], game.actions.size)
        chance = game_keys, noise(keys[1], game.discrete, shape)

        def step(playing: Playing, chance: Any) -> tuple[Playing, Any]:
            keys, noise = chance
            scores = forward(weights.policy, playing.obs, self.activation)
            action = drawn(scores, weights.log_std, playing.legal, noise)
            taken = game.played(action)
            following, played = advance(keys, env, params, playing, taken, each=each)
            dreamt = imagine(keys[0], env, params, playing, taken) if grounded else None
            return following, (playing.obs, playing.legal, action, played, dreamt)

        playing, rollout = jax.lax.scan(step, state.playing, chance)
        obs, legal, action, played, dreamt = rollout
        led_to = dreamt or played
        value = self._value(weights, obs)
        advantage = advantages(
            led_to.reward,
            led_to.terminated,
            played.ended,
            value,
            self._value(weights, led_to.obs),
            settings.discount,
            settings.trace_decay,
        )
        likelihood, _ = self._likelihood(weights, obs, legal, action)
        judged = Rollout(obs, legal, action, likelihood, played, value, advantage, None)
        return replace(state, playing=playing), judged

    def improve(self, key: jax.Array, state: State, rollout: Rollout, settings: Settings) -> State:
        """The gradient steps along a rollout; see `OnPolicy`."""
        batch = _flat(rollout)

        def step(carry: Any, batch: Batch) -> Any:
            weights, moments = carry
            gradients = jax.grad(self.loss)(weights, batch, settings)
            return descend(weights, moments, gradients, settings), None

        def epoch(carry: Any, order: jax.Array) -> Any:
            return jax.lax.scan(step, carry, jax.tree.map(lambda leaf: leaf[order], batch))

        shuffled = jax.random.bits(key, (self.epochs, self.update_steps))
        orders = jnp.argsort(shuffled).reshape(self.epochs, self.minibatches, -1)
        weights, moments = jax.lax.scan(epoch, (state.weights, state.moments), orders)[0]
        return replace(state, weights=weights, moments=moments)

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
            scores = forward(weights.policy, obs, self.activation)
            still = jnp.zeros_like(scores) if greedy else noise(key, game.discrete, scores.shape)
            return game.played(drawn(scores, weights.log_std, legal, still))

        return NetworkPolicy(weights, choose)

    def loss(self, weights: Weights, batch: Batch, settings: Settings) -> jax.Array:
        """What a gradient step makes smaller: equation 9 of the paper, with its sign turned."""
        now, entropy = self._likelihood(weights, batch.obs, batch.legal, batch.action)
        value = self._value(weights, batch.obs)
        return (
            -surrogate(now, batch.log_likelihood, batch.advantage, settings.clip_range)
            - settings.entropy_coefficient * entropy.mean()
            + settings.value_coefficient * ((value - batch.value) ** 2).mean()
        )

    def _layers(self, key: jax.Array, sizes: tuple[int, ...], last_gain: float) -> Layers:
        if self.orthogonal:
            return orthogonal_layers(key, sizes, last_gain)
        return uniform_layers(key, sizes)

    def _likelihood(
        self, weights: Weights, obs: jax.Array, legal: jax.Array | None, action: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """The log-likelihood of actions, and the policy's entropy."""
        scores = forward(weights.policy, obs, self.activation)
        return likelihood_and_entropy(scores, weights.log_std, legal, action)

    def _value(self, weights: Weights, obs: jax.Array) -> jax.Array:
        return forward(weights.value, obs, self.activation)[..., 0]


def _flat(rollout: Rollout) -> Batch:
    """The steps of a rollout in a row."""
    advantage = rollout.advantage
    batch = Batch(
        rollout.obs,
        rollout.legal,
        rollout.action,
        rollout.log_likelihood,
        advantage,
        advantage + rollout.value,
    )
    return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), batch)

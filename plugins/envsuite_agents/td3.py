"""Twin delayed deep deterministic policy gradient, Fujimoto et al., arXiv:1802.09477."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

from envsuite.core.env import Env
from envsuite.functional import struct
from envsuite_agents.critics import critic_layers, judge_pair
from envsuite_agents.descent import descend, start
from envsuite_agents.interface import Bounds, interface
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
from envsuite_agents.running import check_counts, run
from envsuite_agents.soft_actions import even


@struct
class Settings:
    """The numbers that TD3 and DDPG learn with; the defaults are those of Stable-Baselines3.

    Noise is measured in actions that reach from -1 to 1.
    """

    learning_rate: Any = 1e-3
    discount: Any = 0.99  # often called gamma
    target_update_rate: Any = 0.005  # the share of the new weights in the target, often called tau
    action_noise: Any = 0.0  # the spread of what is added to the actions that are played
    target_noise: Any = 0.2  # and, by TD3, to those that are judged; DDPG adds nothing
    target_noise_clip: Any = 0.5  # how far the latter may go
    gradient_norm: Any = math.inf  # gradients longer than this are shortened to it
    adam_epsilon: Any = 1e-8


@struct
class Learned:
    """The networks, their delayed copies, and Adam's moments."""

    policy: Layers
    critics: Layers  # stacked
    target_policy: Layers
    target_critics: Layers
    policy_moments: optax.OptState
    critics_moments: optax.OptState
    gradient_steps: jax.Array  # i32[]: so far


@dataclass(frozen=True)
class TD3(Schedule):
    """Learns a policy without chance, by the gradient of critics of its actions.

    With its defaults, Stable-Baselines3's TD3, which explores by its first random steps alone:
    set `action_noise`, 0.1 say, to explore more. A whole run is a pure function; see
    `envsuite.core.policy.Learner`.

    Attributes:
        critics: How many judge; the sternest counts.
        policy_delay: Gradient steps of the critics for one of the policy and the delayed copies.
        smoothing: Whether noise is added to the actions that are judged.

    Raises:
        ValueError: On construction, for numbers with which nothing can be learned.
    """

    hidden: tuple[int, ...] = (400, 300)
    critics: int = 2
    policy_delay: int = 2
    smoothing: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be learned with."""
        super().__post_init__()
        check_counts(self, "critics", "policy_delay")

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
        """Fresh networks, and the first episodes."""
        key, policy_key, critics_key = jax.random.split(key, 3)
        game = interface(env, type(self).__name__, discrete=False)
        seen, does = game.observation_size, game.actions.size
        policy = uniform_layers(policy_key, (seen, *self.hidden, does))
        critics = critic_layers(critics_key, self.critics, (seen + does, *self.hidden, 1))
        learned = Learned(
            policy,
            critics,
            policy,
            critics,
            start(policy, settings),
            start(critics, settings),
            jnp.int32(0),
        )
        return begin_run(key, self, learned, game, env, params)

    def update(self, state: State, env: Env[Any, Any], params: Any, settings: Settings) -> State:
        """A few steps, and the gradient steps that follow them."""
        actions, policy = self._bounds(env), state.learned.policy

        def noise(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
            return jax.random.normal(key, (*shape, actions.size))

        def choose(playing: Playing, noise: jax.Array, count: jax.Array) -> jax.Array:
            action = self._action(policy, playing.obs) + settings.action_noise * noise
            early = count < self.learning_starts
            return jnp.where(early, even(noise), jnp.clip(action, -1, 1))

        def learn(key: jax.Array, learned: Learned, batch: Transition) -> Learned:
            return self.step(learned, batch, noise(key, (self.batch_size,)), settings)

        return play_and_learn(
            state,
            self,
            env,
            params,
            noise=noise,
            choose=choose,
            played=actions.scaled,
            learn=learn,
        )

    def weights(self, state: State) -> Layers:
        """The policy's network as it is now."""
        return state.learned.policy

    def policy(self, env: Env[Any, Any], weights: Layers, *, greedy: bool = False) -> NetworkPolicy:
        """Leaves nothing to chance, greedy or not.

        Raises:
            TypeError: For a game that it cannot play; see `interface`.
        """
        actions = self._bounds(env)

        def choose(
            key: jax.Array, weights: Layers, obs: jax.Array, legal: jax.Array | None
        ) -> jax.Array:
            return actions.scaled(self._action(weights, obs))

        return NetworkPolicy(weights, choose)

    def step(
        self, learned: Learned, batch: Transition, noise: jax.Array, settings: Settings
    ) -> Learned:
        """One gradient step of the critics and, in its turn, of the policy.

        Args:
            learned: What there is so far.
            batch: What was played, leading axis `batch_size`.
            noise: Gaussian, for the actions after `batch.next_obs`.
            settings: The numbers to learn with.
        """
        following = self._action(learned.target_policy, batch.next_obs)
        if self.smoothing:
            reach = settings.target_noise_clip
            following = following + jnp.clip(settings.target_noise * noise, -reach, reach)
            following = jnp.clip(following, -1, 1)
        worth = judge_pair(learned.target_critics, batch.next_obs, following, self.activation)
        due = batch.reward + settings.discount * jnp.where(batch.terminated, 0, worth.min(0))

        def critics_loss(critics: Layers) -> jax.Array:
            missed = judge_pair(critics, batch.obs, batch.action, self.activation) - due
            return (missed**2).mean(-1).sum()

        critics, critics_moments = descend(
            learned.critics,
            learned.critics_moments,
            jax.grad(critics_loss)(learned.critics),
            settings,
        )
        count = learned.gradient_steps + 1

        def policy_loss(policy: Layers) -> jax.Array:
            action = self._action(policy, batch.obs)
            first = jax.tree.map(lambda leaf: leaf[:1], critics)
            return -judge_pair(first, batch.obs, action, self.activation).mean()

        def in_turn() -> tuple[Layers, optax.OptState, Layers, Layers]:
            policy, moments = descend(
                learned.policy,
                learned.policy_moments,
                jax.grad(policy_loss)(learned.policy),
                settings,
            )
            rate = settings.target_update_rate
            return (
                policy,
                moments,
                moved(learned.target_policy, policy, rate),
                moved(learned.target_critics, critics, rate),
            )

        def as_it_was() -> tuple[Layers, optax.OptState, Layers, Layers]:
            targets = learned.target_policy, learned.target_critics
            return learned.policy, learned.policy_moments, *targets

        due_now = count % self.policy_delay == 0
        policy, moments, target_policy, target_critics = jax.lax.cond(due_now, in_turn, as_it_was)
        return Learned(
            policy, critics, target_policy, target_critics, moments, critics_moments, count
        )

    def _action(self, policy: Layers, obs: jax.Array) -> jax.Array:
        """From -1 to 1."""
        return jnp.tanh(forward(policy, obs, self.activation))

    def _bounds(self, env: Env[Any, Any]) -> Bounds:
        actions = interface(env, type(self).__name__, discrete=False).actions
        assert isinstance(actions, Bounds)
        return actions

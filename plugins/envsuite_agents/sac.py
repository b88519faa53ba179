"""Soft actor-critic, Haarnoja et al., arXiv:1812.05905, for boxes and for discrete actions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

from envsuite.core.env import Env
from envsuite.functional import struct
from envsuite_agents.critics import critic_layers
from envsuite_agents.descent import descend, start
from envsuite_agents.interface import interface
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
from envsuite_agents.soft_actions import SoftBounds, SoftChoices, soft_actions


@struct
class Settings:
    """The numbers that SAC learns with; the defaults are those of Stable-Baselines3."""

    learning_rate: Any = 3e-4
    discount: Any = 0.99  # often called gamma
    target_update_rate: Any = 0.005  # the share of the new weights in the target, often called tau
    initial_temperature: Any = 1.0  # what entropy is worth, often called alpha, at first
    target_entropy: Any = -1.0  # towards which it moves, for each number of an action in a box
    target_entropy_ratio: Any = 0.98  # and among discrete actions, as a share of the greatest
    gradient_norm: Any = math.inf  # gradients longer than this are shortened to it
    adam_epsilon: Any = 1e-8


@struct
class Learned:
    """The networks, the delayed critics, the temperature, and Adam's moments of each."""

    policy: Layers
    critics: Layers  # two, stacked
    target: Layers
    log_temperature: jax.Array  # f32[]
    moments: dict[str, optax.OptState]


@dataclass(frozen=True)
class SAC(Schedule):
    """Learns a policy that is as random as it can afford, and two critics of its actions.

    With its defaults, Stable-Baselines3's SAC with `ent_coef="auto"`. Discrete actions are played
    as in Christodoulou, arXiv:1910.07207. A whole run is a pure function; see
    `envsuite.core.policy.Learner`.
    """

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
        game = interface(env, "SAC")
        (seen, outputs), (judged, values) = self._soft(env).sizes(game.observation_size)
        policy = uniform_layers(policy_key, (seen, *self.hidden, outputs))
        critics = critic_layers(critics_key, 2, (judged, *self.hidden, values))
        log_temperature = jnp.log(jnp.float32(settings.initial_temperature))
        moments = {
            name: start(weights, settings)
            for name, weights in (
                ("policy", policy),
                ("critics", critics),
                ("temperature", log_temperature),
            )
        }
        learned = Learned(policy, critics, critics, log_temperature, moments)
        return begin_run(key, self, learned, game, env, params)

    def update(self, state: State, env: Env[Any, Any], params: Any, settings: Settings) -> State:
        """A few steps, and the gradient steps that follow them."""
        soft, policy = self._soft(env), state.learned.policy

        def choose(playing: Playing, noise: jax.Array, count: jax.Array) -> jax.Array:
            outputs = forward(policy, playing.obs, self.activation)
            drawn = soft.drawn(outputs, noise, playing.legal)
            by_chance = soft.by_chance(noise, playing.legal)
            return jnp.where(count < self.learning_starts, by_chance, drawn)

        def learn(key: jax.Array, learned: Learned, batch: Transition) -> Learned:
            now, then = soft.noise(key, (2, self.batch_size))
            return self.step(soft, learned, batch, now, then, settings)

        return play_and_learn(
            state,
            self,
            env,
            params,
            noise=soft.noise,
            choose=choose,
            played=soft.played,
            learn=learn,
        )

    def weights(self, state: State) -> Layers:
        """The policy's network as it is now."""
        return state.learned.policy

    def policy(self, env: Env[Any, Any], weights: Layers, *, greedy: bool = False) -> NetworkPolicy:
        """Draws its actions, as in training; greedy, it takes the likeliest.

        Raises:
            TypeError: For a game that it cannot play; see `interface`.
        """
        soft = self._soft(env)

        def choose(
            key: jax.Array, weights: Layers, obs: jax.Array, legal: jax.Array | None
        ) -> jax.Array:
            outputs = forward(weights, obs, self.activation)
            if greedy:
                return soft.played(soft.likeliest(outputs, legal))
            return soft.played(soft.drawn(outputs, soft.noise(key, obs.shape[:-1]), legal))

        return NetworkPolicy(weights, choose)

    def step(
        self,
        soft: SoftChoices | SoftBounds,
        learned: Learned,
        batch: Transition,
        now: jax.Array,
        then: jax.Array,
        settings: Settings,
    ) -> Learned:
        """One gradient step of the critics, then of the policy, then of the temperature.

        Args:
            soft: How actions are drawn and judged.
            learned: What there is so far.
            batch: What was played, leading axis `batch_size`.
            now: The noise of the actions drawn after `batch.obs`.
            then: The noise of those drawn after `batch.next_obs`.
            settings: The numbers to learn with.
        """
        temperature = jnp.exp(learned.log_temperature)

        def outlook(policy: Layers, critics: Layers, obs: Any, legal: Any, noise: Any) -> Any:
            outputs = forward(policy, obs, self.activation)
            return soft.outlook(critics, outputs, obs, legal, noise)

        worth, likelihood = outlook(
            learned.policy, learned.target, batch.next_obs, batch.next_legal, then
        )
        following = jnp.where(batch.terminated, 0, worth - temperature * likelihood)
        due = batch.reward + settings.discount * following

        def critics_loss(critics: Layers) -> jax.Array:
            missed = soft.judged(critics, batch.obs, batch.action) - due
            return 0.5 * (missed**2).mean(-1).sum()

        def policy_loss(policy: Layers, critics: Layers) -> tuple[jax.Array, jax.Array]:
            worth, likelihood = outlook(policy, critics, batch.obs, batch.legal, now)
            return (temperature * likelihood - worth).mean(), likelihood

        moments = learned.moments
        critics, critics_moments = descend(
            learned.critics, moments["critics"], jax.grad(critics_loss)(learned.critics), settings
        )
        gradients, likelihood = jax.grad(policy_loss, has_aux=True)(learned.policy, critics)
        policy, policy_moments = descend(learned.policy, moments["policy"], gradients, settings)
        missing = likelihood + soft.target_entropy(settings, batch.legal)
        log_temperature, temperature_moments = descend(
            learned.log_temperature, moments["temperature"], -missing.mean(), settings
        )
        return Learned(
            policy,
            critics,
            moved(learned.target, critics, settings.target_update_rate),
            log_temperature,
            {
                "policy": policy_moments,
                "critics": critics_moments,
                "temperature": temperature_moments,
            },
        )

    def _soft(self, env: Env[Any, Any]) -> SoftChoices | SoftBounds:
        return soft_actions(interface(env, "SAC"), self.activation)

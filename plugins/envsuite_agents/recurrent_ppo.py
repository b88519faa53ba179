"""Proximal policy optimisation with a memory."""

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
from envsuite_agents.lstm import Memory, blank, forget
from envsuite_agents.networks import check_network
from envsuite_agents.on_policy import Rollout
from envsuite_agents.playing import Playing, advance, begin, imagine
from envsuite_agents.recurrent_network import RecurrentNetwork, Weights, as_seen
from envsuite_agents.recurrent_policy import RecurrentPolicy
from envsuite_agents.running import check_counts, run
from envsuite_agents.surrogate import surrogate


@struct
class Settings:
    """The numbers it learns with; the defaults are those published for mazes."""

    learning_rate: Any = 1e-4
    discount: Any = 0.995  # often called gamma
    trace_decay: Any = 0.95  # of generalised advantage estimation, often called lambda
    clip_range: Any = 0.2  # how far the likelihood ratio may move in an update
    value_clip_range: Any = 0.2  # how far a value may move in an update; infinite: any way
    entropy_coefficient: Any = 1e-3
    value_coefficient: Any = 0.5
    gradient_norm: Any = 0.5  # gradients longer than this are shortened to it
    adam_epsilon: Any = 1e-5


@struct
class State:
    """A run between two updates."""

    key: jax.Array
    weights: Weights
    moments: optax.OptState
    playing: Playing
    memory: Memory  # f32[copies, units]: blank in a copy whose episode has just begun
    updates: jax.Array  # i32[]: how often it has learned from a rollout


@dataclass(frozen=True)
class RecurrentPPO:
    """PPO whose policy and value share a long short-term memory.

    The student of the maze experiments of Jiang et al., arXiv:2110.02439: the memory begins blank
    with each episode, whole sequences of some copies make a minibatch, gradients go back through
    all of a rollout and no further, values are clipped as the policy is, and their loss is half the
    squared error. Advantages are normalised within each minibatch. At a time limit the value of
    what the last step led to stands for the rest, one step of the memory further. A whole run is a
    pure function; see `envsuite.core.policy.Learner`.

    Attributes:
        steps: Environment steps of all copies together; the last rollout is finished.
        num_envs: How many copies of the game are played at once.
        rollout_steps: Steps in each copy between two updates.
        epochs: How often each rollout is gone through.
        minibatches: Into how many parts the copies are dealt, one for each gradient step.
        filters: How many filters of 3 by 3 go over an observation that is an image.
        encoder: The sizes of dense layers between what is seen and the memory.
        units: Of the memory.
        heads: The sizes of the hidden layers of policy and value alike.
        activation: What follows each of them.
        anneal: Whether the learning rate falls evenly, to nothing after the last update.

    Raises:
        ValueError: On construction, for numbers with which nothing can be learned.
    """

    steps: int
    num_envs: int = 32
    rollout_steps: int = 256
    epochs: int = 5
    minibatches: int = 1
    filters: int = 16
    encoder: tuple[int, ...] = (64,)
    units: int = 256
    heads: tuple[int, ...] = (32,)
    activation: str = "tanh"
    anneal: bool = False

    def __post_init__(self) -> None:
        """Accept lists of layers; refuse what cannot be learned with."""
        for name in ("encoder", "heads"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
            check_network(getattr(self, name), self.activation)
        names = ("steps", "num_envs", "rollout_steps", "epochs", "minibatches", "filters", "units")
        check_counts(self, *names)
        if self.num_envs % self.minibatches or self.update_steps < 2 * self.minibatches:
            raise ValueError(
                f"{self.num_envs} copies of {self.rollout_steps} steps cannot be dealt into "
                f"{self.minibatches} equal minibatches of two samples or more, sequences kept "
                f"whole: choose a divisor of {self.num_envs}"
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
        """Those of the published maze experiments."""
        return Settings()

    def learn(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Settings) -> Weights:
        """Learn from scratch; raise `TypeError` for a game that it cannot play (`interface`)."""
        return run(self, key, env, params, settings)

    def init(self, key: jax.Array, env: Env[Any, Any], params: Any, settings: Settings) -> State:
        """A fresh network, and the first episodes."""
        key, network_key, play_key = jax.random.split(key, 3)
        game = interface(env, "RecurrentPPO")
        seen, actions = game.observation_shape, game.actions.size
        weights = self._network.fresh(network_key, seen, actions, discrete=game.discrete)
        playing = begin(play_key, env, params, self.num_envs)
        memory = blank(self.num_envs, self.units)
        return State(key, weights, start(weights, settings), playing, memory, jnp.int32(0))

    def update(self, state: State, env: Env[Any, Any], params: Any, settings: Settings) -> State:
        """One rollout, and the gradient steps along it."""
        key, game_key, noise_key, shuffle_key = jax.random.split(state.key, 4)
        state = replace(state, key=key)
        state, rollout = self.collect((game_key, noise_key), state, env, params, settings)
        return self.improve(shuffle_key, state, rollout, settings)

    def restart(self, state: State, playing: Playing) -> State:
        """The same learner before episodes that have just begun."""
        return replace(state, playing=playing, memory=jax.tree.map(jnp.zeros_like, state.memory))

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
        game, network, weights = interface(env, "RecurrentPPO"), self._network, state.weights
        seen = game.observation_shape
        # all chance of a rollout at once: in its loop each draw would be a kernel of its own
        game_keys = jax.random.split(keys[0], (self.rollout_steps, 2, self.num_envs))
        shape = (*game_keys.shape[::2], game.actions.size)
        chance = game_keys, noise(keys[1], game.discrete, shape)

        def step(carry: tuple[Playing, Memory], chance: Any) -> tuple[Any, Any]:
            (playing, memory), (keys, noise) = carry, chance
            obs = as_seen(playing.obs, seen)
            after = network.remembered(weights, memory, obs)
            scores = network.scores(weights, after.hidden)
            action = drawn(scores, weights.log_std, playing.legal, noise)
            taken = game.played(action)
            following, played = advance(keys, env, params, playing, taken, each=each)
            dreamt = imagine(keys[0], env, params, playing, taken) if grounded else None
            step = (obs, playing.legal, action, played, dreamt, after)
            return (following, forget(after, played.ended)), step

        begun = (state.playing, state.memory)
        (playing, memory), rollout = jax.lax.scan(step, begun, chance)
        obs, legal, action, played, dreamt, after = rollout
        led_to = dreamt or played
        scores, value = network.scores(weights, after.hidden), network.value(weights, after.hidden)
        # one step of the memory further, which the episode itself takes only where it goes on
        next_memory = network.remembered(weights, after, as_seen(led_to.obs, seen))
        advantage = advantages(
            led_to.reward,
            led_to.terminated,
            played.ended,
            value,
            network.value(weights, next_memory.hidden),
            settings.discount,
            settings.trace_decay,
        )
        likelihood, _ = likelihood_and_entropy(scores, weights.log_std, legal, action)
        judged = Rollout(obs, legal, action, likelihood, played, value, advantage, state.memory)
        return replace(state, playing=playing, memory=memory), judged

    def improve(self, key: jax.Array, state: State, rollout: Rollout, settings: Settings) -> State:
        """The gradient steps along a rollout; see `OnPolicy`."""
        if self.anneal:
            share = jnp.maximum(1 - state.updates / self.iterations, 0)
            settings = replace(settings, learning_rate=settings.learning_rate * share)

        def step(carry: Any, copies: jax.Array) -> Any:
            weights, moments = carry
            part = _of_copies(rollout, copies)
            gradients = jax.grad(self.loss)(weights, part, settings)
            return descend(weights, moments, gradients, settings), None

        shuffled = jnp.argsort(jax.random.bits(key, (self.epochs, self.num_envs)))
        deals = shuffled.reshape(self.gradient_steps, -1)
        weights, moments = jax.lax.scan(step, (state.weights, state.moments), deals)[0]
        return replace(state, weights=weights, moments=moments, updates=state.updates + 1)

    def loss(self, weights: Weights, rollout: Rollout, settings: Settings) -> jax.Array:
        """What a gradient step makes smaller: equation 9 of arXiv:1707.06347, its sign turned."""
        network = self._network
        shown = network.unrolled(weights, rollout.memory, rollout.obs, rollout.played.ended)
        scores = network.scores(weights, shown)
        now, entropy = likelihood_and_entropy(
            scores, weights.log_std, rollout.legal, rollout.action
        )
        gain = surrogate(now, rollout.log_likelihood, rollout.advantage, settings.clip_range)
        value, aim = network.value(weights, shown), rollout.value + rollout.advantage
        reach = settings.value_clip_range
        near = rollout.value + jnp.clip(value - rollout.value, -reach, reach)
        missed = jnp.maximum((value - aim) ** 2, (near - aim) ** 2)
        return (
            -gain
            - settings.entropy_coefficient * entropy.mean()
            + settings.value_coefficient * missed.mean() / 2
        )

    def weights(self, state: State) -> Weights:
        """The network as it is now."""
        return state.weights

    def policy(
        self, env: Env[Any, Any], weights: Weights, *, greedy: bool = False
    ) -> RecurrentPolicy:
        """Draws its actions, as in training; greedy, it takes the likeliest."""
        game, network = interface(env, "RecurrentPPO"), self._network
        seen = game.observation_shape

        def choose(
            key: jax.Array,
            weights: Weights,
            memory: Memory,
            obs: jax.Array,
            legal: jax.Array | None,
        ) -> tuple[Memory, jax.Array]:
            memory = network.remembered(weights, memory, as_seen(obs, seen))
            scores = network.scores(weights, memory.hidden)
            still = jnp.zeros_like(scores) if greedy else noise(key, game.discrete, scores.shape)
            return memory, game.played(drawn(scores, weights.log_std, legal, still))

        return RecurrentPolicy(weights, self.units, choose)

    @property
    def _network(self) -> RecurrentNetwork:
        return RecurrentNetwork(self.filters, self.encoder, self.units, self.heads, self.activation)


def _of_copies(rollout: Rollout, copies: jax.Array) -> Rollout:
    """What some copies played, `i32[n]`, their sequences whole."""
    part = jax.tree.map(lambda leaf: leaf[:, copies], replace(rollout, memory=None))
    return replace(part, memory=jax.tree.map(lambda leaf: leaf[copies], rollout.memory))

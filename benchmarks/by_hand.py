"""A search for a learned world as one puts it together of gymnax, flax, optax and evosax.

What `meta_training.py` compares with: a bandit as an environment of gymnax, PPO in the style of
PureJaxRL, evosax's SNES, mapped over the population, all in one compiled function. Nothing of it is
envsuite's but the sizes and ranges, which it takes from a plan.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from evosax.algorithms import SNES
from flax import linen as nn
from gymnax import make
from gymnax.environments.environment import Environment
from jax.sharding import Mesh, PartitionSpec

from envsuite_synthetic.presets import Plan


class OneStep(NamedTuple):
    """The state of a bandit."""

    seen: jax.Array


class Head(nn.Module):
    """A network of a world: one hidden layer."""

    outputs: int

    @nn.compact
    def __call__(self, inputs: jax.Array) -> jax.Array:
        """`f32[inputs]` to `f32[outputs]`."""
        return nn.Dense(self.outputs)(nn.relu(nn.Dense(32)(inputs)))


class Bandit(Environment):
    """A learned world as an environment of gymnax; its weights are the params."""

    def __init__(self, observation: int, actions: int) -> None:
        """Networks for so many numbers and choices."""
        super().__init__()
        self.observation, self.actions = observation, actions
        self.start, self.pay = Head(observation), Head(1)

    def initial(self, key: jax.Array) -> Any:
        """Weights that have learned nothing."""
        keys, seen = jax.random.split(key), jnp.zeros(self.observation)
        told = jnp.zeros(self.observation + self.actions)
        return self.start.init(keys[0], seen), self.pay.init(keys[1], told)

    def reset_env(self, key: jax.Array, params: Any) -> Any:
        """Draw a first observation."""
        seen: Any = self.start.apply(params[0], jax.random.normal(key, (self.observation,)))
        return seen, OneStep(seen)

    def step_env(self, key: jax.Array, state: OneStep, action: Any, params: Any) -> Any:
        """Pay, and end."""
        told = jnp.concatenate([state.seen, jax.nn.one_hot(action, self.actions)])
        return state.seen, state, self.pay.apply(params[1], told)[0], jnp.bool_(True), {}


class ActorCritic(nn.Module):
    """Scores of the actions, and a value."""

    actions: int
    hidden: tuple[int, ...]

    @nn.compact
    def __call__(self, seen: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Two networks that share nothing."""
        outputs = []
        for size, gain in ((self.actions, 0.01), (1, 1.0)):
            inside = seen
            for units in self.hidden:
                layer = nn.Dense(units, kernel_init=nn.initializers.orthogonal(2**0.5))
                inside = nn.tanh(layer(inside))
            last = nn.Dense(size, kernel_init=nn.initializers.orthogonal(gain))
            outputs.append(last(inside))
        return outputs[0], outputs[1][..., 0]


class Step(NamedTuple):
    """What a rollout keeps of a step of all copies."""

    seen: jax.Array
    action: jax.Array
    likelihood: jax.Array
    value: jax.Array
    reward: jax.Array
    done: jax.Array


def likelihood(scores: jax.Array, action: jax.Array) -> jax.Array:
    """Of a choice, as a logarithm."""
    return (jax.nn.log_softmax(scores) * jax.nn.one_hot(action, scores.shape[-1])).sum(-1)


def by_hand(task: str, own: Plan) -> tuple[Callable[..., jax.Array], Callable[[jax.Array], Any]]:
    """The peer: `trial(key, world)`, a score, and `initial(key)`, a world that learned nothing."""
    apprentice, episodes = own.problem.apprentices[0], own.problem.episodes
    sizes: Any = apprentice.learner
    ranges = {name: jnp.array(values) for name, values in apprentice.ranges.items()}
    horizon = own.problem.horizon.last
    made: Any = make(task)
    real, real_params = made
    real_params = real_params.replace(max_steps_in_episode=horizon)
    world = Bandit(real.observation_space(real_params).shape[0], real.action_space().n)
    net: Any = ActorCritic(world.actions, sizes.hidden)
    usual = sizes.default_settings()
    updates = sizes.steps // (sizes.num_envs * sizes.rollout_steps)

    def learn(key: jax.Array, params: Any, drawn: dict[str, jax.Array]) -> Any:
        key, net_key, reset_key = jax.random.split(key, 3)
        weights = net.init(net_key, jnp.zeros(world.observation))
        optimizer = optax.chain(
            optax.clip_by_global_norm(usual.gradient_norm),
            optax.adam(drawn["learning_rate"], eps=usual.adam_epsilon),
        )
        reset_keys = jax.random.split(reset_key, sizes.num_envs)
        seen, state = jax.vmap(world.reset, (0, None))(reset_keys, params)

        def loss(weights: Any, batch: Any) -> jax.Array:
            step, advantage, aim = batch
            scores, value = net.apply(weights, step.seen)
            gain = (advantage - advantage.mean()) / (advantage.std(ddof=1) + 1e-8)
            change = jnp.exp(likelihood(scores, step.action) - step.likelihood)
            near = jnp.clip(change, 1 - drawn["clip_range"], 1 + drawn["clip_range"])
            known = jax.nn.log_softmax(scores)
            entropy = -(jnp.exp(known) * known).sum(-1).mean()
            return (
                -jnp.minimum(change * gain, near * gain).mean()
                - drawn["entropy_coefficient"] * entropy
                + drawn["value_coefficient"] * ((value - aim) ** 2).mean()
            )

        def act(carry: Any, _: None) -> Any:
            weights, key, state, seen = carry
            key, act_key, step_key = jax.random.split(key, 3)
            scores, value = net.apply(weights, seen)
            action = jax.random.categorical(act_key, scores)
            keys = jax.random.split(step_key, sizes.num_envs)
            stepped = jax.vmap(world.step, (0, 0, 0, None))(keys, state, action, params)
            following, state, reward, done, _ = stepped
            step = Step(seen, action, likelihood(scores, action), value, reward, done)
            return (weights, key, state, following), step

        def back(carry: Any, step: Step) -> Any:
            advantage, following = carry
            going_on = 1.0 - step.done
            surprise = step.reward + usual.discount * following * going_on - step.value
            advantage = surprise + usual.discount * usual.trace_decay * going_on * advantage
            return (advantage, step.value), advantage

        def update(carry: Any, _: Any) -> Any:
            weights, moments, key, state, seen = carry
            carry, steps = jax.lax.scan(act, (weights, key, state, seen), None, sizes.rollout_steps)
            key, state, seen = carry[1:]
            last = net.apply(weights, seen)[1]
            _, advantage = jax.lax.scan(back, (jnp.zeros_like(last), last), steps, reverse=True)
            batch = (steps, advantage, advantage + steps.value)
            flat = jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), batch)

            def descend(carry: Any, part: Any) -> Any:
                weights, moments = carry
                change, moments = optimizer.update(jax.grad(loss)(weights, part), moments)
                return (optax.apply_updates(weights, change), moments), None

            def epoch(carry: Any, key: jax.Array) -> Any:
                order = jax.random.permutation(key, advantage.size)
                order = order.reshape(sizes.minibatches, -1)
                return jax.lax.scan(descend, carry, jax.tree.map(lambda leaf: leaf[order], flat))

            key, epoch_key = jax.random.split(key)
            epoch_keys = jax.random.split(epoch_key, sizes.epochs)
            (weights, moments), _ = jax.lax.scan(epoch, (weights, moments), epoch_keys)
            return (weights, moments, key, state, seen), None

        begun = (weights, optimizer.init(weights), key, state, seen)
        return jax.lax.scan(update, begun, None, updates)[0][0]

    def play(key: jax.Array, weights: Any) -> jax.Array:
        def going_on(carry: Any) -> jax.Array:
            return ~carry[3]

        def step(carry: Any) -> Any:
            key, seen, state, _, earned = carry
            key, act_key, step_key = jax.random.split(key, 3)
            action = jax.random.categorical(act_key, net.apply(weights, seen)[0])
            seen, state, reward, done, _ = real.step_env(step_key, state, action, real_params)
            return key, seen, state, done, earned + reward

        key, reset_key = jax.random.split(key)
        seen, state = real.reset_env(reset_key, real_params)
        begun = (key, seen, state, jnp.bool_(False), jnp.float32(0))
        return jax.lax.while_loop(going_on, step, begun)[-1]

    def trial(key: jax.Array, params: Any) -> jax.Array:
        key, learn_key, play_key = jax.random.split(key, 3)
        keys = jax.random.split(key, len(ranges))
        drawn = {
            name: jax.random.choice(own, values)
            for own, (name, values) in zip(keys, ranges.items(), strict=True)
        }
        weights = learn(learn_key, params, drawn)
        return jax.vmap(play, (0, None))(jax.random.split(play_key, episodes), weights).mean()

    return trial, world.initial


class Peer:
    """A search of the peer under way."""

    def __init__(self, task: str, own: Plan, *, seed: int, spread: bool) -> None:
        """Begin.

        Args:
            task: Gymnax's name of it.
            own: A plan, of which the first apprentice, a PPO, is the learner.
            seed: Of everything.
            spread: Whether the population is dealt out to all devices.
        """
        self.trial, initial = by_hand(task, own)
        solution = initial(jax.random.key(seed))
        self.strategy = SNES(population_size=own.search.population, solution=solution)
        self.params = self.strategy.default_params.replace(std_init=own.search.deviation)
        self.state = self.strategy.init(jax.random.key(seed + 1), solution, self.params)
        self.score: Any = jax.vmap(self.trial, (None, 0))
        if spread:
            kinds = (PartitionSpec(), PartitionSpec("members"))
            mesh = Mesh(np.array(jax.devices()), ("members",))
            self.score = jax.shard_map(
                self.score, mesh=mesh, in_specs=kinds, out_specs=kinds[1], check_vma=False
            )
        self.luck, self.number = jax.random.key(seed + 2), 0

    def play(self, generations: int) -> None:
        """Go on."""
        for _ in range(generations):
            self.number += 1
            key = jax.random.fold_in(self.luck, self.number)
            self.state, _ = jax.block_until_ready(self.generation(key, self.state))

    def judge(self, trials: int) -> np.ndarray:
        """Fresh trials of the mean."""
        keys = jax.random.split(jax.random.key(3), trials)
        mean = self.strategy.get_mean(self.state)
        return np.asarray(jax.jit(jax.vmap(self.trial, (0, None)))(keys, mean))

    @partial(jax.jit, static_argnums=0)
    def generation(self, key: jax.Array, state: Any) -> Any:
        """One generation, whole."""
        ask_key, score_key, tell_key = jax.random.split(key, 3)
        members, state = self.strategy.ask(ask_key, state, self.params)
        scores = self.score(score_key, members)
        state, _ = self.strategy.tell(tell_key, members, -scores, state, self.params)
        return state, scores

"""PPO: its estimates and its loss against other hands, and what it learns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from gymnasium import spaces

import envsuite
from envsuite.core.policy import Learner, Policy
from envsuite.core.timestep import Timestep
from envsuite.functional import TimeLimit, Transform
from envsuite_agents.descent import descend
from envsuite_agents.gae import advantages
from envsuite_agents.networks import forward, orthogonal_layers, uniform_layers
from envsuite_agents.ppo import PPO, Batch, Settings, _flat
from envsuite_agents.tests.small_games import Corridor, Target

KEY = jax.random.key(0)
SMALL = PPO(steps=2560, num_envs=16, rollout_steps=16, minibatches=4, hidden=(16,))
QUICK = replace(Settings(), learning_rate=1e-2)


def begun(learner: PPO, env: Any, settings: Settings = QUICK) -> Any:
    return jax.jit(lambda key: learner.init(key, env, None, settings))(KEY)


def rollout(learner: PPO, env: Any, state: Any, settings: Settings) -> Batch:
    def roll(state: Any) -> Batch:
        return _flat(learner.collect((KEY, KEY), state, env, None, settings)[1])

    return jax.jit(roll)(state)


def test_it_is_a_learner():
    assert isinstance(SMALL, Learner)
    assert PPO(steps=10_000).iterations == 5, "whole rollouts of 2048 steps"


def test_advantages_of_a_case_worked_by_hand():
    # discount 1/2 and trace decay 1/2: later surprises count a quarter; the third step is an end.
    # Surprises: 1 + 2/2 - 1 = 1, 2 + 4/2 - 2 = 2, 3 - 4 = -1 (or 3 + 6/2 - 4 = 2), 4 + 0 - 0 = 4
    reward, value = jnp.array([1.0, 2, 3, 4]), jnp.array([1.0, 2, 4, 0])
    last = jnp.array([False, False, True, False])
    for terminated, third in ((True, -1.0), (False, 2.0)):
        led_to = jnp.array([2.0, 4, 6, 0])
        found = advantages(reward, last & terminated, last, value, led_to, 0.5, 0.5)
        second = 2 + third / 4
        np.testing.assert_allclose(found, [1 + second / 4, second, third, 4])


@pytest.mark.parametrize("ends", [True, False])
def test_a_time_limit_is_no_end(ends):
    """In two cells that pay 1 a step; the value of the second is what the cut bootstraps from."""
    env = TimeLimit(Corridor(ends=ends), 1)
    learner = replace(SMALL, num_envs=1, rollout_steps=4, minibatches=2)
    settings = replace(Settings(), discount=0.5, trace_decay=0.9)
    state = begun(learner, env, settings)
    weights, bias = state.weights.value[-1]
    flat = state.weights.value[:-1] + ((jnp.zeros_like(weights), bias + 3.0),)  # 3 everywhere
    state = replace(state, weights=replace(state.weights, value=flat))
    batch = rollout(learner, env, state, settings)
    np.testing.assert_allclose(batch.value, 1.0 if ends else 1 + 0.5 * 3, rtol=1e-6)
    np.testing.assert_array_equal(batch.obs, [[1, 0]] * 4, "every episode began anew")


@pytest.mark.parametrize("discrete", [True, False])
def test_a_gradient_step_is_pytorchs(discrete):
    """The loss as Stable-Baselines3 states it, on equal weights and one batch."""
    rng = np.random.default_rng(0)
    env = TimeLimit(Corridor(masks=False) if discrete else Target(), 1)
    learner = replace(SMALL, hidden=(5,))
    settings = Settings(
        learning_rate=1e-2, clip_range=0.1, entropy_coefficient=0.3, gradient_norm=0.05
    )
    state = begun(learner, env, settings)
    draw = lambda *shape: rng.normal(size=shape).astype(np.float32)  # noqa: E731
    obs = draw(8, 2) if discrete else draw(8, 1)
    action = rng.integers(0, 2, 8).astype(np.int32) if discrete else draw(8, 2)
    old = draw(8) - (1 if discrete else 3)
    played = (action, old, draw(8), draw(8))
    batch = Batch(jnp.asarray(obs), None, *map(jnp.asarray, played))
    parts = torch_parts(state.weights)
    optimizer = torch.optim.Adam(parts["all"], lr=1e-2, eps=1e-5)
    torch_loss(parts, batch, settings).backward()
    torch.nn.utils.clip_grad_norm_(parts["all"], 0.05)
    optimizer.step()

    @jax.jit
    def step(state: Any) -> Any:
        ours, gradients = jax.value_and_grad(learner.loss)(state.weights, batch, settings)
        return ours, descend(state.weights, state.moments, gradients, settings)[0]

    ours, stepped = step(state)
    theirs = torch_loss(torch_parts(state.weights), batch, settings).item()
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    leaves = jax.tree.leaves((stepped.policy, stepped.value, stepped.log_std))
    for own, theirs in zip(leaves, parts["all"], strict=True):
        np.testing.assert_allclose(own, theirs.detach().numpy(), atol=2e-6)


def torch_parts(weights: Any) -> dict[str, Any]:
    leaf = lambda x: torch.tensor(np.asarray(x), requires_grad=True)  # noqa: E731
    parts: dict[str, Any] = {
        name: [leaf(x) for x in jax.tree.leaves(getattr(weights, name))]
        for name in ("policy", "value", "log_std")
    }
    return {**parts, "all": [x for leaves in parts.values() for x in leaves]}


def torch_loss(parts: dict[str, Any], batch: Batch, settings: Settings) -> Any:
    take = lambda x: torch.tensor(np.asarray(x))  # noqa: E731
    network = lambda p: torch.tanh(take(batch.obs) @ p[0] + p[1]) @ p[2] + p[3]  # noqa: E731
    if parts["log_std"]:
        spread = torch.ones_like(take(batch.action)) * parts["log_std"][0].exp()
        chances = torch.distributions.Normal(network(parts["policy"]), spread)
        likelihood = chances.log_prob(take(batch.action)).sum(1)
        entropy = chances.entropy().sum(1)
    else:
        chances = torch.distributions.Categorical(logits=network(parts["policy"]))
        likelihood, entropy = chances.log_prob(take(batch.action)), chances.entropy()
    gain = take(batch.advantage)
    gain = (gain - gain.mean()) / (gain.std() + 1e-8)
    ratio = torch.exp(likelihood - take(batch.log_likelihood))
    clip = settings.clip_range
    clipped = torch.min(gain * ratio, gain * torch.clamp(ratio, 1 - clip, 1 + clip)).mean()
    value = torch.nn.functional.mse_loss(take(batch.value), network(parts["value"])[:, 0])
    return (
        -clipped
        - settings.entropy_coefficient * entropy.mean()
        + settings.value_coefficient * value
    )


def test_a_bandit_is_learned_by_a_population():
    env = envsuite.make("envsuite/Primer-Bandit")
    settings = jax.tree.map(lambda leaf: jnp.full(3, leaf), QUICK)
    settings = replace(settings, learning_rate=jnp.array([0.0, 1e-2, 1e-2]))
    keys = jax.random.split(KEY, 3)
    learn = jax.vmap(SMALL.learn, (0, None, None, 0))
    weights = jax.jit(lambda keys, s: learn(keys, env, env.default_params(), s))(keys, settings)

    def best(weights: Any) -> jax.Array:
        """In how many of the three contexts the likeliest arm is the best one."""
        policy = SMALL.policy(env, weights, greedy=True)
        seen = Timestep(jnp.eye(3), jnp.zeros(3), jnp.zeros(3, bool))
        arms = policy.act(KEY, None, seen)[1]
        return (arms == env.default_params().chances.argmax(1)).sum()

    found = jax.vmap(best)(weights)
    assert found.tolist()[1:] == [3, 3] and found[0] < 3, "at no learning rate nothing is learned"
    # one of them alone comes to the same
    one = jax.tree.map(lambda leaf: leaf[1], settings)
    alone = jax.jit(lambda key: SMALL.learn(key, env, env.default_params(), one))(keys[1])
    for own, mapped in zip(jax.tree.leaves(alone), jax.tree.leaves(weights), strict=True):
        np.testing.assert_allclose(own, mapped[1], rtol=2e-3, atol=2e-3)


def test_numbers_in_a_box_are_learned():
    env = TimeLimit(Target(), 1)
    learner = replace(SMALL, steps=8000)
    weights = jax.jit(lambda key: learner.learn(key, env, None, QUICK))(KEY)
    policy = learner.policy(env, weights, greedy=True)
    assert isinstance(policy, Policy)
    seen = Timestep(jnp.ones((1, 1)), jnp.float32(0), jnp.bool_(False))
    np.testing.assert_allclose(policy.act(KEY, None, seen)[1], [2.5, -0.5], atol=0.15)
    drawn = learner.policy(env, weights)
    actions = jax.vmap(lambda key: drawn.act(key, None, seen)[1])(jax.random.split(KEY, 100))
    assert actions.std(0).min() > 0.01, "drawn, not greedy"
    assert all(env.action_space.contains(np.asarray(action)) for action in actions)


def test_masks_and_first_actions_are_kept():
    env = TimeLimit(Corridor(start=7), 5)
    state = begun(SMALL, env)
    batch = rollout(SMALL, env, state, QUICK)
    assert (batch.action == 1).all(), "counted from 0; the mask allows no other"
    np.testing.assert_allclose(batch.log_likelihood, 0, atol=1e-6)
    _, timestep = env.reset(KEY, None)
    for greedy in (True, False):
        policy = SMALL.policy(env, state.weights, greedy=greedy)
        assert policy.act(KEY, None, timestep)[1] == 8


def test_what_it_counts_of_the_episodes():
    env = TimeLimit(Corridor(ends=False), 3)
    update = jax.jit(lambda state: SMALL.update(state, env, None, Settings()))
    tally = update(begun(SMALL, env)).playing.tally
    assert (tally.episodes, tally.returns, tally.lengths) == (16 * 5, 16 * 15, 16 * 15)
    assert (tally.earned == 1).all() and (tally.lasted == 1).all(), "16 steps: five episodes and 1"


def test_layers_begin_as_said():
    layers = jax.jit(lambda key: orthogonal_layers(key, (3, 8, 4, 2), 0.01))(KEY)
    for (weights, biases), gain in zip(layers, (2.0, 2.0, 1e-4), strict=True):
        weights = weights if weights.shape[0] <= weights.shape[1] else weights.T
        np.testing.assert_allclose(weights @ weights.T, gain * np.eye(len(weights)), atol=1e-5)
        assert not biases.any()
    assert (forward(layers, jnp.zeros((5, 3)), "relu") == 0).all()
    weights, biases = uniform_layers(KEY, (100, 1000))[0]
    assert np.abs(weights).max() <= 0.1 and np.abs(biases).max() <= 0.1
    np.testing.assert_allclose(weights.std(), 0.1 / 3**0.5, rtol=0.01)


@dataclass(frozen=True)
class Other(Transform):
    """A game with other spaces; it is never played."""

    sees: Any = None
    does: Any = None

    @property
    def observation_space(self) -> Any:
        """The given one, or the game's own."""
        return self.sees or self.env.observation_space

    @property
    def action_space(self) -> Any:
        """The given one, or the game's own."""
        return self.does or self.env.action_space


def test_what_cannot_be_learned_is_refused():
    learn = lambda env: SMALL.learn(KEY, env, None, Settings())  # noqa: E731
    with pytest.raises(TypeError, match="Pursuit has the groups .*maskable-ppo"):
        learn(envsuite.make("envsuite/Primer-Pursuit"))
    with pytest.raises(TypeError, match="Guess is a game of words"):
        learn(envsuite.make("envsuite/Primer-Guess"))
    with pytest.raises(TypeError, match="Discrete actions or a bounded Box.*MultiDiscrete"):
        learn(Other(Corridor(), does=spaces.MultiDiscrete([2, 2])))
    with pytest.raises(TypeError, match=r"Discrete actions or a bounded Box.*Box\(-inf"):
        learn(Other(Corridor(), does=spaces.Box(-np.inf, np.inf, (2,))))
    with pytest.raises(TypeError, match="sees a Box, and the observations .* are Discrete"):
        SMALL.policy(Other(Corridor(), sees=spaces.Discrete(3)), None)  # pyright: ignore[reportArgumentType] - refused before it is looked at
    with pytest.raises(ValueError, match="cannot be cut into 3 equal minibatches.*divisor of 256"):
        replace(SMALL, minibatches=3)
    with pytest.raises(ValueError, match="epochs must be a whole number from 1 up, not 0"):
        replace(SMALL, epochs=0)
    with pytest.raises(ValueError, match="no activation 'tahn': did you mean 'tanh'?"):
        replace(SMALL, activation="tahn")
    with pytest.raises(ValueError, match="at least 1 unit"):
        replace(SMALL, hidden=(64, 0))

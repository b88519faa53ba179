"""SAC, TD3 and DDPG: their gradient steps against PyTorch's, and what they learn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from gymnasium import spaces

import envsuite
from envsuite.core.policy import Learner
from envsuite.core.timestep import Timestep
from envsuite.functional import TimeLimit
from envsuite_agents.ddpg import DDPG
from envsuite_agents.interface import Bounds, Choices
from envsuite_agents.off_policy import Transition
from envsuite_agents.sac import SAC
from envsuite_agents.soft_actions import SoftBounds, SoftChoices
from envsuite_agents.td3 import TD3
from envsuite_agents.tests.small_games import Corridor, Target

KEY = jax.random.key(0)
SMALL: dict[str, Any] = {
    "steps": 1600,
    "num_envs": 4,
    "learning_starts": 80,
    "train_frequency": 2,
    "gradient_steps": 2,
    "batch_size": 64,
    "hidden": (16,),
}
# without chance of its own, the policy must not run ahead of what the critics know
SLOW: dict[str, Any] = {
    **SMALL,
    "steps": 1000,
    "learning_starts": 400,
    "gradient_steps": 16,
    "policy_delay": 4,
    "hidden": (32,),
}
LEARNERS = [SAC(**SMALL), TD3(**SLOW), DDPG(**SLOW)]
BOX = TimeLimit(Target(), 1)
SEEN = Timestep(jnp.ones((1, 1)), jnp.float32(0), jnp.bool_(False))


def name(learner: Any) -> str:
    return type(learner).__name__


def test_they_are_learners():
    assert all(isinstance(learner, Learner) for learner in LEARNERS)
    assert [learner.iterations for learner in LEARNERS] == [200, 125, 125]


def quick(learner: Any) -> Any:
    return replace(learner.default_settings(), learning_rate=1e-2, target_update_rate=0.05)


@pytest.mark.parametrize("learner", LEARNERS[:2], ids=name)  # DDPG is TD3 with less
def test_numbers_in_a_box_are_learned(learner):
    settings = quick(learner)
    if not isinstance(learner, SAC):
        settings = replace(settings, action_noise=0.3)
    keys = jax.random.split(KEY, 2)
    weights = jax.jit(jax.vmap(lambda key: learner.learn(key, BOX, None, settings)))(keys)

    def action(weights: Any, key: Any, greedy: bool) -> jax.Array:
        return learner.policy(BOX, weights, greedy=greedy).act(key, None, SEEN)[1]

    best = jax.vmap(lambda weights: action(weights, KEY, True))(weights)
    np.testing.assert_allclose(best, [[2.5, -0.5]] * 2, atol=0.2)
    own = jax.tree.map(lambda leaf: leaf[1], weights)
    drawn = jax.vmap(lambda key: action(own, key, False))(jax.random.split(KEY, 50))
    assert (drawn.std(0) > 0.01).all() == isinstance(learner, SAC), "only SAC leaves it to chance"
    assert all(BOX.action_space.contains(np.asarray(one)) for one in drawn)
    alone = jax.jit(lambda key: learner.learn(key, BOX, None, settings))(keys[1])
    for one, mapped in zip(jax.tree.leaves(alone), jax.tree.leaves(own), strict=True):
        np.testing.assert_allclose(one, mapped, rtol=2e-2, atol=2e-2)


def test_a_choice_is_learned_by_sac():
    env = envsuite.make("envsuite/Primer-Bandit")
    learner = SAC(**{**SMALL, "gradient_steps": 4})
    params = env.default_params()
    ratios = jnp.array([0.1, 0.95])

    def chances(ratio: jax.Array) -> jax.Array:
        """How likely each arm is in each context, by the scores that it has learned."""
        settings = replace(quick(learner), target_entropy_ratio=ratio)
        weights = learner.learn(KEY, env, params, settings)
        policy = learner.policy(env, weights)
        seen = Timestep(jnp.eye(3), jnp.zeros(3), jnp.zeros(3, bool))
        arms = jax.vmap(lambda key: policy.act(key, None, seen)[1])(jax.random.split(KEY, 500))
        return jax.nn.one_hot(arms, 5).mean(0)

    found = jax.jit(jax.vmap(chances))(ratios)
    assert (found.argmax(-1) == params.chances.argmax(-1)).all()
    entropy = -(found * jnp.log(found + 1e-9)).sum(-1).mean(-1) / jnp.log(5)
    assert entropy[0] < 0.5 < entropy[1], "as random as it was asked to be"


def test_masks_are_kept_by_sac():
    env = TimeLimit(Corridor(start=7), 5)
    learner = SAC(**SMALL)
    state = jax.jit(lambda key: learner.init(key, env, None, quick(learner)))(KEY)
    update = jax.jit(lambda state: learner.update(state, env, None, quick(learner)))
    for _ in range(12):
        state = update(state)
    rows = jax.tree.map(lambda leaf: leaf[:96], state.replay.rows)
    assert (rows.action == 1).all() and not rows.legal[:, 0].any()
    assert all(jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(state.learned))
    _, timestep = env.reset(KEY, None)
    for greedy in (True, False):
        policy = learner.policy(env, learner.weights(state), greedy=greedy)
        assert policy.act(KEY, None, timestep)[1] == 8


def transitions(rng: np.random.Generator, seen: int, discrete: bool) -> Transition:
    draw = lambda *shape: jnp.asarray(rng.normal(size=shape), jnp.float32)  # noqa: E731
    action = jnp.asarray(rng.integers(0, 2, 8), jnp.int32) if discrete else jnp.tanh(draw(8, 2))
    ended = jnp.asarray(rng.integers(0, 2, 8) > 0)
    return Transition(draw(8, seen), action, draw(8), ended, draw(8, seen), None, None)


def double(leaf: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(leaf, np.float64))


def take(tree: Any) -> Any:
    return jax.tree.map(lambda leaf: double(leaf).requires_grad_(), tree)


def net(layers: Any, inputs: torch.Tensor) -> torch.Tensor:
    """One hidden layer of ReLU, of one network or of several stacked."""
    (w1, b1), (w2, b2) = layers
    bias = (lambda b: b[:, None]) if w1.ndim == 3 else (lambda b: b)
    return torch.relu(inputs @ w1 + bias(b1)) @ w2 + bias(b2)


def parts(tree: Any) -> list[torch.Tensor]:
    return [leaf for leaf in jax.tree.leaves(tree)]


def assert_same(ours: Any, theirs: Any) -> None:
    for own, other in zip(jax.tree.leaves(ours), parts(theirs), strict=True):
        np.testing.assert_allclose(own, other.detach().numpy(), atol=5e-6)


def adam_step(loss: torch.Tensor, tree: Any) -> None:
    for leaf in parts(tree):
        leaf.grad = None
    optimizer = torch.optim.Adam(parts(tree), lr=1e-2)
    loss.backward(inputs=parts(tree))
    optimizer.step()


@pytest.mark.parametrize("discrete", [False, True])
def test_a_step_of_sac_is_pytorchs(discrete):
    """In Stable-Baselines3's order: temperature before, then critics, policy, and the copies."""
    rng = np.random.default_rng(0)
    env = TimeLimit(Corridor(masks=False), 1) if discrete else BOX
    learner = SAC(**{**SMALL, "hidden": (5,), "batch_size": 8})
    settings = replace(quick(learner), initial_temperature=0.3, target_entropy_ratio=0.5)
    state = jax.jit(lambda key: learner.init(key, env, None, settings))(KEY)
    soft = learner._soft(env)
    batch = transitions(rng, 2 if discrete else 1, discrete)
    now, then = jnp.asarray(rng.normal(size=(2, 8, 2)), jnp.float32)
    stepped = jax.jit(lambda learned: learner.step(soft, learned, batch, now, then, settings))(
        state.learned
    )
    policy, critics, log_temperature = take(
        (state.learned.policy, state.learned.critics, state.learned.log_temperature)
    )
    target = take(state.learned.target)
    obs, action, reward, ended, following = (
        double(leaf)
        for leaf in (batch.obs, batch.action, batch.reward, batch.terminated, batch.next_obs)
    )
    temperature = log_temperature.exp().detach()

    def outlook(critics: Any, obs: torch.Tensor, noise: jax.Array) -> Any:
        outputs = net(policy, obs)
        if discrete:
            chances = torch.distributions.Categorical(logits=outputs)
            worth = (chances.probs * net(critics, obs).min(0).values).sum(1)
            return worth, -chances.entropy()
        mean, log_std = outputs.chunk(2, 1)
        free = mean + log_std.exp() * double(noise)
        chances = torch.distributions.Normal(mean, log_std.exp())
        pressed = torch.tanh(free)
        likelihood = (chances.log_prob(free) - torch.log(1 - pressed**2)).sum(1)
        pairs = torch.cat([obs, pressed], 1)
        return net(critics, pairs)[..., 0].min(0).values, likelihood

    with torch.no_grad():
        worth, likelihood = outlook(target, following, then)
        due = reward + 0.99 * (1 - ended.float()) * (worth - temperature * likelihood)
    if discrete:
        values = net(critics, obs)[:, torch.arange(8), action.long()]
    else:
        values = net(critics, torch.cat([obs, action], 1))[..., 0]
    adam_step(0.5 * ((values - due) ** 2).mean(1).sum(), critics)
    worth, likelihood = outlook(critics, obs, now)
    adam_step((temperature * likelihood - worth).mean(), policy)
    due_entropy = 0.5 * np.log(2) if discrete else -2
    loss = -(log_temperature * (likelihood + due_entropy).detach()).mean()
    adam_step(loss, [log_temperature])
    assert_same(stepped.critics, critics)
    assert_same(stepped.policy, policy)
    assert_same(stepped.log_temperature, log_temperature)
    for own, old, new in zip(
        *map(jax.tree.leaves, (stepped.target, state.learned.target, stepped.critics)), strict=True
    ):
        np.testing.assert_allclose(own, 0.95 * old + 0.05 * new, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("kind", [TD3, DDPG])
def test_steps_of_td3_and_ddpg_are_pytorchs(kind):
    rng = np.random.default_rng(0)
    learner = kind(**{**SMALL, "hidden": (5,), "batch_size": 8})
    settings = replace(quick(learner), target_noise=0.5, target_noise_clip=0.3)
    state = jax.jit(lambda key: learner.init(key, BOX, None, settings))(KEY)
    batch = transitions(rng, 1, discrete=False)
    noise = jnp.asarray(rng.normal(size=(8, 2)), jnp.float32)
    step = jax.jit(lambda learned: learner.step(learned, batch, noise, settings))
    policy, critics = take((state.learned.policy, state.learned.critics))
    target_policy, target = take((state.learned.policy, state.learned.critics))
    obs, action, reward, ended, following = (
        double(leaf)
        for leaf in (batch.obs, batch.action, batch.reward, batch.terminated, batch.next_obs)
    )
    with torch.no_grad():
        chosen = torch.tanh(net(target_policy, following))
        if kind is TD3:
            added = (0.5 * double(noise)).clamp(-0.3, 0.3)
            chosen = (chosen + added).clamp(-1, 1)
        worth = net(target, torch.cat([following, chosen], 1))[..., 0].min(0).values
        due = reward + 0.99 * (1 - ended.float()) * worth
    values = net(critics, torch.cat([obs, action], 1))[..., 0]
    assert len(values) == (2 if kind is TD3 else 1)
    adam_step(((values - due) ** 2).mean(1).sum(), critics)
    once = step(state.learned)
    assert_same(once.critics, critics)
    if kind is TD3:  # the policy and the copies wait for the second step
        assert_same(once.policy, target_policy)
        assert_same(once.target_critics, target)
        once = replace(once, gradient_steps=jnp.int32(1), critics=state.learned.critics)
        once = step(replace(once, critics_moments=state.learned.critics_moments))
    pairs = torch.cat([obs, torch.tanh(net(policy, obs))], 1)
    adam_step(-net(critics, pairs)[0].mean(), policy)
    assert_same(once.policy, policy)
    for own, old, new in zip(
        *map(jax.tree.leaves, (once.target_policy, state.learned.policy, once.policy)), strict=True
    ):
        np.testing.assert_allclose(own, 0.95 * old + 0.05 * new, rtol=1e-5, atol=1e-7)


def test_the_density_of_pressed_actions_is_one():
    """Its integral over the box, by drawing evenly there: no mass is lost by tanh."""
    soft = SoftBounds(Bounds(spaces.Box(-1.0, 1.0, (1,))), "relu")
    outputs = jnp.array([[0.3, -0.5]])
    action = jnp.linspace(-0.9999, 0.9999, 20_001)[:, None]
    noise = (jnp.arctanh(action) - 0.3) * jnp.exp(0.5)
    critics = ((jnp.zeros((2, 2, 1)), jnp.zeros((2, 1))),)
    outlook = jax.vmap(lambda n: soft.outlook(critics, outputs, jnp.ones((1, 1)), None, n[None]))
    density = jnp.exp(outlook(noise)[1][:, 0])
    np.testing.assert_allclose(jnp.trapezoid(density, action[:, 0]), 1, atol=2e-3)
    np.testing.assert_allclose(soft.drawn(outputs, noise, None), action, atol=1e-5)


def test_actions_drawn_by_chance_are_even():
    soft = SoftBounds(Bounds(spaces.Box(-1.0, 1.0, (1,))), "relu")
    drawn = soft.by_chance(soft.noise(KEY, (4000,)), None)
    shares = jnp.histogram(drawn, bins=4, range=(-1, 1))[0] / 4000
    np.testing.assert_allclose(shares, 0.25, atol=4 * (3 / 16 / 4000) ** 0.5)
    choices = SoftChoices(Choices(spaces.Discrete(4)), "relu")
    legal = jnp.array([True, False, True, True])
    counts = jnp.bincount(choices.by_chance(choices.noise(KEY, (4000,)), legal), length=4)
    assert counts[1] == 0
    np.testing.assert_allclose(counts[legal] / 4000, 1 / 3, atol=4 * (2 / 9 / 4000) ** 0.5)


def test_what_cannot_be_learned_is_refused():
    for learner in LEARNERS[1:]:
        with pytest.raises(TypeError, match=f"{name(learner)} takes a bounded Box.*'ppo', 'dqn'"):
            learner.learn(KEY, Corridor(), None, quick(learner))
    with pytest.raises(ValueError, match="policy_delay must be a whole number from 1 up, not 0"):
        TD3(steps=10, policy_delay=0)

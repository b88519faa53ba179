"""PPO with a memory: its estimates and its loss against other hands, and what it remembers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import envsuite
from envsuite.core.policy import Learner, Policy
from envsuite.functional import TimeLimit
from envsuite_agents.descent import descend
from envsuite_agents.interface import interface
from envsuite_agents.lstm import Memory
from envsuite_agents.on_policy import Rollout
from envsuite_agents.playing import Played
from envsuite_agents.recurrent_network import as_seen
from envsuite_agents.recurrent_ppo import RecurrentPPO, Settings
from envsuite_agents.tests.small_games import Corridor, Recall, Target

KEY = jax.random.key(0)
SMALL = RecurrentPPO(
    steps=2560, num_envs=8, rollout_steps=16, minibatches=2, encoder=(6,), units=5, heads=(4,)
)
QUICK = replace(Settings(), learning_rate=1e-2, discount=0.9)


def begun(learner: RecurrentPPO, env: Any, settings: Settings = QUICK) -> Any:
    return jax.jit(lambda key: learner.init(key, env, None, settings))(KEY)


def collected(learner: RecurrentPPO, env: Any, state: Any, settings: Settings = QUICK) -> Any:
    collect = lambda state: learner.collect((KEY, KEY), state, env, None, settings)  # noqa: E731
    return jax.jit(collect)(state)


def test_it_is_a_learner():
    assert isinstance(SMALL, Learner)
    assert RecurrentPPO(steps=10_000).iterations == 2, "whole rollouts of 32 times 256 steps"


@pytest.mark.parametrize("kind", ["choice", "image", "numbers"])
def test_a_gradient_step_is_pytorchs(kind):
    """Episode by episode through PyTorch's LSTM, on equal weights and one rollout."""
    rng = np.random.default_rng(0)
    env = TimeLimit(Target() if kind == "numbers" else Recall(image=kind == "image"), 4)
    learner = replace(SMALL, filters=3, encoder=() if kind == "image" else (6,))
    settings = Settings(
        learning_rate=1e-2,
        clip_range=0.1,
        value_clip_range=0.3,
        entropy_coefficient=0.3,
        gradient_norm=0.05,
    )
    state = begun(learner, env, settings)
    draw = lambda *shape: jnp.asarray(rng.normal(size=shape).astype(np.float32))  # noqa: E731
    steps, copies = 7, 4
    shape = interface(env, "").observation_shape
    obs = draw(steps, copies, np.prod(shape))
    choice = jnp.asarray(rng.integers(0, 2, (steps, copies)).astype(np.int32))
    unread: Any = None  # the loss reads only where episodes ended
    ended = jnp.asarray(rng.random((steps, copies)) < 0.3)
    rollout = Rollout(
        obs=as_seen(obs, shape),
        legal=None,
        action=draw(steps, copies, 2) if kind == "numbers" else choice,
        log_likelihood=draw(steps, copies) - (3 if kind == "numbers" else 1),
        played=Played(unread, unread, ended, unread, None, None),
        value=draw(steps, copies),
        advantage=draw(steps, copies),
        memory=Memory(draw(copies, 5), draw(copies, 5)),
    )

    @jax.jit
    def step(state: Any) -> Any:
        ours, gradients = jax.value_and_grad(learner.loss)(state.weights, rollout, settings)
        return ours, descend(state.weights, state.moments, gradients, settings)[0]

    network = Peer(state.weights)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2, eps=1e-5)
    theirs = network.loss(rollout, settings)
    theirs.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 0.05)
    optimizer.step()
    ours, stepped = step(state)
    np.testing.assert_allclose(ours, theirs.item(), rtol=1e-5)
    moved = Peer(stepped)
    for own, due in zip(moved.parameters(), network.parameters(), strict=True):
        np.testing.assert_allclose(own.detach(), due.detach(), atol=5e-6)
    first = Peer(state.weights)
    pairs = zip(first.parameters(), network.parameters(), strict=True)
    assert all((a != b).any() for a, b in pairs), "every weight has moved"


class Peer(torch.nn.Module):
    """The same network of PyTorch's parts, and the loss as the published learners state it."""

    def __init__(self, weights: Any) -> None:
        """Take on the weights of ours."""
        super().__init__()
        take = lambda leaf: torch.nn.Parameter(torch.tensor(np.asarray(leaf)))  # noqa: E731
        layers = lambda own: torch.nn.ParameterList([take(x) for x in jax.tree.leaves(own)])  # noqa: E731
        inputs, units = weights.memory.inward.shape[0], weights.memory.recurrent.shape[0]
        self.lstm = torch.nn.LSTM(inputs, units)
        self.lstm.weight_ih_l0 = take(weights.memory.inward.T)
        self.lstm.weight_hh_l0 = take(weights.memory.recurrent.T)
        self.lstm.bias_ih_l0 = take(weights.memory.biases)
        del self.lstm.bias_hh_l0  # one of its two biases is enough
        self.lstm.register_buffer("bias_hh_l0", torch.zeros(4 * units))
        self.filters, self.dense = layers(weights.filters), layers(weights.dense)
        self.policy, self.value = layers(weights.policy), layers(weights.value)
        self.log_std = layers(weights.log_std)

    def _encoded(self, obs: torch.Tensor) -> torch.Tensor:
        if len(self.filters):
            windows, bias = self.filters
            kernel = windows.reshape(3, 3, obs.shape[-1], -1).permute(3, 2, 0, 1)
            planes = obs.flatten(0, 1).permute(0, 3, 1, 2)
            found = torch.relu(torch.nn.functional.conv2d(planes, kernel, bias))
            obs = found.permute(0, 2, 3, 1).reshape(*obs.shape[:2], -1)
        if len(self.dense):
            obs = torch.tanh(obs @ self.dense[0] + self.dense[1])
        return obs

    def _shown(self, obs: torch.Tensor, memory: Any, ended: np.ndarray) -> torch.Tensor:
        """Each episode apart, so that nothing need be forgotten."""
        seen, columns = self._encoded(obs), []
        for copy in range(ended.shape[1]):
            carry = tuple(
                torch.tensor(np.asarray(leaf[None, copy])) for leaf in (memory.hidden, memory.cell)
            )
            starts = [0, *(np.flatnonzero(ended[:, copy]) + 1), len(ended)]
            parts = []
            for start, stop in zip(starts[:-1], starts[1:], strict=True):
                if start < stop:
                    parts.append(self.lstm(seen[start:stop, copy], carry)[0])
                carry = tuple(torch.zeros_like(leaf) for leaf in carry)
            columns.append(torch.cat(parts))
        return torch.stack(columns, 1)

    def loss(self, rollout: Rollout, settings: Settings) -> torch.Tensor:
        """What a gradient step makes smaller."""
        take = lambda leaf: torch.tensor(np.asarray(leaf))  # noqa: E731
        shown = self._shown(take(rollout.obs), rollout.memory, np.asarray(rollout.played.ended))
        head = lambda p: torch.tanh(shown @ p[0] + p[1]) @ p[2] + p[3]  # noqa: E731
        action = take(rollout.action)
        if len(self.log_std):
            spread = torch.ones_like(action) * self.log_std[0].exp()
            chances = torch.distributions.Normal(head(self.policy), spread)
            likelihood, entropy = chances.log_prob(action).sum(-1), chances.entropy().sum(-1)
        else:
            chances = torch.distributions.Categorical(logits=head(self.policy))
            likelihood, entropy = chances.log_prob(action), chances.entropy()
        gain = take(rollout.advantage)
        aim = gain + take(rollout.value)
        gain = (gain - gain.mean()) / (gain.std() + 1e-8)
        ratio = torch.exp(likelihood - take(rollout.log_likelihood))
        clip = settings.clip_range
        clipped = torch.min(gain * ratio, gain * torch.clamp(ratio, 1 - clip, 1 + clip))
        value, before = head(self.value)[..., 0], take(rollout.value)
        near = before + torch.clamp(
            value - before, -settings.value_clip_range, settings.value_clip_range
        )
        missed = torch.max((value - aim) ** 2, (near - aim) ** 2)
        return (
            -clipped.mean()
            - settings.entropy_coefficient * entropy.mean()
            + settings.value_coefficient * 0.5 * missed.mean()
        )


def test_what_only_a_memory_can_solve_is_solved():
    env = TimeLimit(Recall(silence=3), 10)
    learner = replace(SMALL, num_envs=16, steps=40_000, encoder=(), units=16, heads=(16,))
    learn = jax.jit(jax.vmap(lambda key: learner.learn(key, env, None, QUICK)))
    weights = learn(jax.random.split(KEY, 2))

    def answered(weights: Any, key: jax.Array) -> jax.Array:
        policy = learner.policy(env, weights, greedy=True)
        assert isinstance(policy, Policy)
        state, timestep = env.reset(key, None)
        memory = policy.reset(key, 1)
        for _ in range(4):
            memory, action = policy.act(key, memory, timestep)
            state, timestep = env.step(key, state, action, None)
        return timestep.reward

    keys = jax.random.split(KEY, 50)
    right = jax.jit(jax.vmap(jax.vmap(answered, (None, 0)), (0, None)))(weights, keys)
    assert (right.mean(1) == 1.0).all(), "both seeds recall every word"


def test_the_memory_begins_blank_with_each_episode_and_goes_on_within_it():
    env = TimeLimit(Recall(silence=2), 10)  # episodes of three steps
    learner = replace(SMALL, rollout_steps=4, minibatches=1)
    state, rollout = collected(learner, env, begun(learner, env))
    assert not rollout.memory.hidden.any(), "a run begins blank"
    assert state.memory.hidden.any(), "the fourth step is the first of an episode that goes on"
    following, again = collected(learner, env, state)
    np.testing.assert_array_equal(again.memory.hidden, state.memory.hidden)
    policy = learner.policy(env, state.weights)
    memory = policy.reset(KEY, 1)
    for obs in (rollout.obs[3], again.obs[0], again.obs[1]):  # by the policy, by hand
        memory = policy.choose(KEY, state.weights, memory, obs, None)[0]
    assert again.played.ended[1].all()
    shown = learner._network.unrolled(state.weights, again.memory, again.obs, again.played.ended)
    np.testing.assert_allclose(shown[1], memory.hidden, rtol=1e-5)
    blank = policy.choose(KEY, state.weights, policy.reset(KEY, 1), again.obs[2], None)[0]
    np.testing.assert_allclose(shown[2], blank.hidden, rtol=1e-5)


@pytest.mark.parametrize("ends", [True, False])
def test_a_time_limit_is_no_end(ends):
    """In two cells that pay 1 a step; the value of the second is what the cut bootstraps from."""
    env = TimeLimit(Corridor(ends=ends), 1)
    learner = replace(SMALL, num_envs=1, rollout_steps=4, minibatches=1)
    settings = replace(Settings(), discount=0.5, trace_decay=0.9)
    state = begun(learner, env, settings)
    rollout = collected(learner, env, state, settings)[1]
    policy = learner.policy(env, state.weights)
    memory = policy.reset(KEY, 1)
    for obs in jnp.eye(2):  # the two cells in one episode, the second by the same memory
        memory = policy.choose(KEY, state.weights, memory, obs, jnp.array([False, True]))[0]
    cut = learner._network.value(state.weights, memory.hidden)
    assert abs(cut) > 1e-3
    due = 1.0 if ends else 1 + 0.5 * cut
    np.testing.assert_allclose(rollout.value + rollout.advantage, due * np.ones((4, 1)), rtol=1e-5)


def test_the_learning_rate_falls_evenly_to_nothing():
    env = TimeLimit(Recall(), 10)
    learner = replace(SMALL, steps=2 * SMALL.update_steps, epochs=1, minibatches=1, anneal=True)
    settings = replace(QUICK, gradient_norm=jnp.inf)
    update = jax.jit(lambda state: learner.update(state, env, None, settings))
    first = begun(learner, env, settings)
    state = update(first)
    # Adam's first step moves each weight by the learning rate, as far as its gradient is not tiny
    moved = np.abs(first.weights.policy[-1][1] - state.weights.policy[-1][1]).max()
    np.testing.assert_allclose(moved, 1e-2, rtol=1e-2)
    plain = replace(learner, anneal=False)
    halved = replace(settings, learning_rate=settings.learning_rate / 2)
    due = jax.jit(lambda state: plain.update(state, env, None, halved))(state)
    annealed = update(state)
    for own, other in zip(
        jax.tree.leaves(annealed.weights), jax.tree.leaves(due.weights), strict=True
    ):
        np.testing.assert_allclose(own, other, atol=1e-7)
    done = update(annealed)
    for own, other in zip(
        jax.tree.leaves(done.weights), jax.tree.leaves(annealed.weights), strict=True
    ):
        np.testing.assert_array_equal(own, other)


def test_masks_and_first_actions_are_kept():
    env = TimeLimit(Corridor(start=7), 5)
    state = begun(SMALL, env)
    rollout = collected(SMALL, env, state)[1]
    assert (rollout.action == 1).all(), "counted from 0; the mask allows no other"
    np.testing.assert_allclose(rollout.log_likelihood, 0, atol=1e-6)
    _, timestep = env.reset(KEY, None)
    policy = SMALL.policy(env, state.weights)
    assert policy.act(KEY, policy.reset(KEY, 1), timestep)[1] == 8


def test_what_cannot_be_learned_is_refused():
    with pytest.raises(TypeError, match="RecurrentPPO plays games of a single agent"):
        SMALL.learn(KEY, envsuite.make("envsuite/Primer-Pursuit"), None, Settings())
    with pytest.raises(ValueError, match="8 copies of 16 steps cannot be dealt into 3"):
        replace(SMALL, minibatches=3)
    with pytest.raises(ValueError, match="units must be a whole number from 1 up, not 0"):
        replace(SMALL, units=0)
    with pytest.raises(ValueError, match="no activation 'tahn': did you mean 'tanh'?"):
        replace(SMALL, activation="tahn")

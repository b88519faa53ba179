"""DQN: its buffer, its targets and a gradient step against other hands, and what it learns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import envsuite
from envsuite.core.policy import Learner
from envsuite.core.timestep import Timestep
from envsuite.functional import TimeLimit
from envsuite_agents.descent import descend
from envsuite_agents.dqn import DQN, Settings
from envsuite_agents.off_policy import Transition
from envsuite_agents.replay import add, empty, sample
from envsuite_agents.tests.small_games import Corridor, Target

KEY = jax.random.key(0)
SMALL = DQN(
    steps=1600, num_envs=4, learning_starts=80, train_frequency=2, gradient_steps=2, hidden=(16,)
)
QUICK = replace(Settings(), learning_rate=1e-2, target_update_interval=80)


def begun(learner: DQN, env: Any) -> Any:
    return jax.jit(lambda key: learner.init(key, env, env.default_params(), QUICK))(KEY)


def updated(learner: DQN, env: Any, settings: Settings = QUICK) -> Any:
    return jax.jit(lambda state: learner.update(state, env, env.default_params(), settings))


def test_it_is_a_learner():
    assert isinstance(SMALL, Learner)
    assert SMALL.iterations == 200 and DQN(steps=50_001).iterations == 12_501


def test_the_oldest_rows_make_room():
    replay = empty({"row": np.zeros((), np.int32)}, 6)
    draw = jax.jit(lambda replay: sample(KEY, replay, 400)["row"])
    for first, kept in ((0, [0, 1]), (2, [0, 1, 2, 3]), (4, range(6)), (6, range(2, 8))):
        replay = jax.jit(add)(replay, {"row": jnp.arange(first, first + 2)})
        assert set(draw(replay).tolist()) == set(kept)
    assert replay.rows["row"].tolist() == [6, 7, 2, 3, 4, 5]
    with pytest.raises(AssertionError, match="4 rows at a time do not divide room for 6"):
        add(replay, {"row": jnp.arange(4)})


def test_what_is_kept_of_an_episode():
    """Two cells in turn under a limit of three steps: cut off, not ended."""
    learner = replace(SMALL, num_envs=1, train_frequency=4, buffer_size=8)
    env = TimeLimit(Corridor(ends=False, start=7), 3)
    replay = updated(learner, env)(begun(learner, env)).replay
    rows = jax.tree.map(lambda leaf: leaf[:4], replay.rows)
    assert len(replay.rows.reward) == 8 and replay.added == 4
    assert rows.obs[:, 1].tolist() == [0, 1, 0, 0]
    assert rows.next_obs[:, 1].tolist() == [1, 0, 1, 1], "of the same episode, not of the next"
    assert not rows.terminated.any() and (rows.reward == 1).all()
    assert (rows.action == 1).all(), "the mask allows no other, also by chance"
    assert (rows.next_legal == rows.legal).all() and not rows.legal[:, 0].any()
    ended = TimeLimit(Corridor(), 3)
    assert updated(learner, ended)(begun(learner, ended)).replay.rows.terminated[:4].all()


def batch_of(reward: float, terminated: list[bool], legal: Any = None) -> Transition:
    count = len(terminated)
    return Transition(
        obs=jnp.ones((count, 1)),
        action=jnp.zeros(count, jnp.int32),
        reward=jnp.full(count, reward),
        terminated=jnp.array(terminated),
        next_obs=jnp.ones((count, 1)),
        next_legal=legal,
        legal=legal,
    )


@pytest.mark.parametrize(
    ("double", "legal", "following"),
    [
        (False, None, 5.0),  # the target's greatest
        (True, None, 1.0),  # the network prefers the second, which the target gives 1
        (False, [[True, True, False]], 3.0),  # the greatest of what is legal
        (True, [[True, False, True]], 5.0),
    ],
)
def test_a_loss_worked_by_hand(double, legal, following):
    learner = DQN(steps=1, hidden=(), double=double)
    network = ((jnp.array([[1.0, 9.0, 2.0]]), jnp.zeros(3)),)
    target = ((jnp.array([[3.0, 1.0, 5.0]]), jnp.zeros(3)),)
    mask = None if legal is None else jnp.array(legal * 2)
    batch = batch_of(0.25, [True, False], mask)
    # discount 1/2; the first action is worth 1. Ended: off by 0.75, a square; else a line
    off = abs(0.25 + 0.5 * following - 1)
    huber = off**2 / 2 if off < 1 else off - 0.5
    found = learner.loss(network, target, batch, replace(Settings(), discount=0.5))
    np.testing.assert_allclose(found, (0.75**2 / 2 + huber) / 2, rtol=1e-6)


def test_a_dueling_network_adds_up():
    learner = DQN(steps=1, hidden=(), dueling=True)
    values = learner.values(((jnp.array([[2.0, 1.0, 5.0]]), jnp.zeros(3)),), jnp.ones((1, 1)))
    assert values.tolist() == [[2 + 1 - 3, 2 + 5 - 3]]


def test_a_gradient_step_is_pytorchs():
    """As Stable-Baselines3 states it, on equal weights and one batch."""
    rng = np.random.default_rng(0)
    draw = lambda *shape: rng.normal(size=shape).astype(np.float32)  # noqa: E731
    learner = replace(SMALL, hidden=(5,))
    settings = replace(Settings(), learning_rate=1e-2, gradient_norm=0.1)
    state = begun(learner, TimeLimit(Corridor(), 1))
    batch = Transition(
        obs=jnp.asarray(draw(8, 2)),
        action=jnp.asarray(rng.integers(0, 2, 8), jnp.int32),
        reward=jnp.asarray(3 * draw(8)),
        terminated=jnp.asarray(rng.integers(0, 2, 8) > 0),
        next_obs=jnp.asarray(draw(8, 2)),
        next_legal=None,
        legal=None,
    )

    @jax.jit
    def step(learned: Any) -> Any:
        gradients = jax.grad(learner.loss)(learned.weights, learned.target, batch, settings)
        return descend(learned.weights, learned.moments, gradients, settings)[0]

    take = lambda x: torch.tensor(np.asarray(x))  # noqa: E731
    theirs = [take(x).requires_grad_() for x in jax.tree.leaves(state.learned.weights)]
    network = lambda x: torch.relu(take(x) @ theirs[0] + theirs[1]) @ theirs[2] + theirs[3]  # noqa: E731
    with torch.no_grad():
        following = network(batch.next_obs).max(1).values
        due = take(batch.reward) + (1 - take(batch.terminated).float()) * 0.99 * following
    values = network(batch.obs).gather(1, take(batch.action).long()[:, None])[:, 0]
    optimizer = torch.optim.Adam(theirs, lr=1e-2)
    torch.nn.functional.smooth_l1_loss(values, due).backward()
    torch.nn.utils.clip_grad_norm_(theirs, 0.1)
    optimizer.step()
    for own, other in zip(jax.tree.leaves(step(state.learned)), theirs, strict=True):
        np.testing.assert_allclose(own, other.detach().numpy(), atol=2e-6)


def test_the_delayed_copy_is_renewed_in_its_time():
    """Every 16 steps by half the way; eight steps are played in an update."""
    env = TimeLimit(Corridor(masks=False), 1)
    learner = replace(SMALL, learning_starts=0)
    settings = replace(QUICK, target_update_interval=16, target_update_rate=0.5)
    update, state = updated(learner, env, settings), begun(learner, env)
    for number in range(1, 5):
        before = state.learned
        state = update(state)
        due = jax.tree.map(lambda a, b: (a + b) / 2, before.target, before.weights)
        expected = due if number % 2 == 0 else before.target
        for own, other in zip(
            jax.tree.leaves(state.learned.target), jax.tree.leaves(expected), strict=True
        ):
            np.testing.assert_allclose(own, other, rtol=1e-6)


def test_nothing_is_learned_before_its_time():
    env = TimeLimit(Corridor(masks=False), 1)
    update, state = updated(replace(SMALL, learning_starts=16), env), begun(SMALL, env)
    changed = []
    for _ in range(3):
        before, state = state, update(state)
        pairs = zip(jax.tree.leaves(before.learned), jax.tree.leaves(state.learned), strict=True)
        changed.append(any((a != b).any() for a, b in pairs))
    assert changed == [False, False, True], "8 and 16 steps are too few, 24 are enough"


def test_exploration_falls_in_a_straight_line():
    learner = DQN(steps=1000)
    settings = replace(Settings(), exploration_fraction=0.5, final_exploration=0.2)
    found = learner._exploration(jnp.array([0, 250, 500, 900]), settings)
    np.testing.assert_allclose(found, [1, 0.6, 0.2, 0.2], rtol=1e-6)


def test_a_bandit_is_learned_by_a_population():
    env = envsuite.make("envsuite/Primer-Bandit")
    keys = jax.random.split(KEY, 2)
    # in the second world the best arms are others
    params = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf[:, ::-1]]), env.default_params())
    learn = jax.vmap(SMALL.learn, (0, None, 0, None))
    weights = jax.jit(lambda keys: learn(keys, env, params, QUICK))(keys)

    def arms(weights: Any) -> jax.Array:
        policy = SMALL.policy(env, weights, greedy=True)
        seen = Timestep(jnp.eye(3), jnp.zeros(3), jnp.zeros(3, bool))
        return policy.act(KEY, None, seen)[1]

    found = jax.vmap(arms)(weights)
    assert (found == params.chances.argmax(-1)).sum() >= 5
    own = jax.tree.map(lambda leaf: leaf[1], params)
    alone = jax.jit(lambda key: SMALL.learn(key, env, own, QUICK))(keys[1])
    for one, mapped in zip(jax.tree.leaves(alone), jax.tree.leaves(weights), strict=True):
        np.testing.assert_allclose(one, mapped[1], rtol=2e-3, atol=2e-3)


def test_a_way_to_the_goal_is_learned():
    env = envsuite.make("envsuite/Primer-GridWalk", size=4, max_steps=30)
    learner = replace(SMALL, steps=8000, num_envs=8, hidden=(32,), double=True, dueling=True)
    settings = replace(QUICK, learning_rate=3e-3, discount=0.9, exploration_fraction=0.5)
    params = env.default_params()

    def walked(key: jax.Array) -> jax.Array:
        """How many steps the way to the goal takes that one run has learned, up to 9."""
        weights = learner.learn(key, env, params, settings)
        policy = learner.policy(env, weights, greedy=True)

        def step(carry: Any, _: None) -> Any:
            action = policy.act(KEY, None, carry[1])[1]
            carry = env.step(KEY, carry[0], action, params)
            return carry, carry[1].terminated

        return 9 - jax.lax.scan(step, env.reset(KEY, params), length=8)[1].sum()

    found = jax.jit(jax.vmap(walked))(jax.random.split(KEY, 4))
    assert found.tolist() == [6] * 4, "no way from corner to corner of 4 x 4 is shorter"


def test_its_policy_plays_one_in_twenty_by_chance():
    env = TimeLimit(Corridor(start=7, masks=False), 5)
    learner = replace(SMALL, hidden=())
    weights = ((jnp.zeros((2, 2)), jnp.array([1.0, 0.0])),)
    seen = Timestep(jnp.zeros((4000, 2)), jnp.zeros(4000), jnp.zeros(4000, bool))
    greedy = learner.policy(env, weights, greedy=True).act(KEY, None, seen)[1]
    assert (greedy == 7).all()
    other = (learner.policy(env, weights).act(KEY, None, seen)[1] == 8).mean()
    assert abs(other - 0.025) < 4 * (0.025 / 4000) ** 0.5
    masked = replace(seen, legal=jnp.tile(jnp.array([False, True]), (4000, 1)))
    assert (learner.policy(env, weights).act(KEY, None, masked)[1] == 8).all()


def test_what_cannot_be_learned_is_refused():
    with pytest.raises(TypeError, match="DQN takes Discrete actions, .*take 'ppo', 'sac'"):
        SMALL.learn(KEY, Target(), None, QUICK)
    with pytest.raises(ValueError, match="batch_size must be a whole number from 1 up, not 0"):
        replace(SMALL, batch_size=0)
    with pytest.raises(ValueError, match="learning_starts must be at least 0, not -1"):
        replace(SMALL, learning_starts=-1)

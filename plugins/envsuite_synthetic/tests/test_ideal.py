"""What is worth teaching, and the first world that teaches it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces

from envsuite.core.timestep import Timestep
from envsuite.factory import make
from envsuite_synthetic.env import Synthetic
from envsuite_synthetic.ideal import BestPaid, IdealProblem, compared
from envsuite_synthetic.network import Network
from envsuite_synthetic.presets import plan
from envsuite_synthetic.problem import Apprentice, Horizon
from envsuite_synthetic.teaching import advantage, normal_contexts
from envsuite_synthetic.units import Units

UNITS = Units((-0.5, 0.25), (0.5, 0.05))
TORQUE = spaces.Box(-2, 2, (1,))  # the pendulum's


def _first(observation: list[float]) -> Timestep[Any]:
    obs = jnp.asarray(observation, jnp.float32)
    return Timestep(obs=obs, reward=jnp.float32(0), terminated=jnp.bool_(False))


def _numbers(values: Any) -> jax.Array:
    return jnp.asarray(values, jnp.float32)


def _random_weights(network: Network, key: jax.Array) -> Network:
    """With biases too, which a fresh one has at 0."""
    leaves, structure = jax.tree.flatten(network)
    drawn = [
        jax.random.normal(jax.random.fold_in(key, k), leaf.shape) for k, leaf in enumerate(leaves)
    ]
    return jax.tree.unflatten(structure, drawn)


def test_a_folded_world_is_the_same_world_in_the_units_of_the_task():
    world = Synthetic("envsuite/MountainCar", kind="mdp").initial(jax.random.key(0))
    world = jax.tree.map(lambda leaf: leaf + 0.1, world)
    folded = UNITS.fold(world)
    mean, scale = _numbers([-0.5, 0.25]), _numbers([0.5, 0.05])
    numbers, action = _numbers([0.7, -1.2]), _numbers([0, 1, 0])
    seen = mean + scale * numbers
    told, told_folded = jnp.append(numbers, action), jnp.append(seen, action)
    assert world.change and folded.change and world.end and folded.end
    close: Any = {"rtol": 2e-4, "atol": 2e-5}
    np.testing.assert_allclose(folded.start(numbers), mean + scale * world.start(numbers), **close)
    np.testing.assert_allclose(folded.reward(told_folded), world.reward(told), **close)
    np.testing.assert_allclose(folded.change(told_folded), scale * world.change(told), **close)
    np.testing.assert_allclose(folded.end(seen), world.end(numbers), **close)
    np.testing.assert_allclose(UNITS.numbers(seen), numbers, rtol=1e-5)


@pytest.mark.parametrize(
    "mean, scale, error",
    [((0,), (1, 1), "1 means and 2 scales"), ((0, 0), (1, 0), "every scale must be above 0")],
)
def test_units_refuse_what_cannot_be_divided_by(mean, scale, error):
    with pytest.raises(ValueError, match=error):
        Units(mean, scale)


def test_the_best_paid_action_is_taken():
    # a unit pays for torque against the angular velocity, another for torque along with it
    hidden = _numbers([[0, 0], [0, 0], [-1, 1], [-1, 1]])
    reward = Network(hidden, jnp.zeros(2), _numbers([[1], [1]]), jnp.zeros(1))
    policy = BestPaid(reward, compared(TORQUE))
    _, fast = policy.act(jax.random.key(0), None, _first([1, 0, 5]))
    _, slow = policy.act(jax.random.key(0), None, _first([1, 0, -5]))
    assert fast.tolist() == [2.0] and slow.tolist() == [-2.0]


def test_an_action_of_many_numbers_is_refused():
    many = spaces.Box(-1, 1, (6,))
    with pytest.raises(ValueError, match="6 numbers have too many"):
        compared(many)


@pytest.mark.parametrize(
    "id, mirrored",
    [("envsuite/Pendulum", (1, 2)), ("envsuite/Acrobot", (1, 3, 4, 5))],
)
def test_a_mirrored_policy_does_the_opposite_in_a_mirror_image(id, mirrored):
    real = make(id)
    problem = IdealProblem(Synthetic(id), real, None, 1, Horizon(10, 10), mirrored)
    candidate = _random_weights(problem.start(jax.random.key(3)), jax.random.key(4))
    policy = problem.policy(candidate)
    size = problem.world.observation_space.shape[0]
    signs = np.ones(size, np.float32)
    signs[list(mirrored)] = -1
    acted = set()
    for key in jax.random.split(jax.random.key(5), 8):
        seen = np.asarray(jax.random.normal(key, (size,)))
        _, action = policy.act(key, None, _first(list(seen)))
        _, opposite = policy.act(key, None, _first(list(seen * signs)))
        expected = 2 - action if id.endswith("Acrobot") else -action
        np.testing.assert_array_equal(opposite, expected)
        acted.add(float(np.ravel(action)[0]))
    assert len(acted) > 1  # it does not do the same everywhere


def test_contexts_have_the_mean_and_covariance_of_what_was_seen():
    generator = np.random.default_rng(0)
    mixing = _numbers([[1, 0, 0], [2, 0.5, 0], [-1, 0.3, 0.1]])
    seen = np.asarray(
        _numbers(generator.standard_normal((4000, 3))) @ mixing + _numbers([3, 0, -2])
    )
    start = normal_contexts(seen, hidden=32, spread=2.0)
    drawn = np.asarray(jax.vmap(start)(jax.random.normal(jax.random.key(0), (20_000, 3))))
    np.testing.assert_allclose(drawn.mean(0), seen.mean(0), atol=0.1)  # 5 standard errors
    np.testing.assert_allclose(np.cov(drawn.T), 4 * np.cov(seen.T), atol=0.05 * 4 * 5)
    with pytest.raises(ValueError, match="need 6 hidden units, not 5"):
        normal_contexts(seen, hidden=5, spread=1.0)


def test_an_advantage_keeps_what_is_best_and_drops_what_a_state_is_worth():
    key = jax.random.key(0)
    reward = _random_weights(Synthetic("envsuite/MountainCar").initial(key).reward, key)
    told, contexts = np.eye(3, dtype=np.float32), jax.random.normal(key, (2048, 2))

    def paid(network: Network) -> np.ndarray:
        rows = jnp.concatenate(
            [jnp.repeat(contexts[:, None], 3, 1), jnp.broadcast_to(told, (2048, 3, 3))], -1
        )
        return np.asarray(jax.vmap(jax.vmap(network))(rows)[..., 0])

    before, after = paid(reward), paid(advantage(key, reward, contexts, told, deviation=1.5))
    state, state_after = before.mean(1).std(), after.mean(1).std()
    assert state > before.std(1).mean()  # it did drown the difference
    assert state_after < 0.2 * after.std(1).mean()
    assert after.std() == pytest.approx(1.5, rel=0.1)
    assert (before.argmax(1) == after.argmax(1)).mean() > 0.9


def test_a_search_begins_with_what_is_worth_teaching_and_counts_its_cost(tmp_path):
    own = plan("MountainCar", population=8, generations=1, judge_every=1, trials=2)
    assert own.ideal is not None
    looking, ideal = own.ideal
    dqn = own.problem.apprentices[0]
    shorter: Any = dqn.learner  # a dataclass, which the protocol does not ask for
    little = (Apprentice("dqn", replace(shorter, steps=200), dqn.ranges),)
    small = replace(
        own,
        problem=replace(own.problem, apprentices=little, episodes=2),
        ideal=(replace(looking, population=8, generations=3), replace(ideal, episodes=2)),
    )
    world, record = small.run(seed=0, folder=tmp_path)
    assert record["ideal"]["generations"] == 3 and record["generations"] == 1
    # the longest episodes have 500 steps: 8 candidates of 2 episodes, in 3 generations and in 1
    assert small.cost(record) == {
        "synthetic_steps": 8 * 200,
        "real_steps_at_most": 8 * 2 * 500 * (3 + 1),
    }
    again, same = small.run(seed=0, folder=tmp_path)
    jax.tree.map(np.testing.assert_array_equal, world, again)
    assert same["seconds"] == record["seconds"]  # nothing was searched anew

"""Learned worlds by hand: small networks whose every number is known."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import envsuite
from envsuite.core.spec import EnvSpec
from envsuite_synthetic.env import State, Synthetic
from envsuite_synthetic.network import Network, World

KEY = jax.random.key(0)


def network(*leaves: Any) -> Network:
    """From hidden weights and bias, out weights and bias."""
    return Network(*(jnp.asarray(leaf, jnp.float32) for leaf in leaves))


def constant(inputs: int, *outputs: float) -> Network:
    """A network that answers the same to everything."""
    return network(np.zeros((inputs, 1)), [0.0], np.zeros((1, len(outputs))), outputs)


# pays twice the position where the car pushes left, plus one whatever it does
PAYS = network(np.diag([1.0, 0, 1, 0, 0])[:, [0, 2]], [0.0, 0.0], [[2.0], [0.0]], [1.0])


def seen(*numbers: float) -> State:
    return State(jnp.asarray(numbers, jnp.float32), jnp.bool_(False))


def test_the_first_observation_is_what_the_start_network_makes_of_normal_noise():
    world = Synthetic("envsuite/MountainCar", hidden=2)
    start = network(np.eye(2), [0.0, 0.0], np.eye(2), [10.0, 20.0])
    params = World(start, constant(5, 0.0))
    keys = jax.random.split(KEY, 4000)
    _, timestep = jax.vmap(world.reset, (0, None))(keys, params)
    drawn = np.asarray(timestep.obs) - [10.0, 20.0]
    noise = np.asarray(jax.vmap(lambda key: jax.random.normal(key, (2,)))(keys))
    np.testing.assert_allclose(drawn, np.maximum(noise, 0), atol=1e-5)
    assert not np.asarray(timestep.terminated).any() and not np.asarray(timestep.reward).any()


@pytest.mark.parametrize("position, paid", [(1.5, 4.0), (-2.0, 1.0)])
def test_a_bandit_pays_once_and_is_over(position, paid):
    world = Synthetic("envsuite/MountainCar", hidden=2)
    params = World(constant(2, 0.0, 0.0), PAYS)
    state, timestep = world.step(KEY, seen(position, 0.0), jnp.int32(0), params)
    assert float(timestep.reward) == pytest.approx(paid) and bool(timestep.terminated)
    np.testing.assert_array_equal(timestep.obs, [position, 0.0])
    _, again = world.step(KEY, state, jnp.int32(0), params)
    assert float(again.reward) == 0.0 and bool(again.terminated)


def test_a_choice_is_told_by_a_one_in_its_place():
    world = Synthetic("envsuite/MountainCar", hidden=3)
    reads = network(np.eye(5)[:, 2:], np.zeros(3), [[1.0], [10.0], [100.0]], [0.0])
    params = World(constant(2, 0.0, 0.0), reads)
    paid = [
        float(world.step(KEY, seen(5.0, 5.0), jnp.int32(k), params)[1].reward) for k in range(3)
    ]
    assert paid == [1.0, 10.0, 100.0]


def test_a_continuous_action_is_told_as_it_is():
    world = Synthetic("envsuite/Pendulum", hidden=1)
    reads = network([[0.0], [0.0], [0.0], [4.0]], [0.0], [[1.0]], [-1.0])
    params = World(constant(3, 0.0, 0.0, 0.0), reads)
    _, timestep = world.step(KEY, seen(1.0, 0.0, 0.0), jnp.asarray([0.5]), params)
    assert float(timestep.reward) == pytest.approx(1.0)


def test_an_mdp_moves_by_what_is_learned_and_ends_above_zero():
    world = Synthetic("envsuite/MountainCar", kind="mdp", hidden=1)
    ends = network([[1.0], [0.0]], [0.0], [[1.0]], [-2.5])  # once the position is above 2.5
    params = World(constant(2, 0.0, 0.0), constant(5, 3.0), constant(5, 1.0, -0.5), ends)
    state, shown = seen(0.0, 0.0), []
    for _ in range(5):
        state, timestep = world.step(KEY, state, jnp.int32(1), params)
        shown.append((*np.asarray(timestep.obs), float(timestep.reward), bool(timestep.terminated)))
    assert shown == [
        (1.0, -0.5, 3.0, False),
        (2.0, -1.0, 3.0, False),
        (3.0, -1.5, 3.0, True),
        (3.0, -1.5, 0.0, True),
        (3.0, -1.5, 0.0, True),
    ]


@pytest.mark.parametrize(
    "real, parameters",
    [
        ("CartPole", 549),
        ("Acrobot", 775),
        ("MountainCar", 387),
        ("MountainCarContinuous", 323),
        ("Pendulum", 420),
    ],
)
def test_bandits_have_as_many_numbers_as_the_published_ones(real, parameters):
    """As counted in the weights that were published with arXiv:2406.12589."""
    world = Synthetic(f"envsuite/{real}").initial(KEY)
    assert sum(leaf.size for leaf in jax.tree.leaves(world)) == parameters


def test_a_population_of_worlds_is_a_stack_of_params():
    world = Synthetic("envsuite/CartPole")
    worlds = jax.vmap(world.initial)(jax.random.split(KEY, 3))
    _, together = jax.vmap(world.reset, (None, 0))(KEY, worlds)
    for k in range(3):
        own = jax.tree.map(lambda leaf, k=k: leaf[k], worlds)
        _, alone = world.reset(KEY, own)
        np.testing.assert_allclose(together.obs[k], alone.obs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("real", ["CartPole", "Pendulum"])
@pytest.mark.parametrize("kind, limit", [("bandit", None), ("mdp", 20)])
def test_both_engines_play_the_same_world(real, kind, limit):
    spec = EnvSpec(
        id="test/World",
        target="envsuite_synthetic.env:Synthetic",
        numba="envsuite_synthetic.kernel:SyntheticKernel",
        config={"real": f"envsuite/{real}", "kind": kind},
        max_steps=limit,
    )
    engines = [envsuite.make_engine(spec, 4, backend) for backend in ("jax", "numba")]
    ends, space = 0, engines[0].env.action_space
    space.seed(0)
    shown = [engine.reset(seed=1) for engine in engines]
    for _ in range(60):
        jax_shown, numba_shown = shown
        np.testing.assert_allclose(jax_shown.obs, numba_shown.obs, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(jax_shown.reward, numba_shown.reward, rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(jax_shown.terminated, numba_shown.terminated)
        np.testing.assert_array_equal(jax_shown.truncated, numba_shown.truncated)
        ends += int(np.sum(numba_shown.terminated) + np.sum(numba_shown.truncated))
        action = np.stack([space.sample() for _ in range(4)])
        shown = [engine.step(action) for engine in engines]
    assert ends >= 4


def test_what_cannot_be_stood_for_is_refused():
    with pytest.raises(ValueError, match="no kind 'world' of world"):
        Synthetic(kind="world")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="hidden must be a whole number"):
        Synthetic(hidden=0)
    with pytest.raises(TypeError, match="SMAX-3m is no task of a single agent"):
        Synthetic("envsuite/SMAX-3m")
    with pytest.raises(TypeError, match="Guess is no task of a single agent"):
        Synthetic("envsuite/Primer-Guess")
    with pytest.raises(KeyError, match="envsuite/CartPole"):
        Synthetic("envsuite/CartPol")

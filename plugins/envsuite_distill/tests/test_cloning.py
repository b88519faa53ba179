"""Cloning in JAX and in PyTorch: both learn the same, and what is learned can be kept."""

from __future__ import annotations

from dataclasses import replace

import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from gymnasium import spaces
from stable_baselines3 import PPO

from envsuite.core.timestep import Timestep
from envsuite_distill.cloning import (
    ClonedPolicy,
    Layer,
    Pairs,
    clone,
    initial_network,
    loss,
    outputs,
)
from envsuite_distill.distilled_set import DistilledSet, load
from envsuite_distill.recipe import ACTIVATIONS, Recipe
from envsuite_distill.scoring import score
from envsuite_sb3.cloning import cloned, play


def pendulum(**changes) -> DistilledSet:
    """Torque against the lean, not distilled but drawn up by hand."""
    fields = {
        "task": "envsuite/Pendulum",
        "task_version": 0,
        "gymnasium_id": "Pendulum-v1",
        "kind": "actions",
        "states": np.array([[1, 0.5, 0.2], [1, -0.5, -0.3], [-1, 0, 1]]),
        "targets": np.array([[-1.5], [1.5], [2.0]]),
        "mean": np.array([0.1, 0.0, 0.0]),
        "scale": np.array([1.0, 0.5, 4.0]),
        "recipe": Recipe((8, 8)),
    }
    return DistilledSet(**{**fields, **changes})


def cartpole(**changes) -> DistilledSet:
    fields = {
        "task": "envsuite/CartPole",
        "gymnasium_id": "CartPole-v1",
        "kind": "soft labels",
        "states": np.array([[-1, -1, -1, -1.0], [1, 1, 1, 0.9]]),
        "targets": np.array([[0.9, 0.1], [0.2, 0.8]]),
        "mean": np.zeros(4),
        "scale": np.array([2.4, 1.5, 0.21, 0.4]),
    }
    return pendulum(**{**fields, **changes})


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("make", [pendulum, cartpole])
def test_jax_and_torch_learn_the_same(make, activation):
    pairs = make(recipe=Recipe((8, 8), activation, steps=50))
    figures, actions = pairs.states.shape[1], pairs.targets.shape[1]
    first = initial_network(jax.random.key(1), figures, actions, (8, 8))
    initial = [(np.asarray(w), np.asarray(b)) for w, b in first.layers]
    model = cloned(pairs, pairs.recipe, gym.make(pairs.gymnasium_id), initial=initial)
    taught = Pairs(jnp.asarray(pairs.states), jnp.asarray(pairs.targets))
    network = jax.jit(clone, static_argnames=("recipe", "continuous"))(
        first, taught, recipe=pairs.recipe, continuous=pairs.kind == "actions"
    )
    # the torch policy takes observations as they come, ours normalised ones
    seen = np.random.default_rng(0).normal(size=(5, figures)).astype(np.float32)
    ours = outputs(network, (seen - pairs.mean) / pairs.scale, ACTIVATIONS.index(activation))
    with torch.no_grad():
        latent = model.policy.mlp_extractor.forward_actor(torch.as_tensor(seen))
        theirs = model.policy.action_net(latent).numpy()
    np.testing.assert_allclose(ours, theirs, atol=2e-3)
    if pairs.kind == "actions":
        theirs = model.policy.log_std.detach().numpy()
        np.testing.assert_allclose(network.log_deviation, theirs, atol=1e-4)


def test_the_loss_of_choices_and_of_actions_by_hand():
    network = initial_network(jax.random.key(0), 2, 2, (4,))
    silent = jax.tree.map(jnp.zeros_like, network)
    states = jnp.ones((1, 2))
    even = loss(silent, Pairs(states, jnp.array([[1.0, 0.0]])), 0, False)
    assert even == pytest.approx(np.log(2))
    # of two standard normal numbers: one at the mean, one a deviation off
    two = loss(silent, Pairs(states, jnp.array([[0.0, 1.0]])), 0, True)
    assert two == pytest.approx(np.log(2 * np.pi) + 0.5)


def test_first_weights_are_orthogonal():
    network = initial_network(jax.random.key(0), 3, 2, (16, 8))
    hidden = np.asarray(network.layers[1].weights)
    np.testing.assert_allclose(hidden.T @ hidden, 2 * np.eye(8), atol=1e-5)
    last = np.asarray(network.layers[2].weights)
    np.testing.assert_allclose(last.T @ last, 1e-4 * np.eye(2), atol=1e-8)


def test_actions_stay_in_their_space():
    pairs = pendulum()
    network = initial_network(jax.random.key(0), 3, 1, (4,))
    far = replace(network, layers=tuple(Layer(w, b + 9) for w, b in network.layers))
    space = spaces.Box(-2.0, 2.0, (1,), np.float32)
    policy = ClonedPolicy(far, 0, pairs.mean, pairs.scale, space)
    timestep = Timestep(jnp.ones(3), jnp.float32(0), jnp.bool_(False))
    assert policy.act(jax.random.key(0), None, timestep)[1].tolist() == [2.0]


def test_a_clone_is_saved_loaded_and_plays(tmp_path):
    pairs = load("CartPole")
    env = gym.make("CartPole-v1")
    cloned(pairs, pairs.recipe, env, seed=3).save(tmp_path / "model.zip")
    model = PPO.load(tmp_path / "model.zip")
    assert play(model, "CartPole-v1", episodes=3, seed=5).mean() >= 450


def test_the_score_of_a_set_is_that_of_its_networks():
    pairs = load("CartPole")
    figures = score(pairs, cloned, play, seeds=2, episodes=2, layers=(16,), steps=60)
    assert figures["recipe"]["layers"] == [16] and len(figures["networks"]) == 2
    assert min(figures["networks"]) <= figures["iqm"] <= max(figures["networks"])


def test_a_set_for_one_network_teaches_that_one():
    tied = cartpole(initial_seed=4, recipe=Recipe((8,), steps=20))
    same = score(tied, cloned, play, seeds=2, episodes=1)
    assert same["networks"][0] == score(tied, cloned, play, seeds=1, episodes=1)["iqm"]
    with pytest.raises(TypeError, match="one network only"):
        score(tied, cloned, play, layers=(16,))


def test_spaces_that_do_not_fit():
    with pytest.raises(ValueError, match="4 figures a state does not fit"):
        cloned(cartpole(), Recipe(), gym.make("Acrobot-v1"))
    with pytest.raises(ValueError, match="1 figures a target does not fit Discrete"):
        cloned(
            pendulum(states=np.zeros((3, 4)), mean=np.zeros(4), scale=np.ones(4)),
            Recipe(),
            gym.make("CartPole-v1"),
        )
    with pytest.raises(ValueError, match="names no environment of Gymnasium"):
        score(cartpole(gymnasium_id=""), cloned, play)

"""Behaviour cloning of a few pairs into a Stable-Baselines3 policy, which stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy
from torch import nn

from envsuite_sb3.threads import threads

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU}


class Recipe(Protocol):
    """The network, and how it is fitted; `envsuite_distill.recipe.Recipe` is one."""

    @property
    def layers(self) -> Sequence[int]:
        """Widths of the hidden layers."""
        ...

    @property
    def activation(self) -> str:
        """A name of `ACTIVATIONS`."""
        ...

    @property
    def learning_rate(self) -> float:
        """Of Adam."""
        ...

    @property
    def epsilon(self) -> float:
        """Of Adam."""
        ...

    @property
    def gradient_norm(self) -> float:
        """Gradients longer than this are shortened to it."""
        ...

    @property
    def steps(self) -> int:
        """Each looks at the whole set."""
        ...


class Pairs(Protocol):
    """What is imitated; `envsuite_distill.distilled_set.DistilledSet` is one."""

    @property
    def states(self) -> np.ndarray:
        """`f32[pairs, figures]`, normalised."""
        ...

    @property
    def targets(self) -> np.ndarray:
        """`f32[pairs, actions]`: chances of choices, or continuous actions."""
        ...

    @property
    def mean(self) -> np.ndarray:
        """`f32[figures]`, of the normaliser."""
        ...

    @property
    def scale(self) -> np.ndarray:
        """`f32[figures]`, of the normaliser."""
        ...


def cloned(
    pairs: Pairs,
    recipe: Recipe,
    env: gym.Env[Any, Any] | str,
    *,
    seed: int = 0,
    initial: Sequence[tuple[np.ndarray, np.ndarray]] | None = None,
) -> PPO:
    """A `PPO` whose policy imitates a set: it can be saved, loaded, played and trained on.

    No step of the environment is played. The normaliser is folded into the first layer, so the
    policy takes the environment's own observations, without a wrapper.

    Args:
        pairs: What is imitated.
        recipe: How.
        env: For its spaces.
        seed: Of the policy's first weights.
        initial: In place of drawn weights: `(f32[in, out], f32[out])` of each layer.

    Raises:
        ValueError: If the environment's spaces do not fit the set.
        KeyError: For an activation that is not one of `ACTIVATIONS`.
    """
    model = _model(recipe, env, seed)
    check_spaces(pairs, model.observation_space, model.action_space)
    if initial is not None:
        _set_weights(model.policy, initial)
    with threads(1):  # networks this small gain nothing from more
        imitate(model.policy, pairs, recipe)
    fold_normaliser(model.policy, pairs.mean, pairs.scale)
    return model


def with_weights(
    recipe: Recipe,
    env: gym.Env[Any, Any] | str,
    weights: Sequence[tuple[np.ndarray, np.ndarray]],
    mean: np.ndarray,
    scale: np.ndarray,
) -> PPO:
    """A `PPO` whose policy has these weights, `(f32[in, out], f32[out])` of each layer.

    Args:
        recipe: For its layers and activation; nothing is fitted.
        env: For its spaces.
        weights: Of a network that takes normalised observations.
        mean: `f32[figures]`, of the normaliser, which is folded in.
        scale: `f32[figures]`, of the normaliser.
    """
    model = _model(recipe, env, 0)
    _set_weights(model.policy, weights)
    fold_normaliser(model.policy, np.asarray(mean, np.float32), np.asarray(scale, np.float32))
    return model


def imitate(policy: ActorCriticPolicy, pairs: Pairs, recipe: Recipe) -> list[float]:
    """Fit a policy to a set, whose states it is shown as they are; return the losses."""
    states, targets = torch.as_tensor(pairs.states), torch.as_tensor(pairs.targets)
    actor = [*policy.mlp_extractor.policy_net.parameters(), *policy.action_net.parameters()]
    continuous = isinstance(policy.action_space, spaces.Box)
    if continuous:
        actor.append(policy.log_std)
    optimiser = torch.optim.Adam(actor, lr=recipe.learning_rate, eps=recipe.epsilon, foreach=True)
    losses = []
    for _ in range(recipe.steps):
        own = policy.action_net(policy.mlp_extractor.forward_actor(states))
        if continuous:
            loss = -torch.distributions.Normal(own, policy.log_std.exp()).log_prob(targets)
        else:
            loss = -targets * torch.log_softmax(own, 1)
        loss = loss.sum(1).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(actor, recipe.gradient_norm)
        optimiser.step()
        losses.append(loss.item())
    return losses


def fold_normaliser(policy: ActorCriticPolicy, mean: np.ndarray, scale: np.ndarray) -> None:
    """Let a policy that took normalised observations take observations as they come."""
    first: Any = policy.mlp_extractor.policy_net[0]
    with torch.no_grad():
        first.weight /= torch.as_tensor(scale)
        first.bias -= first.weight @ torch.as_tensor(mean)


def check_spaces(
    pairs: Pairs, observation_space: spaces.Space[Any], action_space: spaces.Space[Any]
) -> None:
    """Raise `ValueError` unless a set fits the spaces of an environment."""
    figures, actions = pairs.states.shape[1], pairs.targets.shape[1]
    if observation_space.shape != (figures,):
        raise ValueError(f"a set of {figures} figures a state does not fit {observation_space}")
    choices = isinstance(action_space, spaces.Discrete) and action_space.n == actions
    numbers = isinstance(action_space, spaces.Box) and action_space.shape == (actions,)
    if not (choices or numbers):
        raise ValueError(f"a set of {actions} figures a target does not fit {action_space}")


def play(model: PPO, id: str, *, episodes: int, seed: int) -> np.ndarray:
    """The returns of whole episodes of an environment of Gymnasium, `f64[episodes]`.

    Each is played by a copy of its own, side by side, by the model's likeliest or mean action.
    """
    envs = gym.make_vec(id, episodes, vectorization_mode="sync")
    seen, _ = envs.reset(seed=seed)
    total, over = np.zeros(episodes), np.zeros(episodes, bool)
    with threads(1):
        while not over.all():
            actions, _ = model.predict(seen, deterministic=True)
            seen, reward, terminated, truncated, _ = envs.step(actions)
            total += np.where(over, 0, reward)
            over |= terminated | truncated
    envs.close()
    return total


def _model(recipe: Recipe, env: gym.Env[Any, Any] | str, seed: int) -> PPO:
    return PPO(
        "MlpPolicy",
        env,
        policy_kwargs={
            "net_arch": list(recipe.layers),
            "activation_fn": ACTIVATIONS[recipe.activation],
        },
        seed=seed,
        device="cpu",  # a few pairs in a small network are fitted faster there
    )


def _set_weights(
    policy: ActorCriticPolicy, weights: Sequence[tuple[np.ndarray, np.ndarray]]
) -> None:
    layers: list[Any] = [*policy.mlp_extractor.policy_net, policy.action_net]
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    with torch.no_grad():
        for layer, (matrix, biases) in zip(linear, weights, strict=True):
            layer.weight.copy_(torch.as_tensor(np.array(matrix.T)))
            layer.bias.copy_(torch.as_tensor(np.array(biases)))

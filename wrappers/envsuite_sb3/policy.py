"""A trained network as an envsuite `Policy`, which plays inside compiled loops."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from gymnasium import spaces
from sb3_contrib import MaskablePPO

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep

Layer = tuple[np.ndarray, np.ndarray]  # weights f32[out, in] and biases f32[out]


@dataclass(frozen=True, eq=False)
class NetworkPolicy:
    """The actions of a small network, legal ones; it satisfies `Policy` and has no memory.

    Attributes:
        layers: The hidden layers, each followed by tanh, and the last one.
        joint: Whether the network reads all agents' observations end to end and scores all their
            actions; otherwise each agent asks it alone.
        greedy: Whether it takes the likeliest action, or draws one, as in training.
    """

    layers: tuple[Layer, ...]
    joint: bool
    greedy: bool = True

    def reset(self, key: jax.Array, agents: int) -> None:
        """There is nothing to remember."""

    def act(self, key: jax.Array, memory: None, timestep: Timestep[Any]) -> tuple[None, jax.Array]:
        """A legal action of each agent, `i32[k]` or `i32[]`."""
        obs = jnp.asarray(timestep.obs)
        agents = timestep.terminated.shape
        scores = obs.reshape(-1) if self.joint else obs.reshape(*agents, -1)
        for weights, biases in self.layers[:-1]:
            scores = jnp.tanh(scores @ weights.T + biases)
        weights, biases = self.layers[-1]
        scores = (scores @ weights.T + biases).reshape(*agents, -1)
        if timestep.legal is not None:
            scores = jnp.where(timestep.legal, scores, -jnp.inf)
        if self.greedy:
            return None, jnp.argmax(scores, axis=-1).astype(jnp.int32)
        return None, jax.random.categorical(key, scores, axis=-1).astype(jnp.int32)


def load_policy(
    path: str | Path, env: Env[Any, Any], group: str, *, greedy: bool = True
) -> NetworkPolicy:
    """Read a model that `MaskablePPO.save` wrote, for a group of a game.

    Args:
        path: The model's zip file.
        env: The game.
        group: The group to play; `""` in a single-agent game.
        greedy: Whether each agent takes its likeliest action, or draws one.

    Raises:
        FileNotFoundError: If there is no such file.
        TypeError: If the model is no plain network of tanh layers with a choice of actions.
        ValueError: If it was trained for other observations or actions.
    """
    model = MaskablePPO.load(path, device="cpu")
    layers = [layer for layer in model.policy.mlp_extractor.policy_net]
    kinds = {type(layer) for layer in layers}
    does = model.action_space
    if kinds - {torch.nn.Linear, torch.nn.Tanh} or not isinstance(
        does, spaces.Discrete | spaces.MultiDiscrete
    ):
        raise TypeError(f"{path} is no network of tanh layers with a choice of actions: {kinds}")
    linear = [layer for layer in layers if isinstance(layer, torch.nn.Linear)]
    policy = NetworkPolicy(
        tuple(_arrays(layer) for layer in [*linear, model.policy.action_net]),
        joint=isinstance(does, spaces.MultiDiscrete),
        greedy=greedy,
    )
    _check_fits(policy, env, group, path)
    return policy


def _check_fits(policy: NetworkPolicy, env: Env[Any, Any], group: str, path: str | Path) -> None:
    sees: Any = env.observation_space
    does: Any = env.action_space
    sees, does = (sees[group], does[group]) if group else (sees, does)
    agents = env.agents[group] if group and policy.joint else 1
    if not isinstance(does, spaces.Discrete):
        raise TypeError(f"actions in {does} are no single choice for each agent")
    due = agents * spaces.flatdim(sees), agents * int(does.n)
    own = policy.layers[0][0].shape[1], policy.layers[-1][0].shape[0]
    if own != due:
        who = group or "the agent"
        raise ValueError(
            f"{path} reads {own[0]} numbers and scores {own[1]} actions, but {who} "
            f"sees {due[0]} and has {due[1]}: it was trained for another game"
        )


def _arrays(layer: torch.nn.Linear) -> Layer:
    return layer.weight.detach().numpy().copy(), layer.bias.detach().numpy().copy()

"""Ours against MPE2 1.1.1, step by step through whole episodes, discrete and continuous.

MPE2 computes with 64 bits and we with 32, so figures agree within 1e-5, absolute or relative.
Before each step the peer takes over our positions and velocities, so that what is compared is one
step.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_mpe.env import MPE
from envsuite_mpe.state import State
from envsuite_mpe.tests.peer import Peer, rows

STEPS = 25
EPISODES = 4
CLOSE: dict[str, Any] = {"rtol": 1e-5, "atol": 1e-5}
SCENARIOS = (
    "simple",
    "simple_adversary",
    "simple_crypto",
    "simple_push",
    "simple_reference",
    "simple_speaker_listener",
    "simple_spread",
    "simple_tag",
    "simple_world_comm",
)
OTHER_COUNTS = [
    ("simple_spread", {"good_agents": 5, "landmarks": 5}),
    ("simple_adversary", {"good_agents": 3, "landmarks": 3}),
    ("simple_tag", {"adversaries": 4, "good_agents": 3, "landmarks": 3}),
    (
        "simple_world_comm",
        {"adversaries": 2, "good_agents": 3, "landmarks": 2, "food": 3, "forests": 2},
    ),
]


@pytest.mark.parametrize("actions", ["discrete", "continuous"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_whole_episodes(scenario: str, actions: str) -> None:
    compare(MPE(scenario, actions=actions), Peer(scenario, actions))


@pytest.mark.parametrize(("scenario", "counts"), OTHER_COUNTS)
def test_whole_episodes_of_other_crowds(scenario: str, counts: dict[str, Any]) -> None:
    compare(MPE(scenario, **counts), Peer(scenario, "discrete", **counts))


def compare(env: MPE, peer: Peer) -> None:
    """Observations, rewards, positions, velocities and words of whole episodes."""
    params = jax.tree.map(jnp.asarray, env.default_params())
    rng = np.random.default_rng(0)

    def play(first: State, begin: State, actions: Any) -> Any:
        def step(state: State, action: Any) -> Any:
            state, timestep = env.step(jax.random.key(0), state, action, params)
            return state, (state, timestep.obs, timestep.reward)

        return env.rules.observe(first, params), jax.lax.scan(step, begin, actions)[1]

    play = jax.jit(play)
    touched = False
    for seed in range(EPISODES):
        first, seen = peer.reset(seed)
        before, actions = crowded(first, seed), draw(rng, env)
        obs, ours = jax.device_get(play(first, before, actions))
        agree(obs, {group: rows(seen, group) for group in obs}, f"first obs, seed {seed}")
        theirs = []
        for step in range(STEPS):
            peer.put(before)
            *shown, terminated, truncated = peer.step(at(actions, step))
            theirs.append((peer.state(), *({g: rows(one, g) for g in obs} for one in shown)))
            assert len(terminated) == sum(len(own) for own in obs.values())
            assert set(terminated.values()) == {False}
            assert set(truncated.values()) == {step == STEPS - 1}
            touched |= overlap(env, before)
            before = at(ours[0], step)
        agree(ours, stack(theirs), f"seed {seed}")
    assert touched or not env.entities.solid, "no two bodies met: too little was compared"


def agree(ours: Any, theirs: Any, what: str) -> None:
    """Compare all steps of an episode; an error's first index is the step."""
    for (path, own), their in zip(
        jax.tree_util.tree_flatten_with_path(ours)[0], jax.tree.leaves(theirs), strict=True
    ):
        name = f"{what}{jax.tree_util.keystr(path)}"
        np.testing.assert_allclose(own, their, **CLOSE, err_msg=name)


def crowded(state: State, seed: int) -> State:
    """Every other episode begins in an eighth of the space, so that bodies meet."""
    share = np.float32(1 if seed % 2 else 1 / 8)
    return State(state.positions * share, state.velocities, state.words, state.goals)


def overlap(env: MPE, state: State) -> bool:
    """Whether an agent is inside another body."""
    solid, radius = env.entities.solid_count, env.default_params().radius
    gaps = np.linalg.norm(state.positions[:solid, None] - state.positions[:solid], axis=-1)
    inside = gaps < radius[:solid, None] + radius[:solid]
    np.fill_diagonal(inside, False)
    return bool(inside[: env.entities.agent_count].any())


def draw(rng: np.random.Generator, env: MPE) -> Any:
    """Actions for a whole episode, `[steps, ...]`; some of the continuous ones are 0 or 1."""
    drawn = {}
    for group, size in env.agents.items():
        space: Any = env.action_space[group]
        if env.actions == "discrete":
            drawn[group] = rng.integers(0, space.n, (STEPS, size)).astype(np.int32)
        else:
            numbers = rng.uniform(-0.25, 1.25, (STEPS, size, *space.shape))
            drawn[group] = np.clip(numbers, 0, 1).astype(np.float32)
    return drawn


def stack(trees: list[Any]) -> Any:
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)


def at(tree: Any, index: int) -> Any:
    return jax.tree.map(lambda leaf: leaf[index], tree)

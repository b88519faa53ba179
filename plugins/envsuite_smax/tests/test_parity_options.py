"""Ours against JaxMARL 0.2.0 under other options, both teams played by learners."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_smax.actions import decode
from envsuite_smax.combat import Field, fight
from envsuite_smax.env import SMAX
from envsuite_smax.tests.peer import Peer, draw, random_legal, rows, seconds

OPTIONS = {
    "rewards, masks and views of both teams": ("5m_vs_6m", {}, {}),
    "victory alone counts, walls are harmless, deeds unseen": (
        "2s3z",
        {"self_play_reward": True, "walls_cause_death": False, "see_enemy_actions": False},
        {"use_self_play_reward": True, "walls_cause_death": False, "see_enemy_actions": False},
    ),
    "conic": (
        "smacv2_10_units",
        {"observation": "conic", "conic": "peer"},
        {"observation_type": "conic"},
    ),
    "continuous": (
        "3s_vs_5z",
        {"actions": "continuous", "continuous": "peer"},
        {"action_type": "continuous"},
    ),
}


def random_corner(random: np.random.Generator, masks: Any) -> dict[str, Any]:
    """Continuous actions whose meaning the peer leaves nothing of to chance."""
    return {
        name: jnp.asarray([*random.integers(0, 2, 2), *random.random(2)], jnp.float32)
        for name in masks
    }


@pytest.mark.parametrize("name", OPTIONS)
def test_whole_episodes(name: str) -> None:
    scenario, ours, theirs = OPTIONS[name]
    env = SMAX(scenario, enemy="learner", world_state="peer", **ours)
    peer = Peer("SMAX", scenario, **theirs)
    params, allies = jax.tree.map(jnp.asarray, env.default_params()), env.teams["ally"]
    how = "peer" if env.actions == "continuous" else "discrete"
    choose = random_corner if how == "peer" else random_legal

    @jax.jit
    def play(state: Any, actions: Any, expected: Any, noise: Any) -> Any:
        """What the actions mean; and what follows from what they mean to the peer.

        Our sine is not the peer's to the last bit, which a crowd magnifies within a step.
        """
        decoded = [
            decode(jax.random.key(0), state, actions[team], params, team=team, how=how)
            for team in ("ally", "enemy")
        ]
        after = fight(
            state,
            expected.previous_moves,
            expected.previous_attacks,
            noise,
            params,
            allies=allies,
            ticks=8,
            field=Field(32.0, 32.0, env.walls_cause_death),
        )
        meant = [jnp.concatenate(pair) for pair in zip(*decoded, strict=True)]
        return meant, after, env.timestep(state, after, params), env.world(after)

    random = np.random.default_rng(0)
    state, masks = peer.begin(random, env)
    compared = 0
    for step in range(100):
        actions, draws = choose(random, masks), draw(random, env)
        before = peer.state(state)
        observations, state, masks, rewards, dones = peer.step(draws, state, actions)
        expected = peer.state(state)
        joint = {team: jnp.asarray(rows(actions, team)) for team in env.agents}
        meant, after, timestep, world = play(before, joint, expected, seconds(draws))
        pairs = [
            (after.positions, expected.positions),
            (after.health, expected.health),
            (after.cooldowns, expected.cooldowns),
            (meant[0], expected.previous_moves),
            (meant[1], expected.previous_attacks),
            (world, observations["world_state"]),
        ]
        for team in env.agents:
            pairs.append((timestep.obs[team], rows(observations, team)))
            pairs.append((timestep.reward[team], rows(rewards, team)))
            if how == "discrete":
                pairs.append((timestep.legal[team], rows(masks, team)))
        for mine, other in pairs:
            np.testing.assert_allclose(mine, np.asarray(other), atol=1e-5, err_msg=f"step {step}")
            compared += np.size(other)
        assert bool(timestep.terminated["ally"].all()) == bool(dones["__all__"])
        if dones["__all__"]:
            break
    assert compared > 1000

"""Ours against JaxMARL 0.2.0: its states fed to our rules, same actions, same draws."""

from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite_smax.actions import decode_discrete
from envsuite_smax.combat import Field, fight
from envsuite_smax.env import SMAX
from envsuite_smax.scenario import shipped_scenarios
from envsuite_smax.scripted import Memory, decide
from envsuite_smax.tests.peer import Peer, draw, random_legal, rows, seconds
from envsuite_smax.view import team_order

STATE_FIELDS = ("positions", "health", "cooldowns", "previous_moves", "previous_attacks")


def close(ours: Any, theirs: Any, what: str) -> None:
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), atol=1e-5, err_msg=what)


def compare_state(ours: Any, theirs: Any, alive: Any, when: str) -> None:
    close(ours.alive, alive, f"alive {when}")
    for name in STATE_FIELDS:
        close(getattr(ours, name), getattr(theirs, name), f"{name} {when}")


def compare_view(env: SMAX, timestep: Any, observations: Any, masks: Any, when: str) -> None:
    for team in env.agents:
        close(timestep.obs[team], rows(observations, team), f"obs of {team} {when}")
        if timestep.legal:
            close(timestep.legal[team], rows(masks, team), f"legal of {team} {when}")


SOME = {"3m", "2s3z", "3s_vs_5z", "smacv2_5_units"}  # all of them in `make test-long`
ALL = [
    name if name in SOME else pytest.param(name, marks=pytest.mark.long)
    for name in shipped_scenarios()
]


@pytest.mark.parametrize("scenario", ALL)
def test_whole_episodes_against_scripted_enemies(scenario: str) -> None:
    """Every field of every step, and every decision of the scripted enemies."""
    mode = "random" if scenario in ("3m", "smacv2_10_units") else "closest"
    peer = Peer("HeuristicEnemySMAX", scenario, attack_mode=mode)
    env = SMAX(scenario, attack_mode=mode, world_state="peer")
    params, allies = jax.tree.map(jnp.asarray, env.default_params()), env.teams["ally"]

    @jax.jit
    def play(state: Any, action: Any, expected: Any, draws: Any) -> Any:
        """What the enemies choose; and what follows from the allies' and the peer's choices."""
        order = partial(team_order, team="enemy")
        memory = Memory(order(state.target_points), order(state.last_attacked))
        pair = order(jnp.stack([draws["walk"], draws["attack"]], -1))
        choice, memory = decide(
            state, memory, pair, params, team="enemy", attack_mode=mode, shoots=True
        )
        moves, attacks = decode_discrete(action)
        after = fight(
            state,
            jnp.concatenate([moves, expected.previous_moves[allies:]]),
            jnp.concatenate([attacks, expected.previous_attacks[allies:]]),
            seconds(draws),
            params,
            allies=allies,
            ticks=8,
            field=Field(32.0, 32.0),
        )
        chosen = (*decode_discrete(order(choice)), order(memory.last_attacked))
        return chosen, after, env.timestep(state, after, params), env.world(after)

    random = np.random.default_rng(0)
    theirs, masks = peer.begin(random, env)
    before = peer.state(theirs)
    points = np.float32(32) - before.positions[allies:]
    before = replace(before, target_points=points)
    over = False
    for step in range(100):
        when = f"at step {step}"
        actions, draws = random_legal(random, masks), draw(random, env)
        observations, theirs, masks, rewards, dones = peer.step(draws, theirs, actions)
        expected = peer.state(theirs)
        action = rows(actions, "ally")
        (moves, attacks, last), after, timestep, world = play(before, action, expected, draws)
        lives = np.asarray(before.alive[allies:])
        close(moves[lives], expected.previous_moves[allies:][lives], f"enemy moves {when}")
        close(attacks[lives], expected.previous_attacks[allies:][lives], f"enemy attacks {when}")
        close(last[lives], expected.last_attacked[lives], f"last attacked {when}")

        compare_state(after, expected, theirs.state.unit_alive, when)
        compare_view(env, timestep, observations, masks, when)
        close(world, observations["world_state"], f"world {when}")
        close(timestep.reward["ally"], rows(rewards, "ally"), f"reward {when}")
        over = bool(timestep.terminated["ally"].all())
        close(~after.alive[:allies], rows(dones, "ally"), f"dones {when}")
        assert over == bool(dones["__all__"]), when
        if over:
            break
        before = replace(expected, target_points=points, last_attacked=last)
    assert over, "a whole episode was meant to be compared"

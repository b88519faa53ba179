"""Whole episodes beside the reference in plain Python."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np
import pytest

from envsuite_teamgrid.env import TeamGrid
from envsuite_teamgrid.scenario import shipped_scenarios
from envsuite_teamgrid.tests.reference import Board
from envsuite_teamgrid.tests.scene import ACTIONS

COPIES = 8
LIMITS = {"four_rooms": 100, "switch": 100, "dual_switch": 100, "dual_doors": 160, "door_ball": 160}


@partial(jax.jit, static_argnums=0)
def begin(env: TeamGrid, keys: jax.Array) -> Any:
    return jax.vmap(env.reset, (0, None))(keys, env.default_params())


@partial(jax.jit, static_argnums=0)
def go_on(env: TeamGrid, keys: jax.Array, states: Any, action: jax.Array) -> Any:
    step = jax.vmap(env.step, (0, 0, {"agent": 0}, None))
    return step(keys, states, {"agent": action}, env.default_params())


def row(tree: Any, index: int) -> Any:
    return jax.tree.map(lambda leaf: leaf[index], tree)


@pytest.mark.parametrize("scenario", shipped_scenarios())
def test_every_step_is_the_reference_s(scenario):
    env = TeamGrid(scenario)
    agents, choices = env.agents["agent"], len(ACTIONS) if env.rules.switches else len(ACTIONS) - 1
    random = np.random.default_rng(len(scenario))
    states, timestep = jax.device_get(begin(env, jax.random.split(jax.random.key(7), COPIES)))
    boards = [Board.read(env, row(states, copy)) for copy in range(COPIES)]
    returns, ended, lengths = np.zeros(COPIES), np.zeros(COPIES, bool), np.zeros(COPIES, int)
    for step in range(LIMITS[scenario]):
        # the first two copies play at random; the others find their way, now and then astray
        action = random.integers(0, choices, (COPIES, agents), np.int32)
        for copy in range(2, COPIES):
            for agent in np.flatnonzero(random.random(agents) < 0.85):
                action[copy, agent] = boards[copy].guide(int(agent))
        keys = jax.random.split(jax.random.key(step), COPIES)
        states, timestep = jax.device_get(go_on(env, keys, states, action))
        for copy, board in enumerate(boards):
            earned, landing = board.step(action[copy].tolist())
            for ball in landing:  # where they land is chance, but not anywhere
                cell = tuple(states.balls[copy, ball].tolist())
                assert env.rules.board[cell[0]][cell[1]] == str(ball + 1)
                assert cell not in board.things and cell != board.agents[ball][0]
                board.things[cell] = ("ball", 1)
            now = Board.read(env, row(states, copy))
            assert vars(now) == vars(board), (copy, step)
            assert timestep.reward["agent"][copy].tolist() == earned, (copy, step)
            assert (timestep.terminated["agent"][copy] == board.over).all(), (copy, step)
            if step % 3 == 0 or sum(earned):
                for agent in range(agents):
                    seen = board.seen(agent)
                    np.testing.assert_array_equal(timestep.obs["agent"][copy, agent], seen)
            returns[copy] += sum(earned)
            lengths[copy] += not ended[copy]
            ended[copy] = board.over
        if step > 40 and ended[2:].all():
            break
    # the play was worth comparing: who looks for it wins in time all that there is to win
    most = {"four_rooms": 4, "switch": 1, "dual_switch": 4, "dual_doors": 4, "door_ball": 2}
    assert (returns <= most[scenario]).all()
    assert ended[2:].sum() >= 4 and (returns[ended] == most[scenario]).all()
    assert (lengths[ended] < LIMITS[scenario]).any()

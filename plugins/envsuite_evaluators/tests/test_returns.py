"""The returns evaluator, on games whose outcome is known by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from envsuite.core.policy import Evaluator
from envsuite.functional import TimeLimit
from envsuite_agents.random import RandomPolicy
from envsuite_evaluators.returns import Returns
from envsuite_primer.bandit import Bandit, Params
from envsuite_primer.gridwalk import EAST, SOUTH, GridWalk
from envsuite_primer.gridwalk_level import level_from_text
from envsuite_primer.guess import Guess
from envsuite_primer.pursuit import EAST as RUN_EAST
from envsuite_primer.pursuit import STAY, Pursuit
from envsuite_primer.tic_tac_toe import LINES, TicTacToe

KEY = jax.random.key(0)
RETURNS = Returns()


@dataclass(frozen=True)
class Script:
    """Plays a list of actions in order, and the last one ever after; remembers its place."""

    actions: tuple[int, ...]

    def reset(self, key, agents):
        """Begin at the first."""
        return jnp.int32(0)

    def act(self, key, memory, timestep):
        """The next one, for all agents alike."""
        action = jnp.array(self.actions)[jnp.minimum(memory, len(self.actions) - 1)]
        return memory + 1, jnp.broadcast_to(action, jnp.shape(timestep.reward))


WALK = GridWalk(size=3, sight=1)
LEVEL = level_from_text("""
    S . .
    # # .
    # # G
""")


def test_a_scripted_walk_takes_as_long_as_its_way():
    policy = Script((EAST, EAST, SOUTH))  # south twice, for the last action is repeated
    found = RETURNS.evaluate(KEY, TimeLimit(WALK, 9), LEVEL, {"": policy}, 5)
    assert isinstance(RETURNS, Evaluator)
    assert found["episodes"] == 5
    assert (found["length"]["mean"], found["length"]["std"]) == (4, 0)
    assert found["return"][""]["mean"] == 1
    assert found["rates"]["won"]["rate"] == 1
    assert json.loads(json.dumps(found)) == found


def test_time_limits_end_episodes():
    found = RETURNS.evaluate(KEY, TimeLimit(WALK, 9), LEVEL, {"": Script((EAST,))}, 5)
    assert found["length"]["mean"] == 9
    assert found["return"][""]["mean"] == 0
    assert found["rates"]["won"]["rate"] == 0


def test_every_group_has_its_return_and_a_shared_reward_counts_once():
    game = TimeLimit(Pursuit(size=3, hunters=3, prey=1, sight=1), 4)
    policies = {"hunter": Script((STAY,)), "prey": Script((RUN_EAST,))}
    found = RETURNS.evaluate(KEY, game, game.default_params(), policies, 64)
    won, hunter = found["rates"]["won"]["rate"], found["return"]["hunter"]["mean"]
    # the prey circles its row: it is caught in the first or second step, or never. A hunter pays
    # 0.01 a step and earns 1 by a catch, so its mean return follows from wins and lengths
    assert 0 < won < 1
    assert hunter == pytest.approx(won - 0.01 * found["length"]["mean"], abs=1e-6)
    # the prey earns 0.01 in every step but that of its death
    survived = found["length"]["mean"] - won
    assert found["return"]["prey"]["mean"] == pytest.approx(0.01 * survived - won, abs=1e-6)


def test_random_tic_tac_toe_ends_as_often_as_it_must():
    """Against the exact odds, from the whole tree of the game in plain Python."""
    game = TicTacToe()
    policies = {group: RandomPolicy(game, group) for group in game.agents}
    found = RETURNS.evaluate(KEY, game, game.default_params(), policies, 2000)
    odds = _odds(".........")
    for name, chance in zip(("cross_won", "nought_won", "draw"), odds, strict=True):
        rate = found["rates"][name]
        assert abs(rate["rate"] - chance) < 4 * (chance * (1 - chance) / 2000) ** 0.5
        assert rate["low"] < rate["rate"] < rate["high"]
    cross, nought = (found["return"][group]["mean"] for group in ("cross", "nought"))
    assert cross == -nought
    won, lost = (found["rates"][name]["rate"] for name in ("cross_won", "nought_won"))
    assert cross == pytest.approx(won - lost)


@cache
def _odds(board: str) -> tuple[float, float, float]:
    """The chances that cross wins, nought wins and nobody does, both playing at random."""
    for index, mark in enumerate("XO"):
        if any(all(board[cell] == mark for cell in line) for line in LINES.tolist()):
            return (1.0, 0.0, 0.0) if index == 0 else (0.0, 1.0, 0.0)
    free = [cell for cell, mark in enumerate(board) if mark == "."]
    if not free:
        return 0.0, 0.0, 1.0
    mark = "XO"[(9 - len(free)) % 2]
    branches = [_odds(board[:cell] + mark + board[cell + 1 :]) for cell in free]
    cross, nought, draw = (sum(chances) / len(free) for chances in zip(*branches, strict=True))
    return cross, nought, draw


def test_the_params_are_those_of_all_episodes_and_batches_do_not_matter():
    game = Bandit(contexts=2, arms=2)
    params = Params(jnp.array([[0.0, 0.5], [0.0, 1.0]]))  # the second arm pays 0.75 on average
    pull = {"": Script((1,))}

    def found(evaluator: Returns, key: jax.Array) -> Any:
        return evaluator.evaluate(key, game, params, pull, 300)

    once = found(RETURNS, KEY)
    assert once["return"][""]["low"] < 0.75 < once["return"][""]["high"]
    assert once == found(Returns(parallel=70), KEY)
    assert once != found(RETURNS, jax.random.key(1))


def test_what_cannot_be_judged_is_refused():
    pull = {"": Script((1,))}
    game = Pursuit()
    with pytest.raises(ValueError, match=r"no policy for \['prey'\]"):
        RETURNS.evaluate(KEY, game, game.default_params(), {"hunter": Script((0,))}, 3)
    with pytest.raises(ValueError, match="'hunters', which does not play: did you mean 'hunter'?"):
        RETURNS.evaluate(KEY, game, game.default_params(), {"hunters": Script((0,))}, 3)
    with pytest.raises(ValueError, match="episodes must be at least 1, not 0"):
        RETURNS.evaluate(KEY, Bandit(), Bandit().default_params(), pull, 0)
    with pytest.raises(ValueError, match="parallel must be a whole number from 1 up, not 0"):
        Returns(parallel=0)
    words: Any = Guess()
    with pytest.raises(TypeError, match="a game of words"):
        RETURNS.evaluate(KEY, words, words.default_params(), pull, 3)


def test_an_episode_that_never_ends_is_an_error():
    with pytest.raises(RuntimeError, match="4 of 4 episodes had not ended after 20 steps"):
        Returns(max_steps=20).evaluate(KEY, WALK, LEVEL, {"": Script((EAST,))}, 4)

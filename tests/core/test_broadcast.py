"""Broadcasts within a team, on a game small enough to work by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces

import envsuite
from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import Broadcast, LegalActions, TimeLimit, WithParams, struct
from envsuite.testing.legal_play import random_actions

KEY = jax.random.key(0)


@struct
class Params:
    """What a step earns."""

    wage: Any = 1.0


@dataclass(frozen=True)
class Walk(Env[Any, Params]):
    """Three walkers and a lone one; an action is how far to go, and one who reaches 5 is done.

    A walker sees its own number and its place; two steps at once are legal from even places only.
    """

    turns: bool = False
    masks: bool = True

    @property
    def agents(self) -> dict[str, int]:
        """A team, and one with nobody to talk to."""
        return {"team": 3, "lone": 1}

    @property
    def observation_space(self) -> spaces.Dict:
        """A number and a place; of whole numbers, to be flattened and turned into floats."""
        box = spaces.Box(np.array([[1], [0]]), np.array([[3], [9]]), dtype=np.int8)
        return spaces.Dict({"team": box, "lone": box})

    @property
    def action_space(self) -> spaces.Dict:
        """How far."""
        return spaces.Dict({"team": spaces.Discrete(3), "lone": spaces.Discrete(3)})

    @property
    def own_state_space(self) -> spaces.Dict:
        """Minus ten times the place."""
        box = spaces.Box(-90, -10, (1,), np.float32)
        return spaces.Dict({"team": box, "lone": box})

    def own_state(self, state: Any) -> dict[str, jax.Array]:
        """Minus ten times the place."""
        cells, _ = state
        told = -10.0 * cells[:, None]
        return {"team": told[:3], "lone": told[3:]}

    def default_params(self) -> Params:
        """A wage of one."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[Any, Timestep[Any]]:
        """All at their own places."""
        state = (jnp.array([1, 2, 3, 0]), jnp.int32(0))
        return state, self._timestep(state, 0.0)

    def step(self, key: jax.Array, state: Any, action: Any, params: Params) -> Any:
        """Go."""
        cells, clock = state
        go = jnp.concatenate([action["team"], action["lone"]])
        state = (cells + jnp.where(cells >= 5, 0, go), clock + 1)
        return state, self._timestep(state, params.wage)

    def _timestep(self, state: Any, wage: Any) -> Timestep[Any]:
        cells, clock = state
        seen = jnp.stack([jnp.array([1, 2, 3, 1]), cells], axis=-1)[..., None].astype(jnp.int8)
        legal = jnp.stack([cells >= 0, cells < 5, (cells < 5) & (cells % 2 == 0)], axis=-1)
        turn = jnp.arange(4) == clock % 4

        def split(leaf: jax.Array) -> dict[str, jax.Array]:
            return {"team": leaf[:3], "lone": leaf[3:]}

        return Timestep(
            obs=split(seen),
            reward=split(jnp.full(4, wage, jnp.float32)),
            terminated=split(cells >= 5),
            legal=split(legal) if self.masks else None,
            to_act=split(turn) if self.turns else None,
            info={"clock": clock},
        )


def play(env: Any, *moves: list[int], lone: int = 0) -> list[Any]:
    """The timesteps of a reset and of one step for each list of the team's actions."""
    state, timestep = env.reset(KEY, env.default_params())
    seen = [timestep]
    for move in moves:
        action = {"team": jnp.array(move), "lone": jnp.array([lone])}
        state, timestep = env.step(KEY, state, action, env.default_params())
        seen.append(timestep)
    return seen


def team(timestep: Timestep[Any]) -> list[list[float]]:
    """What each of the team sees."""
    assert timestep.obs["team"].dtype == jnp.float32
    return np.asarray(timestep.obs["team"]).round(3).tolist()


def test_what_is_sent_is_seen_in_the_same_step_and_grows_old():
    first, second, third, fourth = play(
        Broadcast(Walk()), [0 + 3, 0, 1], [1, 2, 0], [1 + 3, 0 + 3, 0]
    )
    # own number and place; then of each teammate freshness, number and place
    assert team(first) == [[1, 1] + 6 * [0], [2, 2] + 6 * [0], [3, 3] + 6 * [0]]
    assert team(second) == [
        [1, 1, 0, 0, 0, 0, 0, 0],
        [2, 2, 1, 1, 1, 0, 0, 0],
        [3, 4, 1, 1, 1, 0, 0, 0],
    ]
    # the first has walked on, but the others know only where it was
    assert team(third) == [
        [1, 2, 0, 0, 0, 0, 0, 0],
        [2, 4, 0.5, 1, 1, 0, 0, 0],
        [3, 4, 0.5, 1, 1, 0, 0, 0],
    ]
    assert team(fourth) == [
        [1, 3, 1, 2, 4, 0, 0, 0],
        [2, 4, 1, 1, 3, 0, 0, 0],
        [3, 4, 1, 1, 3, 1, 2, 4],
    ]
    sent = [timestep.info["broadcasts"]["team"].tolist() for timestep in (second, third, fourth)]
    assert sent == [[True, False, False], [False, False, False], [True, True, False]]
    ages = [timestep.info["message_age"]["team"].tolist() for timestep in (first, third, fourth)]
    assert ages == [[-1, -1, -1], [1, -1, -1], [0, 0, -1]]
    assert fourth.info["clock"] == 3, "the game's own figures stay"


def test_who_always_sends_shares_all_it_sees():
    last = play(Broadcast(Walk()), [1 + 3, 2 + 3, 1 + 3])[-1]
    assert team(last) == [
        [1, 2, 1, 2, 4, 1, 3, 4],
        [2, 4, 1, 1, 2, 1, 3, 4],
        [3, 4, 1, 1, 2, 1, 2, 4],
    ]


@pytest.mark.parametrize(
    ("paid_by", "paid"), [("sender", [0.75, 1, 0.75]), ("team", [0.5, 0.5, 0.5])]
)
def test_a_broadcast_costs_its_sender_or_the_team(paid_by, paid):
    first, second = play(Broadcast(Walk(), cost=0.25, paid_by=paid_by), [3, 0, 3])
    assert first.reward["team"].tolist() == [0, 0, 0]
    assert second.reward["team"].tolist() == paid and second.reward["lone"].tolist() == [1]
    assert second.reward["team"].dtype == jnp.float32


def test_a_known_start_is_sent_free_of_charge():
    first, second = play(Broadcast(Walk(), known_start=True, cost=5), [1, 0, 0])
    assert team(first)[0] == [1, 1, 1, 2, 2, 1, 3, 3]
    assert team(second)[1] == [2, 2, 0.5, 1, 1, 0.5, 3, 3]
    assert not first.reward["team"].any() and not first.info["broadcasts"]["team"].any()


def test_the_own_state_can_be_sent_in_place_of_what_is_seen():
    env = Broadcast(Walk(), payload="state")
    last = play(env, [1 + 3, 0, 0])[-1]
    assert team(last) == [[1, 2, 0, 0, 0, 0], [2, 2, 1, -20, 0, 0], [3, 3, 1, -20, 0, 0]]
    assert np.asarray(last.obs["team"][1]) in env.observation_space["team"]
    space: Any = env.observation_space["team"]
    # before the first message there are zeros, which lie outside the states' own space
    assert space.low.tolist() == [1, 0, 0, -90, 0, -90]
    assert space.high.tolist() == [3, 9, 1, 0, 1, 0]


def test_who_plays_alone_stays_as_it_is():
    env = Broadcast(Walk())
    last = play(env, [3, 3, 3], lone=2)[-1]
    assert env.action_space["lone"] == spaces.Discrete(3)
    assert env.observation_space["lone"] == Walk().observation_space["lone"]
    assert last.obs["lone"].tolist() == [[[1], [2]]] and "lone" not in last.info["broadcasts"]


def test_masks_are_doubled_and_the_dead_are_silent():
    env = Broadcast(Walk(), cost=0.25)
    first, dead, silent = play(env, [0, 1, 2 + 3], [3, 3, 3])
    assert env.action_space["team"] == spaces.Discrete(6)
    mask = np.asarray(first.legal["team"]).astype(int).tolist()
    assert mask == [[1, 1, 0, 1, 1, 0], [1, 1, 1, 1, 1, 1], [1, 1, 0, 1, 1, 0]]
    # the third arrives, and tells so in the same step; it is done, and can only stay in silence
    assert dead.terminated["team"].tolist() == [False, False, True]
    assert dead.legal["team"][2].tolist() == [True, False, False, False, False, False]
    assert team(dead)[0] == [1, 1, 0, 0, 0, 1, 3, 5]
    assert silent.info["broadcasts"]["team"].tolist() == [True, True, False]
    assert silent.reward["team"].tolist() == [0.75, 0.75, 1]
    assert team(silent)[0][5:] == [0.5, 3, 5]


def test_an_illegal_action_is_replaced_by_a_silent_one():
    env = LegalActions(Broadcast(Walk()))
    last = play(env, [2 + 3, 2 + 3, 1])[-1]  # two steps are illegal from 1
    assert last.info["illegal_actions"] == 1
    assert last.info["broadcasts"]["team"].tolist() == [False, True, False]


def test_who_is_not_to_move_says_nothing():
    seen = play(Broadcast(Walk(turns=True)), [3, 3, 3], [3, 3, 3])
    sent = [timestep.info["broadcasts"]["team"].tolist() for timestep in seen]
    assert sent == [[False, False, False], [True, False, False], [False, True, False]]


def test_games_without_masks_stay_without():
    assert play(Broadcast(Walk(masks=False)), [3, 3, 3])[-1].legal is None


def test_the_game_below_is_the_same_as_without():
    plain = TimeLimit(WithParams(Walk(), (("wage", 2.0),)), 9)
    talking = TimeLimit(Broadcast(WithParams(Walk(), (("wage", 2.0),)), cost=0.5), 9)
    unspoken, spoken = play(plain, [1, 2, 0], [0, 0, 1]), play(talking, [4, 5, 3], [0, 0, 1])
    for before, after in zip(unspoken, spoken, strict=True):
        assert before.terminated["team"].tolist() == after.terminated["team"].tolist()
        paid = 0.5 * np.asarray(after.info["broadcasts"]["team"])
        np.testing.assert_array_equal(before.reward["team"], after.reward["team"] + paid)
        own = np.asarray(before.obs["team"]).reshape(3, -1)
        np.testing.assert_array_equal(own, np.asarray(after.obs["team"])[:, :2])


def test_what_makes_no_sense_is_refused():
    guess = envsuite.make("envsuite/Primer-Guess", max_steps=None)
    cases: list[tuple[Any, str, Any, Any]] = [
        (TypeError, "game of words", guess, {}),
        (ValueError, "has two agents", envsuite.make("envsuite/Primer-TicTacToe"), {}),
        (ValueError, "has two agents", envsuite.make("envsuite/Primer-GridWalk"), {}),
        (TypeError, "doubles Discrete", envsuite.make("envsuite/MPE-SimpleFacmac"), {}),
        (ValueError, "mean 'state'", Walk(), {"payload": "stat"}),
        (ValueError, "mean 'sender'", Walk(), {"paid_by": "senders"}),
        (ValueError, "finite", Walk(), {"cost": float("nan")}),
        (ValueError, "finite number, not 'low'", Walk(), {"cost": "low"}),
        (ValueError, "own_state", envsuite.make("envsuite/Primer-Pursuit"), {"payload": "state"}),
    ]
    for error, words, env, options in cases:
        with pytest.raises(error, match=words):
            Broadcast(env, **options)


def test_every_api_offers_it_as_an_option():
    options: Any = {"broadcast": {"cost": 0.5}}
    env: Any = envsuite.make("envsuite/Primer-Pursuit", **options)
    assert env.env == Broadcast(envsuite.make("envsuite/Primer-Pursuit", max_steps=None), cost=0.5)
    team = envsuite.make_as("envsuite/Primer-Pursuit", "gymnasium", **options)
    assert team.action_space.nvec.tolist() == 3 * [10]
    team.reset(seed=0)
    quiet = envsuite.make_as("envsuite/Primer-Pursuit", "gymnasium", broadcast=True)
    quiet.reset(seed=0)
    _, paid, *_ = team.step(np.array([5, 5, 0]))
    _, unpaid, *_ = quiet.step(np.array([0, 0, 0]))
    np.testing.assert_allclose(float(unpaid) - float(paid), 1 / 3, rtol=1e-5)
    table = envsuite.make_as("envsuite/Primer-Pursuit", "pettingzoo", **options)
    _, infos = table.reset(seed=0)
    assert infos["hunter_0"]["action_mask"].shape == (10,)
    engine = envsuite.make_engine("envsuite/SMAX-3m", 1, view="all", enemy="learner", **options)
    assert engine.backend == "jax", "the compiled twin knows no broadcasts"


def test_an_option_it_does_not_have_is_named():
    wrong: list[Any] = [{"price": 1}, "yes"]
    for broadcast, words in zip(wrong, ("'price'.*'cost'", "True, False or a map"), strict=True):
        with pytest.raises(TypeError, match=words):
            envsuite.make("envsuite/Primer-Pursuit", broadcast=broadcast)


def test_observations_of_random_play_lie_in_the_space():
    env: Any = envsuite.make("envsuite/Overcooked-CrampedRoom", broadcast=True)
    params = env.default_params()

    @jax.jit
    def episode(key: jax.Array) -> Any:
        state, first = env.reset(key, params)

        def step(carry: Any, key: jax.Array) -> Any:
            state, timestep = carry
            action = random_actions(key, env.action_space, timestep, env.agents)
            return (carry := env.step(key, state, action, params)), carry[1].obs["agent"]

        return jax.lax.scan(step, (state, first), jax.random.split(key, 30))[1]

    space = env.observation_space["agent"]
    for moment in np.asarray(episode(KEY)):
        assert len(moment) == 2 and moment[0] in space and moment[1] in space

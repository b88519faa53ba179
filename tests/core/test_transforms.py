"""Time limit, legal actions, restart, fixed policies: on a game small enough to work by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import (
    AutoReset,
    LegalActions,
    PlayedBy,
    TimeLimit,
    WithParams,
    game_state,
    over,
    struct,
)
from envsuite.functional.auto_reset import restart

KEY = jax.random.key(0)


@struct
class Params:
    """What a step earns."""

    wage: Any = 1.0


@dataclass(frozen=True)
class Race(Env[Any, Params]):
    """Two runners; an action is how far to run: 0, 1, or 2 from even cells only. Five ends it."""

    turns: bool = False

    @property
    def agents(self) -> dict[str, int]:
        """One runner a team."""
        return {"left": 1, "right": 1}

    @property
    def observation_space(self) -> spaces.Dict:
        """Where both are."""
        box = spaces.Box(0.0, 9.0, (2,), np.float32)
        return spaces.Dict({"left": box, "right": box})

    @property
    def action_space(self) -> spaces.Dict:
        """How far."""
        return spaces.Dict({"left": spaces.Discrete(3), "right": spaces.Discrete(3)})

    def default_params(self) -> Params:
        """A wage of one."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[Any, Timestep[Any]]:
        """Both at the start."""
        state = (jnp.zeros(2, jnp.int32), jnp.int32(0))
        return state, self._timestep(state, 0.0)

    def step(self, key: jax.Array, state: Any, action: Any, params: Params) -> Any:
        """Run."""
        cells, clock = state
        run = jnp.stack([action["left"][0], action["right"][0]])
        if self.turns:
            run = jnp.where(jnp.arange(2) == clock % 2, run, 0)
        state = (cells + run, clock + 1)
        return state, self._timestep(state, params.wage)

    def _timestep(self, state: Any, wage: Any) -> Timestep[Any]:
        cells, clock = state
        names = ("left", "right")
        far = jnp.stack([jnp.ones_like(cells), jnp.ones_like(cells), cells % 2 == 0], -1) > 0
        mover = clock % 2
        return Timestep(
            obs={name: cells.astype(jnp.float32)[None] for name in names},
            reward={name: jnp.full(1, wage, jnp.float32) for name in names},
            terminated={name: (cells >= 5).any()[None] for name in names},
            legal={name: far[i][None] for i, name in enumerate(names)},
            to_act={name: (mover == i)[None] for i, name in enumerate(names)}
            if self.turns
            else None,
            info={"clock": clock},
        )


def move(left: int, right: int) -> dict[str, jax.Array]:
    return {"left": jnp.array([left]), "right": jnp.array([right])}


@dataclass(frozen=True)
class Always:
    """A policy of one action."""

    action: int

    def reset(self, key: jax.Array, agents: int) -> jax.Array:
        """Counts its moves."""
        return jnp.int32(0)

    def act(self, key: jax.Array, memory: Any, timestep: Timestep[Any]) -> Any:
        """The same every time."""
        return memory + 1, jnp.full(timestep.terminated.shape, self.action, jnp.int32)


def test_time_runs_out_exactly_at_the_limit():
    env = TimeLimit(Race(), 3)
    state, timestep = env.reset(KEY, Params())
    flags = []
    for _ in range(3):
        state, timestep = env.step(KEY, state, move(0, 0), Params())
        flags.append(bool(timestep.truncated))
    assert flags == [False, False, True]
    assert not timestep.terminated["left"].any() and bool(over(timestep))


def test_an_end_on_the_last_step_is_both_and_hides_neither():
    env = TimeLimit(Race(), 3)
    state, timestep = env.reset(KEY, Params())
    for far in (2, 2, 1):
        state, timestep = env.step(KEY, state, move(far, 0), Params())
    assert bool(timestep.truncated) and timestep.terminated["left"].all()


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        TimeLimit(Race(), 0)


def test_an_illegal_action_is_the_no_op_and_is_counted():
    env = LegalActions(Race())
    state, _ = env.reset(KEY, Params())
    state, timestep = env.step(KEY, state, move(1, 1), Params())
    assert int(timestep.info["illegal_actions"]) == 0
    # from cell 1 only 0 and 1 are legal: 2 stands still instead; 7 is no action at all
    state, timestep = env.step(KEY, state, move(2, 7), Params())
    assert int(timestep.info["illegal_actions"]) == 2
    assert game_state(env, state)[0].tolist() == [1, 1]


def test_the_illegal_actions_of_those_not_to_move_do_not_count():
    env = LegalActions(Race(turns=True))
    state, _ = env.reset(KEY, Params())
    _, timestep = env.step(KEY, state, move(7, 7), Params())
    assert int(timestep.info["illegal_actions"]) == 1


def test_a_new_episode_is_played_under_the_params_given_last():
    env = AutoReset(TimeLimit(Race(), 2))
    state, _ = env.reset(KEY, Params(1.0))
    wages = []
    for wage in (5.0, 6.0, 7.0, 8.0):
        state, timestep = env.step(KEY, state, move(1, 0), Params(wage))
        wages.append(float(timestep.reward["left"][0]))
    assert wages == [1, 1, 6, 6]  # the task handed over with the last step of the first episode
    assert timestep.info["final_obs"]["left"].tolist() == [[2, 0]]
    assert timestep.obs["left"].tolist() == [[0, 0]]
    assert bool(timestep.truncated) and int(timestep.info["final_info"]["clock"]) == 2


@pytest.mark.parametrize("chunk", [1, 2, 3, 5])
def test_restart_touches_only_what_is_due(chunk):
    env = Race()
    keys = jax.random.split(KEY, 5)
    state, timestep = jax.vmap(env.reset, (0, None))(keys, Params())
    state = (state[0] + 3, state[1] + 9)
    due = jnp.array([True, False, True, True, False])
    new_keys, new_state, new_timestep = restart(
        env, due, keys, state, timestep, Params(), None, chunk
    )
    assert new_state[0][:, 0].tolist() == [0, 3, 0, 0, 3]
    assert new_state[1].tolist() == [0, 9, 0, 0, 9]
    same = (jax.random.key_data(new_keys) == jax.random.key_data(keys)).all(-1)
    assert same.tolist() == [False, True, False, False, True]
    assert new_timestep.obs["left"].shape == timestep.obs["left"].shape


def test_params_are_overridden_by_name():
    env = WithParams(Race(), (("wage", 4.0),))
    state, _ = env.reset(KEY, env.default_params())
    _, timestep = env.step(KEY, state, move(0, 0), env.default_params())
    assert float(timestep.reward["left"][0]) == 4
    with pytest.raises(ValueError, match="did you mean 'wage'"):
        WithParams(Race(), (("wages", 1.0),))


@dataclass(frozen=True)
class Priced(Race):
    """A race whose steps are worth what a table says."""

    def default_params(self) -> Params:
        """A wage for each runner."""
        return Params(np.array([1, 2], np.float32))


def test_tables_may_be_lists_and_equal_ones_make_equal_games():
    forms: list[Any] = [[3, 4], (3, 4), np.array([3, 4])]
    games = [WithParams(Priced(), (("wage", wage),)) for wage in forms]
    assert len(set(games)) == 1
    assert WithParams(Priced(), (("wage", [3, 5]),)) not in games
    for game in games:
        wage = game.default_params().wage
        assert wage.dtype == np.float32 and wage.tolist() == [3, 4]
    with pytest.raises(ValueError, match=r"'wage' is an array of float32, shaped \[2\] by default"):
        WithParams(Priced(), (("wage", [[3], [4, 5]]),))


def test_a_policy_plays_the_other_group():
    env = PlayedBy(Race(), "left", (("right", Always(1)),))
    assert env.agents == {"left": 1} and set(env.action_space.sample()) == {"left"}
    state, timestep = env.reset(KEY, Params())
    for _ in range(2):
        state, timestep = env.step(KEY, state, {"left": jnp.array([2])}, Params())
    assert timestep.obs["left"].tolist() == [[4, 2]]
    assert int(state.memories["right"]) == 2
    assert set(timestep.reward) == {"left"}


def test_turns_are_played_on_until_the_learner_moves():
    env = PlayedBy(Race(turns=True), "right", (("left", Always(1)),))
    state, timestep = env.reset(KEY, Params())
    assert timestep.obs["right"].tolist() == [[1, 0]]  # left has begun
    state, timestep = env.step(KEY, state, {"right": jnp.array([2])}, Params())
    assert timestep.obs["right"].tolist() == [[2, 2]]
    assert timestep.to_act is not None and timestep.to_act["right"].all()
    assert float(timestep.reward["right"][0]) == 2  # one wage for each of the two moves


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("middle", ()), "no group 'middle'"),
        (("left", ()), r"no policy for \['right'\]"),
        (("left", (("right", Always(0)),), 3), "no seat left_3"),
    ],
)
def test_every_seat_must_be_taken(arguments, message):
    with pytest.raises(ValueError, match=message):
        PlayedBy(Race(), *arguments)


def test_transforms_of_equal_games_are_equal():
    assert TimeLimit(Race(), 3) == TimeLimit(Race(), 3) != TimeLimit(Race(), 4)
    assert hash(LegalActions(Race())) == hash(LegalActions(Race()))

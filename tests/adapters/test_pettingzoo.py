"""Every id as a PettingZoo environment, against PettingZoo's own checkers and the engine."""

from typing import Any

import numpy as np
import pettingzoo
import pytest
from gymnasium import spaces
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test, seed_test, state_test

import envsuite
from envsuite.core.errors import UnknownNameError

IDS = sorted(envsuite.registry().environments)
PURSUIT = "envsuite/Primer-Pursuit"
WALK = "envsuite/Primer-GridWalk"
BOARD = "envsuite/Primer-TicTacToe"
GUESS = "envsuite/Primer-Guess"


def parallel(id: str, **options: Any) -> Any:
    return envsuite.make_as(id, "pettingzoo", **options)


def aec(id: str, **options: Any) -> Any:
    return envsuite.make_as(id, "pettingzoo-aec", **options)


def numbers(id: str) -> dict[str, Any]:
    """PettingZoo's checkers read the dtype of every observation, which a string has not."""
    env = parallel(id)
    words = isinstance(env.observation_space(env.possible_agents[0]), spaces.Text)
    return {"view": "tokens"} if words else {}


def legal_actions(env: Any, infos: dict[str, Any], stream: np.random.Generator) -> dict[str, Any]:
    """One for each agent, within its mask where there is one."""
    actions = {}
    for agent in env.agents:
        space, mask = env.action_space(agent), infos[agent].get("action_mask")
        space.seed(int(stream.integers(2**31)))
        actions[agent] = space.sample() if mask is None else space.sample(mask)
    return actions


@pytest.mark.parametrize("id", IDS)
def test_pettingzoos_parallel_checkers_are_content(id: str) -> None:
    parallel_api_test(parallel(id), num_cycles=30)
    parallel_seed_test(lambda: parallel(id), num_cycles=30)


@pytest.mark.filterwarnings("ignore:Observation numpy array is all zeros")  # what the dead see
@pytest.mark.filterwarnings("ignore:.*probably should be gymnasium.spaces")  # codes of words
@pytest.mark.parametrize("id", IDS)
def test_pettingzoos_aec_checkers_are_content(id: str) -> None:
    options = numbers(id)
    api_test(aec(id, **options), num_cycles=30)
    seed_test(lambda: aec(id, **options), num_cycles=30)
    if hasattr(parallel(id), "state_space"):
        state_test(aec(id), parallel(id), num_cycles=10)


@pytest.mark.filterwarnings("ignore::UserWarning")  # a dictionary is neither Box nor array
@pytest.mark.parametrize("id", [PURSUIT, BOARD, WALK])
def test_masks_may_be_in_the_observation(id: str) -> None:
    env = parallel(id, mask_in="observation")
    observations, infos = env.reset(seed=0)
    for agent in env.agents:
        assert observations[agent] in env.observation_space(agent)
        assert observations[agent]["action_mask"].dtype == np.int8
        assert "action_mask" not in infos[agent]
    parallel_api_test(parallel(id, mask_in="observation"), num_cycles=30)
    api_test(aec(id, mask_in="observation"), num_cycles=30)


@pytest.mark.parametrize("id", IDS)
def test_one_seed_is_one_episode(id: str) -> None:
    # to the end and with masks: PettingZoo's own test looks at one step
    one, two = parallel(id, max_cycles=25), parallel(id, max_cycles=25)
    streams = np.random.default_rng(1), np.random.default_rng(1)
    shown = [env.reset(seed=11) for env in (one, two)]
    assert_alike(*shown)
    infos = [result[1] for result in shown]
    while one.agents:
        live = list(one.agents)
        shown = [
            env.step(legal_actions(env, info, stream))
            for env, info, stream in zip((one, two), infos, streams, strict=True)
        ]
        assert_alike(*shown)
        assert one.agents == two.agents
        infos = [result[4] for result in shown]
        _, rewards, terminations, truncations, _ = shown[0]
        for returned in shown[0]:
            assert list(returned) == live
        for agent in live:
            assert type(rewards[agent]) is float
            assert type(terminations[agent]) is bool and type(truncations[agent]) is bool
            assert (agent in one.agents) != (terminations[agent] or truncations[agent])
            assert infos[0][agent].get("illegal_actions", 0) == 0


def assert_alike(a: Any, b: Any) -> None:
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            assert_alike(a[key], b[key])
    elif isinstance(a, tuple):
        for x, y in zip(a, b, strict=True):
            assert_alike(x, y)
    else:
        np.testing.assert_array_equal(a, b)


def test_the_dead_are_shown_once_more_and_then_are_gone() -> None:
    env = parallel(PURSUIT)
    engine = envsuite.make_engine(PURSUIT, max_steps=None, autoreset="disabled")
    left_early = 0
    for seed in range(4):
        env.reset(seed=seed)
        shown = engine.reset(seed=seed)
        np.testing.assert_array_equal(env.state(), np.asarray(engine.world()[0]))
        gone: set[str] = set()
        stream = np.random.default_rng(seed)
        while env.agents:
            live = list(env.agents)
            moves = {"hunter": stream.integers(5, size=3), "prey": np.zeros(2, int)}
            shown = engine.step({group: move[None] for group, move in moves.items()})
            result = env.step({agent: _row(moves, agent) for agent in live})
            for agent in live:
                assert agent not in gone
                seen, paid = _row(_first(shown.obs), agent), _row(_first(shown.reward), agent)
                ended = bool(_row(_first(shown.terminated), agent))
                np.testing.assert_array_equal(result[0][agent], seen)
                assert result[1][agent] == pytest.approx(float(paid))
                assert result[2][agent] == ended
                if ended:
                    gone.add(agent)
            left_early += bool(env.agents) and len(env.agents) < len(live)
    assert left_early, "nobody died before the end in any episode"


def _first(groups: Any) -> dict[str, Any]:
    return {group: np.asarray(rows)[0] for group, rows in groups.items()}


def _row(groups: Any, agent: str) -> Any:
    group, _, row = agent.rpartition("_")
    return groups[group][int(row)]


def test_the_turn_goes_to_whom_the_game_waits_for() -> None:
    env = aec(BOARD)
    env.reset(seed=0)
    cells = [0, 3, 1, 4, 2]  # cross fills the first row
    turns = []
    for cell in cells:
        turns.append(env.agent_selection)
        _, reward, terminated, _, info = env.last()
        assert (reward, terminated) == (0.0, False)
        assert info["action_mask"][cell] == 1 and info["action_mask"][9] == 0
        env.step(cell)
    assert turns == ["cross_0", "nought_0", "cross_0", "nought_0", "cross_0"]
    earned = {}
    for agent in env.agent_iter():
        _, reward, terminated, _, _ = env.last()
        assert terminated
        earned[agent] = reward
        env.step(None)
    assert earned == {"cross_0": 1.0, "nought_0": -1.0} and env.agents == []
    with pytest.raises(RuntimeError, match="reset"):
        env.unwrapped.step(0)


def test_time_ends_a_game_of_turns_for_both() -> None:
    env = aec(BOARD, max_cycles=2)
    env.reset(seed=0)
    env.step(0)
    env.step(1)
    assert env.unwrapped.truncations == {"cross_0": True, "nought_0": True}


def test_all_turns_at_once_pass_but_one() -> None:
    env = parallel(BOARD)
    _, infos = env.reset(seed=0)
    assert infos["nought_0"]["action_mask"].tolist() == [0] * 9 + [1]
    observations, *_ = env.step({"cross_0": 4, "nought_0": 9})
    assert observations["nought_0"].tolist() == [0] * 9 + [0, 0, 0, 0, 1, 0, 0, 0, 0]


def test_illegal_actions_are_counted_no_ops() -> None:
    env = parallel(BOARD)
    env.reset(seed=0)
    env.step({"cross_0": 4, "nought_0": 9})
    infos = env.step({"cross_0": 9, "nought_0": 4})[4]
    assert [infos[agent]["illegal_actions"] for agent in env.agents] == [1, 1]


def test_pettingzoo_makes_every_id_by_name() -> None:
    if not hasattr(pettingzoo, "register"):
        pytest.skip("this version of PettingZoo has no registry")
    for id in IDS:
        limit = envsuite.spec(id).max_steps
        for registry in (pettingzoo.parallel_registry, pettingzoo.aec_registry):
            assert registry[id].max_cycles == limit
    made: Any = pettingzoo.make("parallel", PURSUIT)
    assert made.max_cycles == 50
    assert pettingzoo.make("aec", BOARD).possible_agents == ["cross_0", "nought_0"]
    assert pettingzoo.make("parallel", PURSUIT, hunters=4).max_num_agents == 6


def test_time_is_up_after_max_cycles() -> None:
    for env in (parallel(PURSUIT, max_cycles=3), parallel(PURSUIT, max_steps=3)):
        env.reset(seed=0)
        for cycle in range(1, 4):
            truncations = env.step(dict.fromkeys(env.agents, 0))[3]
            assert set(truncations.values()) == {cycle == 3}
        assert env.agents == []
    env.max_cycles = 5
    env.reset()
    assert not any(env.step(dict.fromkeys(env.agents, 0))[3].values())
    with pytest.raises(TypeError, match="mean the same"):
        parallel(PURSUIT, max_steps=3, max_cycles=3)


def test_every_agent_has_spaces_of_its_own() -> None:
    env = parallel(PURSUIT)
    assert env.possible_agents == ["hunter_0", "hunter_1", "hunter_2", "prey_0", "prey_1"]
    dealt = [env.action_space(agent) for agent in env.possible_agents]
    assert len({id(space) for space in dealt}) == 5
    assert env.action_space("prey_1") is dealt[4]
    assert parallel(WALK).possible_agents == ["agent_0"]


def test_a_level_is_the_task_of_a_reset() -> None:
    env = parallel(WALK)
    options = {"level": {"walls": np.zeros((9, 9), bool), "start": [0, 0], "goal": [0, 1]}}
    env.reset(seed=0, options=options)
    _, rewards, terminations, _, _ = env.step({"agent_0": 4})
    assert rewards["agent_0"] == 1.0 and terminations["agent_0"] and "level" in options


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ({"hunter_9": 0}, "no agent 'hunter_9'; did you mean 'hunter_"),
        ({"prey_1": None}, "action of prey_1, None, is not in Discrete"),
        ({"prey_1": 5}, "action of prey_1, 5, is not in Discrete"),
        ({"prey_1": 1.0}, "action of prey_1, 1.0, is not in Discrete"),
        ({"prey_1": [1]}, "is not in Discrete"),
        ({"prey_1": float("nan")}, "nan, is not in Discrete"),
    ],
)
def test_actions_that_do_not_fit(actions: dict[str, Any], words: str) -> None:
    env = parallel(PURSUIT)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=words):
        env.step({**dict.fromkeys(env.agents, 0), **actions})
    assert len(env.agents) == 5


def test_what_cannot_be_done_is_said_at_once() -> None:
    env = parallel(PURSUIT)
    with pytest.raises(RuntimeError, match="reset"):
        env.step({})
    env.reset()
    with pytest.raises(ValueError, match=r"no action for \['prey_1'\]"):
        env.step(dict.fromkeys(env.agents[:4], 0))
    with pytest.raises(UnknownNameError, match="Primer-Pursuit"):
        parallel("envsuite/Primer-Pursiut")
    with pytest.raises(ValueError, match="did you mean 'observation'"):
        parallel(PURSUIT, mask_in="observations")
    with pytest.raises(TypeError, match="no game of words"):
        parallel(PURSUIT, view="tokens")
    with pytest.raises(NotImplementedError, match="no global state"):
        parallel(WALK).state()
    with pytest.raises(ValueError, match="no render mode 'human'"):
        parallel(PURSUIT, render_mode="human")


def test_words_are_spoken_in_strings() -> None:
    env = parallel(GUESS)
    observations, _ = env.reset(seed=0)
    assert isinstance(observations["agent_0"], str)
    observations, _, _, _, infos = env.step({"agent_0": "crane"})
    assert "crane" in observations["agent_0"] and infos["agent_0"]["tries"] == 1


def test_pictures_are_what_the_engine_draws() -> None:
    env = parallel(PURSUIT, render_mode="rgb_array")
    env.reset(seed=0)
    engine = envsuite.make_engine(PURSUIT, max_steps=None)
    engine.reset(seed=0)
    np.testing.assert_array_equal(env.render(), engine.frame())
    assert parallel(PURSUIT).render_mode is None
    env.close()

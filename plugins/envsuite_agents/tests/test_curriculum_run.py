"""Learners under a curriculum: what it is told, when they learn, and what is counted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from typer.testing import CliRunner

import envsuite
from envsuite.commands.app import app
from envsuite.core.curriculum import Curriculum
from envsuite.core.policy import Learner
from envsuite.factory import make_curriculum
from envsuite.functional import TimeLimit
from envsuite.runs.tree_file import read_tree, write_tree
from envsuite_agents.curriculum_run import CurriculumRun
from envsuite_agents.dqn import DQN
from envsuite_agents.ppo import PPO
from envsuite_agents.recurrent_ppo import RecurrentPPO
from envsuite_agents.tests.levelled_games import Ladder, Wage, Work
from envsuite_agents.trainer import LearnerTrainer

KEY = jax.random.key(0)
GRID, CARTPOLE = "envsuite/Primer-GridWalk", "envsuite/CartPole"
STEPS, COPIES, LIMIT = 8, 4, 3
LEARNERS: dict[str, Any] = {
    "ppo": PPO(steps=256, num_envs=COPIES, rollout_steps=STEPS, minibatches=2, hidden=(8,)),
    "recurrent-ppo": RecurrentPPO(
        steps=256, num_envs=COPIES, rollout_steps=STEPS, encoder=(), units=4, heads=(4,)
    ),
}
GAME = TimeLimit(Work(), LIMIT)


def begun(run: CurriculumRun, env: Any = GAME) -> Any:
    settings, params = run.default_settings(), env.default_params()
    return jax.jit(lambda key: run.init(key, env, params, settings))(KEY)


def updating(run: CurriculumRun, env: Any = GAME) -> Any:
    settings, params = run.default_settings(), env.default_params()
    return jax.jit(lambda state: run.update(state, env, params, settings))


def same(a: Any, b: Any) -> list[bool]:
    """Leaf by leaf, whether two pytrees are equal to the bit."""
    data = lambda x: np.asarray(  # noqa: E731
        jax.random.key_data(x) if jnp.issubdtype(x.dtype, jax.dtypes.prng_key) else x
    )
    pairs = zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
    return [data(x).tobytes() == data(y).tobytes() for x, y in pairs]


@pytest.mark.parametrize("name", LEARNERS)
def test_every_slot_plays_its_level_again_and_again_and_learns_only_where_it_may(name):
    run = CurriculumRun(LEARNERS[name], Ladder(GAME, COPIES))
    assert isinstance(run, Learner) and isinstance(run.curriculum, Curriculum)
    update, state = updating(run), begun(run)
    for cycle in range(4):
        before, state = state, update(state)
        came, wages = state.curriculum.outcome, np.arange(COPIES) + cycle
        # eight steps: two episodes of three, and one that is cut off and does not count
        np.testing.assert_array_equal(came.episodes, [2] * COPIES)
        np.testing.assert_array_equal(came.mean_return, LIMIT * wages)
        np.testing.assert_array_equal(came.best_return, LIMIT * wages)
        np.testing.assert_array_equal(came.solved, wages >= 5)
        assert np.isfinite([came.value, came.advantage, came.absolute_advantage]).all()
        learned = ("weights", "moments")
        kept = [
            equal
            for part in learned
            for equal in same(getattr(before.student, part), getattr(state.student, part))
        ]
        if cycle % 2 == 0:
            assert not any(kept[: len(same(state.student.weights, state.student.weights))])
        else:
            assert all(kept), "weights and moments are equal to the bit"
    assert run.counters(state) == {
        "env_steps": 4 * STEPS * COPIES,
        "trained_steps": 2 * STEPS * COPIES,
        "gradient_updates": 2 * run.learner.gradient_steps,
    }
    tally = state.student.playing.tally
    assert tally.episodes == 4 * 2 * COPIES
    assert tally.returns == LIMIT * 2 * sum(range(COPIES)) * 4 + LIMIT * 2 * COPIES * (
        0 + 1 + 2 + 3
    )


@pytest.mark.parametrize("name", LEARNERS)
def test_advantages_are_grounded_in_what_is_imagined(name):
    """Wages of which twice as much is rumoured: surprises rise by the wage, the episode stays."""
    learner, levels = LEARNERS[name], Wage(jnp.arange(COPIES, dtype=jnp.float32))
    settings = replace(learner.default_settings(), trace_decay=0.0)
    found = {}
    for rumour, grounded in ((2.0, False), (2.0, True), (1.0, True)):
        env = TimeLimit(Work(rumour), LIMIT)
        state = jax.jit(lambda key: learner.init(key, GAME, GAME.default_params(), settings))(KEY)

        @jax.jit
        def collect(state: Any, env: Any = env, grounded: bool = grounded) -> Any:
            return learner.collect(
                (KEY, KEY), state, env, levels, settings, each=True, grounded=grounded
            )

        found[rumour, grounded] = collect(state)
    (plain_state, plain), (dreamt_state, dreamt) = found[2.0, False], found[2.0, True]
    np.testing.assert_array_equal(plain.played.reward, np.tile(levels.pay, (STEPS, 1)))
    np.testing.assert_allclose(dreamt.advantage - plain.advantage, plain.played.reward, atol=1e-5)
    assert all(same(replace(dreamt, advantage=plain.advantage), plain)), "the rest is as it was"
    assert all(same(dreamt_state, plain_state)), "no memory was overwritten"
    assert all(same(found[1.0, True], found[2.0, False])), "a belief in the truth changes no bit"


def test_robust_plr_is_samplr_where_the_truth_is_believed():
    runs = [
        CurriculumRun(LEARNERS["recurrent-ppo"], make_curriculum(name, GAME, capacity=6, fill=0.5))
        for name in ("robust-plr", "samplr")
    ]
    states = [begun(run) for run in runs]
    for run, index in zip(runs, range(2), strict=True):
        update = updating(run)
        for _ in range(8):
            states[index] = update(states[index])
    assert 0 < int(states[0].trained) < 8, "some rollouts were learned from, others not"
    assert all(same(states[0].student, states[1].student))


def test_a_population_under_a_curriculum_is_as_its_members_alone():
    learner = replace(LEARNERS["ppo"], steps=4 * STEPS * COPIES)
    run = CurriculumRun(learner, Ladder(GAME, COPIES))
    learn = lambda key: run.learn(key, GAME, GAME.default_params(), run.default_settings())  # noqa: E731
    keys = jax.random.split(KEY, 2)
    together, alone = jax.jit(jax.vmap(learn))(keys), jax.jit(learn)(keys[1])
    for own, mapped in zip(jax.tree.leaves(alone), jax.tree.leaves(together), strict=True):
        np.testing.assert_allclose(own, mapped[1], rtol=1e-4, atol=1e-5)


def test_a_state_that_was_written_and_read_goes_on_to_the_bit(tmp_path):
    env = envsuite.make(GRID, size=4, max_steps=STEPS)
    accel = make_curriculum("accel", env, capacity=8, score="learnability", fill=0.2, replay=0.8)
    run = CurriculumRun(LEARNERS["recurrent-ppo"], accel)
    update, state = updating(run, env), begun(run, env)
    for _ in range(5):
        state = update(state)
    write_tree(tmp_path / "state.npz", state, {})
    again = read_tree(tmp_path / "state.npz", begun(run, env))
    assert all(same(state, again))
    for _ in range(5):
        state, again = update(state), update(again)
    assert all(same(state, again))
    assert 0 < int(state.trained) < 10, "some rollouts were learned from, others not"
    assert int(state.curriculum.counts.mutated) > 0


def test_it_is_trained_in_a_folder(tmp_path):
    options: dict[str, Any] = {
        "num_envs": 8,
        "rollout_steps": 6,
        "max_steps": 6,
        "encoder": [4],
        "units": 4,
        "heads": [4],
        "curriculum": "robust-plr",
        "curriculum_config": {"capacity": 10, "score": "range_regret", "fill": 0.2},
    }
    words = [word for name in options for word in ("--set", f"{name}={json.dumps(options[name])}")]
    asked = ["train", GRID, "--agent=recurrent-ppo", "--steps=480", "--seed=1", "--json"]
    done = CliRunner().invoke(app, [*asked, "--out", str(tmp_path), *words])
    assert done.exit_code == 0, done.output
    record = json.loads(done.stdout)
    point = record["curve"][-1]
    counters = ("env_steps", "trained_steps", "gradient_updates")
    assert [record[name] for name in counters] == [point[name] for name in counters]
    assert record["env_steps"] == 480 == record["steps_played"]
    assert 0 < record["trained_steps"] < 480
    assert record["gradient_updates"] == 5 * record["trained_steps"] / 48
    for name in ("curriculum", "curriculum_config"):
        assert record["config"][name] == options[name]
    curriculum = make_curriculum("robust-plr", envsuite.make(GRID), capacity=4)
    assert point["curriculum"].keys() == set(curriculum.figures(curriculum.init(KEY)))
    env = envsuite.make(GRID, max_steps=6)
    trainer = LearnerTrainer("recurrent-ppo", progress=False)
    policy = trainer.load(tmp_path, env, "")
    _, timestep = env.reset(KEY, env.default_params())
    action = policy.act(KEY, policy.reset(KEY, 1), timestep)[1]
    assert env.action_space.contains(np.asarray(action))
    for change, words in (
        ({"curriculum": "plr"}, "curriculum 'robust-plr', not 'plr'"),
        (
            {"curriculum": None},
            "curriculum 'robust-plr', not None",
        ),
    ):
        with pytest.raises(ValueError, match=f"of a run with {words}"):
            trainer.train(GRID, steps=480, seed=1, folder=tmp_path, **{**options, **change})


def test_a_checkpoint_of_another_level_shape_is_refused(tmp_path):
    def kept(size: int) -> Any:
        env = envsuite.make(GRID, size=size, max_steps=STEPS)
        return begun(CurriculumRun(LEARNERS["ppo"], make_curriculum("plr", env, capacity=8)), env)

    path = tmp_path / "state.npz"
    write_tree(path, kept(4), {})
    assert all(same(read_tree(path, kept(4)), kept(4)))
    with pytest.raises(ValueError, match=r"walls.* is bool\[8, 4, 4\]; wanted is bool\[8, 5, 5\]"):
        read_tree(path, kept(5))


def test_what_cannot_be_done_is_refused():
    with pytest.raises(TypeError, match="DQN cannot learn under a curriculum.*take PPO"):
        CurriculumRun(DQN(steps=10), Ladder(GAME, COPIES))
    with pytest.raises(
        ValueError, match="up to 9 steps outlast a rollout of 8.*rollout_steps to 9"
    ):
        begun(CurriculumRun(LEARNERS["ppo"], Ladder(GAME, COPIES)), TimeLimit(Work(), 9))
    grid = envsuite.make(GRID, max_steps=STEPS)
    with pytest.raises(TypeError, match="GridWalk does not say what is hidden.*'robust-plr'"):
        begun(CurriculumRun(LEARNERS["ppo"], Ladder(grid, COPIES, grounded=True)), grid)
    with pytest.raises(TypeError, match="CartPole has no levels.*games with levels.*GridWalk"):
        make_curriculum("plr", envsuite.make(CARTPOLE))
    with pytest.raises(TypeError, match="plr has no option 'capcity': did you mean 'capacity'"):
        make_curriculum("plr", grid, capcity=3)
    with pytest.raises(KeyError, match="did you mean 'plr'"):
        make_curriculum("prl", grid)
    words = ["train", CARTPOLE, "--agent=ppo", "--set", "curriculum=plr"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2 and "CartPole has no levels" in " ".join(done.output.split())

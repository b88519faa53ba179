"""REPAIRED: who builds, who replays, and who learns from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.core.policy import Learner
from envsuite.core.spec import EnvSpec
from envsuite.factory import make_curriculum
from envsuite.runs.level_file import level_files, read_levels
from envsuite.runs.tree_file import read_header, read_tree, write_tree
from envsuite_agents.paired_trainer import PairedTrainer
from envsuite_agents.repaired import REPAIRED
from envsuite_agents.tests.test_paired import COPIES, EDITS, GAME, KEY, STUDENT, TEACHER, WageEditor

PLR = {"capacity": 4, "score": "range_regret", "fill": 1.0, "replay": 0.5}


def leaves(tree: Any) -> list[np.ndarray]:
    keys = lambda leaf: jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)  # noqa: E731
    return [
        np.asarray(jax.random.key_data(leaf) if keys(leaf) else leaf)
        for leaf in jax.tree.leaves(tree)
    ]


def same(one: Any, other: Any) -> bool:
    return all(a.tobytes() == b.tobytes() for a, b in zip(leaves(one), leaves(other), strict=True))


def test_either_the_teacher_builds_and_learns_or_the_students_replay_and_learn(tmp_path):
    chooser = make_curriculum("robust-plr", GAME, **PLR)
    repaired = REPAIRED(STUDENT, TEACHER, WageEditor(), curriculum=chooser)
    assert isinstance(repaired, Learner)
    settings = repaired.default_settings()
    state = jax.jit(lambda key: repaired.init(key, GAME, GAME.default_params(), settings))(KEY)
    update = jax.jit(lambda state: repaired.update(state, GAME, GAME.default_params(), settings))
    replays, learned = [], ("weights", "moments")
    for cycle in range(14):
        before, state = state, update(state)
        if cycle == 6:
            write_tree(tmp_path / "state.npz", before, {})
            resumed = update(read_tree(tmp_path / "state.npz", before))
            assert same(resumed, state), "what was read goes on to the bit"
        replayed = int(state.trained[0]) - int(before.trained[0])
        assert int(state.trained[1]) - int(before.trained[1]) == replayed, "they toss one coin"
        assert int(state.taught) - int(before.taught) == 1 - replayed
        changed = {
            who: not all(
                same(
                    getattr(getattr(before.run, who), part), getattr(getattr(state.run, who), part)
                )
                for part in learned
            )
            for who in ("protagonist", "antagonist", "teacher")
        }
        assert changed == {
            "protagonist": bool(replayed),
            "antagonist": bool(replayed),
            "teacher": not replayed,
        }
        counts = [kept.counts for kept in state.kept]
        assert [int(own.replayed) for own in counts] == [COPIES * int(state.trained[0])] * 2
        if replayed:  # nothing new is taken in, and what the teacher was paid stands
            for old, new in zip(before.kept, state.kept, strict=True):
                assert same(old.buffer.levels, new.buffer.levels)
            assert state.run.reward == before.run.reward
        replays.append(replayed)
    assert replays[0] == 0 and 3 < sum(replays) < 12
    for kept in state.kept:  # a teacher of three raises builds wages of 0 to 3, sample up to 9
        assert set(np.asarray(kept.buffer.levels.pay).tolist()) <= {0.0, 1.0, 2.0, 3.0}
    assert not same(state.kept[0].buffer.score, state.kept[1].buffer.score), "each has its own"
    steps = STUDENT.update_steps
    assert repaired.counters(state) == {
        "env_steps": 14 * 2 * steps,
        "trained_steps": sum(replays) * 2 * steps,
        "gradient_updates": sum(replays) * STUDENT.gradient_steps,
        "teacher_steps": (14 - sum(replays)) * EDITS * COPIES,
    }
    assert repaired.figures(state).keys() > {"teacher_reward", "fill", "levels_replayed"}
    shown = repaired.kept(state)
    assert shown is not None and shown.size == state.kept[0].buffer.size


def test_it_is_trained_in_a_folder(tmp_path):
    games = "envsuite_agents.tests.test_paired"
    work = EnvSpec("acme/Work", f"{games}:Chance", max_steps=4)
    options: dict[str, Any] = {
        "num_envs": 4,
        "rollout_steps": 8,
        "minibatches": 2,
        "hidden": [4],
        "editor": EnvSpec("acme/Work-Editor", f"{games}:WageEditor"),
        "teacher_config": {"hidden": [4], "minibatches": 2},
        "curriculum": "robust-plr",
        "curriculum_config": {"capacity": 3, "score": "range_regret"},
    }
    train: Any = PairedTrainer("ppo", evaluation_episodes=4, progress=False).train
    record = train(work, steps=640, seed=0, folder=tmp_path, **options)
    assert record["config"]["curriculum"] == "robust-plr"
    built = record["teacher_steps"] // (4 * EDITS)
    assert 0 < built < 10 and record["trained_steps"] == 64 * (10 - built)
    headers = [read_header(path) for path in level_files(tmp_path)]
    assert [header["steps"] for header in headers] == list(range(64, 641, 64))
    assert headers[-1]["trained_steps"] == record["trained_steps"]
    last = read_levels(level_files(tmp_path)[-1], GAME)
    assert set(last.levels.pay.tolist()) <= {0.0, 1.0, 2.0, 3.0}


def test_a_curriculum_that_lets_nobody_build_is_refused():
    for name in ("plr", "dr", "samplr"):
        chooser = make_curriculum(name, GAME)
        with pytest.raises(ValueError, match="only looks at new levels: take 'robust-plr'"):
            REPAIRED(STUDENT, TEACHER, WageEditor(), curriculum=chooser)
    chooser = make_curriculum("robust-plr", GAME, **PLR)
    with pytest.raises(ValueError, match="no aim 'regrets'"):
        REPAIRED(STUDENT, replace(TEACHER), WageEditor(), "regrets", chooser)

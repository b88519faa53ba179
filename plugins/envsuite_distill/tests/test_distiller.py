"""Searching for sets: what is searched for, what comes of it, what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from envsuite.core.errors import UnknownNameError
from envsuite_distill.cloning import ClonedPolicy
from envsuite_distill.distilled_set import load
from envsuite_distill.distiller import Distiller, distiller, tasks

TINY = {
    "networks": [],
    "activations": [],
    "learning_rates": [],
    "initialisations": 1,
    "episodes": 1,
    "layers": [8],
    "steps": 20,
    "population": 8,
    "generations": 6,
    "judge_every": 3,
    "trials": 2,
    "batch": 8,
}


def test_a_set_is_found_kept_and_gone_on_from(tmp_path):
    made = distiller("CartPole", **TINY, horizon=60).distil(
        seed=1, folder=tmp_path / "a", progress=False
    )
    assert made.task == "envsuite/CartPole" and made.kind == "labels"
    np.testing.assert_array_equal(made.targets, np.eye(2))
    # untrained networks push to one side and fall within 10 steps
    assert made.card["judged"] > 20
    read = load(tmp_path / "a" / "set.json")
    np.testing.assert_array_equal(read.states, made.states)
    # 6 generations of 8 candidates with one episode of 60 steps; 2 judgements of 2 of 500 steps
    assert read.card["task_steps_at_most"] == {"search": 2880, "judgement": 2000}
    again = distiller("CartPole", **TINY, horizon=60)
    same = again.distil(seed=1, folder=tmp_path / "a", progress=False)
    np.testing.assert_array_equal(same.states, made.states)
    with pytest.raises(ValueError, match="train into another folder"):
        again.distil(seed=2, folder=tmp_path / "a", progress=False)


def test_the_command_on_the_card_makes_the_same_distiller():
    usual = distiller("CartPole")
    assert usual.command(3) == "envsuite distill train CartPole --seed 3"
    changed = replace(usual, pairs=4, search=replace(usual.search, generations=9))
    assert changed.command(0).endswith("--seed 0 --set pairs=4 --set generations=9")
    assert distiller("CartPole", pairs=4, generations=9) == changed


def test_weights_can_be_evolved_directly(tmp_path):
    own = distiller("CartPole", **{**TINY, "initialisations": 3}, horizon=60)
    network, record = own.directly(deviation=0.2, seed=0, folder=tmp_path, progress=False)
    assert [layer.weights.shape for layer in network.layers] == [(4, 8), (8, 2)]
    assert record["best"]["score"] > 20


@pytest.mark.parametrize("task", tasks())
def test_settings_at_hand_fit_their_task(task):
    problem = distiller(task).problem()
    start = problem.start(jax.random.key(0))
    pairs = problem.imitated(start)
    assert pairs.states.shape == (problem.pairs, len(problem.playing.mean))
    assert pairs.targets.shape[0] == problem.pairs
    if problem.kind == "labels":  # balanced: every choice is shown
        assert (np.asarray(pairs.targets).sum(0) >= 1).all()


def test_soft_labels_are_chances_and_actions_stay_in_their_space():
    soft = distiller("Acrobot", kind="soft labels", pairs=2).problem()
    candidate = {"states": jnp.zeros((2, 6)), "scores": jnp.array([[0.0, 0, 9], [1, 1, 1]])}
    targets = np.asarray(soft.imitated(candidate).targets)
    np.testing.assert_allclose(targets.sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(targets[1], 1 / 3, atol=1e-6)
    real = distiller("Pendulum", mirrored=[]).problem()
    candidate = {"states": jnp.zeros((4, 3)), "actions": jnp.array([[9.0], [-9], [0.5], [0]])}
    assert real.imitated(candidate).targets.ravel().tolist() == [2, -2, 1, 0]


def test_half_of_a_set_may_mirror_the_other():
    real = distiller("Pendulum", pairs=2, mirrored=[1, 2]).problem()
    candidate = {"states": jnp.array([[1.0, 2, 3]]), "actions": jnp.array([[0.5]])}
    assert jax.tree.map(jnp.shape, real.start(jax.random.key(0))) == {
        "states": (1, 3),
        "actions": (1, 1),
    }
    made = real.imitated(candidate)
    assert made.states.tolist() == [[1, 2, 3], [1, -2, -3]]
    assert made.targets.tolist() == [[1.0], [-1.0]]
    choice = distiller("Acrobot", pairs=4, mirrored=[1, 3, 4, 5]).problem()
    made = choice.imitated({"states": jnp.ones((2, 6))})
    assert made.targets.argmax(1).tolist() == [0, 1, 2, 1]  # backward and forward change places
    assert made.states[2].tolist() == [1, -1, 1, -1, -1, -1]
    with pytest.raises(ValueError, match="has no 3 pairs"):
        distiller("Acrobot", mirrored=[1])
    with pytest.raises(ValueError, match="whose mean is 0, not 0"):
        distiller("Pendulum", mirrored=[0]).problem()


def test_fresh_networks_differ_and_the_fixed_one_does_not():
    fields = {**TINY, "horizon": 60, "trials": 4}
    fresh = distiller("CartPole", **fields).problem()
    tied = distiller("CartPole", **fields, initial_seed=420).problem()
    candidate = {"states": jnp.array([[-1.0, -1, -1, -1], [1, 1, 1, 1]]) * 0.02}

    def answers(problem) -> np.ndarray:
        seen = []
        original = ClonedPolicy.act

        def spy(self, key, memory, timestep):
            jax.debug.callback(lambda w: seen.append(np.array(w)), self.network.layers[0].weights)
            return original(self, key, memory, timestep)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ClonedPolicy, "act", spy)
            for seed in range(2):
                problem.score(jax.random.key(seed), candidate, 0, jnp.int32(0)).block_until_ready()
                jax.effects_barrier()
        return np.unique(np.stack(seen).round(6).reshape(len(seen), -1), axis=0)

    assert len(answers(tied)) == 1 and len(answers(fresh)) == 2


def test_kinds_take_turns_or_come_together():
    fields = {**TINY, "networks": [[4], [8]]}
    assert distiller("CartPole", **fields, together=False).problem().variants == 2
    assert distiller("CartPole", **fields).problem().variants == 1


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"pairs": 1}, ValueError, "2 to 64"),
        ({"pares": 4}, TypeError, "did you mean 'pairs'"),
        ({"kind": "actions"}, TypeError, "actions are no targets"),
        ({"mean": [0, 0]}, ValueError, "mean has 2 figures, envsuite/CartPole shows 4"),
        ({"activations": ["sine"]}, ValueError, "no activation 'sine'"),
        ({"learning_rates": [0.1, 0.01]}, ValueError, "the lower first"),
        ({"networks": [[]]}, ValueError, "networks must be widths"),
        ({"initial_seed": 420}, ValueError, "one network"),
        ({"episodes": 0}, ValueError, "episodes must be at least 1"),
        ({"population": 2}, ValueError, "population must be at least 4"),
    ],
)
def test_settings_that_distil_nothing(settings, error, message):
    with pytest.raises(error, match=message):
        distiller("CartPole", **settings).problem()


def test_tasks_that_do_not_fit():
    with pytest.raises(UnknownNameError, match="did you mean"):
        distiller("envsuite/CartPol").problem()
    with pytest.raises(TypeError, match="for one agent"):
        Distiller("envsuite/Primer-Pursuit").problem()
    with pytest.raises(TypeError, match="no time limit"):
        Distiller("envsuite/Primer-Bandit").problem()
    with pytest.raises(ValueError, match="cannot show all 3 choices"):
        distiller("Acrobot", pairs=2).problem()


def test_settings_fit_for_json():
    assert json.loads(json.dumps(distiller("Pendulum").as_json()))["pairs"] == 4


def test_an_unknown_task_names_the_nearest():
    with pytest.raises(ValueError, match="no task 'CartPol': did you mean 'CartPole'"):
        distiller("CartPol")

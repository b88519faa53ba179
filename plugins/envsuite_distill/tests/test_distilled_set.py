"""Sets as values and as files: what is read back, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from envsuite.factory import spec
from envsuite_distill.distilled_set import DistilledSet, load, shipped
from envsuite_distill.distiller import distiller
from envsuite_distill.recipe import Recipe


def small(**changes) -> DistilledSet:
    fields = {
        "task": "envsuite/CartPole",
        "task_version": 0,
        "gymnasium_id": "CartPole-v1",
        "kind": "labels",
        "states": np.array([[-1, 0, -0.1, 1 / 3], [1, 0, 0.1, 0.3]]),
        "targets": np.eye(2),
        "mean": np.zeros(4),
        "scale": np.array([1, 1, 0.5, 2]),
        "card": {"seed": 0},
    }
    return DistilledSet(**{**fields, **changes})


def test_a_file_gives_back_every_bit(tmp_path):
    kept = small(recipe=Recipe((16,), "relu", 1e-3), initial_seed=7)
    kept.save(tmp_path / "set.json")
    read = load(tmp_path / "set.json")
    for name in ("states", "targets", "mean", "scale"):
        np.testing.assert_array_equal(getattr(read, name), getattr(kept, name))
    assert read.recipe == kept.recipe and read.initial_seed == 7 and read.card == {"seed": 0}


def test_observations_are_in_the_tasks_units():
    pairs = small(mean=np.array([0, 0, 1, 0]))
    np.testing.assert_allclose(pairs.observations[0], [-1, 0, 0.95, 2 / 3], rtol=1e-6)
    np.testing.assert_array_equal(pairs.actions, [0, 1])


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_set_is_what_its_card_says(name):
    pairs = load(name, task=f"envsuite/{name}", version=spec(f"envsuite/{name}").version)
    assert len(pairs.states) == len(pairs.targets) <= 4
    card = pairs.card
    assert {"command", "seed", "generations", "task_steps_at_most", "figures"} <= card.keys()
    # the command that stands in the card searches with the settings that stand there
    told = json.loads(json.dumps(distiller(name).as_json()))
    assert {key: told[key] for key in card["settings"]} == card["settings"]
    figures = card["figures"]
    assert figures["low"] <= figures["iqm"] <= figures["high"]
    assert len(figures["networks"]) >= 10


def test_loading_needs_neither_jax_nor_torch():
    code = (
        "import sys; from envsuite_distill.distilled_set import load, shipped;"
        "[load(name) for name in shipped()];"
        "print(sorted({'jax', 'torch', 'numba'} & sys.modules.keys()))"
    )
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=path
    )
    assert done.stdout.strip() == "[]"


def test_what_is_not_there_names_the_nearest():
    with pytest.raises(FileNotFoundError, match="did you mean 'CartPole'"):
        load("CartPol")


def test_a_set_for_another_task_or_version(tmp_path):
    small().save(tmp_path / "set.json")
    with pytest.raises(ValueError, match="a set for envsuite/CartPole, not for envsuite/Acrobot"):
        load(tmp_path / "set.json", task="envsuite/Acrobot")
    with pytest.raises(ValueError, match="made for version 0 .* at version 1: distil it anew"):
        load(tmp_path / "set.json", version=1)


def test_files_that_are_none(tmp_path):
    path = tmp_path / "set.json"
    small().save(path)
    whole = path.read_text()
    kept = json.loads(whole)
    for text, message in (
        (whole[: len(whole) // 2], "damaged, or cut short"),
        ("[]", "is no distilled set"),
        (json.dumps({**kept, "format_version": 9}), "format version 9; this envsuite reads"),
        (json.dumps({k: v for k, v in kept.items() if k != "recipe"}), "it has no 'recipe'"),
        (json.dumps({**kept, "recipe": {"momentum": 1}}), "no recipe: .*momentum"),
        (json.dumps({**kept, "states": [[1.0]]}), "damaged: a set has 2 to 64 states"),
        (json.dumps({**kept, "states": [[1.0], ["a"]]}), "damaged"),
        (json.dumps({**kept, "normaliser": 3}), "damaged"),
    ):
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            load(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"states": np.zeros((1, 4)), "targets": np.ones((1, 2)) / 2}, "2 to 64 states"),
        ({"states": np.zeros((65, 4)), "targets": np.ones((65, 2)) / 2}, "2 to 64 states"),
        ({"targets": np.eye(3)}, "a target for each"),
        ({"mean": np.zeros(3)}, "mean of shape"),
        ({"scale": np.array([1, 1, 0, 1])}, "above 0"),
        ({"states": np.full((2, 4), np.nan)}, "no number"),
        ({"targets": np.ones((2, 2))}, "add up to 1"),
        ({"kind": "colours"}, "kind must be one of"),
    ],
)
def test_arrays_that_do_not_fit(changes, message):
    with pytest.raises(ValueError, match=message):
        small(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": ()}, "layers"),
        ({"activation": "gelo"}, "did you mean 'gelu'"),
        ({"steps": 0}, "steps must be above 0"),
    ],
)
def test_recipes_that_train_nothing(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(Recipe(), **changes)

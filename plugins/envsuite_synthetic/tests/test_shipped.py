"""Files of weights: read as they were written, refused where they do not belong."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import envsuite_synthetic.shipped as files
from envsuite_synthetic.env import Synthetic
from envsuite_synthetic.shipped import card, load_weights, save_weights, shipped

CARTPOLE = Synthetic("envsuite/CartPole")


@pytest.fixture
def path(tmp_path):
    """A file of random weights."""
    path = tmp_path / "weights.npz"
    save_weights(CARTPOLE, CARTPOLE.initial(jax.random.key(4)), path)
    return path


def test_weights_come_back_as_they_were_written(path):
    written = CARTPOLE.initial(jax.random.key(4))
    jax.tree.map(np.testing.assert_array_equal, load_weights(CARTPOLE, path), written)


@pytest.mark.parametrize("length", [0, 10, 500])
def test_a_file_cut_short_is_named(path, length):
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match=r"weights\.npz is damaged"):
        load_weights(CARTPOLE, path)


@pytest.mark.parametrize(
    "other, differs",
    [
        (Synthetic("envsuite/Acrobot"), "real 'envsuite/CartPole', and 'envsuite/Acrobot'"),
        (Synthetic("envsuite/CartPole", kind="mdp"), "kind 'bandit', and 'mdp'"),
        (Synthetic("envsuite/CartPole", hidden=8), "hidden 32, and 8"),
    ],
)
def test_weights_of_another_world_are_refused(path, other, differs):
    with pytest.raises(ValueError, match=f"{differs} is wanted"):
        load_weights(other, path)


def test_weights_of_another_format_are_refused(path, monkeypatch):
    monkeypatch.setattr(files, "FORMAT", 2)
    with pytest.raises(ValueError, match="format 1, and 2 is wanted"):
        load_weights(CARTPOLE, path)


def test_an_unknown_name_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'Synthetic-CartPole'"):
        Synthetic("envsuite/CartPole", weights="Synthetic-CartPol").default_params()


@pytest.mark.parametrize("name", shipped())
def test_every_world_that_ships_has_a_card_that_tells_what_it_took(name):
    own = card(name)
    assert own["name"] == name and own["command"].startswith("envsuite synth train ")
    assert own["cost"]["synthetic_steps"] > 0 and own["cost"]["real_steps_at_most"] > 0
    assert own["generations"] >= own["best"]["generation"] > 0
    for algorithms in (own["scores"]["world"], own["scores"]["real"]):
        for figures in algorithms.values():
            assert len(figures["returns"]) >= 10 and figures["low"] <= figures["high"]


@pytest.mark.parametrize("name", shipped())
def test_as_many_agents_pay_for_a_search_as_its_card_says(name):
    own = card(name)
    for algorithm, found in own.get("break_even", {}).items():
        assert found["aim"] == own["scores"]["world"][algorithm]["iqm"]
        reached = [steps for steps in found["steps"] if steps is not None]
        assert all(0 < steps <= found["cap"] for steps in reached)
        most = len(reached) > len(found["steps"]) / 2
        assert (found["median"] in reached) if most else (found["median"] is None)
        each = found["median"] if most else found["cap"]
        searched = own["cost"]["real_steps_at_most"]
        assert (found["agents"] - 1) * each < searched <= found["agents"] * each

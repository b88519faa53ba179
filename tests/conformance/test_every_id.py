"""Every id of the registry through the suite's own checks; there is no list of exceptions.

What compiles slowly is shared out. Every id is checked as a game, and every id with a compiled twin
on its engine. The JAX engine, which plays the same episodes (`tests/parity`), is checked on one id
of each game's rules. The vector checker runs in `tests/adapters` in the same way.
Rules tagged `slow-to-compile` are played on one id, without the checks of engine and vectors
(`tests/conftest.py`).
For all ids on everything there is `pytest --envsuite "envsuite/*"`, which takes longer.
"""

from __future__ import annotations

import pytest

from envsuite.registry import registry
from envsuite.testing import check, check_engine

ENVIRONMENTS = registry().environments
IDS = list(ENVIRONMENTS)
ONE_OF_EACH_RULES = sorted({own.target: id for id, own in ENVIRONMENTS.items()}.values())


@pytest.mark.parametrize("id", IDS)
def test_game(id):
    check(id)


@pytest.mark.parametrize("id", [id for id in IDS if ENVIRONMENTS[id].numba])
def test_compiled_engine(id):
    check_engine(id, backend="numba")


@pytest.mark.thorough
@pytest.mark.parametrize("id", ONE_OF_EACH_RULES)
def test_engine(id):
    words = "text" in ENVIRONMENTS[id].tags
    check_engine(id, backend="host" if words else "jax")


def test_every_id_that_can_be_listed_is_here():
    assert len(IDS) >= 19 and IDS == sorted(IDS)

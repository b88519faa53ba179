"""Every id of the registry through the suite's own checks; there is no list of exceptions.

What compiles slowly is shared out. Every id is checked as a game and on an engine: the compiled
twin's where it has one, for the JAX engine plays the same episodes (`tests/parity`) and is checked
here on one id of each game's rules. The vector checker runs in `tests/adapters` in the same way.
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


@pytest.mark.parametrize("id", IDS)
def test_engine(id):
    check_engine(id, backend="numba" if ENVIRONMENTS[id].numba else "auto")


@pytest.mark.parametrize("id", ONE_OF_EACH_RULES)
def test_engine_without_a_twin(id):
    check_engine(id)


def test_every_id_that_can_be_listed_is_here():
    assert len(IDS) >= 19 and IDS == sorted(IDS)

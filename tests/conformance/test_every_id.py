"""Every id of the registry through the suite's own checks; there is no list of exceptions.

The vector checker runs in `tests/adapters` for one id of each game's rules; for all ids it is
`pytest --envsuite "envsuite/*"`, which takes longer.
"""

from __future__ import annotations

import pytest

from envsuite.registry import registry
from envsuite.testing import check, check_engine

IDS = list(registry().environments)


@pytest.mark.parametrize("id", IDS)
def test_game(id):
    check(id)


@pytest.mark.parametrize("id", IDS)
def test_engine(id):
    check_engine(id)


def test_every_id_that_can_be_listed_is_here():
    assert len(IDS) >= 19 and IDS == sorted(IDS)

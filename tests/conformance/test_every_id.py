"""Every id of the registry through the suite's own checks; there is no list of exceptions."""

from __future__ import annotations

import pytest

from envsuite.registry import registry
from envsuite.testing import check, check_engine, check_vector

IDS = list(registry().environments)


@pytest.mark.parametrize("id", IDS)
def test_game(id):
    check(id)


@pytest.mark.parametrize("id", IDS)
def test_engine(id):
    check_engine(id)


@pytest.mark.parametrize("id", IDS)
def test_vector(id):
    check_vector(id)


def test_every_id_that_can_be_listed_is_here():
    assert len(IDS) >= 19 and IDS == sorted(IDS)

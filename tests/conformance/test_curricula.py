"""Every curriculum of the registry through the suite's own check; and what the check finds."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from envsuite.core.curriculum import Belief
from envsuite.factory import make
from envsuite.functional import unwrapped
from envsuite.registry import registry, resolve
from envsuite.testing import check_curriculum
from envsuite_primer.gridwalk import GridWalk

CURRICULA = registry().curricula
SMALL = {"capacity": 8, "fill": 0.5, "candidates": 12, "period": 3}


def game(needs_belief: bool) -> Any:
    """A small game with levels."""
    if not needs_belief:
        return GridWalk(size=4)
    beliefs = (unwrapped(make(id)) for id in registry().environments if "levels" in tags(id))
    return next(own for own in beliefs if isinstance(own, Belief))


def tags(id: str) -> tuple[str, ...]:
    return registry().environments[id].tags


@pytest.mark.parametrize("name", list(CURRICULA))
def test_every_curriculum_keeps_its_promises(name):
    own = CURRICULA[name]
    target = resolve(own.target, needed_by=name)
    known = inspect.signature(target).parameters
    small = {key: value for key, value in SMALL.items() if key in known}
    check_curriculum(target, game(name.startswith("samplr")), **{**own.config, **small})

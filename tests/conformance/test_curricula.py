"""Every curriculum of the registry through the suite's own check; and what the check finds."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from envsuite.core.curriculum import Belief, Outcome, Proposal
from envsuite.factory import make
from envsuite.functional import unwrapped
from envsuite.registry import registry, resolve
from envsuite.testing import CheckError, check_curriculum
from envsuite_primer.gridwalk import GridWalk

CURRICULA = registry().curricula
SMALL = {"capacity": 8, "fill": 0.5, "candidates": 12, "period": 3}


def needs_belief(target: Any) -> bool:
    """Whether a curriculum will have no other games."""
    try:
        target(GridWalk(size=4))
    except TypeError:
        return True
    return False


def game(needs_belief: bool) -> Any:
    """A small game with levels."""
    if not needs_belief:
        return GridWalk(size=4)
    beliefs = (unwrapped(make(id)) for id in registry().environments if "levels" in tags(id))
    return next(own for own in beliefs if isinstance(own, Belief))


def tags(id: str) -> tuple[str, ...]:
    return registry().environments[id].tags


# curricula of one class differ in numbers, which change no promise; robust ones have another branch
ONE_OF_EACH = {
    (own.target, bool(own.config.get("robust"))): name for name, own in CURRICULA.items()
}


@pytest.mark.parametrize("name", sorted(ONE_OF_EACH.values()))
def test_every_curriculum_keeps_its_promises(name):
    own = CURRICULA[name]
    target = resolve(own.target, needed_by=name)
    known = inspect.signature(target).parameters
    small = {key: value for key, value in SMALL.items() if key in known}
    check_curriculum(target, game(needs_belief(target)), **{**own.config, **small})


@dataclass(frozen=True)
class Flawed:
    """Proposes and counts; `flaw` breaks one promise."""

    levels: Any
    flaw: str = ""
    needs_values: bool = False
    gated: bool = False
    grounded: bool = False

    def init(self, key: jax.Array) -> Any:
        """Nothing was told."""
        zero = jnp.float32(0)
        return {"told": zero, "mean": zero if self.flaw == "one array" else jnp.float32(0)}

    def propose(self, key: jax.Array, state: Any, num: int) -> Any:
        """New levels."""
        count = num + 1 if self.flaw == "too many" else num
        levels = jax.vmap(self.levels.sample)(jax.random.split(key, count))
        tickets = jnp.zeros(num, jnp.float32 if self.flaw == "tickets" else jnp.int32)
        return state, Proposal(levels, tickets, jnp.bool_(True))

    def learn(self, key: jax.Array, state: Any, proposal: Any, outcome: Outcome) -> Any:
        """Count what was told."""
        known = (outcome.episodes > 0) & jnp.isfinite(outcome.solved)
        told, mean = known.sum(), jnp.where(known, outcome.solved, 0).sum()
        if self.flaw == "counts nothing as something":
            told = told + 1
        if self.flaw == "NaN":
            mean = jnp.where(outcome.episodes > 0, outcome.solved, 0).sum()
        state = {"told": state["told"] + told, "mean": state["mean"] + mean}
        if self.flaw == "grows":
            state["more"] = mean
        return state

    def figures(self, state: Any) -> Any:
        """Their sum."""
        mean = state["mean"]
        return {"mean": mean.astype(jnp.int32) if self.flaw == "whole figures" else mean}


@pytest.mark.parametrize(
    ("flaw", "promise"),
    [
        ("one array", "may donate it"),
        ("too many", "one level of the game a slot"),
        ("tickets", "tickets"),
        ("counts nothing as something", "in which no episode ended change nothing"),
        ("NaN", "leave the figures finite"),
        ("grows", "State and proposals keep their shapes"),
        ("whole figures", "Figures are finite"),
    ],
)
def test_what_is_broken_is_found(flaw, promise):
    with pytest.raises(CheckError, match=promise):
        check_curriculum(Flawed, GridWalk(size=4), flaw=flaw)


def test_a_sound_curriculum_passes_and_one_that_cannot_be_made_does_not():
    check_curriculum(Flawed, GridWalk(size=4))
    with pytest.raises(CheckError, match="It can be made"):
        check_curriculum(Flawed, GridWalk(size=4), flow="")

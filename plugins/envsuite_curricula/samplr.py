"""SAMPLR: robust replay that learns from what is likely in truth (arXiv:2207.05219)."""

from __future__ import annotations

from dataclasses import dataclass

from envsuite.functional.grounded import check_belief
from envsuite_curricula.plr import PLR


@dataclass(frozen=True)
class SAMPLR(PLR):
    """Robust PLR for games that hide something, which does not bend the chance of what is hidden.

    A curriculum that prefers levels also changes how often what is hidden in them is so, and the
    best that a learner can do then is wrong in truth. A learner of this curriculum takes rewards,
    observations and ends from imagined transitions (`envsuite.functional.grounded`); its advantages
    and values, and so the scores, are made from those. Everything else is robust PLR's.

    Attributes:
        score: As published, the positive value loss.
        robust: Whether new levels are only looked at, as published.

    Raises:
        TypeError: On construction, also for a game that does not say what is hidden in it.
    """

    score: str = "positive_value_loss"
    robust: bool = True

    def __post_init__(self) -> None:
        """Refuse a game without a belief."""
        super().__post_init__()
        check_belief(self.levels)

    @property
    def grounded(self) -> bool:
        """Advantages must come from imagined transitions."""
        return True

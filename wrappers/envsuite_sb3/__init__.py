"""Stable-Baselines3 over envsuite: a `VecEnv` over an engine, a trainer and an evaluation.

Importing it imports neither Stable-Baselines3 nor PyTorch; what it offers does when it is first
asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envsuite_sb3.curriculum import CurriculumCallback as CurriculumCallback
    from envsuite_sb3.vec_env import make as make

__all__ = ["CurriculumCallback", "make"]


def __getattr__(name: str) -> Any:
    """Import `make` or `CurriculumCallback` when it is asked for."""
    if name == "make":
        from envsuite_sb3.vec_env import make

        return make
    if name == "CurriculumCallback":
        from envsuite_sb3.curriculum import CurriculumCallback

        return CurriculumCallback
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

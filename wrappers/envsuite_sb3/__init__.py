"""Stable-Baselines3 over envsuite: a `VecEnv` over an engine, a trainer and an evaluation.

Importing it imports neither Stable-Baselines3 nor PyTorch; `make` does when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envsuite_sb3.vec_env import make as make

__all__ = ["make"]


def __getattr__(name: str) -> Any:
    """Import `make` when it is asked for."""
    if name == "make":
        from envsuite_sb3.vec_env import make

        return make
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Draws the pictures of the documentation.

    python docs/pictures.py

Makes `docs/images/battle.png`, a moment of a battle of stalkers and zealots, and
`docs/images/primer.png`, the primer's games side by side.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from envsuite.factory import make_policy
from envsuite.showing import play_episode

IMAGES = Path(__file__).parent / "images"


def frames(id: str, steps: int, seed: int = 0) -> list[np.ndarray]:
    """The first pictures of an episode of the random policy."""
    seen = []
    for frame in play_episode(id, lambda env, group: make_policy("random", env, group), seed):
        seen.append(frame)
        if len(seen) > steps:
            break
    return seen


def main() -> None:
    """Draw them."""
    IMAGES.mkdir(exist_ok=True)
    battle = frames("envsuite/SMAX-3s5z", 12, seed=4)[-1]
    Image.fromarray(battle).save(IMAGES / "battle.png", optimize=True)
    games = ("Pursuit", "TicTacToe", "Bandit", "GridWalk", "Guess")
    shown = [frames(f"envsuite/Primer-{game}", 3, seed=1)[-2] for game in games]
    Image.fromarray(np.concatenate(shown, axis=1)).save(IMAGES / "primer.png", optimize=True)


if __name__ == "__main__":
    main()

"""Draws the pictures of the documentation.

    python docs/pictures.py

Makes `docs/images/battle.png`, a moment of a battle of stalkers and zealots,
`docs/images/primer.png`, the primer's games side by side, and `docs/images/families.png`, a moment
of one game of each other family.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

import envsuite
from envsuite.factory import make_policy
from envsuite.showing import play_episode
from generate import family

IMAGES = Path(__file__).parent / "images"
TILE, COLUMNS = (400, 300), 3


def frames(id: str, steps: int, seed: int = 0) -> list[np.ndarray]:
    """The first pictures of an episode of the random policy."""
    seen = []
    for frame in play_episode(id, lambda env, group: make_policy("random", env, group), seed):
        seen.append(frame)
        if len(seen) > steps:
            break
    return seen


def contact_sheet() -> Image.Image:
    """A moment of the first id of each family, in the order of their names."""
    first: dict[str, str] = {}
    for id in envsuite.registry().environments:
        name = family(id)
        if id.startswith("envsuite/") and not name.startswith("envsuite/Primer"):
            first.setdefault(name, id)
    tiles = []
    for id in first.values():
        picture = Image.fromarray(frames(id, 12, seed=2)[-2])
        tiles.append(ImageOps.pad(picture, TILE, color="white"))
    rows = -(-len(tiles) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * TILE[0], rows * TILE[1]), "white")
    for place, tile in enumerate(tiles):
        sheet.paste(tile, (place % COLUMNS * TILE[0], place // COLUMNS * TILE[1]))
    return sheet


def main() -> None:
    """Draw them."""
    IMAGES.mkdir(exist_ok=True)
    battle = frames("envsuite/SMAX-3s5z", 12, seed=4)[-1]
    Image.fromarray(battle).save(IMAGES / "battle.png", optimize=True)
    games = ("Pursuit", "TicTacToe", "Bandit", "GridWalk", "Guess")
    shown = [frames(f"envsuite/Primer-{game}", 3, seed=1)[-2] for game in games]
    Image.fromarray(np.concatenate(shown, axis=1)).save(IMAGES / "primer.png", optimize=True)
    contact_sheet().save(IMAGES / "families.png", optimize=True)


if __name__ == "__main__":
    main()

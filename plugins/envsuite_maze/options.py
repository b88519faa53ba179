"""What may be configured, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envsuite.core.errors import nearest
from envsuite_maze.generate import GENERATORS, WALL_COUNTS
from envsuite_maze.mutate import MUTATIONS
from envsuite_maze.observe import OBSERVATIONS

if TYPE_CHECKING:
    from envsuite_maze.env import Maze

ACTIONS = {"moves": 3, "minigrid": 7}
CHOICES = {
    "generator": GENERATORS,
    "wall_count": WALL_COUNTS,
    "observation": OBSERVATIONS,
    "actions": tuple(ACTIONS),
    "mutation": MUTATIONS,
}


def check_options(game: Maze) -> None:
    """Raise `ValueError` for an option that is not there, or a number that makes no game."""
    for name, choices in CHOICES.items():
        check_choice(name, getattr(game, name), choices)
    for name, least in (("walls", 0), ("sight", 3), ("horizon", 1), ("edits", 0)):
        check_number(name, getattr(game, name), least)
    if not isinstance(game.see_through_walls, bool):
        raise ValueError(f"see_through_walls must be true or false, not {game.see_through_walls!r}")
    if game.sight % 2 == 0:
        raise ValueError(f"sight must be odd, for as much is seen on either side: not {game.sight}")
    rows, columns = game.shape
    for number in (rows, columns):
        check_number("size", number, 2)
    if game.level is not None:
        return
    if game.generator in ("scattered", "distinct") and game.walls > rows * columns - 2:
        raise ValueError(
            f"{game.walls} walls leave no room for agent and goal on {rows} by {columns} cells: "
            f"give at most {rows * columns - 2}"
        )
    if game.generator == "rooms" and min(rows, columns) < 3:
        raise ValueError(f"four rooms need a size of 3 or more, not {rows} by {columns}")
    if game.generator in ("crossings", "tree") and (rows % 2 == 0 or columns % 2 == 0):
        raise ValueError(f"the size must be odd for {game.generator}, not {rows} by {columns}")
    if game.generator == "crossings" and rows != columns:
        raise ValueError(f"crossings need as many rows as columns, not {rows} and {columns}")
    if game.generator == "crossings" and game.walls > 2 * (rows // 2):
        raise ValueError(
            f"{rows} by {columns} cells have room for {2 * (rows // 2)} crossings, "
            f"not {game.walls}: give fewer walls"
        )


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise `ValueError` unless `value` is one of the choices."""
    if value not in choices:
        near = nearest(str(value), choices)
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(f"{name} {value!r} is unknown: {hint}choose from {', '.join(choices)}")


def check_number(name: str, value: Any, least: int) -> None:
    """Raise `ValueError` unless `value` is a whole number from `least` up."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} must be a whole number from {least} up, not {value!r}")

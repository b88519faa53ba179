"""What a kitchen is made of, and reading one from its drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import yaml

from envsuite.core.errors import nearest

FLOOR, COUNTER, PLATES, POT, WINDOW, RECIPE, BUTTON, PILE = range(8)
"""What a cell of a kitchen is; the pile of ingredient `k` is `PILE + k`."""

INGREDIENTS = "abcdefghij"
"""The ingredients, by their letters; the first is 0."""
COOKS = "123456789"
POT_SIZE = 3
"""Ingredients a soup is made of."""

SYMBOLS = {
    ".": FLOOR,
    **dict.fromkeys(COOKS, FLOOR),
    "X": COUNTER,
    "D": PLATES,
    "P": POT,
    "S": WINDOW,
    "R": RECIPE,
    "B": BUTTON,
    **{letter: PILE + index for index, letter in enumerate(INGREDIENTS)},
}
LEGEND = (
    "X a counter, . the floor, a to j piles of ingredients, D plates, P a pot, S a serving window, "
    "R a sign with the recipe, B a button that shows it for a time, 1 to 9 cooks"
)

Drawing = str | Sequence[str]
"""One line a row, as one text or as a sequence of lines."""
Recipes = str | Sequence[str]
"""Recipes as words of three letters, `["aab", "abb"]`, or `"all"` of them."""


@dataclass(frozen=True)
class Plan:
    """A kitchen as it is drawn, and what may be ordered in it; equal ones compare equal.

    Attributes:
        rows: The drawing, one string a row.
        recipes: What may be ordered, three letters each in order, sorted.
    """

    rows: tuple[str, ...]
    recipes: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns."""
        return len(self.rows), len(self.rows[0])

    @property
    def cooks(self) -> int:
        """How many cooks begin here."""
        return sum(symbol in COOKS for row in self.rows for symbol in row)

    @property
    def ingredients(self) -> int:
        """How many ingredients there are: up to the last that has a pile."""
        return int(self.terrain.max()) - PILE + 1

    @cached_property
    def terrain(self) -> np.ndarray:
        """What each cell is, `i32[rows, columns]`."""
        return np.array([[SYMBOLS[symbol] for symbol in row] for row in self.rows], np.int32)

    @cached_property
    def starts(self) -> np.ndarray:
        """Row and column where each cook begins, `i32[cooks, 2]`."""
        cells = np.array([list(row) for row in self.rows])
        cooks = COOKS[: self.cooks]
        return np.concatenate([np.argwhere(cells == cook) for cook in cooks]).astype(np.int32)

    @cached_property
    def regions(self) -> np.ndarray:
        """Which cells of the floor are connected, `i32[rows, columns]`.

        Cells have one number above 0 if one can walk from one to the other; all others, and floor
        that no cook can walk to, have 0.
        """
        regions = np.zeros(self.shape, np.int32)
        for number, start in enumerate(self.starts.tolist(), start=1):
            ahead = [tuple(start)] if regions[tuple(start)] == 0 else []
            while ahead:
                row, column = cell = ahead.pop()
                if self.terrain[cell] == FLOOR and regions[cell] == 0:
                    regions[cell] = number
                    ahead += [(row - 1, column), (row + 1, column)]
                    ahead += [(row, column - 1), (row, column + 1)]
        return regions


@cache
def shipped_plans() -> Mapping[str, Plan]:
    """The kitchens of `layouts.yaml` by name."""
    table = yaml.safe_load((files("envsuite_overcooked_v2") / "layouts.yaml").read_text())
    return {
        name: read_plan(freeze_drawing(entry["drawing"]), freeze_recipes(entry["recipes"]))
        for name, entry in table.items()
    }


def find_plan(name: str) -> Plan:
    """The shipped kitchen called `name`.

    Raises:
        ValueError: If there is none; it names the nearest.
    """
    shipped = shipped_plans()
    if not isinstance(name, str) or name not in shipped:
        near = nearest(name, shipped) if isinstance(name, str) else None
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(
            f"layout {name!r} is unknown: {hint}choose from {', '.join(shipped)}, or draw your "
            "own as `drawing`"
        )
    return shipped[name]


def freeze_drawing(drawing: Any) -> tuple[str, ...]:
    """The rows of a drawing, in a form that hashes; a space is floor.

    Empty lines around a text, and what it is indented by, do not count.

    Raises:
        TypeError: If it is neither text nor a sequence of lines.
    """
    if isinstance(drawing, str):
        # a row neither begins nor ends with floor: blanks around it are indentation
        rows = [row.strip() for row in drawing.splitlines() if row.strip()]
    elif isinstance(drawing, Sequence) and all(isinstance(row, str) for row in drawing):
        rows = list(drawing)
    else:
        raise TypeError(f"drawing must be text, one line a row of the kitchen, not {drawing!r}")
    return tuple(row.replace(" ", ".") for row in rows)


def freeze_recipes(recipes: Any) -> str | tuple[str, ...]:
    """Recipes in a form that hashes and in which equal ones are equal: sorted, each once.

    Raises:
        TypeError: If they are neither `"all"` nor a sequence of words.
        ValueError: If there are none, or one is not three letters from a to j.
    """
    if recipes == "all":
        return recipes
    words = not isinstance(recipes, str) and isinstance(recipes, Sequence)
    if not words or not all(isinstance(recipe, str) for recipe in recipes):
        raise TypeError(
            'recipes must be "all" or a list of words such as ["aab", "abb"], three ingredients '
            f"each, not {recipes!r}"
        )
    if not recipes:
        raise ValueError('recipes is empty: name at least one, such as "aaa", or write "all"')
    for recipe in recipes:
        if len(recipe) != POT_SIZE or not set(recipe) <= set(INGREDIENTS):
            raise ValueError(
                f"recipe {recipe!r} is none: write {POT_SIZE} letters from a to j, one for each "
                'ingredient, such as "aab"'
            )
    return tuple(sorted({"".join(sorted(recipe)) for recipe in recipes}))


def read_plan(rows: tuple[str, ...], recipes: str | tuple[str, ...] | None) -> Plan:
    """Read a drawing.

    Args:
        rows: As `freeze_drawing` makes them.
        recipes: As `freeze_recipes` makes them; `None` for all, in a kitchen with a sign.

    Raises:
        ValueError: If there are no rows, a row is longer or shorter than the first, a symbol is
            unknown, the edge is open, the cooks are not numbered from 1 on, or there are no
            ingredients, no plates, no pot or no serving window. If a recipe needs what the kitchen
            has not, or none are given and the kitchen has no sign that would show them.
    """
    if not rows:
        raise ValueError(f"the drawing of the kitchen is empty: draw {LEGEND}")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"row {number} of the kitchen, {row!r}, has {len(row)} cells where row 1 has "
                f"{len(rows[0])}: draw a rectangle"
            )
        for column, symbol in enumerate(row, start=1):
            if symbol not in SYMBOLS:
                near = symbol.swapcase()
                hint = f"did you mean {near!r}? " if near in SYMBOLS else ""
                raise ValueError(
                    f"{symbol!r} in row {number}, column {column} of the kitchen means nothing: "
                    f"{hint}draw {LEGEND}"
                )
            edge = number in (1, len(rows)) or column in (1, len(row))
            if edge and SYMBOLS[symbol] == FLOOR:
                raise ValueError(
                    f"the kitchen is open at row {number}, column {column}: close its edge with "
                    "counters (X) or anything else one cannot walk on"
                )
    drawn = "".join(rows)
    cooks = "".join(sorted(symbol for symbol in drawn if symbol in COOKS))
    if not cooks or cooks != COOKS[: len(cooks)]:
        raise ValueError(
            f"the cooks of the kitchen are {', '.join(cooks) or 'none'}: number them from 1 on, "
            "each where it begins"
        )
    for symbol, what in (("D", "plates"), ("P", "pot"), ("S", "serving window")):
        if symbol not in drawn:
            raise ValueError(f"the kitchen has no {what}, so no soup is served: draw a {symbol}")
    stocked = sorted(set(drawn) & set(INGREDIENTS))
    if not stocked:
        raise ValueError("the kitchen has no ingredients, so no soup is cooked: draw an a")
    if recipes is None and "R" not in drawn:
        raise ValueError(
            "the kitchen has no sign (R) that shows the recipe, so its cooks could not know it: "
            'draw one, or say what is ordered, such as recipes=["aaa"], or recipes="all"'
        )
    if recipes is None or isinstance(recipes, str):
        every = combinations_with_replacement(stocked, POT_SIZE)
        recipes = tuple("".join(recipe) for recipe in every)
    for recipe in recipes:
        if missing := set(recipe) - set(stocked):
            raise ValueError(
                f"recipe {recipe!r} needs {', '.join(sorted(missing))}, of which the kitchen has "
                f"no pile: draw one, or make recipes of {', '.join(stocked)}"
            )
    return Plan(rows, recipes)

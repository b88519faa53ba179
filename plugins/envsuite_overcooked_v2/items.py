"""Items as whole numbers, as JaxMARL writes them.

The lowest bit says that there is a plate, the next that what is on it, or in a pot, is cooked; two
bits for each ingredient then count it, from 0 to 3. So 0 is nothing, 1 a plate, 4 one of the first
ingredient, 16 one of the second, 12 three of the first in a pot, 14 a soup of them and 15 a dish of
that soup.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_overcooked_v2.plan import INGREDIENTS

NOTHING, PLATE, COOKED, FIRST_INGREDIENT = 0, 1, 2, 4
DISH = PLATE | COOKED
"""What a soup on a plate has besides its ingredients."""
COUNT = 3
"""The bits of one count."""


def ingredient(kind: jax.Array | int) -> jax.Array:
    """The item that is one of an ingredient, `i32[...]`."""
    return FIRST_INGREDIENT << (2 * jnp.asarray(kind, jnp.int32))


def recipe_code(recipe: str) -> int:
    """The item that a recipe of letters makes, not yet cooked."""
    return sum(FIRST_INGREDIENT << 2 * INGREDIENTS.index(letter) for letter in recipe)


def amount(items: jax.Array) -> jax.Array:
    """How many ingredients, of any kind, are in each item, from 0 to 3, `i32[...]`."""
    # The counts are digits to the base 4. A number divided by 3 leaves what its digits to the base
    # 4 add up to, and they add up to 3 at most.
    digits = items >> 2
    return jnp.where(digits > 0, jax.lax.rem(digits - 1, jnp.full_like(digits, COUNT)) + 1, 0)

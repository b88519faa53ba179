"""States of every kind, most of them with cooks that face something."""

from __future__ import annotations

from typing import Any

import numpy as np

from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.items import COOKED, DISH, FIRST_INGREDIENT, PLATE, recipe_code
from envsuite_overcooked_v2.plan import BUTTON, COUNTER, FLOOR, POT, POT_SIZE, WINDOW
from envsuite_overcooked_v2.state import MOVES, STAY, State


def any_states(random: np.random.Generator, env: OvercookedV2, count: int) -> State:
    """States with a leading axis `[count]`.

    Full pots cook or are done, unless they are started by hand.
    """
    plan, by_hand = env.plan, env.start_cooking_interaction
    cooks, kinds = plan.cooks, plan.ingredients
    shape = (count, *plan.shape)
    loose = np.array([PLATE, *[FIRST_INGREDIENT << 2 * kind for kind in range(kinds)]])
    recipe = random.choice([recipe_code(recipe) for recipe in plan.recipes], count)
    of_recipe = np.broadcast_to(recipe[:, None, None], shape)

    def food(shape: tuple[int, ...], least: int, most: int) -> np.ndarray:
        """Any ingredients, from `least` to `most`."""
        amount = random.integers(least, most + 1, shape)
        mixed = [loose[random.integers(1, kinds + 1, shape)] for _ in range(most)]
        return np.sum([np.where(amount > place, one, 0) for place, one in enumerate(mixed)], axis=0)

    def choose(shape: tuple[int, ...], *cases: Any) -> np.ndarray:
        return np.choose(random.integers(0, len(cases), shape), cases)

    least = 1 if by_hand else POT_SIZE
    soup = choose(shape, of_recipe, food(shape, least, POT_SIZE))
    cooking = (random.random(shape) < 0.25) & (plan.terrain == POT)
    pots = choose(shape, food(shape, 0, POT_SIZE if by_hand else 2), soup | COOKED)
    pots = np.where(cooking, soup, pots)
    lying = choose(shape, random.choice(loose, shape), soup | DISH, 0, 0)
    plates = random.random((count, 1, 1)) < 0.3
    lying = np.where(plates | (lying != PLATE), lying, 0)
    items = np.where(plan.terrain == COUNTER, lying, np.where(plan.terrain == POT, pots, 0))
    lit = random.integers(0, 10, shape) * (random.random(shape) < 0.5)
    clocks = np.where(cooking, random.integers(1, 21, shape), 0)

    # in most moments the hand is such that something happens
    places, facings = _poses(random, plan.terrain, plan.regions > 0, (count, cooks))
    faced = places + MOVES[facings]
    cell = plan.terrain[faced[..., 0], faced[..., 1]]
    item = items[np.arange(count)[:, None], faced[..., 0], faced[..., 1]]
    hand = (count, cooks)
    dish = choose(hand, recipe[:, None], food(hand, POT_SIZE, POT_SIZE)) | DISH
    one = loose[random.integers(1, kinds + 1, hand)]
    of_use = np.select(
        [cell == WINDOW, (cell == POT) & (item & COOKED > 0), cell == POT],
        [dish, PLATE, choose(hand, one, 0) if by_hand else one],
        choose(hand, dish, 0, 0, 0),
    )
    hands = np.where(random.random(hand) < 0.75, of_use, choose(hand, one, PLATE, dish, 0))
    fields: dict[str, Any] = dict(
        places=places,
        facings=facings,
        hands=hands,
        items=items,
        clocks=np.where(plan.terrain == BUTTON, lit, clocks),
        recipe=recipe,
        seen_as=random.permuted(np.tile(np.arange(kinds), (count, cooks, 1)), axis=-1)
        if env.op_ingredient_permutations
        else np.tile(np.arange(kinds), (count, cooks, 1)),
    )
    fields = {name: np.asarray(value, np.int32) for name, value in fields.items()}
    return State(**fields, delivered=np.zeros(count, bool))  # pyright: ignore[reportArgumentType] - NumPy's arrays are JAX's too


def _poses(
    random: np.random.Generator, terrain: np.ndarray, floor: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Cells of the floor, different ones, and facings; those that face more are more likely."""
    poses = np.array([(*cell, way) for cell in np.argwhere(floor).tolist() for way in range(STAY)])
    faced = poses[:, :2] + MOVES[poses[:, 2]]
    of_use = terrain[faced[:, 0], faced[:, 1]]
    weights = np.where(of_use > COUNTER, 6.0, np.where(of_use > FLOOR, 2, 1))
    drawn = np.stack([_apart(random, poses, weights, shape[1]) for _ in range(shape[0])])
    return drawn[..., :2], drawn[..., 2]


def _apart(
    random: np.random.Generator, poses: np.ndarray, weights: np.ndarray, cooks: int
) -> np.ndarray:
    chosen: list[np.ndarray] = []
    while len(chosen) < cooks:
        pose = poses[random.choice(len(poses), p=weights / weights.sum())]
        if not any((pose[:2] == other[:2]).all() for other in chosen):
            chosen.append(pose)
    return np.stack(chosen)

"""Overcooked v2: cooks make soups to a recipe that not all of them may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.core.timestep import Timestep
from envsuite_overcooked_v2.features import distances_in, feature_space, features
from envsuite_overcooked_v2.interact import interact
from envsuite_overcooked_v2.items import COOKED
from envsuite_overcooked_v2.observe import observation_space, observe
from envsuite_overcooked_v2.plan import (
    INGREDIENTS,
    POT,
    Drawing,
    Plan,
    Recipes,
    find_plan,
    freeze_drawing,
    freeze_recipes,
    read_plan,
)
from envsuite_overcooked_v2.start import (
    first_state,
    one_of_states,
    order,
    random_contents,
    random_eyes,
    random_facings,
    random_places,
    start_full_pots,
)
from envsuite_overcooked_v2.state import MOVES, STAY, Params, State, kitchen_of
from envsuite_overcooked_v2.walk import walk

CHOICES = {
    "observation": ("planes", "features"),
    "start": ("drawn", "random"),
    "facing": ("north", "random"),
    "contents": ("empty", "random"),
}


@dataclass(frozen=True)
class OvercookedV2(Env[State, Params]):
    """Cooks make the soups that are ordered, of several ingredients, and are paid together.

    Three ingredients in a pot cook for `cook_time` steps; the soup is then taken out with a plate
    and handed through the serving window, which pays everyone `delivery_reward` if it is what the
    recipe says. The recipe is drawn at the start; a sign shows it, and so does a button, for some
    steps and at a price. See the README for all rules.

    Observations are `u8[height, width, 25 + 5 * ingredients]`, unless they are features. Actions
    are EAST, SOUTH, WEST, NORTH, STAY, INTERACT. `info` holds `shaped_reward`
    (`{"agent": f32[cooks]}`): what each cook did towards a soup in this step; it is part of the
    reward only by the share `params.shaping`.

    Attributes:
        layout: A kitchen that ships; see `layouts.yaml`.
        drawing: A kitchen of your own in place of the layout: text, one line a row, or the rows.
        recipes: What may be ordered, as words such as `["aab", "abb"]`, or `"all"` that can be
            made of the kitchen's ingredients; `None` for the layout's own, and for all in a
            drawing with a sign.
        observation: Whether the kitchen is seen as `"planes"`, or as a list of `"features"`,
            `f32[48 * cooks]`, in kitchens of one ingredient.
        agent_view_size: How many cells each cook sees in every direction; `None` for all.
        start: Where the cooks begin: where the kitchen is `"drawn"` to have them, or each
            anywhere it can walk to, at `"random"`.
        facing: Whether they begin facing `"north"`, or each its `"random"` way.
        contents: Whether hands, counters and pots begin `"empty"` or `"random"`.
        start_cooking_interaction: Whether a pot, with one to three ingredients in it, is started
            by interacting with it with an empty hand; otherwise a full one starts by itself.
        sample_recipe_on_delivery: Whether a new recipe is drawn each time an ordered soup is
            served.
        indicate_successful_delivery: Whether a last plane is 1 at the serving windows after a
            step in which an ordered soup was served.
        op_ingredient_permutations: Letters of ingredients, `"ab"` say, whose planes are swapped
            about for each cook by chance, so that no convention can be built on what they are.

    Raises:
        ValueError: On construction, for an unknown layout or choice, for a drawing that is no
            kitchen, recipes that cannot be made in it, and letters it does not have.
        TypeError: On construction, for a drawing that is not text, recipes that are no words, and
            a view size that is no whole number.
    """

    layout: str = "cramped_room"
    _: KW_ONLY
    drawing: Drawing | None = None
    recipes: Recipes | None = None
    observation: str = "planes"
    agent_view_size: int | None = None
    start: str = "drawn"
    facing: str = "north"
    contents: str = "empty"
    start_cooking_interaction: bool = False
    sample_recipe_on_delivery: bool = False
    indicate_successful_delivery: bool = False
    op_ingredient_permutations: str = ""

    def __post_init__(self) -> None:
        """Bring drawing and recipes into a form that hashes, and check everything."""
        if self.drawing is not None:
            object.__setattr__(self, "drawing", freeze_drawing(self.drawing))
        if self.recipes is not None:
            object.__setattr__(self, "recipes", freeze_recipes(self.recipes))
        for name, offered in CHOICES.items():
            value = getattr(self, name)
            if value not in offered:
                near = nearest(value, offered) if isinstance(value, str) else None
                hint = f"did you mean {near!r}? " if near else ""
                raise ValueError(
                    f"{name} {value!r} is unknown: {hint}choose from {', '.join(offered)}"
                )
        size = self.agent_view_size
        if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
            raise TypeError(f"agent_view_size is a number of cells or None, not {size!r}")
        if size is not None and size < 1:
            raise ValueError(
                f"agent_view_size {size} shows a cook nothing it could act on: take at least 1, or "
                "None for the whole kitchen"
            )
        if self.observation == "features":
            if self.plan.ingredients != 1:
                raise ValueError(
                    f"observation 'features' is for kitchens of one ingredient; this has "
                    f"{self.plan.ingredients}: take 'planes'"
                )
            if size is not None or self.indicate_successful_delivery:
                raise ValueError(
                    "agent_view_size and indicate_successful_delivery are about planes: leave them "
                    "out with observation 'features', or take 'planes'"
                )
        letters = self.op_ingredient_permutations
        there = INGREDIENTS[: self.plan.ingredients]
        if not isinstance(letters, str) or len(set(letters) & set(there)) != len(letters):
            raise ValueError(
                f"op_ingredient_permutations {letters!r} are not letters of different ingredients: "
                f"this kitchen has {there!r}"
            )

    @cached_property
    def plan(self) -> Plan:
        """The kitchen that is drawn."""
        recipes = None if self.recipes is None else freeze_recipes(self.recipes)
        if self.drawing is not None:
            return read_plan(freeze_drawing(self.drawing), recipes)
        shipped = find_plan(self.layout)
        return shipped if recipes is None else read_plan(shipped.rows, recipes)

    @property
    def agents(self) -> Mapping[str, int]:
        """The cooks."""
        return {"agent": self.plan.cooks}

    @property
    def noop_action(self) -> int:
        """Stay."""
        return STAY

    @property
    def observation_space(self) -> spaces.Dict:
        """The kitchen as planes, `u8[height, width, planes]`, or as features."""
        if self.observation == "features":
            return spaces.Dict({"agent": feature_space(self.plan)})
        return spaces.Dict(
            {
                "agent": observation_space(
                    self.plan.shape,
                    self.plan.ingredients,
                    self.agent_view_size,
                    self.indicate_successful_delivery,
                )
            }
        )

    @property
    def action_space(self) -> spaces.Dict:
        """Four ways to go, stay, interact."""
        return spaces.Dict({"agent": spaces.Discrete(len(MOVES))})

    def default_params(self) -> Params:
        """This kitchen; twenty for a soup, which cooks for twenty steps."""
        kitchen = kitchen_of(self.plan)
        if self.observation == "features":
            distances: Any = distances_in(self.plan)  # NumPy's arrays are JAX's too
            kitchen = replace(kitchen, distances=distances)
        return Params(kitchen)

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Enter the kitchen."""
        params = _traced(params)
        by_hand = self.start_cooking_interaction
        # a key for the order and one for each other thing that is left to chance
        chances = (self.start, self.facing, self.contents).count("random")
        chances += bool(self.op_ingredient_permutations)
        keys = iter(jax.random.split(key, 1 + chances) if chances else [key])
        if params.first_states is not None:
            state = one_of_states(next(keys), params.first_states)
        else:
            state = first_state(next(keys), params.kitchen, self.plan.ingredients)
            if self.start == "random":
                state = replace(state, places=random_places(next(keys), state, params.kitchen))
            if self.facing == "random":
                state = replace(state, facings=random_facings(next(keys), state))
            if self.contents == "random":
                state = random_contents(next(keys), state, params, by_hand=by_hand)
        if self.op_ingredient_permutations:
            swapped = tuple(map(INGREDIENTS.index, self.op_ingredient_permutations))
            state = replace(state, seen_as=random_eyes(next(keys), state, swapped))
        filled = params.first_states is not None or self.contents == "random"
        if filled and not by_hand:
            state = start_full_pots(state, params)
        nothing = jnp.zeros(self.plan.cooks, jnp.float32)
        return state, self._timestep(state, nothing, nothing, params)

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Walk, then interact; then the clocks go on. Only a new order is left to chance."""
        params = _traced(params)
        does, terrain = action["agent"], params.kitchen.terrain
        places, facings = walk(state.places, state.facings, does, terrain)
        state = replace(state, places=places, facings=facings)
        state, earned = interact(state, does, params, by_hand=self.start_cooking_interaction)
        done = (terrain == POT) & (state.clocks == 1)
        state = replace(
            state,
            items=jnp.where(done, state.items | COOKED, state.items),
            clocks=jnp.maximum(state.clocks - 1, 0),
            delivered=earned.delivered.any(),
        )
        if self.sample_recipe_on_delivery:
            drawn = order(key, params.kitchen)
            state = replace(state, recipe=jnp.where(state.delivered, drawn, state.recipe))
        reward = earned.paid.sum() + params.shaping * earned.shaped
        reward = reward.astype(jnp.float32)
        return state, self._timestep(state, reward, earned.shaped, params)

    def _timestep(
        self, state: State, reward: jax.Array, shaped: jax.Array, params: Params
    ) -> Timestep[Any]:
        """What is seen of a state."""
        if self.observation == "features":
            seen = features(state, params.kitchen)
        else:
            seen = observe(
                state,
                params,
                view_size=self.agent_view_size,
                shows_delivery=self.indicate_successful_delivery,
                seen_alike=not self.op_ingredient_permutations,
            )
        return Timestep(
            obs={"agent": seen},
            reward={"agent": reward},
            terminated={"agent": np.zeros(self.plan.cooks, bool)},
            info={"shaped_reward": {"agent": shaped}},
        )


def _traced(params: Params) -> Params:
    """The same, the kitchen in JAX's arrays, which can be indexed by what is traced."""
    return replace(params, kitchen=jax.tree.map(jnp.asarray, params.kitchen))

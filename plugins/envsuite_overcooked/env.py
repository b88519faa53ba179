"""Overcooked: two cooks make onion soup in a narrow kitchen."""

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
from envsuite_overcooked.interact import Deeds, interact
from envsuite_overcooked.kitchen import (
    Drawing,
    Kitchen,
    find_layout,
    freeze_drawing,
    read_kitchen,
)
from envsuite_overcooked.observe import observation_space, observe
from envsuite_overcooked.start import first_state, shuffle
from envsuite_overcooked.state import COOKS, MOVES, STAY, Params, State
from envsuite_overcooked.walk import walk

CHOICES = {
    "start": ("drawn", "jaxmarl", "random"),
    "facing": ("north", "random"),
    "contents": ("empty", "random"),
}


@dataclass(frozen=True)
class Overcooked(Env[State, Params]):
    """Two cooks make onion soup in a narrow kitchen and are paid for each one they serve.

    Three onions in a pot cook for `cook_time` steps; the soup is then taken out with a plate and
    handed through the serving window, which pays both cooks `delivery_reward`. Both see the whole
    kitchen. See the README for all rules.

    Observations are `u8[rows, columns, 26]`. Actions are NORTH, SOUTH, EAST, WEST, STAY, INTERACT.
    `info` holds `shaped_reward` (`{"agent": f32[2]}`): what each cook did towards a soup in this
    step; it is part of the reward only by the share `params.shaping`.

    Attributes:
        layout: A kitchen that ships; see `layouts.yaml`.
        drawing: A kitchen of your own in place of the layout: text, one line a row, or the rows.
        start: Where the cooks begin: where the kitchen is `"drawn"` to have them, on the cells of
            `"jaxmarl"`, or on two `"random"` cells.
        facing: Whether they begin facing `"north"`, or each its `"random"` way.
        contents: Whether hands and pots begin `"empty"` or `"random"`.

    Raises:
        ValueError: On construction, for an unknown layout or choice, and for a drawing that is no
            kitchen.
        TypeError: On construction, for a drawing that is not text.
    """

    layout: str = "cramped_room"
    _: KW_ONLY
    drawing: Drawing | None = None
    start: str = "drawn"
    facing: str = "north"
    contents: str = "empty"

    def __post_init__(self) -> None:
        """Bring the drawing into a form that hashes, and check everything."""
        if self.drawing is not None:
            object.__setattr__(self, "drawing", freeze_drawing(self.drawing))
        for name, offered in CHOICES.items():
            value = getattr(self, name)
            if value not in offered:
                near = nearest(value, offered) if isinstance(value, str) else None
                hint = f"did you mean {near!r}? " if near else ""
                raise ValueError(
                    f"{name} {value!r} is unknown: {hint}choose from {', '.join(offered)}"
                )
        if self.start == "jaxmarl" and self.drawing is not None:
            raise ValueError(
                "start 'jaxmarl' is known for the layouts that ship, not for a drawing: write 1 "
                "and 2 where the cooks begin, and leave start at 'drawn'"
            )
        self.kitchen  # noqa: B018 - read now, so that a drawing is refused on construction

    @cached_property
    def kitchen(self) -> Kitchen:
        """What each cell is."""
        if self.drawing is not None:
            return read_kitchen(freeze_drawing(self.drawing))
        return find_layout(self.layout).kitchen

    @property
    def agents(self) -> Mapping[str, int]:
        """Two cooks."""
        return {"agent": COOKS}

    @property
    def noop_action(self) -> int:
        """Stay."""
        return STAY

    @property
    def observation_space(self) -> spaces.Dict:
        """The whole kitchen as planes, `u8[rows, columns, 26]`."""
        return spaces.Dict({"agent": observation_space(self.kitchen)})

    @property
    def action_space(self) -> spaces.Dict:
        """Four ways to go, stay, interact."""
        return spaces.Dict({"agent": spaces.Discrete(len(MOVES))})

    def default_params(self) -> Params:
        """Twenty for a soup, which cooks for twenty steps."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Enter the kitchen."""
        places = self.kitchen.starts
        if self.start == "jaxmarl":
            places = np.array(find_layout(self.layout).jaxmarl_starts, np.int32)
        state = first_state(self.kitchen, places)
        chances = {
            "places": self.start == "random",
            "facings": self.facing == "random",
            "contents": self.contents == "random",
        }
        if any(chances.values()):
            state = shuffle(key, state, params, self.kitchen, **chances)
        nothing = jnp.zeros(COOKS, jnp.float32)
        return state, self._timestep(state, nothing, nothing, params)

    def step(
        self, key: jax.Array, state: State, action: Mapping[str, jax.Array], params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Interact, then walk; then the pots cook on. Nothing is left to chance."""
        does = action["agent"]
        state, deeds = interact(state, does, params, self.kitchen)
        places, facings = walk(state.places, state.facings, does, self.kitchen)
        state = replace(
            state,
            places=places,
            facings=facings,
            remaining=jnp.maximum(state.remaining - 1, 0),
            step=state.step + 1,
        )
        shaped = _shaped(deeds, params)
        reward = params.delivery_reward * deeds.delivered.sum() + params.shaping * shaped
        return state, self._timestep(state, reward.astype(jnp.float32), shaped, params)

    def _timestep(
        self, state: State, reward: jax.Array, shaped: jax.Array, params: Params
    ) -> Timestep[Any]:
        """What is seen of a state."""
        return Timestep(
            obs={"agent": observe(state, params, self.kitchen)},
            reward={"agent": reward},
            terminated={"agent": jnp.zeros(COOKS, bool)},
            info={"shaped_reward": {"agent": shaped}},
        )


def _shaped(deeds: Deeds, params: Params) -> jax.Array:
    """What each cook did towards a soup, `f32[2]`."""
    shaped = params.placement_reward * deeds.placed
    shaped += params.plate_reward * deeds.plated
    shaped += params.soup_reward * deeds.taken
    return shaped.astype(jnp.float32)

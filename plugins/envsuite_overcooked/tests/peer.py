"""overcooked_ai's rules beside ours: the same states, written in its objects and read back.

The rules come from the package `overcooked`, a fork of overcooked_ai that keeps its rules. The last
release of overcooked_ai itself, 1.1.0, has no option for pots that begin to cook by themselves, as
they do in the published results and here.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from envsuite_overcooked.kitchen import POT, shipped_layouts
from envsuite_overcooked.state import DISH, NOTHING, ONION, PLATE, POT_SIZE, State

NAMES = {
    "cramped_room": "cramped_room",
    "asymmetric_advantages": "asymmetric_advantages",
    "coordination_ring": "coordination_ring",
    "forced_coordination": "forced_coordination",
    "counter_circuit": "counter_circuit_o_1order",
}
"""What overcooked_ai calls the layouts; its circuit of one order is the classic."""

WAYS = [(0, -1), (0, 1), (1, 0), (-1, 0)]  # north, south, east, west as (x, y)
ACTIONS = [*WAYS, (0, 0), "interact"]
ITEMS = {"onion": ONION, "dish": PLATE, "soup": DISH}
COOK_TIME = 20


def _import_rules() -> Any:
    """The module of the rules alone, which needs NumPy only.

    The package around it would also import OpenCV, pygame and its own environment interface; so
    while the rules are imported, packages of the same names and places stand in, which are empty.
    """
    package = find_spec("overcooked")
    if package is None or package.submodule_search_locations is None:
        pytest.skip(
            "the peer is missing: pip install --no-deps overcooked==0.2.1", allow_module_level=True
        )
    folder = Path(package.submodule_search_locations[0])
    for name, place in (("overcooked", folder), ("overcooked.mdp", folder / "mdp")):
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__path__ = [str(place)]
    try:
        return import_module("overcooked.mdp.overcooked_mdp")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "overcooked"]:
            del sys.modules[name]


rules = _import_rules()


class Peer:
    """One of overcooked_ai's kitchens, in which a full pot begins to cook by itself."""

    def __init__(self, layout: str) -> None:
        """Make it by our name of the layout."""
        self.mdp = rules.OvercookedGridworld.from_layout_name(NAMES[layout], old_dynamics=True)
        self.kitchen = shipped_layouts()[layout].kitchen

    def first(self) -> Any:
        """The state it begins with."""
        return self.mdp.get_standard_start_state()

    def step(self, state: Any, action: Any) -> tuple[Any, float, list[float]]:
        """The state after, the reward of both cooks, and the shaped one of each."""
        joint = tuple(ACTIONS[int(index)] for index in action)
        state, info = self.mdp.get_state_transition(state, joint)
        return state, sum(info["sparse_reward_by_agent"]), info["shaped_reward_by_agent"]

    def observe(self, state: Any) -> np.ndarray:
        """Its planes as ours lie, `[2, height, width, 26]`."""
        planes = np.stack(self.mdp.lossless_state_encoding(state, horizon=400))
        return planes.swapaxes(1, 2)

    def write(self, state: State) -> Any:
        """One of our states as one of its own."""
        players, objects = [], {}
        for place, facing, item in zip(state.places, state.facings, state.hands, strict=True):
            at = (int(place[1]), int(place[0]))
            players.append(rules.PlayerState(at, WAYS[int(facing)], _item(int(item), at)))
        for row, column in np.argwhere(np.asarray(state.counters) != NOTHING):
            at = (int(column), int(row))
            objects[at] = _item(int(state.counters[row, column]), at)
        for row, column in self.kitchen.cells(POT):
            onions, at = int(state.onions[row, column]), (int(column), int(row))
            tick = COOK_TIME - int(state.remaining[row, column]) if onions == POT_SIZE else -1
            if onions:
                objects[at] = _soup(at, onions, tick)
        orders = self.first().all_orders
        return rules.OvercookedState(
            players,
            objects,
            all_orders=[order.to_dict() for order in orders],
            timestep=int(state.step),
        )

    def read(self, state: Any) -> State:
        """One of its states as one of ours."""
        counters, onions, remaining = np.zeros((3, *self.kitchen.shape), np.int32)
        for (x, y), lying in state.objects.items():
            if self.kitchen.terrain[y, x] != POT:
                counters[y, x] = ITEMS[lying.name]
                continue
            onions[y, x] = len(lying.ingredients)
            if lying.is_cooking or lying.is_ready:
                remaining[y, x] = lying.cook_time_remaining
        held = [player.held_object for player in state.players]
        ways = [WAYS.index(player.orientation) for player in state.players]
        read: dict[str, Any] = dict(
            places=np.array([player.position[::-1] for player in state.players], np.int32),
            facings=np.array(ways, np.int32),
            hands=np.array([ITEMS[item.name] if item else NOTHING for item in held], np.int32),
            counters=counters,
            onions=onions,
            remaining=remaining,
            step=np.int32(state.timestep),
        )
        return State(**read)


def _item(item: int, at: tuple[int, int]) -> Any:
    if item == NOTHING:
        return None
    if item == DISH:
        return _soup(at, POT_SIZE, COOK_TIME)
    return rules.ObjectState({ONION: "onion", PLATE: "dish"}[item], at)


def _soup(at: tuple[int, int], onions: int, tick: int) -> Any:
    return rules.SoupState.get_soup(at, num_onions=onions, num_tomatoes=0, cooking_tick=tick)

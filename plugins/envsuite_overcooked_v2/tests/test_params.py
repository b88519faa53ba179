"""Numbers, and the kitchen itself, are params."""

from __future__ import annotations

import jax
import numpy as np

from envsuite_overcooked_v2.env import OvercookedV2
from envsuite_overcooked_v2.items import ingredient
from envsuite_overcooked_v2.tests.scene import (
    DRAWING,
    KITCHEN,
    RECIPES,
    paid,
    play,
    pots,
    scene,
    shaped,
)

AT_POT = """
    XBPXXXX
    a.1X2.S
    b..P..X
    XXDXRDX
"""
AT_WINDOW = """
    XBPXXXX
    a1.X.2S
    b..P..X
    XXDXRDX
"""


def test_numbers_are_params():
    state, timestep = play(
        scene(AT_WINDOW, facing="NE", hands=("", "Daab")),
        ".!",
        delivery_reward=np.float32(7),
        shaping=0.5,
    )
    assert paid(timestep) == [7, 7]
    two = scene(AT_POT, facing="NN", hands=("b", ""), pots=("aa", ""))
    state, timestep = play(two, "!.", cook_time=5, placement_reward=1.0, shaping=0.5)
    assert pots(state)[0] == "aab 4" and paid(timestep) == [0.5, 0] and shaped(timestep) == [1, 0]
    state, timestep = play(scene(facing="NN"), "!.", button_time=3, button_reward=-1.0)
    assert paid(timestep) == [-1, -1] and int(state.clocks[0, 1]) == 2


def test_a_kitchen_of_the_same_shape_is_a_param():
    other = DRAWING.replace("XBPX", "XPBX")
    params = OvercookedV2(drawing=other, recipes=RECIPES).default_params()
    state, timestep = play(scene(facing="NN"), "!.", kitchen=params.kitchen)
    assert paid(timestep) == [0, 0]  # where the button was, there is a pot
    state, timestep = play(scene(facing="NN", hands=("a", "")), "!.", kitchen=params.kitchen)
    assert int(state.items[0, 1]) == int(ingredient(0)) and shaped(timestep) == [3, 0]
    # its programs are the same, whatever the kitchen
    lowered = [
        jax.jit(lambda key, params: KITCHEN.reset(key, params)).lower(jax.random.key(0), own)
        for own in (params, KITCHEN.default_params())
    ]
    assert lowered[0].as_text() == lowered[1].as_text()

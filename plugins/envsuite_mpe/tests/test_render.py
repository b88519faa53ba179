"""What happens in a world can be seen in its picture, and where it happens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import envsuite
from envsuite.drawing import FIELD, GREEN, MARGIN, PINK, VERMILION, WALL, WORDS, mix
from envsuite.functional import unwrapped
from envsuite_mpe.env import MPE
from envsuite_mpe.legend import CELL, SIDE
from envsuite_mpe.render import KINDS, NUMBERED, frame
from envsuite_mpe.state import State
from envsuite_mpe.tests.scene import scene

IDS = [id for id in envsuite.registry().environments if id.startswith("envsuite/MPE-")]
FAR = (0.9, 0.9)


def draw(env: MPE, state: State) -> np.ndarray:
    return frame(env, jax.device_get(state), env.default_params())


def around(picture: np.ndarray, place: Any, reach: int = 24, plane: float = 1.25) -> np.ndarray:
    """The part of the picture around a place of a plane that reaches from -1.25 to 1.25."""
    column = round(MARGIN + SIDE / 2 + place[0] * SIDE / 2 / plane)
    row = round(MARGIN + SIDE / 2 - place[1] * SIDE / 2 / plane)
    return picture[row - reach : row + reach, column - reach : column + reach]


def count(picture: np.ndarray, color: Any) -> int:
    """How many pixels have exactly this colour."""
    return int((picture == color).all(-1).sum())


@pytest.mark.parametrize("id", IDS)
def test_every_id_can_be_drawn(id):
    env: Any = unwrapped(envsuite.make(id))
    entities = env.entities
    everyone = entities.agent_count + entities.landmark_count
    places = np.random.default_rng(0).uniform(-1, 1, (everyone, 2))
    picture = draw(env, scene(env, places, goals=(1,) * entities.goals if entities.goals else ()))
    assert picture.shape == (576, 512, 3) and picture.dtype == np.uint8


def test_both_sides_stand_where_they_are():
    env = MPE("simple_tag", adversaries=1, landmarks=1)
    picture = draw(env, scene(env, [(-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)]))
    inside = picture[: MARGIN + SIDE]  # the names below have colours too
    for kind, place in (("adversary", (-0.5, 0.5)), ("agent", (0.5, -0.5))):
        here = count(around(picture, place), KINDS[kind])
        assert here > 100 and here == count(inside, KINDS[kind])
    assert count(around(picture, (0.5, 0.5)), WALL) > 1000


def test_who_touches_another_has_a_white_rim():
    env = MPE("simple_tag", adversaries=1, landmarks=1)
    apart = draw(env, scene(env, [(0, 0), (0.13, 0), FAR]))
    touching = draw(env, scene(env, [(0, 0), (0.12, 0), FAR]))
    assert count(around(apart, (0.06, 0), 30), WORDS) == 0
    assert count(around(touching, (0.06, 0), 30), WORDS) > 20
    ghosts = MPE("simple_adversary")  # they pass through each other
    picture = draw(ghosts, scene(ghosts, [(0, 0), (0.1, 0), (0, 0.1), FAR, FAR], goals=[0]))
    assert count(picture[: MARGIN + SIDE], WORDS) == 0


def test_the_goal_is_marked():
    env = MPE("simple_adversary")
    places = [(0, 0), (0.5, 0), (0, 0.5), (-0.6, -0.6), (0.6, -0.6)]
    for goal in (0, 1):
        picture = draw(env, scene(env, places, goals=[goal]))
        for landmark in (0, 1):
            marked = count(around(picture, places[3 + landmark], 32), KINDS["agent"]) > 50
            assert marked == (landmark == goal)


def test_a_listener_is_led_to_what_the_speaker_knows():
    env = MPE("simple_speaker_listener")
    places = [(-0.6, -0.6), (0.6, -0.6), (-0.6, 0.6), (0, 0.6), (0.6, 0.6)]
    for goal in range(3):
        picture = draw(env, scene(env, places, goals=[goal]))
        assert count(around(picture, (-0.6, -0.6), 12), NUMBERED[goal]) > 50
        landmark = np.array(places[2 + goal])
        half_way = around(picture, (landmark + places[1]) / 2, 20)
        assert count(half_way, NUMBERED[goal]) > 5


def test_what_was_said_stands_below():
    env = MPE("simple_reference")
    state = scene(env, np.full((5, 2), 0.5), goals=(0, 1))
    silent = draw(env, state)
    words = np.zeros((2, 10), np.float32)
    words[0, 3] = words[1, 9] = 1
    spoken = draw(env, replace(state, words=jnp.asarray(words)))
    rows, columns = np.nonzero((silent != spoken).any(-1))
    assert rows.min() > MARGIN + SIDE + 24, "nothing changes but the line of words"
    left, right = columns[columns < 256], columns[columns >= 256]
    assert len(left) > 50 and len(right) > 50
    # the second line begins half a square farther, and the tenth cell is six after the fourth
    assert right.min() - left.min() == pytest.approx(SIDE / 2 + 6 * CELL, abs=2)


def test_the_plane_is_shown_as_far_as_anybody_is():
    env = MPE("simple")
    near = draw(env, scene(env, [(0, 0), (1, 0)]))
    far = draw(env, scene(env, [(0, 0), (1.8, 0)]))
    assert count(near, KINDS["agent"]) > count(far, KINDS["agent"])
    # 1.85 does not fit into 1.25, nor into 1.875 were it 1.9: the next size does
    assert count(around(far, (1.8, 0), 16, plane=1.875), KINDS["agent"]) > 50


def test_forests_food_and_the_leader_can_be_told():
    env = MPE("simple_world_comm")
    places = np.zeros((11, 2))
    places[:6, 0], places[0] = np.linspace(-1, 1, 6), (0, 0.8)
    places[6:] = [(-0.8, -0.8), (0, -0.5), (0.4, -0.5), (0.7, 0.7), (-0.7, 0.7)]
    picture = draw(env, scene(env, places))
    assert count(around(picture, (0, 0.8)), VERMILION) > 100
    assert count(around(picture, (0, -0.5)), KINDS["food"]) > 20
    assert count(around(picture, (0.7, 0.7)), mix(KINDS["forest"], FIELD, 0.6)) > 1000


def test_the_cipher_shows_who_reads_the_message():
    env = MPE("simple_crypto")
    state = scene(env, np.zeros((5, 2)), goals=(1, 0))
    said = np.eye(4, dtype=np.float32)[[0, 1, 3]]  # Eve is wrong, Bob is right
    picture = draw(env, replace(state, words=jnp.asarray(said)))
    eve, bob = picture[410:450, 200:312], picture[220:270, 330:480]
    assert count(eve, VERMILION) > 10 and count(eve, GREEN) == 0
    assert count(bob, GREEN) > 10 and count(bob, VERMILION) == 0
    message, key = picture[60:100, 50:100], picture[60:100, 125:170]
    assert count(message, PINK) == 0 and count(key, PINK) > 100  # the first word is pink

"""What happens in a battle can be seen in its picture, and where it happens."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from envsuite_smax.battlefield import FIELD, HEADER, MARGIN
from envsuite_smax.env import SMAX
from envsuite_smax.render import FLASH, TEAMS, frame
from envsuite_smax.state import State

ALLY, ENEMY = (color for _, color in TEAMS)
SCALE = 600 / 32  # pixels per unit of length on a map of 32 by 32
FAR = [[6, 6], [6, 14], [6, 22], [26, 6], [26, 14], [26, 22]]  # off the lines of the grid


def battle(env: SMAX, positions=FAR, **changes) -> State:
    """Units in full health and ready to fire, with `changes`; plain NumPy."""
    types = np.array([0] * len(positions), np.int32)
    count = len(types)
    fields: dict[str, Any] = dict(
        positions=np.array(positions, np.float32),
        health=np.full(count, 45, np.float32),
        types=types,
        cooldowns=np.zeros(count, np.float32),
        previous_moves=np.zeros((count, 2), np.float32),
        previous_attacks=np.zeros(count, np.int32),
        shots=np.full(count, -1, np.int32),
        target_points=np.zeros((env.teams["enemy"], 2), np.float32),
        last_attacked=np.full(env.teams["enemy"], -1, np.int32),
    )
    return replace(State(**fields), **changes)


def draw(state: State, env: SMAX | None = None) -> np.ndarray:
    """A picture of three marines against three, or of `env`."""
    env = env or SMAX("3m")
    return frame(env, state, env.default_params())


def at(position) -> tuple[int, int]:
    """Row and column of a place on a map of 32 by 32; y points up."""
    return round(HEADER + (32 - position[1]) * SCALE), round(MARGIN + position[0] * SCALE)


def around(picture: np.ndarray, position, reach: int = 20) -> np.ndarray:
    """The part of the picture around a place on the map."""
    row, column = at(position)
    return picture[row - reach : row + reach, column - reach : column + reach]


def count(picture: np.ndarray, color) -> int:
    """How many pixels have exactly this colour."""
    return int((picture == color).all(-1).sum())


def changed_places(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Rows and columns, below the score line, where two pictures differ."""
    places = np.argwhere((before != after).any(-1))
    return places[places[:, 0] > HEADER - 8]


@pytest.mark.parametrize("scenario", ["3m", "2s3z", "27m_vs_30m", "smacv2_20_units"])
def test_a_picture_of_any_battle_has_both_teams(scenario):
    env = SMAX(scenario)
    state, _ = jax.jit(env.reset)(jax.random.key(0), env.default_params())
    picture = draw(state, env)
    assert picture.dtype == np.uint8 and picture.shape == (688, 640, 3)
    field = picture[HEADER:-40]
    assert count(field, ALLY) > 100 and count(field, ENEMY) > 100


def test_x_points_right_and_y_points_up():
    picture = draw(battle(SMAX("3m"), [[6, 20], [6, 26], [6, 28], [26, 4], [26, 6], [26, 8]]))
    rows, columns = np.nonzero((picture[HEADER:-40] == ALLY).all(-1))
    assert rows.mean() < 300 and columns.mean() < 320
    rows, columns = np.nonzero((picture[HEADER:-40] == ENEMY).all(-1))
    assert rows.mean() > 300 and columns.mean() > 320


def test_a_unit_with_room_is_drawn_in_its_place():
    env = SMAX("3m")
    apart = battle(env, [*FAR[:2], [5, 27], *FAR[3:]])
    block = (around(draw(apart), [5, 27]) == ALLY).all(-1)
    rows, columns = np.nonzero(block)
    assert abs(rows.mean() - 19.5) < 1.5 and abs(columns.mean() - 19.5) < 1.5


def test_the_same_state_gives_the_same_picture_from_numpy_and_jax():
    env = SMAX("3m")
    state = battle(env, shots=np.array([3, -1, -1, -1, -1, -1], np.int32))
    again = jax.tree.map(jax.numpy.asarray, state)
    first = draw(state)
    assert np.array_equal(first, draw(state)) and np.array_equal(first, draw(again))


def test_lower_health_shortens_the_ring_and_the_bar():
    env, whole = SMAX("3m"), np.full(6, 45, np.float32)
    pictures = []
    for health in (45, 30, 15):
        hurt = whole.copy()
        hurt[1] = health
        pictures.append(draw(battle(env, health=hurt)))
    ring = [count(around(picture, FAR[1]), ALLY) for picture in pictures]
    assert ring[0] > ring[1] > ring[2] > 0
    # the bar is 8 pixels of gap short of half the width: each third of a third of it is lost
    bar = [count(picture[38:39], ALLY) for picture in pictures]
    full = 640 / 2 - MARGIN - 8
    assert bar == pytest.approx([full, full * 8 / 9, full * 7 / 9], abs=2)
    places = changed_places(pictures[0], pictures[2])
    assert np.abs(places - at(FAR[1])).max() < 20


def test_a_dead_unit_leaves_a_cross_where_it_died():
    env = SMAX("3m")
    health = np.array([45, 45, 45, 45, 0, 45], np.float32)
    before, after = draw(battle(env)), draw(battle(env, health=health))
    assert count(around(before, FAR[4]), ENEMY) > 100
    assert count(around(after, FAR[4]), ENEMY) == 0
    places = changed_places(before, after)
    assert np.abs(places - at(FAR[4])).max() < 20
    # a cross is drawn along the diagonals, not along the axes
    row, column = at(FAR[4])
    assert (after[row - 5, column - 5] != FIELD).any() and (after[row - 5, column] == FIELD).all()


def test_a_shot_is_a_streak_with_a_flash_at_the_target():
    env = SMAX("3m")
    near = [*FAR[:1], [14, 16], *FAR[2:4], [18, 16], *FAR[5:]]
    before = draw(battle(env, near))
    after = draw(battle(env, near, shots=np.array([-1, 4, -1, -1, -1, -1], np.int32)))
    assert count(around(before, [18, 16]), FLASH) == 0
    assert count(around(after, [18, 16]), FLASH) > 5
    assert count(around(after, [14, 16]), FLASH) == 0
    (row, left), (_, right) = at([14, 16]), at([18, 16])
    middle = after[row - 3 : row + 4, (left + right) // 2]
    assert (middle[:, 2] > 120).any()  # blue, as the shooter
    places = changed_places(before, after)
    assert np.abs(places[:, 0] - row).max() < 12
    assert places[:, 1].min() > left and places[:, 1].max() < right + 5


def test_a_shot_at_a_unit_that_it_killed_is_drawn():
    env = SMAX("3m")
    health = np.array([45, 45, 45, 0, 45, 45], np.float32)
    quiet = draw(battle(env, health=health))
    shot = draw(battle(env, health=health, shots=np.array([3, -1, -1, -1, -1, -1], np.int32)))
    assert count(around(quiet, FAR[3]), FLASH) == 0 and count(around(shot, FAR[3]), FLASH) > 5


def test_a_unit_is_dim_while_its_weapon_reloads():
    env = SMAX("3m")
    brightness = []
    for cooldown in (0.61, 0.3, 0.0, -2.0):
        cooldowns = np.zeros(6, np.float32)
        cooldowns[0] = cooldown
        picture = draw(battle(env, cooldowns=cooldowns))
        brightness.append(around(picture, FAR[0], 10).astype(float).mean())
    assert brightness[0] < brightness[1] < brightness[2] == brightness[3]


def test_every_type_looks_different_even_a_new_one():
    giant = {"health": 300, "damage": 20, "attack_range": 4, "sight_range": 9, "speed": 2}
    env = SMAX("3m", units={"giant": {**giant, "radius": 0.375, "weapon_cooldown": 1}})
    pictures = []
    for kind in range(len(env.unit_types)):
        types = np.array([kind, 0, 0, 0, 0, 0], np.int32)
        health = np.asarray(env.default_params().health)[types]
        pictures.append(around(draw(battle(env, types=types, health=health), env), FAR[0], 30))
    for index, picture in enumerate(pictures):
        for other in pictures[:index]:
            assert (picture != other).any(-1).mean() > 0.01


def test_walls_that_kill_are_striped():
    free = SMAX("3m", walls_cause_death=False)
    deadly, harmless = draw(battle(free)), draw(battle(free), free)
    band = np.s_[HEADER + 100 : HEADER + 500, MARGIN - 6 : MARGIN - 3]
    assert len(np.unique(deadly[band].reshape(-1, 3), axis=0)) > 2
    assert len(np.unique(harmless[band].reshape(-1, 3), axis=0)) == 1


def test_units_in_one_place_can_all_be_seen():
    env = SMAX("3m")
    heap = draw(battle(env, [[16, 16]] * 6))
    alone = draw(battle(env))
    for color in (ALLY, ENEMY):
        assert count(heap[HEADER:-40], color) > 0.7 * count(alone[HEADER:-40], color)


def test_the_end_is_announced():
    env = SMAX("3m")
    words = np.s_[8:32, 260:380]
    won = battle(env, health=np.array([45, 0, 0, 0, 0, 0], np.float32))
    draw_ = battle(env, health=np.zeros(6, np.float32))
    going_on, victory, nobody = (draw(state)[words] for state in (battle(env), won, draw_))
    assert len(np.unique(going_on.reshape(-1, 3), axis=0)) == 1
    assert (victory != going_on).any() and (nobody != victory).any() and (nobody != going_on).any()


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [(4, 4, (688, 640)), (512, 512, (688, 640)), (64, 8, (176, 640)), (8, 64, (688, 352))],
)
def test_maps_of_all_sizes_fit_and_units_stay_visible(width, height, shape):
    env = SMAX("3m", map_width=width, map_height=height, ally_start=(2, 4), enemy_start=(3, 4))
    spread = np.random.default_rng(0).uniform(0.2, 0.8, (6, 2)) * [width, height]
    picture = draw(battle(env, spread), env)
    assert picture.shape == (*shape, 3)
    assert all(side % 16 == 0 for side in picture.shape[:2])
    field = picture[HEADER:-40]
    assert count(field, ALLY) > 50 and count(field, ENEMY) > 50


def test_drawing_opens_no_window_system_and_importing_it_no_device():
    script = """
import sys
import envsuite_smax.render as render
assert "jax" not in sys.modules, "jax"
import jax
from envsuite_smax.env import SMAX
env = SMAX("3m")
state, _ = jax.jit(env.reset)(jax.random.key(0), env.default_params())
render.frame(env, state, env.default_params())
heavy = {"pygame", "matplotlib", "tkinter", "cv2"} & set(sys.modules)
assert not heavy, heavy
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr

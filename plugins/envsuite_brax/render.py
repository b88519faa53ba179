"""Pictures of robots, for people: nothing imports this, the registry names it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    CAPTION,
    FIELD,
    GRID,
    MARGIN,
    ORANGE,
    QUIET,
    SIDE,
    SKY,
    SURROUNDINGS,
    WALL,
    WORDS,
    Board,
    Color,
    Point,
)
from envsuite_brax.physics import simulator

if TYPE_CHECKING:
    from envsuite_brax.env import Brax, Params, State

SPHERE, CAPSULE = 2, 3  # MuJoCo's numbers of shapes; the robots have no others
GROUND: Color = (31, 37, 47)
TRUNK = ("torso", "lwaist", "pelvis")

# How many metres a picture is wide, and the height in its middle; `None`: seen from above, else
# from the side.
VIEWS: dict[str, tuple[float, float | None]] = {
    "halfcheetah": (2.6, 0.55),
    "hopper": (2.4, 0.8),
    "humanoidstandup": (3.0, 0.9),
    "swimmer": (4.0, None),
    "walker2d": (2.4, 0.8),
}


def frame(env: Brax, state: State, params: Params) -> np.ndarray:
    """Draw a robot as it is; forwards is to the right.

    The trunk is grey; limbs on the left, the cheetah's front leg and all of the swimmer behind its
    head are orange, others blue. Lines are a metre apart, the numbers count them.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: Not looked at.

    Returns:
        `u8[432, 400, 3]`.
    """
    width, middle = VIEWS[env.task]
    scale, up = SIDE / width, 1 if middle is None else 2
    links = state.robot.pipeline_state.x
    places, turns = np.asarray(links.pos, np.float64), np.asarray(links.rot, np.float64)
    center = (float(places[0, 0]), float(places[0, 1]) if middle is None else middle)
    board = Board()

    def point(place: np.ndarray) -> Point:
        across, along = place[0] - center[0], place[up] - center[1]
        return SIDE / 2 + scale * float(across), SIDE / 2 - scale * float(along)

    if middle is None:
        _draw_water(board, center, scale)
    else:
        _draw_ground(board, center, scale)
    for start, end, radius, ink in _limbs(env, places, turns):
        wide = 2 * radius * scale
        board.line(point(start), point(end), wide + 3, FIELD)
        board.line(point(start), point(end), wide, ink)
    for low, high in (  # what reaches beyond the field
        ((-MARGIN, -MARGIN), (SIDE + MARGIN, -1)),
        ((-MARGIN, -MARGIN), (-1, SIDE + CAPTION)),
        ((SIDE, -MARGIN), (SIDE + MARGIN, SIDE + CAPTION)),
        ((-MARGIN, SIDE), (SIDE + MARGIN, SIDE + CAPTION)),
    ):
        board.box(low, high, SURROUNDINGS)
    board.caption(f"{round(float(places[0, 0]), 1) + 0.0:.1f} m forwards", WORDS)
    return board.pixels()


def _limbs(
    env: Brax, places: np.ndarray, turns: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray, float, Color]]:
    """The robot's shapes, the far ones first: ends, radius and colour."""
    system = simulator(env.task, env.backend).sys
    limbs = []
    for shape, body, size, place, tilt in zip(
        np.asarray(system.geom_type).tolist(),
        np.asarray(system.geom_bodyid).tolist(),
        np.asarray(system.geom_size, np.float64),
        np.asarray(system.geom_pos, np.float64),
        np.asarray(system.geom_quat, np.float64),
        strict=True,
    ):
        if body == 0 or shape not in (SPHERE, CAPSULE):
            continue  # the ground
        link = body - 1
        half = np.array([0.0, 0.0, size[1] if shape == CAPSULE else 0.0])
        half = _turned(turns[link], _turned(tilt, half))
        center = places[link] + _turned(turns[link], place)
        radius = float(size[0])
        name = system.link_names[link]
        if env.task == "walker2d" and "left" in name:
            radius *= 0.6  # its legs are in one plane: the far one is seen beside the near one
        limbs.append((center - half, center + half, radius, _ink(env.task, name)))
    depth = 2 if env.task == "swimmer" else 1
    sign = 1 if env.task == "swimmer" else -1
    return sorted(limbs, key=lambda limb: sign * float(limb[0][depth] + limb[1][depth]))


def _ink(task: str, link: str) -> Color:
    if link in TRUNK:
        return WALL
    other = {"halfcheetah": link.startswith("f"), "swimmer": True}.get(task, "left" in link)
    return ORANGE if other else SKY


def _turned(quaternion: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """A vector turned by a unit quaternion (w, x, y, z)."""
    w, axis = quaternion[0], quaternion[1:]
    return vector + 2 * np.cross(axis, np.cross(axis, vector) + w * vector)


def _draw_ground(board: Board, center: tuple[float, float], scale: float) -> None:
    """The ground from the side, with a mark for each metre."""
    horizon = SIDE / 2 + scale * center[1]
    board.box((0, horizon), (SIDE, SIDE), GROUND)
    board.line((0, horizon), (SIDE, horizon), 2, QUIET)
    for metre, across in _metres(center[0], scale):
        board.line((across, horizon), (across, horizon + 8), 2, QUIET)
        board.text((across, horizon + 18), str(metre), 13, QUIET)


def _draw_water(board: Board, center: tuple[float, float], scale: float) -> None:
    """Lines a metre apart, from above."""
    for metre, across in _metres(center[0], scale):
        board.line((across, 0), (across, SIDE), 1, GRID)
        board.text((across + 9, SIDE - 10), str(metre), 13, QUIET)
    for _, along in _metres(-center[1], scale):
        board.line((0, along), (SIDE, along), 1, GRID)


def _metres(center: float, scale: float) -> list[tuple[int, float]]:
    """The whole metres in sight, and where they are in pixels."""
    reach = SIDE / scale / 2
    seen = range(math.ceil(center - reach), math.floor(center + reach) + 1)
    places = [(metre, SIDE / 2 + scale * (metre - center)) for metre in seen]
    return [(metre, place) for metre, place in places if 10 < place < SIDE - 10]

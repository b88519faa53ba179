"""Pictures of robots, for people: nothing imports this, the registry names it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    BLUE,
    CAPTION,
    FIELD,
    GREEN,
    GRID,
    MARGIN,
    ORANGE,
    PINK,
    QUIET,
    SIDE,
    SKY,
    SURROUNDINGS,
    VERMILION,
    WALL,
    WORDS,
    YELLOW,
    Board,
    Color,
    Point,
    mix,
)
from envsuite_mabrax.physics import simulator

if TYPE_CHECKING:
    from envsuite_mabrax.env import MABrax
    from envsuite_mabrax.state import Params, State

INKS = (SKY, ORANGE, GREEN, PINK, YELLOW, VERMILION, BLUE)
SPHERE, CAPSULE = 2, 3  # MuJoCo's numbers of shapes; the robots have no others
GROUND: Color = (31, 37, 47)
LEFT = 4  # the walker's first link of the left leg
NAMED = 6  # more agents than this have numbers below the picture, no names

# How many metres a picture is wide, and at what height of the torso's way it is centred; the
# camera's turn about the vertical and its tilt, in degrees. Two legs in a plane are seen from the
# side, four legs and arms from above and aslant.
VIEWS = {
    "ant": (3.0, 0.35, 25.0, 28.0),
    "halfcheetah": (2.6, 0.55, 0.0, 0.0),
    "hopper": (2.4, 0.8, 0.0, 0.0),
    "humanoid": (2.4, 0.85, -50.0, 12.0),
    "walker2d": (2.4, 0.8, 0.0, 0.0),
}


def frame(env: MABrax, state: State, params: Params) -> np.ndarray:
    """Draw a robot as it stands; forwards is to the right.

    Each limb has the colour of the agent that drives the joint it hangs on; the torso, and what
    nobody drives, is grey. Lines on the ground are a metre apart, the numbers count them.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: Not looked at.

    Returns:
        `u8[432, 400, 3]`.
    """
    board = Board()
    scene = Scene(env, state)
    scene.draw_ground(board)
    for shadow in (True, False):
        scene.draw_limbs(board, shadow=shadow)
    for low, high in (  # what reaches beyond the field
        ((-MARGIN, -MARGIN), (SIDE + MARGIN, -1)),
        ((-MARGIN, -MARGIN), (-1, SIDE + CAPTION)),
        ((SIDE, -MARGIN), (SIDE + MARGIN, SIDE + CAPTION)),
        ((-MARGIN, SIDE), (SIDE + MARGIN, SIDE + CAPTION)),
    ):
        board.box(low, high, SURROUNDINGS)
    _draw_agents(board, [part.name for part in env.parts])
    board.text(
        (SIDE / 2, SIDE + 34), f"{round(float(scene.center[0]), 1) + 0.0:.1f} m forwards", 15, QUIET
    )
    return board.pixels()


class Scene:
    """A robot's shapes in space, and where they are seen."""

    def __init__(self, env: MABrax, state: State) -> None:
        """Take a state apart."""
        width, height, turn, tilt = VIEWS[env.robot]
        self.scale = SIDE / width
        a, e = math.radians(turn), math.radians(tilt)
        into = np.array([-math.sin(a), math.cos(a), 0.0])
        upright = np.array([0.0, 0.0, 1.0])
        self.right = np.array([math.cos(a), math.sin(a), 0.0])
        self.up = math.sin(e) * into + math.cos(e) * upright
        self.away = math.cos(e) * into - math.sin(e) * upright
        self.level = tilt == 0
        system, links = simulator(env.robot, env.backend).sys, state.robot.pipeline_state.x
        places, turns = np.asarray(links.pos, np.float64), np.asarray(links.rot, np.float64)
        self.center = np.array([places[0, 0], 0.0 if self.level else places[0, 1], height])
        inks = _link_inks(env, system)
        self.limbs: list[tuple[np.ndarray, np.ndarray, float, Color]] = []
        for shape, body, size, place, tilt_of in zip(
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
            radius = float(size[0])
            if env.robot == "walker2d" and link >= LEFT:
                radius *= 0.6  # its legs are in one plane: the far one is seen beside the near one
            half = np.array([0.0, 0.0, size[1] if shape == CAPSULE else 0.0])
            half = _turned(turns[link], _turned(tilt_of, half))
            middle = places[link] + _turned(turns[link], place)
            self.limbs.append((middle - half, middle + half, radius, inks[link]))

    def point(self, place: np.ndarray) -> Point:
        """Where a place, in metres, is seen, in pixels."""
        offset = place - self.center
        return (
            SIDE / 2 + self.scale * float(offset @ self.right),
            SIDE / 2 - self.scale * float(offset @ self.up),
        )

    def draw_ground(self, board: Board) -> None:
        """The ground, with a line for each metre."""
        x, y = round(float(self.center[0])), round(float(self.center[1]))
        reach = math.ceil(SIDE / self.scale) + 1
        if self.level:
            _, horizon = self.point(np.zeros(3))
            board.box((0, horizon), (SIDE, SIDE), GROUND)
            board.line((0, horizon), (SIDE, horizon), 2, QUIET)
            for metre in range(x - reach, x + reach + 1):
                across, _ = self.point(np.array([float(metre), 0.0, 0.0]))
                board.line((across, horizon), (across, horizon + 8), 2, QUIET)
                if 10 < across < SIDE - 10:
                    board.text((across, horizon + 18), str(metre), 13, QUIET)
            return
        for k in range(-3 * reach, 3 * reach + 1):
            ends = [(x + k, y - 3 * reach), (x + k, y + 3 * reach)]
            sides = [(x - 3 * reach, y + k), (x + 3 * reach, y + k)]
            for (x0, y0), (x1, y1) in (ends, sides):
                start, end = np.array([x0, y0, 0.0]), np.array([x1, y1, 0.0])
                board.line(self.point(start), self.point(end), 1, GRID)
            at = self.point(np.array([x + k, float(y) - 1.0, 0.0]))
            if 10 < at[0] < SIDE - 10 and 10 < at[1] < SIDE - 10:
                board.text((at[0], at[1] + 9), str(x + k), 13, QUIET)

    def draw_limbs(self, board: Board, *, shadow: bool) -> None:
        """The far ones first; or their shadows, as of a sun overhead."""
        if shadow and self.level:
            return
        order = sorted(self.limbs, key=lambda limb: -float((limb[0] + limb[1]) @ self.away))
        for start, end, radius, ink in order:
            width = 2 * radius * self.scale
            if shadow:
                flat = np.array([1.0, 1.0, 0.0])
                ink = mix(FIELD, SURROUNDINGS, 0.9)
                board.line(self.point(start * flat), self.point(end * flat), width, ink)
                continue
            board.line(self.point(start), self.point(end), width + 3, FIELD)
            board.line(self.point(start), self.point(end), width, ink)


def _link_inks(env: MABrax, system: object) -> list[Color]:
    """The colour of each link: that of the agent who drives the joint it hangs on."""
    drivers = {index: number for number, part in enumerate(env.parts) for index in part.acts}
    actions = {joint: index for index, joint in enumerate(env.driven)}
    joints = iter(env.joints)
    inks: list[Color] = [WALL]  # the torso, which comes first
    for kind in system.link_types[1:]:  # type: ignore[attr-defined]
        own = [next(joints) for _ in range(int(kind))]
        driver = drivers.get(actions[own[0]])
        inks.append(WALL if driver is None else INKS[driver % len(INKS)])
    return inks


def _turned(quaternion: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """A vector turned by a unit quaternion (w, x, y, z)."""
    w, axis = quaternion[0], quaternion[1:]
    return vector + 2 * np.cross(axis, np.cross(axis, vector) + w * vector)


def _draw_agents(board: Board, names: list[str]) -> None:
    """A disc and a name, or a number, for each agent."""
    step = SIDE / len(names)
    for number, name in enumerate(names):
        text = name if len(names) <= NAMED else str(number)
        at = (step * (number + 0.5), SIDE + 14.0)
        half = 3.2 * len(text)
        board.disc((at[0] - half - 4, at[1]), 4.5, INKS[number % len(INKS)])
        board.text((at[0] + 5, at[1]), text, 12, WORDS)

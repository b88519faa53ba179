"""Pictures of robots on their way, for people: nothing imports this, the registry names it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    BLUE,
    FIELD,
    GREEN,
    GRID,
    ORANGE,
    PINK,
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

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_jaxnav.env import JaxNav
    from envsuite_jaxnav.state import Params, State

COLORS = (SKY, ORANGE, GREEN, PINK, YELLOW, VERMILION, BLUE)
BEAMS = 50  # at most so many of a robot's beams are drawn


def frame(env: JaxNav, state: State, params: Params) -> np.ndarray:
    """Robots in colours of their own, a bright nose in front, on a way of dashes to their goals.

    A ring is a goal, as wide as counts as there, and full once it is reached. Faint lines are
    beams of the lidars; a cross marks a robot that has crashed. `u8[432, 400, 3]`; the map is
    fitted into the square, y upwards.
    """
    sheet = Board()
    width, height = env.ground.extent.tolist()
    scale = SIDE / max(width, height)
    left, top = (SIDE - width * scale) / 2, (SIDE - height * scale) / 2

    def at(place: object) -> Point:
        x, y = np.asarray(place, float).tolist()
        return left + x * scale, top + (height - y) * scale

    positions, goals = np.asarray(state.positions), np.asarray(state.level.goals)
    headings, reached = np.asarray(state.headings), np.asarray(state.reached)
    crashed = np.asarray(state.hit_map) | np.asarray(state.hit_robot)
    gone = (crashed | reached) & (env.finished == "vanish")
    colors = [COLORS[index % len(COLORS)] for index in range(len(positions))]

    seen = np.asarray(env.look(state, params))
    angles = env.lidar.angles
    every = max(1, math.ceil(len(angles) / BEAMS))
    for index in np.flatnonzero(~gone & ~crashed & ~reached).tolist():
        for angle, length in zip(angles[::every], seen[index, ::every], strict=True):
            turn = headings[index] + angle
            end = positions[index] + length * np.array([math.cos(turn), math.sin(turn)])
            sheet.line(at(positions[index]), at(end), 1, mix(FIELD, colors[index], 0.22))
    _draw_map(sheet, env, state, at, scale)
    for index, color in enumerate(colors):
        if not gone[index] and not crashed[index] and not reached[index]:
            sheet.dashes(at(positions[index]), at(goals[index]), 1, mix(FIELD, color, 0.55))
    radius = float(np.asarray(params.goal_radius)) * scale
    for index, color in enumerate(colors):
        if reached[index]:
            sheet.disc(at(goals[index]), radius, mix(FIELD, color, 0.35))
        sheet.ring(at(goals[index]), radius, max(1.5, 0.07 * scale), color)
    for index in np.flatnonzero(~gone).tolist():
        _draw_robot(sheet, env, positions[index], float(headings[index]), colors[index], at, scale)
        if crashed[index]:
            sheet.cross(at(positions[index]), 0.17 * scale, max(1.2, 0.05 * scale), SURROUNDINGS)
    sheet.caption(_caption(reached, crashed))
    return sheet.pixels()


def _draw_map(sheet: Board, env: JaxNav, state: State, at, scale: float) -> None:
    """Walls as cells, obstacles as polygons."""
    cell = env.cell_size
    for row, column in np.argwhere(np.asarray(state.level.walls)).tolist():
        x, y = at((column * cell, (row + 1) * cell))
        sheet.box((x, y), (x + cell * scale, y + cell * scale), WALL)
        sheet.box((x, y), (x + cell * scale, y + cell * scale), outline=GRID, width=0.5)
    extent = env.ground.extent
    for polygon in np.asarray(state.level.obstacles):
        if ((polygon > 0) & (polygon < extent)).all(1).any():
            corners = np.clip(polygon, 0, extent)
            sheet.polygon([at(corner) for corner in corners], WALL)


def _draw_robot(
    sheet: Board, env: JaxNav, place: np.ndarray, heading: float, color: Color, at, scale: float
) -> None:
    """A body with a bright nose where its front is."""
    ahead = np.array([math.cos(heading), math.sin(heading)])
    aside = np.array([-ahead[1], ahead[0]])
    if env.body.round:
        sheet.disc(at(place), env.radius * scale, color)
        front = env.radius
    else:
        outline = env.body.outline
        sheet.polygon([at(place + x * ahead + y * aside) for x, y in outline], color)
        front = float(outline[:, 0].max())
    tip = [0.95 * front * ahead, -0.1 * front * ahead + 0.6 * front * aside]
    tip.append(-0.1 * front * ahead - 0.6 * front * aside)
    sheet.polygon([at(place + corner) for corner in tip], mix(color, WORDS, 0.75))


def _caption(reached: np.ndarray, crashed: np.ndarray) -> str:
    """How the robots fare."""
    if len(reached) == 1:
        if crashed[0]:
            return "crashed"
        return "at the goal" if reached[0] else "on its way"
    safe = int((reached & ~crashed).sum())
    lost = int(crashed.sum())
    return f"{safe} of {len(reached)} at their goals" + (f", {lost} crashed" if lost else "")

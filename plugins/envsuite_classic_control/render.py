"""Pictures of classic control, for people: nothing imports this, the registry names it.

One function a game, each `(env, state, params) -> u8[432, 400, 3]`. `env` is the game without
transforms around it; `state` is one state, not a batch, of JAX or NumPy arrays.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from envsuite.drawing import (
    FIELD,
    GRID,
    ORANGE,
    QUIET,
    SIDE,
    SKY,
    SURROUNDINGS,
    VERMILION,
    WALL,
    WORDS,
    YELLOW,
    Board,
    Point,
    mix,
)

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_classic_control import acrobot as acrobots
    from envsuite_classic_control import cartpole as carts
    from envsuite_classic_control import pendulum as pendulums
    from envsuite_classic_control import valley as valleys


def cartpole(env: carts.CartPole, state: carts.State, params: carts.Params) -> np.ndarray:
    """A cart on its track, posts where it must stay between, and the pole before a faint fan.

    The fan is how far the pole may lean. The pole is drawn thrice as long as the track has it.
    """
    sheet = Board()
    scale = 0.34 * SIDE / env.position_limit  # pixels a metre
    track = 0.82 * SIDE
    middle = SIDE / 2
    sheet.line((8, track), (SIDE - 8, track), 2, WALL)
    for side in (-1, 1):
        post = middle + side * scale * env.position_limit
        sheet.line((post, track - 14), (post, track + 14), 3, VERMILION)
    position, angle = float(state.position), float(state.angle)
    center = min(max(middle + scale * position, 12), SIDE - 12)
    hinge = (center, track - 22)
    length = min(3 * 2 * float(params.half_length) * scale, 0.65 * SIDE)
    fan = [_from(hinge, length, share * env.angle_limit) for share in np.linspace(-1, 1, 13)]
    sheet.polygon([hinge, *fan], mix(FIELD, SKY, 0.12))
    sheet.box((center - 32, track - 34), (center + 32, track - 8), SKY, corner=4)
    for wheel in (-18, 18):
        sheet.disc((center + wheel, track - 6), 7, SURROUNDINGS)
        sheet.disc((center + wheel, track - 6), 5, QUIET)
    sheet.line(hinge, _from(hinge, length, angle), 10, ORANGE)
    sheet.disc(hinge, 4, SURROUNDINGS)
    over = abs(position) > env.position_limit or abs(angle) > env.angle_limit
    sheet.caption(
        f"{position:+.2f} m   {math.degrees(angle):+.1f}°" + ("   over" if over else ""),
        VERMILION if over else WORDS,
    )
    return sheet.pixels()


def acrobot(env: acrobots.Acrobot, state: acrobots.State, params: acrobots.Params) -> np.ndarray:
    """Two links from a hinge, and the line that the tip must cross."""
    sheet, link = Board(), 0.22 * SIDE
    hinge = (SIDE / 2, SIDE / 2)
    height = float(params.goal_height)
    goal = hinge[1] - height * link
    sheet.dashes((12, goal), (SIDE - 12, goal), 2, YELLOW)
    upper, lower = float(state.upper_angle), float(state.lower_angle)
    joint = _from(hinge, link, math.pi - upper)
    tip = _from(joint, link, math.pi - upper - lower)
    sheet.line(hinge, joint, 14, SKY)
    sheet.line(joint, tip, 14, ORANGE)
    for point, radius in ((hinge, 6), (joint, 6)):
        sheet.disc(point, radius, SURROUNDINGS)
        sheet.disc(point, radius - 2, WORDS)
    sheet.disc(tip, 5, YELLOW)
    reached = -math.cos(upper) - math.cos(upper + lower)
    over = reached > height
    sheet.caption(
        "the tip is over the goal"
        if over
        else f"the tip is {height - reached:.2f} links below the goal",
        YELLOW if over else WORDS,
    )
    return sheet.pixels()


def mountain_car(env: valleys.Valley, state: valleys.State, params: Any) -> np.ndarray:
    """A car in its valley, a flag at the goal, a bar for how fast it goes."""
    sheet = Board()

    def place(position: float) -> Point:
        share = (position - env.left) / (env.right - env.left)
        return share * SIDE, SIDE * (0.52 - 0.3 * math.sin(3 * position))

    road = [place(position) for position in np.linspace(env.left, env.right, 120).tolist()]
    sheet.polygon([*road, (SIDE, SIDE), (0, SIDE)], GRID)
    for start, end in zip(road, road[1:], strict=False):
        sheet.line(start, end, 2, WALL)
    goal = min(max(float(params.goal_position), env.left), env.right)
    foot = place(goal)
    sheet.line(foot, (foot[0], foot[1] - 46), 3, WORDS)
    flag = [(foot[0], foot[1] - 46), (foot[0] - 22, foot[1] - 38), (foot[0], foot[1] - 30)]
    sheet.polygon(flag, YELLOW)
    position, velocity = float(state.position), float(state.velocity)
    x, y = place(position)
    down, right = place(position + 0.01)[1] - y, place(position + 0.01)[0] - x
    slope = math.atan2(down, right)
    along, up = (math.cos(slope), math.sin(slope)), (math.sin(slope), -math.cos(slope))

    def on_car(forward: float, above: float) -> Point:
        return x + forward * along[0] + above * up[0], y + forward * along[1] + above * up[1]

    body = [(-20, 6), (20, 6), (20, 14), (11, 16), (7, 24), (-11, 24), (-16, 15), (-20, 14)]
    sheet.polygon([on_car(*point) for point in body], SKY)
    for wheel in (-12, 12):
        sheet.disc(on_car(wheel, 6), 6, SURROUNDINGS)
        sheet.disc(on_car(wheel, 6), 4, QUIET)
    reach = 0.4 * SIDE * velocity / env.speed_limit
    sheet.box((SIDE * 0.1, SIDE - 22), (SIDE * 0.9, SIDE - 16), mix(GRID, FIELD, 0.6), corner=3)
    if abs(reach) >= 1:
        low, high = sorted((SIDE / 2, SIDE / 2 + reach))
        sheet.box((low, SIDE - 24), (high, SIDE - 14), ORANGE, corner=2)
    sheet.line((SIDE / 2, SIDE - 27), (SIDE / 2, SIDE - 11), 1.5, WORDS)
    there = position >= params.goal_position and velocity >= params.goal_velocity
    sheet.caption("at the goal" if there else f"speed {velocity:+.3f}", YELLOW if there else WORDS)
    return sheet.pixels()


def pendulum(
    env: pendulums.Pendulum, state: pendulums.State, params: pendulums.Params
) -> np.ndarray:
    """A rod on its hinge, the upright it is to hold, and the torque as an arc with a head."""
    sheet, hinge = Board(), (SIDE / 2, SIDE / 2)
    length = 0.38 * SIDE
    sheet.ring(hinge, length + 12, 1, GRID)
    sheet.dashes(hinge, (hinge[0], hinge[1] - length), 2, mix(FIELD, YELLOW, 0.5))
    angle, torque = float(state.angle), float(state.torque)
    sheet.line(hinge, _from(hinge, length, -angle), 22, SKY)
    sheet.disc(hinge, 8, SURROUNDINGS)
    sheet.disc(hinge, 5, WORDS)
    sweep = 240 * abs(torque) / env.torque_limit
    if sweep > 3:
        sign = 1 if torque > 0 else -1  # counter-clockwise, which is leftwards over the top
        radius, thick = 44, 5
        start, end = (-90.0 - sweep / 2, -90.0 + sweep / 2)
        sheet.arc(hinge, radius + thick / 2, thick, ORANGE, start=start, sweep=sweep)
        head = math.radians(start if sign > 0 else end)
        tip = head - sign * 0.32
        corners = [(radius - 10, head), (radius + 10, head), (radius, tip)]
        sheet.polygon(
            [(hinge[0] + r * math.cos(a), hinge[1] + r * math.sin(a)) for r, a in corners], ORANGE
        )
    sheet.caption(f"{math.degrees(angle):+.0f}° from upright   torque {torque:+.2f}")
    return sheet.pixels()


def _from(start: Point, length: float, angle: float) -> Point:
    """The point `length` away, at `angle` radians clockwise from straight up."""
    return start[0] + length * math.sin(angle), start[1] - length * math.cos(angle)

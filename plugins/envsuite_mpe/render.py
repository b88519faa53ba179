"""Pictures of the plane, for people: nothing imports this, the registry names it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    FIELD,
    GREEN,
    GRID,
    MARGIN,
    ORANGE,
    PINK,
    QUIET,
    SKY,
    SURROUNDINGS,
    VERMILION,
    WALL,
    WORDS,
    YELLOW,
    Color,
    Point,
    Sheet,
    mix,
)
from envsuite_mpe.cipher import draw_cipher
from envsuite_mpe.legend import SIDE, draw_kinds, draw_words

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_mpe.env import MPE
    from envsuite_mpe.state import Params, State

KINDS: dict[str, Color] = {
    "agent": SKY,
    "listener": SKY,
    "speaker": QUIET,
    "adversary": ORANGE,
    "leadadversary": VERMILION,
    "landmark": QUIET,
    "food": YELLOW,
    "forest": mix(GREEN, FIELD, 0.55),
}
# Where landmarks differ in what agents know of them, they differ in colour.
NUMBERED = (PINK, GREEN, YELLOW)
HAVE_COLORS = ("simple_push", "simple_reference", "simple_speaker_listener")
# Of how far one flies in this time, a line goes out from each agent.
LOOK_AHEAD = 0.25
FOOTER = 80  # pixels below the square; the whole is 512 by 576, which video codecs like
WIDTH, HEIGHT = SIDE + 2 * MARGIN, SIDE + MARGIN + FOOTER
EDGE: Color = (70, 80, 95)
SMALLEST = 7.0  # pixels; smaller agents are drawn as large as this


def frame(env: MPE, state: State, params: Params) -> np.ndarray:
    """Draw a world as it stands.

    Agents are discs with their numbers, a line the way they fly; who touches another agent has a
    white rim. Landmarks are soft discs, solid ones hard; a goal has a target around it, and where
    each agent has its own, a broken line leads to it. The footer names the kinds and what was said.
    The plane is shown as far as anybody is; a box marks where everyone began.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: The numbers it is played with; they say how large everyone is.

    Returns:
        `u8[576, 512, 3]`.
    """
    sheet = Sheet(WIDTH, HEIGHT, origin=(MARGIN, MARGIN))
    sheet.box((0, 0), (SIDE, SIDE), FIELD)
    if env.scenario == "simple_crypto":
        draw_cipher(sheet, np.asarray(state.goals), np.asarray(state.words))
        return sheet.pixels()
    plane = Plane(env, state, params)
    plane.draw_ground(sheet)
    plane.draw_landmarks(sheet)
    plane.draw_goals(sheet)
    plane.draw_agents(sheet)
    _cover_margins(sheet)
    target = KINDS["agent"] if plane.targets else None
    draw_kinds(sheet, env.entities, plane.color, goal=target)
    draw_words(sheet, env.entities, np.asarray(state.words))
    return sheet.pixels()


def _cover_margins(sheet: Sheet) -> None:
    """Hide what was drawn beside the square."""
    for low, high in (
        ((-MARGIN, -MARGIN), (WIDTH, 0)),
        ((-MARGIN, 0), (0, HEIGHT)),
        ((SIDE, 0), (WIDTH, HEIGHT)),
        ((0, SIDE), (WIDTH, HEIGHT)),
    ):
        sheet.box(low, high, SURROUNDINGS)


class Plane:
    """Where things are, in pixels, and what they look like."""

    def __init__(self, env: MPE, state: State, params: Params) -> None:
        """Take a state apart."""
        self.scenario, self.entities = env.scenario, env.entities
        self.agents = self.entities.agent_count
        goals: list[int] = np.asarray(state.goals).tolist()
        self.targets = [0] if self.scenario == "simple" else goals
        positions = np.asarray(state.positions, np.float64)
        radius = np.asarray(params.radius, np.float64)
        # The plane is enlarged in steps, so that a film does not zoom in every frame.
        farthest = max(float((np.abs(positions) + radius[:, None]).max()), 1.25)
        self.reach = 1.25 * 1.5 ** math.ceil(math.log(farthest / 1.25, 1.5) - 1e-9)
        self.scale = SIDE / (2 * self.reach)
        self.points = [self.place(x, y) for x, y in positions.tolist()]
        self.radii = (radius * self.scale).tolist()
        ahead = positions[: self.agents] + LOOK_AHEAD * np.asarray(state.velocities)
        self.ahead = [self.place(x, y) for x, y in ahead.tolist()]
        gaps = np.linalg.norm(positions[: self.agents, None] - positions[: self.agents], axis=-1)
        near = gaps < radius[: self.agents, None] + radius[: self.agents]
        np.fill_diagonal(near, False)
        solid = self.entities.solid_count > 0
        self.touching: list[bool] = (near.any(axis=1) & solid).tolist()
        self.kinds = [
            kind.name
            for kind in (*self.entities.agents, *self.entities.landmarks)
            for _ in range(kind.count)
        ]

    def place(self, x: float, y: float) -> Point:
        """A point of the plane in pixels; y points up there and down here."""
        return SIDE / 2 + x * self.scale, SIDE / 2 - y * self.scale

    def color(self, kind: str, landmark: int | None = None) -> Color:
        """The colour of a kind, or of one landmark where each has its own."""
        if kind == "landmark" and landmark is not None and self.scenario in HAVE_COLORS:
            return NUMBERED[landmark]
        if kind in self.entities.solid and kind == "landmark":
            return WALL
        return KINDS[kind]

    def draw_ground(self, sheet: Sheet) -> None:
        """A grid of halves, and the box in which everyone began."""
        half = 0.5 if self.reach < 4 else 2.0 ** round(math.log2(self.reach / 4))
        for step in np.arange(-math.floor(self.reach / half), self.reach / half) * half:
            across, down = self.place(step, -step)
            sheet.line((across, 0), (across, SIDE), 1, GRID)
            sheet.line((0, down), (SIDE, down), 1, GRID)
        sheet.box(self.place(-1, 1), self.place(1, -1), outline=EDGE, width=1.5)

    def draw_landmarks(self, sheet: Sheet) -> None:
        """Large ones first, so that none is hidden."""
        landmarks = range(self.agents, len(self.points))
        for index in sorted(landmarks, key=lambda one: -self.radii[one]):
            kind, point = self.kinds[index], self.points[index]
            color = self.color(kind, index - self.agents)
            radius = max(self.radii[index], SMALLEST)
            if kind in self.entities.solid:
                sheet.disc(point, radius, color)
            else:
                sheet.disc(point, radius, mix(color, FIELD, 0.6))
                sheet.ring(point, radius, 2, color)

    def draw_goals(self, sheet: Sheet) -> None:
        """A target around each goal; a line to it from whose it is, where each has its own."""
        own = {"simple_reference": (0, 1), "simple_speaker_listener": (1,)}.get(self.scenario, ())
        for number, goal in enumerate(self.targets):
            index = self.agents + goal
            color = self.color("landmark", goal) if own else KINDS["agent"]
            if own:
                sheet.dashes(self.points[own[number]], self.points[index], 2, color)
            radius = max(self.radii[index], SMALLEST)
            for more in (5, 10):
                sheet.ring(self.points[index], radius + more, 2, color)

    def draw_agents(self, sheet: Sheet) -> None:
        """Discs with numbers."""
        for index in range(self.agents):
            kind, point = self.kinds[index], self.points[index]
            radius, color = max(self.radii[index], SMALLEST), self.color(kind)
            sheet.line(point, self.ahead[index], 2.5, color)
            sheet.disc(point, radius + 1.5, WORDS if self.touching[index] else FIELD)
            sheet.disc(point, radius, color)
            if kind == "speaker":  # it shows what it knows
                sheet.disc(point, 0.6 * radius, NUMBERED[self.targets[0]])
            else:
                number = index - self.entities.rows[kind].start
                sheet.text(point, str(number), round(min(max(1.2 * radius, 10), 22)), FIELD)

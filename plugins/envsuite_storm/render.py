"""Pictures of STORM, for people: nothing imports this module, the registry names it.

How to read one: an arrowhead is a player, and points where it heads; a white edge says that it
holds coins and can interact. Green discs are coins that say "cooperate", orange diamonds "defect".
Yellow cells are lit by a beam; a soft ground in a player's colour is what it sees. A white line
joins two who stand frozen after interacting. On the right is what each player holds, and for how
many steps it is frozen.
"""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING

import numpy as np

from envsuite.drawing import (
    CAPTION,
    FIELD,
    GREEN,
    GRID,
    MARGIN,
    QUIET,
    SIDE,
    SKY,
    SURROUNDINGS,
    VERMILION,
    WORDS,
    YELLOW,
    Color,
    Point,
    Sheet,
    mix,
)

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_storm.n_player import NPlayerSTORM
    from envsuite_storm.state import Params, State
    from envsuite_storm.two_player import TwoPlayerSTORM

COOPERATE, DEFECT, BEAM = GREEN, VERMILION, YELLOW
EDGE: Color = (255, 255, 255)
RED: Color = (255, 110, 90)
BLUE = SKY

PANEL = 176  # pixels, on the right
STEPS = ((-1, 0), (0, -1), (1, 0), (0, 1))  # (row, column) of north, west, south, east


def frame(env: TwoPlayerSTORM | NPlayerSTORM, state: State, params: Params) -> np.ndarray:
    """Draw a state.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: The numbers it is played with; they say how long it is.

    Returns:
        `u8[432, 576, 3]`.
    """
    picture = Picture(env, state)
    picture.draw_ground()
    picture.draw_coins()
    picture.draw_players()
    picture.draw_panel()
    episodes, steps = int(params.inner_episodes), int(params.inner_steps)
    episode, step = min(int(state.inner_episode) + 1, episodes), int(state.inner_step)
    picture.text(
        (SIDE / 2, SIDE + CAPTION / 2),
        f"inner episode {episode} of {episodes}, step {step} of {steps}",
        18,
    )
    return picture.pixels()


class Picture(Sheet):
    """A picture in the making; the origin is the top left corner of the board."""

    def __init__(self, env: TwoPlayerSTORM | NPlayerSTORM, state: State) -> None:
        """Take a state apart and begin with an empty board."""
        super().__init__(
            SIDE + 2 * MARGIN + PANEL, SIDE + MARGIN + CAPTION, origin=(MARGIN, MARGIN)
        )
        self.places = np.asarray(state.places)
        self.headings = np.asarray(state.headings).tolist()
        self.inventories = np.asarray(state.inventories)
        self.frozen = np.asarray(state.frozen)
        self.lying = np.asarray(state.lying)
        self.cells = np.asarray(state.coins)
        self.beams = np.asarray(state.beams)
        self.names, self.colors = names_and_colors(env)
        self.sight: int = getattr(env, "sight", 5)
        self.size = len(self.beams)
        self.cell = SIDE / self.size

    def draw_ground(self) -> None:
        """What is seen and what is lit, and lines between the cells."""
        for row in range(self.size):
            for column in range(self.size):
                seen = [
                    color
                    for place, heading, color in zip(
                        self.places, self.headings, self.colors, strict=True
                    )
                    if _sees(place, heading, (row, column), self.sight)
                ]
                color = FIELD
                if seen:
                    color = mix(FIELD, _average(seen), 0.13)
                if self.beams[row, column]:
                    color = mix(FIELD, BEAM, 0.5)
                low = (column * self.cell, row * self.cell)
                self.box(low, (low[0] + self.cell, low[1] + self.cell), color)
        for line in range(1, self.size):
            at = line * self.cell
            self.line((at, 0), (at, SIDE), 1, GRID)
            self.line((0, at), (SIDE, at), 1, GRID)

    def draw_coins(self) -> None:
        """Those that lie on the board."""
        for kind in (0, 1):
            for row, column in self.cells[kind][self.lying[kind]].tolist():
                center = ((column + 0.5) * self.cell, (row + 0.5) * self.cell)
                self._coin(center, 0.2 * self.cell, kind)

    def draw_players(self) -> None:
        """Lines between those who stand frozen, then everyone."""
        middle = (self.places[:, ::-1] + 0.5) * self.cell
        for one, other in np.argwhere(np.triu(self.frozen) > 0).tolist():
            self.line(tuple(middle[one]), tuple(middle[other]), 0.06 * self.cell, EDGE)
        for player, (center, color) in enumerate(zip(middle, self.colors, strict=True)):
            holds = bool(self.inventories[player].any())
            x, y = center
            self._arrow((x, y), 0.42 * self.cell, self.headings[player], color, holds)
            if self.names is None:
                down, right = STEPS[self.headings[player]]
                at = (x - 0.06 * self.cell * right, y - 0.06 * self.cell * down)
                self.text(at, str(player), round(0.36 * self.cell), SURROUNDINGS)

    def draw_panel(self) -> None:
        """What each player holds, and how long it stands frozen."""
        left, count = SIDE + MARGIN, len(self.places)
        height = min(40.0, (SIDE - 40) / count)
        size = round(min(17, 0.6 * height))
        for kind in (0, 1):
            self._coin((left + 68 + 36 * kind, 14), 8, kind)
        self.text((left + 144, 14), "frozen", 13, QUIET)
        for player, color in enumerate(self.colors):
            y = 40 + (player + 0.5) * height
            holds = bool(self.inventories[player].any())
            self._arrow((left + 18, y), 0.4 * height, 0, color, holds)
            if self.names is None:
                self.text((left + 18, y + 0.06 * height), str(player), size - 3, SURROUNDINGS)
            for kind in (0, 1):
                held = int(self.inventories[player, kind])
                ink = WORDS if held else QUIET
                self.text((left + 68 + 36 * kind, y), str(held), size, ink)
            clock = int(self.frozen[player].max())
            if clock:
                self.text((left + 144, y), str(clock), size, EDGE)

    def _arrow(self, center: Point, reach: float, heading: int, color: Color, edged: bool) -> None:
        """An arrowhead that fits into a circle of radius `reach`."""
        for share, ink in ((1.0, EDGE), (0.78, color)) if edged else ((0.78, color),):
            ahead = np.array(STEPS[heading][::-1], float)
            across = ahead[::-1] * [1, -1]
            tips = [
                ahead,
                across * 0.88 - ahead * 0.78,
                -ahead * 0.6,
                -across * 0.88 - ahead * 0.78,
            ]
            points = [np.array(center) + share * reach * tip for tip in tips]
            self.polygon([(x, y) for x, y in np.array(points).tolist()], ink)

    def _coin(self, center: Point, radius: float, kind: int) -> None:
        x, y = center
        if kind == 0:
            self.disc(center, radius, COOPERATE)
            return
        long = 1.2 * radius
        self.polygon([(x, y - long), (x + long, y), (x, y + long), (x - long, y)], DEFECT)


def names_and_colors(env: TwoPlayerSTORM | NPlayerSTORM) -> tuple[list[str] | None, list[Color]]:
    """Names, where each player has one of its own, and colours."""
    groups = env.agents
    if list(groups) == ["red", "blue"]:
        return ["red", "blue"], [RED, BLUE]
    count = sum(groups.values())
    hues = [colorsys.hsv_to_rgb(0.55 + player / count, 0.5, 0.95) for player in range(count)]
    return None, [(round(255 * r), round(255 * g), round(255 * b)) for r, g, b in hues]


def _sees(place: np.ndarray, heading: int, cell: tuple[int, int], sight: int) -> bool:
    """Whether a player at `place` sees a cell."""
    down, right = cell[0] - place[0], cell[1] - place[1]
    ahead = down * STEPS[heading][0] + right * STEPS[heading][1]
    across = down * STEPS[heading][1] - right * STEPS[heading][0]
    return bool(0 <= ahead < sight and abs(across) <= sight // 2)


def _average(colors: list[Color]) -> Color:
    red, green, blue = np.mean(colors, axis=0).round().astype(int).tolist()
    return red, green, blue

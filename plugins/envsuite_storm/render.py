"""Pictures of STORM, for people: nothing imports this module, the registry names it.

How to read one: an arrowhead is a player, and points where it heads; a white edge says that it
holds coins and can interact. Green discs are coins that say "cooperate", orange diamonds "defect".
Yellow cells are lit by a beam; a soft ground in a player's colour is what it sees. A white line
joins two who stand frozen after interacting. On the right is what each player holds, and for how
many steps it is frozen.
"""

from __future__ import annotations

import colorsys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_storm.n_player import NPlayerSTORM
    from envsuite_storm.state import Params, State
    from envsuite_storm.two_player import TwoPlayerSTORM

Color = tuple[int, int, int]
Point = tuple[float, float]

FIELD: Color = (24, 29, 37)
SURROUNDINGS: Color = (15, 18, 23)
GRID: Color = (44, 53, 66)
QUIET: Color = (132, 143, 157)
WORDS: Color = (205, 212, 221)
EDGE: Color = (255, 255, 255)
# Okabe and Ito's colours, told apart by all common kinds of colour vision
COOPERATE: Color = (0, 158, 115)
DEFECT: Color = (213, 94, 0)
BEAM: Color = (240, 228, 66)
RED: Color = (255, 110, 90)
BLUE: Color = (86, 180, 233)

SIDE, MARGIN, CAPTION, PANEL = 368, 16, 48, 176  # pixels; the panel is on the right
FINENESS = 3  # dots a pixel in each direction, averaged, so that edges are smooth
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
    picture.ground()
    picture.coins()
    picture.players()
    picture.panel()
    episodes, steps = int(params.inner_episodes), int(params.inner_steps)
    episode, step = min(int(state.inner_episode) + 1, episodes), int(state.inner_step)
    picture.text(
        (SIDE / 2, SIDE + CAPTION / 2),
        f"inner episode {episode} of {episodes}, step {step} of {steps}",
        18,
    )
    return picture.pixels()


class Picture:
    """A picture in the making; the origin is the top left corner of the board."""

    def __init__(self, env: TwoPlayerSTORM | NPlayerSTORM, state: State) -> None:
        """Take a state apart and begin with an empty board."""
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
        size = (SIDE + 2 * MARGIN + PANEL, SIDE + MARGIN + CAPTION)
        self.image = Image.new("RGB", (size[0] * FINENESS, size[1] * FINENESS), SURROUNDINGS)
        self.draw = ImageDraw.Draw(self.image)
        self.texts: list[tuple[Point, str, int, Color]] = []

    def ground(self) -> None:
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
                    color = _mix(FIELD, _average(seen), 0.13)
                if self.beams[row, column]:
                    color = _mix(FIELD, BEAM, 0.5)
                low = (column * self.cell, row * self.cell)
                self._box(low, (low[0] + self.cell, low[1] + self.cell), color)
        for line in range(1, self.size):
            at = line * self.cell
            self._box((at - 0.5, 0), (at + 0.5, SIDE), GRID)
            self._box((0, at - 0.5), (SIDE, at + 0.5), GRID)

    def coins(self) -> None:
        """Those that lie on the board."""
        for kind in (0, 1):
            for row, column in self.cells[kind][self.lying[kind]].tolist():
                center = ((column + 0.5) * self.cell, (row + 0.5) * self.cell)
                self._coin(center, 0.2 * self.cell, kind)

    def players(self) -> None:
        """Lines between those who stand frozen, then everyone."""
        middle = (self.places[:, ::-1] + 0.5) * self.cell
        for one, other in np.argwhere(np.triu(self.frozen) > 0).tolist():
            self.draw.line(
                [self._fine(tuple(middle[one])), self._fine(tuple(middle[other]))],
                fill=EDGE,
                width=round(0.06 * self.cell * FINENESS),
            )
        for player, (center, color) in enumerate(zip(middle, self.colors, strict=True)):
            holds = bool(self.inventories[player].any())
            x, y = center
            self._arrow((x, y), 0.42 * self.cell, self.headings[player], color, holds)
            if self.names is None:
                down, right = STEPS[self.headings[player]]
                at = (x - 0.06 * self.cell * right, y - 0.06 * self.cell * down)
                self.text(at, str(player), round(0.36 * self.cell), SURROUNDINGS)

    def panel(self) -> None:
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

    def text(self, center: Point, text: str, size: int, color: Color = WORDS) -> None:
        """Write `text` centred, over all shapes."""
        self.texts.append((center, text, size, color))

    def pixels(self) -> np.ndarray:
        """The picture, `u8[432, 576, 3]`."""
        picture = self.image.reduce(FINENESS)
        draw = ImageDraw.Draw(picture)  # letters are drawn last, at full size, to be crisp
        for (x, y), text, size, color in self.texts:
            draw.text((x + MARGIN, y + MARGIN), text, fill=color, font=_font(size), anchor="mm")
        return np.array(picture)

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
            self.draw.polygon([self._fine(tuple(point)) for point in points], fill=ink)

    def _coin(self, center: Point, radius: float, kind: int) -> None:
        x, y = center
        if kind == 0:
            box = (*self._fine((x - radius, y - radius)), *self._fine((x + radius, y + radius)))
            self.draw.ellipse(box, fill=COOPERATE)
            return
        long = 1.2 * radius
        corners = [(x, y - long), (x + long, y), (x, y + long), (x - long, y)]
        self.draw.polygon([self._fine(corner) for corner in corners], fill=DEFECT)

    def _box(self, low: Point, high: Point, color: Color) -> None:
        (left, top), (right, bottom) = self._fine(low), self._fine(high)
        # Pillow counts the last dot in
        self.draw.rectangle((left, top, right - 1, bottom - 1), fill=color)

    def _fine(self, point: Any) -> Point:
        return float(point[0] + MARGIN) * FINENESS, float(point[1] + MARGIN) * FINENESS


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


def _mix(color: Color, other: Color, share: float) -> Color:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, other, strict=True))
    return red, green, blue


def _average(colors: list[Color]) -> Color:
    red, green, blue = np.mean(colors, axis=0).round().astype(int).tolist()
    return red, green, blue


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own typeface, so that every machine draws the same picture."""
    return ImageFont.load_default(max(size, 6))

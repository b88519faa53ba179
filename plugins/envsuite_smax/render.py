"""Pictures of a battle, for people: nothing imports this module, the registry names it.

How to read one: a token is a unit. Its colour says the team, its shape and letter the type, the
ring around it the health; it is dim while its weapon reloads. A streak is a shot that hit during
the last step, from the shooter to a spark at the target. A faded cross is where a unit died. A
striped edge is a wall that kills. The bars on top are the health that each team has left.

Where there are few units their tokens are larger than they are, and pushed apart a little so that
none hides another; a unit with room around it is drawn exactly in its place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from envsuite_smax.battlefield import FIELD, MARGIN, Layout, ground
from envsuite_smax.canvas import Canvas, Color, Pen, Point, mix, text_width

if TYPE_CHECKING:  # the compiled twin is drawn too, and needs no JAX
    from envsuite_smax.env import SMAX
    from envsuite_smax.state import Params, State
    from envsuite_smax.unit_types import UnitType

WORDS: Color = (205, 212, 221)
QUIET: Color = (132, 143, 157)
FLASH: Color = (255, 255, 255)
TRACK: Color = (58, 66, 78)
# Okabe and Ito's sky blue and orange: told apart by all common kinds of colour vision, and of
# different lightness, so that they survive a grey print too (doi:10.1038/nmeth.1618).
TEAMS: tuple[tuple[str, Color], ...] = (("allies", (86, 180, 233)), ("enemies", (230, 159, 0)))
DIMMEST = 0.55  # share of the field's colour in a token that has just fired

SMALLEST = 7  # radius in pixels of a token on the largest of maps: room for its letter
MANY = 200  # units beyond which tokens may hide each other, for time's sake


def _regular(corners: int, size: float = 1.0, turn: float = 0.0) -> np.ndarray:
    """Corners of a regular polygon, `f64[corners, 2]`, the first at the top; y points down."""
    angles = 2 * np.pi * (np.arange(corners) + turn) / corners
    return size * np.stack([np.sin(angles), -np.cos(angles)], axis=1)


# Type to outline (none: a disc); the sizes make the areas look alike.
OUTLINES: dict[str, np.ndarray | None] = {
    "marine": None,
    "marauder": _regular(6, 1.08),
    "stalker": _regular(4, 1.18),
    "zealot": _regular(4, 1.18, turn=0.5),
    "zergling": _regular(3, 1.3),
    "hydralisk": _regular(5, 1.12),
}
# For the types that a user made: a plus sign, which no other type has.
PLUS = np.array(
    [(-4, -10), (4, -10), (4, -4), (10, -4), (10, 4), (4, 4)]
    + [(4, 10), (-4, 10), (-4, 4), (-10, 4), (-10, -4), (-4, -4)]
) / 9.5  # fmt: skip


def frame(env: SMAX, state: State, params: Params) -> np.ndarray:
    """Draw the battle as it stands.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: The numbers it is played with; they say what full health and a full reload are.

    Returns:
        `u8[height, width, 3]`, 640 by 688 for a square map; its size depends on the map only.
    """
    layout = Layout(float(env.map_width), float(env.map_height), bool(env.walls_cause_death))
    battle = Battle.read(env, state, params, layout)
    canvas = Canvas(ground(layout).copy())
    for unit in np.flatnonzero(~battle.alive).tolist():
        _cross(canvas, battle, unit)
    hits = [(unit, target) for unit, target in enumerate(battle.shots) if target >= 0]
    for shooter, target in hits:
        _tracer(canvas, battle, shooter, target)
    for unit in np.flatnonzero(battle.alive).tolist():
        _token(canvas, battle, unit)
    for shooter, target in hits:
        _spark(canvas, battle, shooter, target)
    _score(canvas, battle, layout)
    _legend(canvas, battle, layout)
    return canvas.pixels()


@dataclass(frozen=True)
class Battle:
    """What the picture needs to know of each of `n` units, in pixels and in shares of full."""

    points: list[Point]
    radii: list[float]
    health: np.ndarray  # f64[n], points of health
    shares: np.ndarray  # f64[n], health as a share of full
    loaded: np.ndarray  # f64[n], 1 is ready to fire
    teams: np.ndarray  # i64[n], 0 allies, 1 enemies
    kinds: list[UnitType]
    shots: list[int]
    full: np.ndarray  # f64[n], full health

    @classmethod
    def read(cls, env: SMAX, state: State, params: Params, layout: Layout) -> Battle:
        """Take a state apart."""
        types = np.asarray(state.types)
        health = np.asarray(state.health, np.float64)
        full = np.asarray(params.health, np.float64)[types]
        reload = np.maximum(np.asarray(params.weapon_cooldown, np.float64)[types], 1e-6)
        cooldowns = np.asarray(state.cooldowns, np.float64)
        count = len(types)
        # few units on a map leave it empty: enlarge them, the less the more there are
        zoom = np.clip(3.2 / count**0.25, 1.0, max(1.0, 45 / layout.scale))
        radii = np.asarray(params.radius, np.float64)[types] * layout.scale * zoom
        radii = np.maximum(radii, SMALLEST)
        places = layout.places(np.asarray(state.positions, np.float64))
        if count <= MANY:
            places = _apart(places, radii, health > 0)
        return cls(
            points=[(x, y) for x, y in places.tolist()],
            radii=radii.tolist(),
            health=health,
            shares=np.clip(health / full, 0, 1),
            loaded=1 - np.clip(cooldowns / reload, 0, 1),
            teams=(np.arange(count) >= env.teams["ally"]).astype(np.int64),
            kinds=[env.unit_types[kind] for kind in types],
            shots=np.asarray(state.shots).tolist(),
            full=full,
        )

    @property
    def alive(self) -> np.ndarray:
        """`bool[n]`."""
        return self.health > 0

    def color(self, unit: int) -> Color:
        """The colour of a unit's team."""
        return TEAMS[self.teams[unit]][1]

    def toward(self, unit: int, other: int) -> Point:
        """The point of a unit's rim that faces another unit."""
        (x, y), (to_x, to_y) = self.points[unit], self.points[other]
        distance = max(math.dist((x, y), (to_x, to_y)), 1e-6)
        reach = min(self.radii[unit], distance / 2)
        return x + (to_x - x) / distance * reach, y + (to_y - y) / distance * reach


def _apart(places: np.ndarray, radii: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Move the living `places: f64[n, 2]` until their tokens hardly overlap."""
    # units that share a place part in directions of their own, the same in every frame
    turn = 2.4 * np.arange(len(radii))
    places = places + 0.01 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    wanted = 0.9 * np.add.outer(radii, radii) * np.outer(alive, alive)
    np.fill_diagonal(wanted, 0)
    for _ in range(12):
        offsets = places[:, None] - places[None]
        distances = np.linalg.norm(offsets, axis=-1) + 1e-6
        lack = np.maximum(wanted - distances, 0) / distances
        places = places + 0.3 * (offsets * lack[..., None]).sum(axis=1)
    return places


def _cross(canvas: Canvas, battle: Battle, unit: int) -> None:
    """A faded cross where a unit died."""
    x, y = battle.points[unit]
    arm = 0.55 * battle.radii[unit]
    color = mix(battle.color(unit), FIELD, 0.55)
    with canvas.window([(x, y)], arm + 2) as pen:
        for side in (-1, 1):
            pen.line((x - arm, y - side * arm), (x + arm, y + side * arm), 2, color)


def _tracer(canvas: Canvas, battle: Battle, shooter: int, target: int) -> None:
    """A streak from the shooter, growing toward the target."""
    start, end = battle.toward(shooter, target), battle.toward(target, shooter)
    with canvas.window([start, end], 3) as pen:
        pen.taper(start, end, 0.6, 3.2, battle.color(shooter), 0.85)


def _token(canvas: Canvas, battle: Battle, unit: int) -> None:
    """A unit: outline and letter in a ring of health."""
    center, radius, color = battle.points[unit], battle.radii[unit], battle.color(unit)
    ring = max(1.8, 0.17 * radius)
    body = mix(color, FIELD, DIMMEST * (1 - battle.loaded[unit]))
    with canvas.window([center], radius + 2) as pen:
        pen.disc(center, radius + 1, FIELD)
        pen.arc(center, radius, ring, 1.0, TRACK)
        pen.arc(center, radius, ring, battle.shares[unit], color)
        _outline(pen, center, 0.88 * (radius - ring) - 0.5, battle.kinds[unit], body)
    canvas.letter(center, battle.kinds[unit].letter, round(0.95 * radius), FIELD)


def _outline(pen: Pen, center: Point, radius: float, kind: UnitType, color: Color) -> None:
    """The shape of a type, filled."""
    outline = OUTLINES.get(kind.name, PLUS)
    if outline is None:
        pen.disc(center, radius, color)
    else:
        pen.polygon([(center[0] + x * radius, center[1] + y * radius) for x, y in outline], color)


def _spark(canvas: Canvas, battle: Battle, shooter: int, target: int) -> None:
    """A flash where a shot hit."""
    center = battle.toward(target, shooter)
    size = min(max(2.5, 0.28 * battle.radii[target]), 5.0)
    with canvas.window([center], 3 * size) as pen:
        pen.disc(center, 1.9 * size, battle.color(shooter), 0.35)
        pen.disc(center, size, FLASH)


def _score(canvas: Canvas, battle: Battle, layout: Layout) -> None:
    """Units alive and the health left, allies on the left, enemies on the right."""
    width = layout.size[0]
    middle, gap = width / 2, 8
    for team, (name, color) in enumerate(TEAMS):
        members = battle.teams == team
        count = f"{name}  {int((battle.alive & members).sum())} / {int(members.sum())}"
        share = battle.health[members].sum() / battle.full[members].sum()
        outer = MARGIN if team == 0 else width - MARGIN
        inner = middle - gap if team == 0 else middle + gap
        with canvas.window([(outer, 38), (inner, 38)], 4) as pen:
            pen.line((outer, 38), (inner, 38), 6, TRACK)
            pen.line((outer, 38), (outer + share * (inner - outer), 38), 6, color)
        canvas.text((outer, 20), count, 16, color, "lm" if team == 0 else "rm")
    standing = [bool((battle.alive & (battle.teams == team)).any()) for team in (0, 1)]
    if not all(standing):
        words = f"{TEAMS[standing.index(True)][0]} win" if any(standing) else "draw"
        canvas.text((middle, 20), words, 16, WORDS)


def _legend(canvas: Canvas, battle: Battle, layout: Layout) -> None:
    """The types that take part, with their names where there is room."""
    kinds = {kind.name: kind for kind in battle.kinds}
    names = sorted(kinds)
    widths = [text_width(name, 13) + 38 for name in names]
    spelt = sum(widths) <= layout.size[0] - 2 * MARGIN
    left, height = float(MARGIN), layout.size[1] - 16
    for name, width in zip(names, widths, strict=True):
        center = (left + 7, height)
        with canvas.window([center], 10) as pen:
            _outline(pen, center, 6.5, kinds[name], QUIET)
        canvas.letter(center, kinds[name].letter, 9, FIELD)
        if spelt:
            canvas.text((left + 20, height), name, 13, QUIET, "lm")
        left += width if spelt else 22

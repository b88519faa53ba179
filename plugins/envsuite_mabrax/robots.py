"""The robots, and where each number of what Brax observes belongs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files

import yaml

from envsuite.core.errors import nearest

INERTIA, MOTION = 10, 6  # numbers of a link: matrix and mass; velocity along and about the axes
TORSO_FORCES = 6  # of actuators on the torso; there are none, but Brax observes them


@dataclass(frozen=True)
class Robot:
    """A robot of Brax; fields are those of `robots.yaml`.

    Attributes:
        name: Brax's.
        joints: Their names, in the order in which they are observed.
        positions: How many numbers of the torso come before the joints' positions.
        velocities: How many come before the joints' velocities.
        neighbours: Rows of joints that lie next to each other.
        partitions: Agents and the joints that each drives, by the partition's name.
        pays: Brax's names of the parts of the reward.
        forward: The weight of the speed.
        control: The weight of the actions' squares.
        alive: What each step pays.
        links: By link, the joints whose drivers observe it; empty where links are not observed.
    """

    name: str
    joints: tuple[str, ...]
    positions: int
    velocities: int
    neighbours: tuple[tuple[str, ...], ...]
    partitions: Mapping[str, Mapping[str, list[str]]]
    pays: Mapping[str, str]
    forward: float
    control: float
    alive: float
    links: Mapping[str, list[str]] = field(default_factory=dict)

    @cached_property
    def size(self) -> int:
        """How many numbers Brax observes of the whole robot."""
        size = self.positions + self.velocities + 2 * len(self.joints)
        if self.links:
            size += (INERTIA + MOTION) * len(self.links) + TORSO_FORCES + len(self.joints)
        return size

    def around(self, joints: frozenset[str], distance: int) -> frozenset[str]:
        """The joints that are at most `distance` neighbours away from some of `joints`."""
        for _ in range(min(distance, len(self.joints))):
            rows = [row for row in self.neighbours if joints & set(row)]
            joints = joints.union(*rows)
        return joints

    def seen_by(self, joints: frozenset[str], sight: int) -> tuple[int, ...]:
        """Which numbers an agent observes that drives `joints`, in their order.

        All of the torso; positions of its own joints and of those within `sight`; velocities of its
        own; inertia and velocity of its links; the forces on the torso and on its own joints.
        """
        near = self.around(joints, sight)
        count = len(self.joints)
        seen = list(range(self.positions))
        start = self.positions
        seen += [start + i for i, joint in enumerate(self.joints) if joint in near]
        start += count
        seen += range(start, start + self.velocities)
        start += self.velocities
        seen += [start + i for i, joint in enumerate(self.joints) if joint in joints]
        if not self.links:
            return tuple(seen)
        start += count
        own = [i for i, drivers in enumerate(self.links.values()) if joints & set(drivers)]
        for width in (INERTIA, MOTION):
            seen += [start + width * i + j for i in own for j in range(width)]
            start += width * len(self.links)
        seen += range(start, start + TORSO_FORCES)
        start += TORSO_FORCES
        seen += [start + i for i, joint in enumerate(self.joints) if joint in joints]
        return tuple(seen)


@cache
def robots() -> Mapping[str, Robot]:
    """The robots of `robots.yaml` by name."""
    table = yaml.safe_load((files("envsuite_mabrax") / "robots.yaml").read_text())
    for name, entry in table.items():
        entry["name"], entry["joints"] = name, tuple(entry["joints"])
        entry["neighbours"] = tuple(tuple(row) for row in entry["neighbours"])
    return {name: Robot(**entry) for name, entry in table.items()}


def find_robot(name: str) -> Robot:
    """The robot called `name`.

    Raises:
        ValueError: If there is none; it names the nearest.
    """
    if name not in robots():
        raise not_offered("robot", name, robots())
    return robots()[name]


def not_offered(
    what: str, value: object, offered: Mapping[str, object] | tuple[str, ...]
) -> ValueError:
    """The error for a `value` that is none of those `offered`; it names the nearest of them."""
    near = nearest(str(value), offered)
    hint = f"did you mean {near!r}? " if near else ""
    return ValueError(f"{what} {value!r} is unknown: {hint}choose from {', '.join(offered)}")

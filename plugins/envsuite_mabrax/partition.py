"""Who drives which joints, and what each observes: names turned into indices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from envsuite.core.errors import nearest
from envsuite_mabrax.robots import Robot, not_offered

Parts = tuple[tuple[str, tuple[str, ...]], ...]
"""Agents by name, each with the joints it drives."""


@dataclass(frozen=True)
class Part:
    """One agent's share of a robot.

    Attributes:
        name: The agent's.
        acts: Which of the robot's actions it chooses, in the order of its own.
        sees: Which of the robot's observations it has, in their order.
    """

    name: str
    acts: tuple[int, ...]
    sees: tuple[int, ...]


def check_parts(robot: Robot, partition: str | Mapping[str, Sequence[str]] | Parts) -> str | Parts:
    """A partition as a value that can be hashed.

    Args:
        robot: Whose joints are dealt out.
        partition: One of the robot's by name, or agents and the joints that each drives.

    Raises:
        ValueError: For an unknown name, an unknown joint, one that is dealt out twice, an agent
            without joints, no agents.
        TypeError: For anything that is neither a name nor a mapping.
    """
    if isinstance(partition, str):
        if partition not in robot.partitions:
            raise not_offered(f"partition of the {robot.name}", partition, robot.partitions)
        return partition
    try:
        parts = tuple((str(name), tuple(joints)) for name, joints in dict(partition).items())
    except (TypeError, ValueError):
        raise TypeError(
            f"a partition is a name, or a mapping of agents to joints, not {partition!r}"
        ) from None
    if not parts:
        raise ValueError("a partition needs an agent: name one, and the joints it drives")
    taken: dict[str, str] = {}
    for name, joints in parts:
        if not joints or name == "":
            raise ValueError(f"agent {name!r} needs a name, and a joint to drive: {robot.joints}")
        for joint in joints:
            if joint not in robot.joints:
                near = nearest(str(joint), robot.joints)
                hint = f"did you mean {near!r}? " if near else ""
                known = ", ".join(robot.joints)
                raise ValueError(f"the {robot.name} has no joint {joint!r}: {hint}It has {known}")
            if joint in taken:
                raise ValueError(
                    f"joint {joint!r} is driven by {taken[joint]!r} and by {name!r}: give it to one"
                )
            taken[joint] = name
    return parts


def deal(
    robot: Robot, partition: str | Parts, driven: Sequence[str], sight: int
) -> tuple[Part, ...]:
    """The shares of a checked partition.

    Args:
        robot: Whose joints are dealt out.
        partition: What `check_parts` returned.
        driven: The joints in the order of the robot's actions.
        sight: How many neighbours away the joints may be whose positions one sees.
    """
    if isinstance(partition, str):
        partition = tuple((n, tuple(joints)) for n, joints in robot.partitions[partition].items())
    return tuple(
        Part(
            name,
            tuple(driven.index(joint) for joint in joints),
            robot.seen_by(frozenset(joints), sight),
        )
        for name, joints in partition
    )


def deal_as_jaxmarl(robot: Robot, partition: str | Parts) -> tuple[Part, ...]:
    """The shares as JaxMARL 0.2.0 deals them.

    Raises:
        ValueError: For a partition that JaxMARL does not have.
    """
    lists = _jaxmarl()
    name = f"{robot.name} {partition}"
    if name not in lists:
        raise ValueError(
            f'indices="jaxmarl" has no partition {partition!r} of the {robot.name}: it has '
            f'{", ".join(lists)}; take indices="joints"'
        )
    agents = robot.partitions[str(partition)]
    return tuple(
        Part(
            agent,
            tuple(_numbers(entry["acts"])),
            tuple(min(index, robot.size - 1) for index in _numbers(entry["sees"])),
        )
        for agent, entry in zip(agents, lists[name], strict=True)
    )


@cache
def _jaxmarl() -> Mapping[str, list[Mapping[str, str]]]:
    return yaml.safe_load((files("envsuite_mabrax") / "jaxmarl.yaml").read_text())


def _numbers(text: str) -> Iterable[int]:
    """`"0-2 5"` as 0, 1, 2, 5."""
    for word in text.split():
        first, _, last = word.partition("-")
        yield from range(int(first), int(last or first) + 1)

"""Who sits where: the only place that knows that row 1 of group `ally` is called `ally_1`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SINGLE = "agent_0"  # the name of whoever plays alone


@dataclass(frozen=True)
class Seats:
    """The seats of a game of groups, or the one seat of a game without."""

    sizes: Mapping[str, int]

    @property
    def names(self) -> list[str]:
        """All agents, group by group."""
        names = [f"{group}_{row}" for group, size in self.sizes.items() for row in range(size)]
        return names or [SINGLE]

    def of(self, tree: Any, agent: str) -> Any:
        """What is an agent's in an array, a list or a mapping by group of one copy's leaves."""
        if not self.sizes:
            return tree
        group, _, row = agent.rpartition("_")
        return tree[group][int(row)]

    def gather(self, leaves: Mapping[str, Any]) -> Any:
        """From leaves by agent to lists by group, or to the one agent's leaf."""
        if not self.sizes:
            return leaves[SINGLE]
        return {
            group: [leaves[f"{group}_{row}"] for row in range(size)]
            for group, size in self.sizes.items()
        }

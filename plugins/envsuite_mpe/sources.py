"""What agents see, number by number, for the compiled twin.

Every number that an agent of MPE sees is a difference of two *sources*, times one or zero: an
offset is the difference of two coordinates, a velocity is itself less nothing, and what a mask
hides is zero. So what a group sees is a table, `i32[3, agents * features]`: the places of both
sources and of the mask. The sources of a world are one row:

    0, constants | positions, velocities, words | positions of goals, their colours | in forests

and its masks are another: 1, then who of the agents sees which entity, row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from envsuite_mpe.compiled.layout import HIDING, NEAR, OPEN
from envsuite_mpe.entities import Entities
from envsuite_mpe.scenarios.simple_push import COLORS

Number = tuple[int, int, int]  # the places of what it is, of what is taken off, of its mask


@dataclass(frozen=True)
class Color:
    """How a goal's colour is written.

    Attributes:
        channels: How many numbers it is.
        low: What stands in all of them but one.
        high: What stands in that of the goal.
        shift: Which that is for the first landmark.
    """

    channels: int
    low: float = 0.0
    high: float = 1.0
    shift: int = 0


COLORS_OF = {
    "simple_push": Color(3, 0.25, 0.75, shift=1),
    "simple_reference": Color(3, 0.25, 0.75),
    "simple_speaker_listener": Color(3, 0.15, 0.65),
    "simple_crypto": Color(4),
}
VIEWS = {"simple_facmac": NEAR, "simple_world_comm": HIDING}


class Sources:
    """Builds the tables of one configuration.

    Attributes:
        color: How goals are coloured.
        view: Who sees whom: `OPEN`, `NEAR` or `HIDING`.
        constants: `f32[k]`, the figures at the head of the row.
        size: How many sources there are.
    """

    def __init__(self, scenario: str, entities: Entities) -> None:
        """Lay out the row."""
        self._scenario, self._entities = scenario, entities
        self.color = COLORS_OF.get(scenario, Color(0))
        self.view = VIEWS.get(scenario, OPEN)
        colored = COLORS.ravel() if scenario == "simple_push" else np.zeros(0)
        self.constants = np.concatenate([[0.0], colored]).astype(np.float32)
        agents, landmarks = entities.agent_count, entities.landmark_count
        self._agents, self._everyone = agents, agents + landmarks
        self._positions = len(self.constants)
        self._velocities = self._positions + 2 * self._everyone
        self._words = self._velocities + 2 * agents
        self._goals = self._words + entities.speaker_count * entities.vocabulary
        self._colors = self._goals + 2 * entities.goals
        self._inside = self._colors + self.color.channels * entities.goals
        forests = entities.rows.get("forest", slice(0, 0))
        self._forests = forests.stop - forests.start
        self.size = self._inside + agents * self._forests

    def tables(self) -> tuple[np.ndarray, ...]:
        """For each group that is played from outside, `i32[3, agents * features]`."""
        see = getattr(self, f"_see_{self._scenario}")
        rows = self._entities.rows
        numbers = (
            [
                number
                for agent in range(rows[name].start, rows[name].stop)
                for number in see(name, agent)
            ]
            for name in self._entities.learners
        )
        return tuple(np.ascontiguousarray(np.array(own, np.int32).T) for own in numbers)

    def _see_simple(self, group: str, agent: int) -> list[Number]:
        return [*self._velocity(agent), *self._landmarks(agent)]

    def _see_simple_adversary(self, group: str, agent: int) -> list[Number]:
        common = [*self._landmarks(agent), *self._others(agent)]
        return [*self._goal(agent), *common] if group == "agent" else common

    def _see_simple_crypto(self, group: str, agent: int) -> list[Number]:
        said = self._word(2)
        seen = {
            "eve": said,
            "bob": [*self._colored(1), *said],
            "alice": [*self._colored(0), *self._colored(1)],
        }
        return seen[group]

    def _see_simple_facmac(self, group: str, agent: int) -> list[Number]:
        return [
            *self._velocity(agent),
            *self._position(agent),
            *self._landmarks(agent, masked=True),
            *self._others(agent, masked=True),
            *self._fleeing(agent, masked=True),
        ]

    def _see_simple_push(self, group: str, agent: int) -> list[Number]:
        if group == "adversary":
            return [*self._velocity(agent), *self._landmarks(agent), *self._others(agent)]
        colors = [(place, 0, 0) for place in range(1, len(self.constants))]
        return [
            *self._velocity(agent),
            *self._goal(agent),
            *self._colored(0),
            *self._landmarks(agent),
            *colors,
            *self._others(agent),
        ]

    def _see_simple_reference(self, group: str, agent: int) -> list[Number]:
        other = 1 - agent
        return [
            *self._velocity(agent),
            *self._landmarks(agent),
            *self._colored(other),
            *self._word(other),
        ]

    def _see_simple_speaker_listener(self, group: str, agent: int) -> list[Number]:
        if group == "speaker":
            return self._colored(0)
        return [*self._velocity(agent), *self._landmarks(agent), *self._word(0)]

    def _see_simple_spread(self, group: str, agent: int) -> list[Number]:
        return [
            *self._velocity(agent),
            *self._position(agent),
            *self._landmarks(agent),
            *self._others(agent),
            *[(0, 0, 0)] * (2 * (self._agents - 1)),
        ]

    def _see_simple_tag(self, group: str, agent: int) -> list[Number]:
        return [
            *self._velocity(agent),
            *self._position(agent),
            *self._landmarks(agent),
            *self._others(agent),
            *self._fleeing(agent),
        ]

    def _see_simple_world_comm(self, group: str, agent: int) -> list[Number]:
        common = [
            *self._velocity(agent),
            *self._position(agent),
            *self._landmarks(agent),
            *self._others(agent, masked=True),
        ]
        first = self._inside + agent * self._forests
        here = [(first + forest, 0, 0) for forest in range(self._forests)]
        fleeing = self._fleeing(agent, masked=True)
        if group == "agent":
            return [*common, *here, *fleeing]
        return [*common, *fleeing, *here, *self._word(0)]

    def _velocity(self, agent: int, mask: int = 0) -> list[Number]:
        return [(self._velocities + 2 * agent + axis, 0, mask) for axis in range(2)]

    def _position(self, agent: int) -> list[Number]:
        return [(self._positions + 2 * agent + axis, 0, 0) for axis in range(2)]

    def _offsets(self, agent: int, others: Sequence[int], masked: bool) -> list[Number]:
        at = self._positions
        return [
            (at + 2 * other + axis, at + 2 * agent + axis, self._mask(agent, other, masked))
            for other in others
            for axis in range(2)
        ]

    def _landmarks(self, agent: int, *, masked: bool = False) -> list[Number]:
        return self._offsets(agent, range(self._agents, self._everyone), masked)

    def _others(self, agent: int, *, masked: bool = False) -> list[Number]:
        others = [other for other in range(self._agents) if other != agent]
        return self._offsets(agent, others, masked)

    def _fleeing(self, agent: int, *, masked: bool = False) -> list[Number]:
        """The velocities of the good agents, without one's own."""
        good = self._entities.rows["agent"]
        return [
            number
            for other in range(good.start, good.stop)
            if other != agent
            for number in self._velocity(other, self._mask(agent, other, masked))
        ]

    def _goal(self, agent: int) -> list[Number]:
        return [(self._goals + axis, self._positions + 2 * agent + axis, 0) for axis in range(2)]

    def _colored(self, goal: int) -> list[Number]:
        first = self._colors + goal * self.color.channels
        return [(first + channel, 0, 0) for channel in range(self.color.channels)]

    def _word(self, speaker: int) -> list[Number]:
        size = self._entities.vocabulary
        return [(self._words + speaker * size + place, 0, 0) for place in range(size)]

    def _mask(self, agent: int, other: int, masked: bool) -> int:
        return 1 + agent * self._everyone + other if masked else 0

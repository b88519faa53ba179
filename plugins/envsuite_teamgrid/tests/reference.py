"""The grid worlds once more, in plain Python: one object a thing, one loop a rule."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from envsuite_teamgrid.env import TeamGrid

Cell = tuple[int, int]  # row, column
AHEAD = ((0, 1), (1, 0), (0, -1), (-1, 0))
OPPOSITE = {0: 1, 1: 0}
LETTERS = {"r": 0, "b": 2, "y": 4}


@dataclass
class Board:
    """A moment: what is on each cell that is no plain floor, and the agents."""

    env: TeamGrid
    things: dict[Cell, tuple[str, int]]  # kind, colour
    agents: list[tuple[Cell, int, int]]  # cell, heading, colour
    waiting: set[int] = field(default_factory=set)  # balls that have not landed
    used: set[Cell] = field(default_factory=set)
    light: bool = False
    met: bool = False

    @classmethod
    def read(cls, env: TeamGrid, state: Any) -> Board:
        """From one state of the rules, of NumPy arrays."""
        things: dict[Cell, tuple[str, int]] = {}
        gaps = {(row, column) for row, column in state.gaps.tolist()}
        switches = sorted(
            (column, row)
            for row, line in enumerate(env.rules.board)
            for column, symbol in enumerate(line)
            if symbol in LETTERS
        )
        used = {(row, col) for (col, row), on in zip(switches, state.pressed, strict=True) if on}
        opened = {LETTERS[env.rules.board[row][column]] for row, column in used}
        for row, line in enumerate(env.rules.board):
            for column, symbol in enumerate(line):
                if symbol in "#^v<>" and (row, column) not in gaps:
                    things[row, column] = ("wall", 5)
                elif symbol in LETTERS:
                    things[row, column] = ("switch", LETTERS[symbol])
                elif symbol in "RB" and LETTERS[symbol.lower()] not in opened:
                    things[row, column] = ("door", LETTERS[symbol.lower()])
        red = env.scenario == "door_ball"
        for (row, column), lies in zip(state.balls.tolist(), state.lying, strict=True):
            if lies:
                things[row, column] = ("ball", 0 if red else 1)
        agents = [
            ((row, column), heading, color)
            for (row, column), heading, color in zip(
                state.places.tolist(), state.headings.tolist(), state.colors.tolist(), strict=True
            )
        ]
        waiting = np.flatnonzero(~state.lying & ~state.taken).tolist()
        light = bool(state.on.any()) if env.scenario == "switch" else False
        return cls(env, things, agents, set(waiting), used, light, bool(state.met))

    @property
    def over(self) -> bool:
        """Whether the episode has ended."""
        if self.env.scenario == "dual_doors":
            return self.met
        return not self.waiting and all(kind != "ball" for kind, _ in self.things.values())

    def front(self, agent: int) -> Cell:
        """The cell before an agent."""
        (row, column), heading, _ = self.agents[agent]
        return row + AHEAD[heading][0], column + AHEAD[heading][1]

    def step(self, actions: list[int]) -> tuple[list[float], list[int]]:
        """Play a step.

        Returns:
            What each earns under the scenario's own scheme, and which balls are now to land.
        """
        earned, landing = [0.0] * len(actions), []
        if self.over:
            return earned, landing
        fronts = [self.front(agent) for agent in range(len(actions))]
        for agent, action in enumerate(actions):
            kind, color = self.things.get(fronts[agent], ("floor", 0))
            if action == 3 and kind == "switch":
                self.light ^= self.env.scenario == "switch"
                if fronts[agent] in self.used:
                    continue
                self.used.add(fronts[agent])
                if self.env.scenario != "switch":
                    earned[agent] += 1
                if self.env.scenario == "dual_switch":
                    landing.append(OPPOSITE[agent])
                    self.waiting.discard(OPPOSITE[agent])
                self.things = {
                    cell: thing for cell, thing in self.things.items() if thing != ("door", color)
                }
        for agent, action in enumerate(actions):
            kind, _ = self.things.get(fronts[agent], ("floor", 0))
            may = self.env.scenario != "door_ball" or agent == 0
            if action == 2 and kind == "ball" and may:
                del self.things[fronts[agent]]
                earned[agent] += 1
        for agent, action in enumerate(actions):
            cell, heading, color = self.agents[agent]
            if action in (0, 1):
                heading = (heading + (1 if action == 1 else 3)) % 4
            elif action == 2 and fronts[agent] not in self.things:
                if all(fronts[agent] != other for other, *_ in self.agents):
                    cell = fronts[agent]
            self.agents[agent] = (cell, heading, color)
        if self.env.scenario == "dual_doors":
            places = [cell for cell, *_ in self.agents]
            if [self.front(0), self.front(1)] == places[::-1]:
                self.met = True
                earned = [1 + reward for reward in earned]
        return earned, landing

    def seen(self, agent: int) -> np.ndarray:
        """What an agent sees: cut out of the board, turned, and lit cell by cell."""
        (row, column), heading, _ = self.agents[agent]
        size = self.env.sight
        half = size // 2
        top = row - {0: half, 1: 0, 2: half, 3: size - 1}[heading]
        left = column - {0: 0, 1: half, 2: size - 1, 3: half}[heading]
        square = np.zeros((size, size, 3), np.uint8)
        clear, lit = np.zeros((size, size), bool), np.ones((size, size), bool)
        turns = (heading + 1) % 4  # counterclockwise quarters
        others = {cell: rest for index, (cell, *rest) in enumerate(self.agents) if index != agent}
        for i, j in np.ndindex(size, size):
            cell = (top + i, left + j)
            kind, color = self.things.get(cell, ("floor", 0))
            if not (0 <= cell[0] < self.env.rules.shape[0]) or not (
                0 <= cell[1] < self.env.rules.shape[1]
            ):
                kind, color = "wall", 5
            number = {"floor": 1, "wall": 2, "door": 4, "ball": 6, "switch": 10}[kind]
            square[i, j] = number, color, 2 if kind == "door" else 0
            if cell in others:
                way, own = others[cell]
                square[i, j] = 11, own, (way - turns) % 4
            clear[i, j] = kind in ("floor", "ball")
            if self.env.scenario == "switch" and cell[1] >= 11:
                lit[i, j] = self.light
        square, clear, lit = (np.rot90(part, turns) for part in (square, clear, lit))
        square = np.where((_seen(clear) & lit)[..., None], square, 0)
        return square.swapaxes(0, 1)  # by column and row

    def ways(self, agent: int) -> Iterator[Cell]:
        """The cells worth facing now."""
        for cell, (kind, _) in self.things.items():
            if kind == "switch" and cell not in self.used:
                yield cell
            if kind == "ball" and (self.env.scenario != "door_ball" or agent == 0):
                yield cell
        if self.env.scenario == "dual_doors" and len(self.used) == 2:
            yield self.agents[1 - agent][0]

    def guide(self, agent: int) -> int:
        """The first action of a shortest way to something worth facing; 0 where there is none."""
        begin = self.agents[agent][:2]
        goals = set(self.ways(agent))
        held = {cell for cell, *_ in self.agents}
        first: dict[tuple[Cell, int], int] = {begin: -1}
        queue = deque([begin])
        while queue:
            cell, heading = queue.popleft()
            ahead = (cell[0] + AHEAD[heading][0], cell[1] + AHEAD[heading][1])
            if ahead in goals:
                deed = 3 if self.things.get(ahead, ("", 0))[0] == "switch" else 2
                return deed if (cell, heading) == begin else first[cell, heading]
            following = [((cell, (heading + 3) % 4), 0), ((cell, (heading + 1) % 4), 1)]
            if ahead not in self.things and ahead not in held:
                following.append(((ahead, heading), 2))
            for pose, action in following:
                if pose not in first:
                    first[pose] = action if (cell, heading) == begin else first[cell, heading]
                    queue.append(pose)
        return 0


def _seen(clear: np.ndarray) -> np.ndarray:
    """Which cells are seen from the middle of the last row: a flood, cell by cell."""
    size = len(clear)
    seen = np.zeros((size, size), bool)
    queue = [(size - 1, size // 2)]
    while queue:
        row, column = queue.pop()
        if not 0 <= row < size or not 0 <= column < size or seen[row, column]:
            continue
        seen[row, column] = True
        if clear[row, column]:
            queue += [(row, column - 1), (row, column + 1)]
            queue += [(row - 1, column + side) for side in (-1, 0, 1)]
    return seen

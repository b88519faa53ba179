"""The numba twin of MPE: the same worlds as the JAX rules, in compiled loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from envsuite.compiled.cache import bound
from envsuite.compiled.kernel import Share, Shown
from envsuite_mpe.compiled.layout import RULES
from envsuite_mpe.compiled.play import advance, begin
from envsuite_mpe.env import MPE
from envsuite_mpe.scenario import SCENARIOS
from envsuite_mpe.sources import Sources
from envsuite_mpe.state import State


class MPEKernel:
    """Plays worlds of one configuration; see `envsuite.compiled.kernel.Kernel`.

    Its state is two arrays, which `envsuite_mpe.compiled.layout` describes.
    """

    info: Mapping[str, type[np.generic]] = {}
    masked = False

    def __init__(self, game: MPE) -> None:
        """Take what a configuration fixes."""
        entities, rows = game.entities, game.entities.rows
        sources = Sources(game.scenario, entities)
        self._entities, self._game = entities, game
        self._agents = entities.agent_count
        self._everyone = self._agents + entities.landmark_count
        self._words = (entities.speaker_count, entities.vocabulary)
        hunting = [name for name in ("leadadversary", "adversary") if name in rows]
        scripted = [rows[k.name].start for k in entities.agents if k.name not in entities.learners]
        nowhere = slice(self._everyone, self._everyone)
        self._plan = np.array(
            [
                self._agents,
                self._everyone,
                entities.solid_count,
                entities.vocabulary,
                game.integration == "semi-implicit",
                list(SCENARIOS).index(game.scenario),
                max((rows[name].stop for name in hunting), default=0),
                rows.get("food", nowhere).start,
                rows.get("forest", nowhere).start,
                sources.view,
                getattr(game.rules, "evade", None) == "everyone",
                min(scripted, default=self._agents),
                sources.color.channels,
                sources.color.shift,
                len(sources.constants),
            ],
            np.int64,
        )
        speakers = [kind for kind in entities.agents if kind.speaks]
        words = np.cumsum([0, *(kind.count for kind in speakers)])
        self._groups = np.array(
            [
                [
                    rows[kind.name].start,
                    kind.moves,
                    kind.speaks,
                    words[speakers.index(kind)] if kind.speaks else 0,
                ]
                for kind in map(entities.kind, entities.learners)
            ],
            np.int64,
        )
        self._moves = entities.moves.astype(np.int64)
        self._shades = np.array([sources.color.low, sources.color.high], np.float32)
        self._sight = (self._shades, sources.constants, sources.size, sources.tables())

    @staticmethod
    def unfit(game: MPE) -> str:
        """Empty: every configuration has a twin."""
        del game
        return ""

    def allocate(self, copies: int) -> tuple[np.ndarray, ...]:
        """Room for the state of `copies` worlds."""
        size = 2 * (self._everyone + self._agents) + self._words[0] * self._words[1]
        numbers = np.zeros((copies, size), np.float32)
        return numbers, np.zeros((copies, self._entities.goals), np.int32)

    def tables(self, params: Any) -> tuple[np.ndarray, ...]:
        """`f32[copies, 4, entities]` of what bodies are like, and `f32[copies, 8]` of numbers."""
        radius = np.asarray(params.radius, np.float32)
        bodies = np.zeros((len(radius), 4, self._everyone), np.float32)
        bodies[:, 0] = radius
        for row, name in enumerate(("mass", "acceleration", "max_speed"), 1):
            bodies[:, row, : self._agents] = getattr(params, name)
        return bodies, np.stack([getattr(params, name) for name in RULES], -1).astype(np.float32)

    def beginning(
        self,
        book: np.ndarray,
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Begin worlds; see `Kernel.beginning`."""
        return bound(begin, book, *state, *tables, self._plan, *self._sight, _flat(shown))

    def advancing(
        self,
        book: np.ndarray,
        actions: Mapping[str, np.ndarray],
        state: tuple[np.ndarray, ...],
        tables: tuple[np.ndarray, ...],
        shown: Shown,
    ) -> Share:
        """Play a step; see `Kernel.advancing`."""
        return bound(
            advance,
            book,
            *state,
            *tables,
            self._plan,
            self._groups,
            self._moves,
            *self._sight,
            tuple(actions.values()),
            _flat(shown),
            tuple(shown.reward.values()),
        )

    def states(self, state: tuple[np.ndarray, ...]) -> State:
        """All worlds as the JAX rules keep them, with NumPy leaves."""
        numbers, goals = state
        copies, moving = len(numbers), 2 * self._everyone
        speaking = moving + 2 * self._agents
        return State(
            positions=numbers[:, :moving].reshape(copies, -1, 2).copy(),  # type: ignore[arg-type]
            velocities=numbers[:, moving:speaking].reshape(copies, -1, 2).copy(),  # type: ignore[arg-type]
            words=numbers[:, speaking:].reshape(copies, *self._words).copy(),  # type: ignore[arg-type]
            goals=goals.copy(),  # type: ignore[arg-type]
        )


def _flat(shown: Shown) -> tuple[np.ndarray, ...]:
    """What each group sees, `f32[n, agents * features]`."""
    return tuple(obs.reshape(len(obs), -1) for obs in shown.obs.values())

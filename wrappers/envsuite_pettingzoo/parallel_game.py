"""A game as a `pettingzoo.ParallelEnv`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv

from envsuite.core.errors import nearest
from envsuite.core.spec import EnvSpec
from envsuite_pettingzoo.table import MaskIn, Table, View

Everyone = dict[str, Any]


class ParallelGame(ParallelEnv[str, Any, Any]):
    """A game of the suite in which all act at once; all seats are the caller's.

    Row 1 of group `ally` is the agent `ally_1`; who plays alone is `agent_0`. Whoever dies gets a
    last observation and reward in that step and is then gone from `agents`. Illegal actions are
    played as no-ops and counted in `infos[agent]["illegal_actions"]`. In a turn-based game those
    who are not to move pass, whatever they send.

    Attributes:
        max_cycles: The time limit, after which all are truncated; `None` for none.
    """

    def __init__(
        self,
        spec: str | EnvSpec,
        *,
        max_cycles: int | None = None,
        mask_in: MaskIn = "info",
        view: View = "all",
        render_mode: str | None = None,
        backend: str = "auto",
        params: Mapping[str, Any] | None = None,
        **config: Any,
    ) -> None:
        """Prepare; nothing is compiled before the first reset.

        Args:
            spec: An id of the registry, or a spec.
            max_cycles: The time limit; `None` for none.
            mask_in: `"info"`: masks, where the game has them, are `infos[agent]["action_mask"]`,
                `i8[actions]`. `"observation"`: observations are `{"observation", "action_mask"}`.
                `"none"`: they are not shown.
            view: `"all"`: every seat as it is; games of words then speak in strings, which
                PettingZoo's AEC interface admits but its checker does not. `"tokens"`: games of
                words speak in integer codes of fixed size; see `envsuite.core.tokens`.
            render_mode: `"rgb_array"` or `None`.
            backend: See `envsuite.make_engine`.
            params: Overrides of fields of the game's default params.
            **config: Fields of the game's class.

        Raises:
            UnknownNameError: For an unknown id or backend; it names the nearest one.
            TypeError: For an option that the game does not have.
            ValueError: For a value that the game refuses, or a mask where there can be none.
        """
        self._table = Table(
            spec,
            backend=backend,
            max_cycles=max_cycles,
            mask_in=mask_in,
            view=view,
            render_mode=render_mode,
            params=params,
            **config,
        )
        self.metadata = self._table.metadata
        self.render_mode = render_mode
        self.possible_agents = self._table.seats.names
        self.agents: list[str] = []
        if self._table.world_space is not None:
            self.state_space = self._table.world_space

    @property
    def max_cycles(self) -> int | None:
        """The time limit; `None` for none."""
        return self._table.max_cycles

    @max_cycles.setter
    def max_cycles(self, limit: int | None) -> None:
        self._table.max_cycles = limit

    @property
    def turn_based(self) -> bool:
        """Whether the game says whose turn it is."""
        return self._table.turn_based

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent sees; the same object at every call."""
        return self._table.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent may do; the same object at every call."""
        return self._table.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Everyone, Everyone]:
        """Begin an episode.

        Args:
            seed: Begins the stream of chance anew; `None` goes on with it, and begins it with
                fresh entropy at the first reset.
            options: `"params"` (in a game of levels also `"level"`) sets the task from this
                reset on: the game's params, or a mapping with some of their fields.

        Returns:
            Observations and infos by agent.
        """
        self._table.reset(seed, options)
        self.agents = list(self.possible_agents)
        return self._everyone(self._table.observation), self._everyone(self._table.info)

    def step(
        self, actions: Everyone
    ) -> tuple[Everyone, dict[str, float], dict[str, bool], dict[str, bool], Everyone]:
        """Play one step.

        Args:
            actions: One for each agent in `agents`; those of agents that are gone are ignored.

        Returns:
            Observations, rewards, terminations, truncations and infos of those who were in the
            game before the step.

        Raises:
            RuntimeError: Before the first reset, and after the end.
            ValueError: If an action is missing, is nobody's, or does not fit its space.
        """
        if not self.agents:
            raise RuntimeError("there is no episode to play: call reset() before step()")
        for agent in actions:
            if agent not in self.possible_agents:
                near = nearest(str(agent), self.possible_agents)
                hint = f"; did you mean {near!r}?" if near else ""
                raise ValueError(f"no agent {agent!r}{hint} The agents are {self.agents}")
        if missing := [agent for agent in self.agents if agent not in actions]:
            raise ValueError(f"no action for {missing}: give one for each of {self.agents}")
        table = self._table
        table.step({agent: actions[agent] for agent in self.agents})
        terminations = self._everyone(table.terminated)
        truncations = dict.fromkeys(self.agents, table.truncated)
        shown = (
            self._everyone(table.observation),
            self._everyone(table.reward),
            terminations,
            truncations,
            self._everyone(table.info),
        )
        self.agents = [
            agent for agent in self.agents if not (terminations[agent] or truncations[agent])
        ]
        return shown

    def state(self) -> np.ndarray:
        """The global state, `f32[k]`.

        Raises:
            NotImplementedError: If the game shows none.
        """
        return self._table.world()

    def render(self) -> np.ndarray | None:
        """A picture, `uint8[height, width, 3]`; `None` without a render mode."""
        return None if self.render_mode is None else self._table.engine.frame()

    def close(self) -> None:
        """There is nothing to close."""

    def _everyone(self, show: Any) -> Everyone:
        return {agent: show(agent) for agent in self.agents}

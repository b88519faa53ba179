"""A turn-based game as a `pettingzoo.AECEnv`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from pettingzoo import AECEnv

from envsuite.core.spec import EnvSpec
from envsuite_pettingzoo.table import MaskIn, Table, View


class TurnGame(AECEnv[str, Any, Any]):
    """A turn-based game of the suite; the turn goes to whom the game waits for.

    Where it waits for several at once, they are asked one after the other, and the game moves on
    when all have answered. Agents are called as in `ParallelGame`.

    Attributes:
        max_cycles: The time limit in moves of the game; `None` for none.
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
        """Prepare; see `ParallelGame`."""
        super().__init__()
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
        self._answers: dict[str, Any] = {}

    @property
    def max_cycles(self) -> int | None:
        """The time limit; `None` for none."""
        return self._table.max_cycles

    @max_cycles.setter
    def max_cycles(self, limit: int | None) -> None:
        self._table.max_cycles = limit

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent sees; the same object at every call."""
        return self._table.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent may do; the same object at every call."""
        return self._table.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin an episode; see `ParallelGame.reset`."""
        self._table.reset(seed, options)
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.truncations = dict.fromkeys(self.agents, False)
        self._answers = {}
        self._look()

    def step(self, action: Any) -> None:
        """Take the action of `agent_selection`; `None` of one that is out of the game.

        Raises:
            RuntimeError: Before the first reset, and after the end.
            ValueError: If the action does not fit its space.
        """
        if not self.agents:
            raise RuntimeError("there is no episode to play: call reset() before step()")
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            if self.agents and not self._is_out(self.agent_selection):
                self.agent_selection = self._next()
            return
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        self._answers[agent] = action
        if any(self._waits_for(other) for other in self.agents):
            self.agent_selection = self._next()
            return
        answers, self._answers = self._answers, {}
        self._table.step(answers)
        self.rewards = {agent: self._table.reward(agent) for agent in self.agents}
        self.truncations = dict.fromkeys(self.agents, self._table.truncated)
        self._look()
        self._accumulate_rewards()
        self._deads_step_first()

    def observe(self, agent: str) -> Any:
        """What an agent sees now."""
        return self._table.observation(agent)

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

    def _look(self) -> None:
        """Take in what the game shows, and give the turn."""
        self.terminations = {agent: self._table.terminated(agent) for agent in self.agents}
        self.infos = {agent: self._table.info(agent) for agent in self.agents}
        self.agent_selection = self._next()

    def _next(self) -> str:
        """The first whom the game waits for; the first of all when it waits for nobody."""
        return next(filter(self._waits_for, self.agents), self.agents[0])

    def _waits_for(self, agent: str) -> bool:
        return (
            self._table.is_to_act(agent) and not self._is_out(agent) and agent not in self._answers
        )

    def _is_out(self, agent: str) -> bool:
        return self.terminations[agent] or self.truncations[agent]

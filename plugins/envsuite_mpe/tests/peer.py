"""MPE2's worlds beside ours: its first states fed to our rules, and our states fed to it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from envsuite_mpe.state import State

RELEASES = {"simple_speaker_listener": "v4"}

# What MPE2 calls the numbers of agents and landmarks that it lets one choose.
COUNTS = {
    "simple_spread": {"good_agents": "N", "landmarks": "N"},
    "simple_adversary": {"good_agents": "N", "landmarks": "N"},
    "simple_tag": {
        "adversaries": "num_adversaries",
        "good_agents": "num_good",
        "landmarks": "num_obstacles",
    },
    "simple_world_comm": {
        "adversaries": "num_adversaries",  # where the leader counts too
        "good_agents": "num_good",
        "landmarks": "num_obstacles",
        "food": "num_food",
        "forests": "num_forests",
    },
}


class Peer:
    """One of MPE2's parallel environments, as one of ours is configured."""

    def __init__(self, scenario: str, actions: str, **counts: int) -> None:
        """Make it by its own names."""
        module = import_module(f"mpe2.{scenario}_{RELEASES.get(scenario, 'v3')}")
        names = COUNTS.get(scenario, {})
        options = {names[name]: count for name, count in counts.items()}
        if scenario == "simple_world_comm" and "adversaries" in counts:
            options["num_adversaries"] += 1
        self.scenario = scenario
        self.env: Any = module.parallel_env(continuous_actions=actions == "continuous", **options)

    @property
    def world(self) -> Any:
        """Its agents and landmarks."""
        return self.env.unwrapped.world

    @property
    def entities(self) -> list[Any]:
        """Agents, then landmarks: in its order of indices, which is ours."""
        return [*self.world.agents, *self.world.landmarks]

    def reset(self, seed: int) -> tuple[State, dict[str, Any]]:
        """Its first state, and what its agents see of it."""
        observations, _ = self.env.reset(seed=seed)
        return self.state(), observations

    def put(self, state: State) -> None:
        """Take over our positions and velocities."""
        for entity, position in zip(self.entities, state.positions, strict=True):
            entity.state.p_pos = np.asarray(position, np.float64)
        for agent, velocity in zip(self.world.agents, state.velocities, strict=True):
            agent.state.p_vel = np.asarray(velocity, np.float64)

    def step(self, action: Any) -> tuple[dict[str, Any], ...]:
        """Observations, rewards, terminations and truncations by agent."""
        chosen = {
            f"{group}_{row}": int(one) if np.ndim(one) == 0 else one
            for group, rows in action.items()
            for row, one in enumerate(rows)
        }
        return self.env.step(chosen)[:4]

    def state(self) -> State:
        """Its state as ours, rounded to 32 bits; plain NumPy."""
        agents = self.world.agents
        words = [one.state.c for one in agents if not one.silent]
        fields: dict[str, Any] = dict(
            positions=np.array([one.state.p_pos for one in self.entities], np.float32),
            velocities=np.array([one.state.p_vel for one in agents], np.float32),
            words=np.array(words, np.float32) if words else np.zeros((0, 0), np.float32),
            goals=np.array(self._goals(), np.int32),
        )
        return State(**fields)

    def _goals(self) -> list[int]:
        agents, landmarks = self.world.agents, self.world.landmarks
        if self.scenario in ("simple_adversary", "simple_push"):
            return [landmarks.index(agents[0].goal_a)]
        if self.scenario == "simple_speaker_listener":
            return [landmarks.index(agents[0].goal_b)]
        if self.scenario == "simple_reference":  # each has the other's goal
            return [landmarks.index(agents[1].goal_b), landmarks.index(agents[0].goal_b)]
        if self.scenario == "simple_crypto":
            message = landmarks.index(agents[2].goal_a)
            return [message, int(np.argmax(agents[2].key))]
        return []


def rows(values: Mapping[str, Any], group: str) -> np.ndarray:
    """The peer's values by agent name as one array over a group."""
    names = [name for name in values if name.rpartition("_")[0] == group]
    return np.stack([np.asarray(values[f"{group}_{row}"]) for row in range(len(names))])
